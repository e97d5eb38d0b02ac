"""What a page of messages shows: a line of the sidebar for each, and what is seen of one."""

from __future__ import annotations

from dataclasses import dataclass

from mailer.desk.showing.message_view import View
from mailer.errors import MailerError, SourceError

FaultRow = tuple[str, str, str]
"""What is wrong, as a page lists it: where, message, hint."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the sidebar; `key` is "" for a line that is none."""

    key: str
    title: str
    detail: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown of a message: its view, or why it can't be shown."""

    view: View | None = None
    faults: tuple[FaultRow, ...] = ()


def faults_of(error: MailerError) -> tuple[FaultRow, ...]:
    """An error as rows of a page."""
    if isinstance(error, SourceError):
        return tuple((f"{f.path}:{f.line}" if f.line else f.path, f.message, f.hint) for f in error.faults)
    return (("", error.message, error.hint),)
