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


def collect(
    workspace: Workspace, settings: Settings, sources: Sources, *, rehearsal: bool = False
) -> Iterator[HandledMail]:
    """Deals with every mail and every event that was not dealt with before, and tells what it did.

    Args:
        rehearsal: do it all on copies of the ledger and of suppressed.csv, which are thrown away.

    Raises:
        SourceError, SettingsError, TransportError: a source can't be read.
        LedgerError, ListError: what follows from a mail can't be written down.
    """
    with _ledger_and_suppressions(workspace, rehearsal) as (ledger, suppressions):
        register = MailRegister(ledger)
        handler = MailHandler(
            ledger,
            register,
            suppressions,
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
def _ledger_and_suppressions(workspace: Workspace, rehearsal: bool) -> Iterator[tuple[Ledger, Suppressions]]:
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
