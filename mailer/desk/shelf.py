"""What the page can show: a shelf has entries, such as releases, and each can be seen as a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mailer.desk.message_view import View
from mailer.errors import MailerError, SourceError
from mailer.model import Finding


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the sidebar: a release, or a message. `mark` says how its `state` is to be coloured."""

    key: str
    title: str
    detail: str = ""
    state: str = ""
    mark: Literal["", "new", "done", "open", "broken"] = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page asks to see.

    Attributes:
        key: of the entry.
        edition: a language; "" = the recipient's own.
        address: the recipient; "" = nobody in particular.
        theme: another one than the release's own, or "".
    """

    key: str
    edition: str = ""
    address: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class AudienceSummary:
    """How many get it, in which languages, and how many are left out for what reason."""

    summary: str
    languages: tuple[tuple[str, int], ...]
    left_out: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown. `faults` (where, message, hint) instead of a view where a file can't be read."""

    view: View | None = None
    editions: tuple[str, ...] = ()
    edition: str = ""
    themes: tuple[str, ...] = ()
    theme: str = ""
    audience: AudienceSummary | None = None
    findings: tuple[Finding, ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()


class Shelf(Protocol):
    """Something with entries, each of which can be seen as a message.

    Attributes:
        title: what the shelf is called.
        has_recipients: whether one may be chosen, and whether there are findings.
        place: the folder's name.
    """

    title: str
    has_recipients: bool

    @property
    def place(self) -> str: ...

    def entries(self) -> Sequence[Entry]: ...

    def scene(self, asked: Asked) -> Scene: ...

    def recipients(self, key: str, query: str) -> Sequence[tuple[str, str]]: ...


def faults_of(error: MailerError) -> tuple[tuple[str, str, str], ...]:
    """An error as rows of the page."""
    if isinstance(error, SourceError):
        return tuple((f"{f.path}:{f.line}" if f.line else f.path, f.message, f.hint) for f in error.faults)
    return (("", error.message, error.hint),)
