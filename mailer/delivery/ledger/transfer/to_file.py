"""From a database back into a file of this computer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mailer.delivery.ledger.boot import boot_id
from mailer.delivery.ledger.postgres import shut
from mailer.delivery.ledger.postgres.shut import Gone
from mailer.delivery.ledger.postgres.store import DatabaseStore
from mailer.delivery.ledger.records import QUEUED
from mailer.delivery.ledger.sqlite.hold import testimony_of
from mailer.delivery.ledger.sqlite.lock import whoever_we_are
from mailer.delivery.ledger.sqlite.moving import put_aside
from mailer.delivery.ledger.sqlite.store import FileStore
from mailer.delivery.ledger.sqlite.witness import Witness, all_of
from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.sums import Sum, sums
from mailer.delivery.ledger.tables import TABLES
from mailer.delivery.ledger.transfer import file_mark
from mailer.delivery.ledger.transfer.at_rest import Refused, must_be_at_rest, must_be_empty, sort_out
from mailer.delivery.ledger.transfer.copied import copied
from mailer.errors import LedgerError
from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.durable import sync_folder

_PARTS = ("", "-wal", "-shm")
"""Of a file in SQLite's WAL mode."""
_CACHE = "PRAGMA cache_size = -200000"


def into_file(
    url: DatabaseUrl,
    path: Path,
    before_mark: Callable[[Connection], None] = lambda db: None,
) -> dict[str, Sum]:
    """Moves all of a database's ledger into a new file of this computer, and marks the database as moved.

    Args:
        path: the file; what lies there may only be a ledger that was moved away, which is kept beside it.
        before_mark: called before the database is marked, in the transaction that locks it, with all of it to be read.

    Returns:
        What was moved, by release.

    Raises:
        BeingSent: something is being sent or prepared; it is named.
        LedgerError: one of them can't be read or written; another ledger is in the file's place; more was sent from
            there than the database knows; the copy differs. The database is then as it was.
    """
    path = path.resolve()
    with closing(DatabaseStore(url, moving=True)) as database:
        with database.reading():
            went, comes = shut.gone(database.link), shut.arriving(database.link)
        if went:
            return _ended(database, path, went)
        if comes:
            shut.must_be_open(database.link, database.place)
        return _moved(database, path, before_mark)


def _moved(
    database: DatabaseStore,
    path: Path,
    before_mark: Callable[[Connection], None],
) -> dict[str, Sum]:
    _must_be_free(path)
    sort_out(database)
    at = time.time()
    with database.writing() as old:
        _lock(database.link)
        must_be_at_rest(database, old)
        _must_know_all(old, path)
        moved = _filled(old, _beside(path), at)
        before_mark(old)
        shut.mark(database.link, Gone(str(path), at, whoever_we_are()))
    _put_in_place(database, path)
    return moved


def _lock(link: shut.Link) -> None:
    """Nobody else writes until the transaction ends; who reads may go on."""
    link.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    # In the order in which a sender's step takes them (postgres/journal.py): nobody waits in a circle.
    first = ("workers", "deliveries", "attempts", "suppressions")
    names = ", ".join((*first, *(table.name for table in TABLES if table.name not in first)))
    link.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE".encode())


def _filled(old: Connection, beside: Path, at: float) -> dict[str, Sum]:
    """The new file, complete and on the disk, under another name than its own."""
    _remove(beside)
    try:
        with closing(FileStore(beside)) as file, file.writing(durable=True) as new:
            new.execute(_CACHE)
            moved = copied(old, new)
            # An older copy of this file, from before it was moved, is found out by the witnesses (_put_in_place).
            new.execute("UPDATE mailings SET sequence = sequence + 1")
            new.execute("CREATE TABLE arriving (at REAL NOT NULL)")
            new.execute("INSERT INTO arriving VALUES (?)", (at,))
        file_mark.settle(beside)
    except BaseException:  # such as of a full disk, which it would keep full
        _remove(beside)
        raise
    sync_folder(beside.parent)
    return moved


def _put_in_place(database: DatabaseStore, path: Path) -> None:
    """The last step, which may be done twice. Witnesses outside the file hear how far it has come."""
    beside = _beside(path)
    if beside.exists():
        _must_be_free(path)
        if path.exists():  # its mark keeps an old laptop out up to this moment
            put_aside(path)
        _rename(beside, path)
        sync_folder(path.parent)
    with closing(FileStore(path)) as file:
        with file.reading() as db:
            begun = db.execute(
                "SELECT id, release FROM mailings WHERE EXISTS"
                " (SELECT 1 FROM deliveries WHERE mailing = mailings.id AND state <> ?)",
                (QUEUED,),
            ).fetchall()
        for mailing, release in begun:
            Witness(path, release).write(testimony_of(file, mailing, clean=True))
        with database.reading():
            shut.is_there(database.link)
        with file.writing(durable=True) as db:
            db.execute("DROP TABLE IF EXISTS arriving")


def _ended(database: DatabaseStore, path: Path, went: Gone) -> dict[str, Sum]:
    """The database was marked before: only the last step may be left."""
    if went.destination == str(path) and went.at in (_arriving_in(_beside(path)), _arriving_in(path)):
        _put_in_place(database, path)
        with closing(FileStore(path)) as file, file.reading() as db:
            return sums(db)
    raise Refused(
        f"The ledger {database.place} was moved to {went.destination} by {went.giver} before: there is nothing to move."
    )


def _arriving_in(path: Path) -> float | None:
    """By which move a file came whose last step is left; None: by none."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'arriving'").fetchone():
                return None
            row = db.execute("SELECT at FROM arriving").fetchone()
            return float(row[0]) if row else None
    except sqlite3.Error as error:
        raise LedgerError(f"{path} can't be used: {error}.") from None


def _must_know_all(old: Connection, path: Path) -> None:
    """
    Raises:
        Refused: more was sent from the file's place than the database knows: another ledger lay there.
    """
    here = boot_id()
    for told in all_of(path):
        row = old.execute(
            "SELECT created, sequence FROM mailings WHERE release = ?", (told.release,)
        ).fetchone()
        if row is None or row[0] != told.created or told.reached(here) > row[1]:
            raise Refused(
                f"A ledger that was kept at {path} knew of a sending of “{told.release}” that this one does not know:"
                " nothing was moved.",
                f"Name another place. If nothing of that ledger is needed, remove {path}.witness and try again.",
            )


def _must_be_free(path: Path) -> None:
    """A ledger that was moved away from there, or an empty one, will be kept beside it.

    Raises:
        Refused: there is one in use.
    """
    if path.exists() and file_mark.of(path) is None:
        with closing(FileStore(path)) as file, file.reading() as db:
            must_be_empty(db, str(path))


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.arriving")


def _rename(path: Path, target: Path) -> None:
    """With what belongs to it: a log under another's name would be taken for that one's."""
    for part in reversed(_PARTS):
        if (each := Path(f"{path}{part}")).exists():
            each.replace(f"{target}{part}")


def _remove(path: Path) -> None:
    for part in _PARTS:
        Path(f"{path}{part}").unlink(missing_ok=True)
