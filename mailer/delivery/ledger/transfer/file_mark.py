"""What a file says of itself: that it was moved, and that its rows belong together."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.transfer.at_rest import Refused
from mailer.errors import LedgerError


def of(path: Path) -> tuple[str, float] | None:
    """Where a file's ledger was moved, and when, by which a move is known; None: it was not. What says so is then in
    the file itself, for whoever looks at that alone.

    Raises:
        LedgerError: it can't be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'moved'").fetchone():
                return None
            row = db.execute("SELECT destination, at FROM moved").fetchone()
            if row is None:
                return None
            _settle(db)
            return str(row[0]), float(row[1])
    except sqlite3.Error as error:
        raise LedgerError(f"The ledger {path} can't be used: {error}.") from None


def settle(path: Path) -> None:
    """What was written last is in the file itself, as far as nobody else is reading it."""
    with closing(sqlite3.connect(path)) as db:
        _settle(db)


def _settle(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def must_hold_together(db: Connection) -> None:
    """SQLite does not look whether what a row refers to is there; PostgreSQL does.

    Raises:
        Refused: something refers to nothing.
    """
    found = db.execute('SELECT "table", count(*) FROM pragma_foreign_key_check GROUP BY 1').fetchall()
    if found:
        rows = ", ".join(f"{number:,} of {table}" for table, number in found)
        raise Refused(
            f"The ledger has rows that belong to nothing ({rows}), which a database does not take: nothing was moved.",
            "It was changed by hand, or is damaged. It goes on working as it is; ask whoever looks after mailer.",
        )
