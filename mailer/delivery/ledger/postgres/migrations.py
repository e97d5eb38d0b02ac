"""The database's schema, and how an older one comes to it: one function a version, in one transaction, as for the file
(sqlite/migrations.py). PostgreSQL changes a schema within a transaction, so there is no copy to go back to: whoever
runs the server has backups.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import psycopg

from mailer.errors import LedgerError

Link = psycopg.Connection[tuple[Any, ...]]

MIGRATIONS: tuple[Callable[[Link], None], ...] = ()
"""The function at index n brings version n + 1 to n + 2."""

VERSION = len(MIGRATIONS) + 1
"""What schema.sql makes."""

SCHEMA = "mailer"
"""The tables are in a schema of their own: an office may have others in the same database."""

_ALONE = 0x6D61696C
"""An advisory lock: one process at a time makes or changes the schema."""


def bring_up_to_date(db: Link, place: str) -> None:
    """Makes the schema where there is none, or brings an older one to it. Whoever comes second finds it done; whoever
    may only read needs nothing more.

    Raises:
        LedgerError: a newer version of the tool made it; or there is none, and this user may not make it.
        psycopg.Error: it can't be read or written; then it is as it was.
    """
    version = _version(db)
    if version < VERSION:
        try:
            version = _change(db)
        except psycopg.errors.InsufficientPrivilege:
            raise LedgerError(
                f"{place} has no ledger of this version yet, and this user may not make one.",
                "Let the user who owns the database run `mailer status` once.",
            ) from None
    if version > VERSION:
        raise LedgerError(f"{place} was made by a newer version of mailer.", "Update mailer.")


def _change(db: Link) -> int:
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock($1)", (_ALONE,))
        found = _version(db)  # somebody else may have been quicker
        if found == 0:
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            db.execute("CREATE TABLE schema_version (version integer NOT NULL)")
            db.execute("INSERT INTO schema_version VALUES (0)")
            schema = files("mailer.delivery.ledger.postgres").joinpath("schema.sql").read_text("utf-8")
            db.execute(schema.encode())
        for migrate in MIGRATIONS[found - 1 :] if found else ():
            migrate(db)
        if found < VERSION:
            db.execute("UPDATE schema_version SET version = $1", (VERSION,))
    return max(found, VERSION)


def _version(db: Link) -> int:
    """0: there is no ledger."""
    row = db.execute("SELECT to_regclass($1)", (f"{SCHEMA}.schema_version",)).fetchone()
    if row is None or row[0] is None:
        return 0
    row = db.execute("SELECT version FROM schema_version").fetchone()
    return int(row[0]) if row else 0
