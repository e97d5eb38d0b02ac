"""From a file of this computer into a database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mailer.delivery.ledger.machine import machine_name
from mailer.delivery.ledger.postgres import shut
from mailer.delivery.ledger.postgres.shut import Arriving
from mailer.delivery.ledger.postgres.store import DatabaseStore
from mailer.delivery.ledger.sqlite.moving import mark_moved
from mailer.delivery.ledger.sqlite.store import FileStore
from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.sums import Sum, sums
from mailer.delivery.ledger.tables import TABLES
from mailer.delivery.ledger.transfer import file_mark
from mailer.delivery.ledger.transfer.at_rest import Refused, must_be_at_rest, must_be_empty, sort_out
from mailer.delivery.ledger.transfer.copied import copied
from mailer.workspace.database_url import DatabaseUrl

_INDEXES = """
SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid WHERE c.relnamespace = 'mailer'::regnamespace
AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
"""
_CHECKS = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'mailer'::regnamespace AND contype IN ('f', 'u') ORDER BY contype
"""
"""References first: they are taken away first, and made last."""


def into_database(
    source: Path, url: DatabaseUrl, before_mark: Callable[[Connection], None] = lambda db: None
) -> dict[str, Sum]:
    """Moves all of a file's ledger into an empty database, and marks the file as moved.

    Args:
        source: the file.
        url: the database: empty, left by a move of this file that did not come to its end, or once moved elsewhere.
        before_mark: called before the file is marked, in the transaction that fills the database.

    Returns:
        What was moved, by release.

    Raises:
        BeingSent: something is being sent or prepared; it is named.
        LedgerError: one of them can't be read or written; the file does not know everything that was sent; there is
            another ledger in the database; the copy differs. The file is then as it was.
    """
    us = f"{machine_name()}:{source.resolve()}"
    if not source.is_file():
        raise Refused(
            f"There is no ledger {source}: nothing was sent from here yet, so there is nothing to move."
        )
    went = file_mark.of(source)
    with closing(DatabaseStore(url, moving=True)) as database:
        with database.reading():
            comes = shut.arriving(database.link)
        if went:
            return _ended(database, source, went, comes, us)
        _prepare(database, comes, us)
        with closing(FileStore(source, leaving=True)) as file:
            return _moved(file, database, us, before_mark)


def _prepare(database: DatabaseStore, comes: Arriving | None, us: str) -> None:
    """What an earlier move has left is taken away, of this file or out of this database."""
    if comes and comes.source != us:
        raise Refused(
            f"A ledger is just being moved to {database.place} from {comes.source}: nothing was moved.",
            "Run `mailer ledger move` there once more: it ends what was begun. Or name another database.",
        )
    with database.reading():
        went = shut.gone(database.link)
        if went and not went.there:
            raise Refused(
                f"The ledger that was in {database.place} is just being moved to {went.destination} by {went.giver}:"
                " nothing was moved.",
                "Run `mailer ledger move` there once more: it ends what was begun. Or name another database.",
            )
        if comes or went:
            shut.emptied(database.link)


def _moved(
    file: FileStore, database: DatabaseStore, us: str, before_mark: Callable[[Connection], None]
) -> dict[str, Sum]:
    sort_out(file)
    at = time.time()
    with file.writing(durable=True) as old:
        must_be_at_rest(file, old)
        file_mark.must_hold_together(old)
        with _filling(database) as (new, make_indexes):
            must_be_empty(new, database.place)
            moved = copied(old, new, make_indexes)
            _count_on(database.link)
            before_mark(new)
            shut.begin_arrival(database.link, Arriving(us, at))
        mark_moved(old, database.place, at)
    file_mark.settle(file.path)
    _open(database)
    return moved


def _ended(
    database: DatabaseStore, source: Path, went: tuple[str, float], comes: Arriving | None, us: str
) -> dict[str, Sum]:
    """The file was marked before: only the last step may be left."""
    destination, at = went
    if comes and comes.source == us and comes.at == at:
        _open(database)
        with database.reading() as db:
            return sums(db)
    raise Refused(f"The ledger {source} was moved to {destination} before: there is nothing to move.")


def _open(database: DatabaseStore) -> None:
    with database.reading():
        shut.end_arrival(database.link)
        database.link.execute("ANALYZE deliveries, attempts")


@contextmanager
def _filling(database: DatabaseStore) -> Iterator[tuple[Connection, Callable[[], None]]]:
    """One transaction, in which rows are copied before indexes are made; and what makes these."""
    with database.writing() as db:
        link = database.link
        link.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        link.execute("SET LOCAL maintenance_work_mem = '128MB'")
        later = link.execute(_CHECKS).fetchall() + link.execute(_INDEXES).fetchall()
        for drop, _ in later:
            link.execute(drop.encode())

        def make() -> None:
            for _, statement in reversed(later):  # what refers to a key comes after it
                link.execute(statement.encode())

        yield db, make


def _count_on(link: shut.Link) -> None:
    """Whatever is added from now on is numbered behind what was copied."""
    for table in TABLES:
        if table.counted:
            link.execute(
                f"SELECT setval(pg_get_serial_sequence('mailer.{table.name}', '{table.counted}'),"
                f" (SELECT coalesce(max({table.counted}), 0) + 1 FROM {table.name}), false)".encode()
            )
