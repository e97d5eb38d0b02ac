"""A clock that nobody sets: every wait and every limit goes by it.

The wall clock is set, by hand or by whoever keeps it right, an hour back or a day forward. It is for what people
see, and for planned times. Within one boot of the machine seconds are counted from its beginning, which nothing can
set. When that was, the wall clock is asked once, and the ledger keeps it for all who run in this boot; so moments of
two boots can be compared, as well as the wall clock was right.
"""

from __future__ import annotations

import time

from mailer.delivery.ledger.boot import boot_id, since_boot
from mailer.delivery.ledger.sqlite.database import Database


class SteadyClock:
    """Says seconds since 1970, as the wall clock did when mailer first ran in this boot. Never jumps; time asleep
    counts where the system counts it (Linux).

    Args:
        database: the ledger, which keeps when this boot began. Where the system does not name its boots, the clock is
            this process's own.

    Raises:
        LedgerError: it can't be read or written.
    """

    def __init__(self, database: Database) -> None:
        boot = boot_id()
        self._began = _began(database, boot) if boot else time.time() - since_boot()

    def __call__(self) -> float:
        return self._began + since_boot()


def _began(database: Database, boot: str) -> float:
    """When this boot began, as the first who ran in it saw it."""
    known = "SELECT began FROM boots WHERE boot = ?"
    with database.reading() as db:
        row = db.execute(known, (boot,)).fetchone()
    if row is None:
        with database.writing() as db:
            db.execute("INSERT OR IGNORE INTO boots VALUES (?, ?)", (boot, time.time() - since_boot()))
            row = db.execute(known, (boot,)).fetchone()
    return float(row[0])
