"""A database that is no ledger any more, or not yet: all was moved out of it, or is just being moved into it.

Whoever opens it is refused, and so is whoever has it open already: once it is shut, a trigger of each
table refuses to write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from mailer.errors import LedgerError

Link = psycopg.Connection[tuple[Any, ...]]

IS_SHUT = "ML001"
"""SQLSTATE: the class is of nobody (PostgreSQL's own have other letters)."""

_TABLES = """
SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = 'mailer'::regnamespace
AND c.relname NOT IN ('schema_version', 'states', 'moved', 'arriving')
"""


@dataclass(frozen=True, slots=True)
class Arriving:
    """What is just being moved here: from where, and when that began, by which a move is known."""

    source: str
    at: float


@dataclass(frozen=True, slots=True)
class Gone:
    """Where all was moved; when, by which a move is known; by whom; and whether the file is in its place."""

    destination: str
    at: float
    giver: str
    there: bool = False


def arriving(link: Link) -> Arriving | None:
    if not _there(link, "arriving"):
        return None
    row = link.execute("SELECT source, at FROM arriving").fetchone()
    return Arriving(*row) if row else None


def gone(link: Link) -> Gone | None:
    row = link.execute("SELECT destination, at, giver, there FROM moved").fetchone()
    return Gone(*row) if row else None


def _there(link: Link, table: str) -> bool:
    row = link.execute("SELECT to_regclass($1) IS NOT NULL", (f"mailer.{table}",)).fetchone()
    return bool(row and row[0])


def must_be_open(link: Link, place: str) -> None:
    """
    Raises:
        LedgerError: the ledger is somewhere else, or not here yet.
    """
    if comes := arriving(link):
        raise LedgerError(
            f"The ledger is just being moved to {place} from {comes.source}, or that did not come to its end.",
            "Wait a few minutes. Else run `mailer ledger move` there once more: it ends what was begun.",
        )
    if went := gone(link):
        day = datetime.fromtimestamp(went.at).astimezone().date().isoformat()
        raise LedgerError(
            f"The ledger {place} was moved to {went.destination} by {went.giver} on {day}: this database is used no"
            " more.",
            f"On that computer, say so in .env: LEDGER_PATH={went.destination}. From others nothing can be sent, unless"
            " it is moved to a database again.",
        )


def begin_arrival(link: Link, comes: Arriving) -> None:
    """In the transaction in which all of it is copied."""
    link.execute("CREATE TABLE arriving (source text NOT NULL, at double precision NOT NULL)")
    link.execute("INSERT INTO arriving VALUES ($1, $2)", (comes.source, comes.at))
    _shut(link, f"it is just being moved here from {comes.source}")


def end_arrival(link: Link) -> None:
    with link.transaction():
        link.execute("DROP TABLE IF EXISTS arriving")
        link.execute("DROP FUNCTION IF EXISTS is_shut() CASCADE")


def mark(link: Link, went: Gone) -> None:
    """In the transaction that locks it."""
    link.execute(
        "INSERT INTO moved (destination, at, giver) VALUES ($1, $2, $3)",
        (went.destination, went.at, went.giver),
    )
    _shut(link, f"it was moved to {went.destination} by {went.giver}")


def is_there(link: Link) -> None:
    """The file is in its place: nothing of this database is needed any more."""
    link.execute("UPDATE moved SET there = true")


def _shut(link: Link, why: str) -> None:
    said = psycopg.sql.Literal(why).as_string(link)
    link.execute(
        "CREATE FUNCTION is_shut() RETURNS trigger LANGUAGE plpgsql AS $is_shut$ BEGIN"
        f" RAISE EXCEPTION USING ERRCODE = '{IS_SHUT}', MESSAGE = {said}; END $is_shut$".encode()
    )
    for (table,) in link.execute(_TABLES).fetchall():
        link.execute(
            f"CREATE TRIGGER is_shut BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION is_shut()".encode()
        )


def emptied(link: Link) -> None:
    """Takes away what a move has left that did not come to its end, or what was moved elsewhere. Tables stay, with the
    rights that were given to them."""
    with link.transaction():
        end_arrival(link)
        tables = ", ".join(table for (table,) in link.execute(_TABLES).fetchall())
        link.execute(f"TRUNCATE {tables}".encode())
        link.execute("DELETE FROM moved")
