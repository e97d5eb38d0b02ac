"""Reading what came back: every mail once, dealt with as it comes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mailer.bounces.consequences import HandledMail
from mailer.bounces.event_handling import digest_events
from mailer.bounces.events import Spool
from mailer.bounces.handling import MailHandler, not_handed_out
from mailer.bounces.reading import OurAddresses
from mailer.bounces.register import MailRegister
from mailer.bounces.sources import Sources, mails_of
from mailer.delivery.ledger import Ledger
from mailer.errors import LedgerError
from mailer.press import AddressError, Suppressions, kept_about
from mailer.settings import Settings
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl

Opening = Callable[[Ledger], Suppressions]


def collect(
    workspace: Workspace,
    settings: Settings,
    sources: Sources,
    *,
    rehearsal: bool = False,
    suppressions: Opening | None = None,
) -> Iterator[HandledMail]:
    """Deals with every mail and every event that was not dealt with before, and tells what it did.

    Args:
        rehearsal: do it all on copies of the ledger and of suppressed.csv, which are thrown away.
        suppressions: opens who is never mailed, given the ledger, where other computers are told of them too; by
            default it is suppressed.csv alone.

    Raises:
        SourceError, SettingsError, TransportError: a source can't be read.
        LedgerError, ListError: what follows from a mail can't be written down.
    """
    with _ledger_and_suppressions(workspace, rehearsal, suppressions) as (ledger, never_mailed):
        register = MailRegister(ledger)
        handler = MailHandler(
            ledger,
            register,
            never_mailed,
            our_addresses(settings),
            settings.secret_key,
            _on_a_list(workspace),
        )
        for where, content in mails_of(sources, settings, register):
            handled = not_handed_out(where) if content is None else handler.handle(content, where)
            if handled is not None:
                yield handled
        if sources.events:
            yield from digest_events(Spool(workspace.private), register, handler.proven, rehearsal=rehearsal)


def _of_this_file(workspace: Workspace) -> Opening:
    return lambda ledger: Suppressions(workspace.suppressed)


def our_addresses(settings: Settings) -> OurAddresses:
    """What of the settings helps to read a mail."""
    return OurAddresses(settings.envelope_from, settings.unsubscribe_mailto, settings.bounce_authserv_id)


def _on_a_list(workspace: Workspace) -> Callable[[str], bool]:
    def on_a_list(address: str) -> bool:
        try:
            return next(kept_about(workspace, address), None) is not None
        except AddressError:
            return False

    return on_a_list


@contextmanager
def _ledger_and_suppressions(
    workspace: Workspace, rehearsal: bool, suppressions: Opening | None
) -> Iterator[tuple[Ledger, Suppressions]]:
    """The ledger and the suppressions, or copies of them."""
    if not rehearsal:
        with Ledger(workspace.ledger) as ledger:
            yield ledger, (suppressions or _of_this_file(workspace))(ledger)
        return
    Suppressions(workspace.suppressed)  # what is wrong with it is said of the file itself, not of the copy
    with TemporaryDirectory(prefix="mailer-bounces-") as name:
        copy = Path(name)
        if workspace.has_ledger():
            _copy_ledger(workspace.ledger, copy / "ledger.db")
        if workspace.suppressed.is_file():
            shutil.copyfile(workspace.suppressed, copy / "suppressed.csv")
        with Ledger(copy / "ledger.db", witnessed=False) as ledger:
            yield ledger, Suppressions(copy / "suppressed.csv")


def _copy_ledger(source: Path | DatabaseUrl, target: Path) -> None:
    if isinstance(source, DatabaseUrl):
        raise LedgerError(
            f"What came back can't be rehearsed: the ledger is in a database ({source}), and a rehearsal needs a copy.",
            "Without --dry-run, what is proven is acted upon at once, and everything else is put to you.",
        )
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise LedgerError(f"The ledger {source} can't be copied for a rehearsal: {error}.") from None
