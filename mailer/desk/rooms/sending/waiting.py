"""What a release waits for before it can leave, as the desk says it: what to do about it, and where that is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from mailer.desk.showing.shelf import faults_of
from mailer.errors import CheckFailed, ListError, MailerError, SettingsError, WorkspaceError
from mailer.settings import Settings


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing. `href`: the page where it is put right, called `there`; "" where there is none."""

    where: str
    message: str
    hint: str
    href: str = ""
    there: str = ""


_NO_SERVER = Waiting(
    "",
    "No mail server is set yet, so nothing can leave.",
    "Whoever looks after your computers sets it, once. You can write, check and rehearse without one.",
    "/settings/server",
    "What they need to know",
)


def waiting_for(errors: Iterable[MailerError], name: str, settings: Settings) -> list[Waiting]:
    """Each thing once.

    Args:
        errors: of what forbids the sending.
        name: of the release.
    """
    return list(dict.fromkeys(each for error in errors for each in _said(error, name, settings)))


def _said(error: MailerError, name: str, settings: Settings) -> list[Waiting]:
    if isinstance(error, SettingsError):
        if not settings.smtp_host and not settings.preset:
            return [_NO_SERVER]
        return _rows(error, "/settings/server", "The server")
    if isinstance(error, CheckFailed):
        message = error.message.partition(":")[0]
        return [Waiting("", f"{message}.", "", f"/r/{quote(name, safe='')}", "Look at what it found")]
    if isinstance(error, ListError | WorkspaceError):
        return _rows(error, "/lists", "The lists")
    return _rows(error)


def _rows(error: MailerError, href: str = "", there: str = "") -> list[Waiting]:
    return [Waiting(*row, href, there) for row in faults_of(error)]
