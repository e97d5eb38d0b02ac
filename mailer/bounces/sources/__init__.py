"""Where mail is read from: mbox files, Maildirs, a folder on an IMAP server. None of them is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.bounces.register import MailRegister
from mailer.bounces.sources.imap import read_imap
from mailer.bounces.sources.on_disk import read_maildir, read_mbox
from mailer.settings import Settings

__all__ = ["Sources", "mails_of"]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where to look.

    Attributes:
        imap: the folder that the settings name.
        events: what providers have posted to the office's server.
    """

    mboxes: tuple[Path, ...] = ()
    maildirs: tuple[Path, ...] = ()
    imap: bool = False
    events: bool = False


def mails_of(
    sources: Sources, settings: Settings, register: MailRegister
) -> Iterator[tuple[str, bytes | None]]:
    """Every mail of some sources, with its place; None for one that an IMAP server names and does not hand out.

    Args:
        register: how far the IMAP folder was read.

    Raises:
        SourceError, SettingsError, TransportError: a source can't be read.
    """
    for path in sources.mboxes:
        yield from read_mbox(path)
    for path in sources.maildirs:
        yield from read_maildir(path)
    if sources.imap:
        yield from read_imap(settings, register)
