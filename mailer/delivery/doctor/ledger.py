"""Where the ledger is, whether anything may be sent by it from here, and what it knows of complaints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from mailer.delivery.doctor.complaints import complaint_rate
from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.sqlite.belonging import must_be_on_a_disk_of_its_own, must_be_this_computers
from mailer.delivery.ledger.sqlite.store import FileStore
from mailer.errors import LedgerError
from mailer.model import Finding
from mailer.workspace.database_url import DatabaseUrl

_WHO = (
    "SELECT current_database(), current_user, split_part(current_setting('server_version'), ' ', 1),"
    " pg_has_role(nspowner, 'USAGE'), has_table_privilege('deliveries', 'UPDATE')"
    " FROM pg_namespace WHERE nspname = current_schema()"
)


def look_at_ledger(place: Path | DatabaseUrl, shown: str) -> Iterator[Finding]:
    """
    Args:
        place: where it is, or would be.
        shown: the same, for people; of a file.

    Yields:
        Findings whose id is ledger or complaints. What is told of a database has no password.
    """
    try:
        if isinstance(place, DatabaseUrl):
            told = _of_a_database(place)
        else:
            must_be_on_a_disk_of_its_own(place)
            if not place.is_file():
                yield Finding("ledger", "notice", f"{shown}: nothing was sent from here yet.")
                return
            with FileStore(place) as store, store.reading() as db:
                must_be_this_computers(db, place)
            told = f"{shown}, a file of this computer alone."
        yield Finding("ledger", "notice", told)
        with Ledger(place) as ledger:
            rate = complaint_rate(ledger)
    except LedgerError as error:
        yield Finding("ledger", "error", error.message, error.hint)
    else:
        if rate:
            yield rate


def _of_a_database(place: DatabaseUrl) -> str:
    from mailer.delivery.ledger.postgres.store import DatabaseStore  # psycopg is an extra

    with closing(DatabaseStore(place)) as store, store.reading() as db:
        database, user, version, owns, writes = db.execute(_WHO).fetchone()
        host = store.host
    may = "owns it" if owns else "may send" if writes else "may only read"
    return f"PostgreSQL {version} at {host}, database {database}, as {user}, who {may}."
