"""Whose a ledger in a file is: one computer's, and where a lock holds.

SQLite's locks, and ours, hold on one computer. A folder that is copied, put on a network drive or kept in step by
another program has the same file on two, and each would send to everybody. So whoever writes is looked at first, once
for each time that the file is opened: it must be the computer that the file names, and the file must lie on a disk of
its own. Reading is free: nothing leaves by it.
"""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime
from pathlib import Path

from mailer.delivery.ledger.machine import machine_id, machine_name
from mailer.errors import LedgerError
from mailer.workspace.whereabouts import shared_by

GUIDE = "docs/guide/two-computers.md"


def must_not_have_moved(db: sqlite3.Connection, path: Path) -> None:
    """
    Raises:
        LedgerError: the ledger is somewhere else now, and this file is out of date.
    """
    moved = db.execute("SELECT destination, at FROM moved").fetchone()
    if moved:
        destination, at = moved
        in_a_database = destination.startswith("postgres")
        other = "" if in_a_database else of_another_computer(db)
        on = f", on {other}," if other else ""
        raise LedgerError(
            f"The ledger {path} was moved to {destination}{on} on {_day(at)}: this file is used no more.",
            f"Send from {other}; or copy that file to this computer, say where it is in .env (LEDGER_PATH), and run"
            " `mailer ledger adopt`."
            if other
            else f"Say so in .env: LEDGER_PATH={destination}"
            if not in_a_database
            else f"Say so in .env: LEDGER_URL={destination}, with what the other computers have behind it, such as"
            " ?sslmode=verify-full",
        )


def must_be_on_a_disk_of_its_own(path: Path) -> None:
    """
    Raises:
        LedgerError: other computers have the file too.
    """
    if others := shared_by(path):
        raise LedgerError(
            f"The ledger {path} is {others}: two computers could each send to everybody. Nothing was changed.",
            "Move it to a disk of this computer: `mailer ledger move ~/mailer/ledger.db`. If several computers are to"
            f" send, keep it in PostgreSQL (LEDGER_URL). See {GUIDE}.",
        )


def must_be_this_computers(db: sqlite3.Connection, path: Path) -> None:
    """
    Raises:
        LedgerError: it is another computer's.
    """
    if other := of_another_computer(db):
        raise LedgerError(
            f"The ledger {path} belongs to another computer, {other}: nothing is sent or changed from here,"
            f" {machine_name()}.",
            f"If {other} is to send no more, take it over: `mailer ledger adopt`. To send from both, keep the ledger in"
            f" PostgreSQL (LEDGER_URL). See {GUIDE}.",
        )


def of_another_computer(db: sqlite3.Connection) -> str | None:
    """What the computer is called that may write here, and is not this one; "": it is this one; None: nobody's."""
    row = db.execute("SELECT id, name FROM machine").fetchone()
    if row is None:
        return None
    return "" if row[0] == machine_id() else str(row[1])


def adopt(db: sqlite3.Connection) -> None:
    """From now on this computer may write, and no other. In a transaction."""
    db.execute("DELETE FROM machine")
    db.execute("INSERT INTO machine VALUES (?, ?, ?)", (machine_id(), machine_name(), time.time()))


def _day(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().date().isoformat()
