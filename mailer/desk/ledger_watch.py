"""Sees that somebody has written into the ledger: a sender, a command in a terminal, a reader of bounces."""

from __future__ import annotations

import time

from mailer.desk.changes import watch
from mailer.desk.office import Office
from mailer.errors import SettingsError
from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.ledger_place import Stamp, files_of, stamp_of

PAUSE = 0.5
"""Seconds between looks. They go on while no page listens: one may have been made just before."""

ASKED = 2
"""Seconds between two looks of a page into a database: it tells nobody that something was written."""


async def watch_ledger(office: Office) -> None:
    """Bumps "ledger" for as long as it runs. It looks at the files alone, and opens none; where it is in a database,
    the pages ask that themselves, every few seconds."""
    await watch(lambda: _stamp(office), lambda: office.changes.bump("ledger"), PAUSE)


def _stamp(office: Office) -> Stamp:
    try:
        ledger = office.workspace.ledger
    except SettingsError:  # somebody is at work on .env; the pages tell
        return ()
    if isinstance(ledger, DatabaseUrl):
        return ((int(time.monotonic() // ASKED), 0),)
    return stamp_of(files_of(ledger))
