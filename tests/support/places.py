"""Where a test's ledger is: a file, or a database that several computers share. The same tests are run over both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mailer.delivery import Ledger
from mailer.workspace.database_url import DatabaseUrl

Place = Path | DatabaseUrl


def spoken(place: Place) -> str:
    """As a process of its own is told."""
    return place.url if isinstance(place, DatabaseUrl) else str(place)


def understood(said: str) -> Place:
    """What it was told."""
    return DatabaseUrl(said) if said.startswith("postgresql:") else Path(said)


def ask(place: Place, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """What a ledger says to a query, over a connection of its own."""
    with Ledger(place) as ledger, ledger.reading() as db:
        return [tuple(row) for row in db.execute(query, values)]


def empty(place: Place) -> None:
    """As if it had just been made."""
    if isinstance(place, Path):
        place.unlink(missing_ok=True)
        return
    import psycopg

    made = ("states", "schema_version")  # what stands in them stood there from the beginning
    with psycopg.connect(place.url, autocommit=True) as db:
        found = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'mailer'").fetchall()
        tables = ", ".join(f"mailer.{name}" for (name,) in found if name not in made)
        db.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())


def later(place: Place, minutes: float) -> None:
    """In a database: as if so much time had passed since leases ended, by its clock. In a file nothing waits for that."""
    if isinstance(place, DatabaseUrl):
        with Ledger(place) as ledger, ledger.writing() as db:
            db.execute("UPDATE workers SET ended = ended - make_interval(mins => ?)", (minutes,))


def end_leases(place: Place) -> None:
    """In a database: as if nothing had been heard for a minute of whoever sends. In a file nobody waits for the dead."""
    if isinstance(place, DatabaseUrl):
        with Ledger(place) as ledger, ledger.writing() as db:
            db.execute("UPDATE workers SET expires = clock_timestamp() - interval '1 s' WHERE ended IS NULL")
