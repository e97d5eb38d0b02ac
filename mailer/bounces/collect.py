"""Reading the bounce mailboxes: every mail once, dealt with as it comes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mailer.bounces.intake import Handled, Intake, not_handed_out
from mailer.bounces.memory import Memory
from mailer.bounces.reading.report import Office
from mailer.bounces.sources.imap import read_imap
from mailer.bounces.sources.on_disk import read_maildir, read_mbox
from mailer.delivery.ledger import Ledger
from mailer.errors import LedgerError
from mailer.press import AddressError, Suppressions, held
from mailer.settings import Settings
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Where to look. `imap`: the folder that the settings name."""

    mboxes: tuple[Path, ...] = ()
    maildirs: tuple[Path, ...] = ()
    imap: bool = False


def collect(
    workspace: Workspace, settings: Settings, mailboxes: Mailboxes, *, rehearsal: bool = False
) -> Iterator[Handled]:
    """Deals with every mail that was not dealt with before, and tells what it did.

    Args:
        rehearsal: do it all on copies of the ledger and of suppressed.csv, which are thrown away.

    Raises:
        SourceError, SettingsError, TransportError: a mailbox can't be read.
        LedgerError, ListError: what follows from a mail can't be written down.
    """
    with _books(workspace, rehearsal) as (ledger, suppressions):
        memory = Memory(ledger)
        intake = Intake(ledger, suppressions, office_of(settings), settings.secret_key, _on_file(workspace))
        for where, content in _mails(settings, mailboxes, memory):
            handled = not_handed_out(where) if content is None else intake.take(memory, content, where)
            if handled is not None:
                yield handled


def office_of(settings: Settings) -> Office:
    """What of the settings helps to read a mail."""
    return Office(settings.envelope_from, settings.unsubscribe_mailto, settings.bounce_authserv_id)


def _mails(settings: Settings, mailboxes: Mailboxes, memory: Memory) -> Iterator[tuple[str, bytes | None]]:
    for path in mailboxes.mboxes:
        yield from read_mbox(path)
    for path in mailboxes.maildirs:
        yield from read_maildir(path)
    if mailboxes.imap:
        yield from read_imap(settings, memory)


def _on_file(workspace: Workspace) -> Callable[[str], bool]:
    def on_file(address: str) -> bool:
        try:
            return next(held(workspace, address), None) is not None
        except AddressError:
            return False

    return on_file


@contextmanager
def _books(workspace: Workspace, rehearsal: bool) -> Iterator[tuple[Ledger, Suppressions]]:
    """The ledger and the suppressions, or copies of them."""
    if not rehearsal:
        with Ledger(workspace.ledger) as ledger:
            yield ledger, Suppressions(workspace.suppressed)
        return
    Suppressions(workspace.suppressed)  # what is wrong with it is said of the file itself, not of the copy
    with TemporaryDirectory(prefix="mailer-bounces-") as name:
        copy = Path(name)
        if workspace.ledger.is_file():
            _copy_ledger(workspace.ledger, copy / "ledger.db")
        if workspace.suppressed.is_file():
            shutil.copyfile(workspace.suppressed, copy / "suppressed.csv")
        with Ledger(copy / "ledger.db", witnessed=False) as ledger:
            yield ledger, Suppressions(copy / "suppressed.csv")


def _copy_ledger(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise LedgerError(f"The ledger {source} can't be copied for a rehearsal: {error}.") from None
