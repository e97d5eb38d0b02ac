"""A ledger's file is moved to another place: copied, compared, and marked where it was.

Nothing of it is being sent meanwhile, and nobody writes into it. What is left behind refuses everybody: who opens it
is told where it went, and a program that has it open still can't write into it any more.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from mailer.delivery.ledger.boot import boot_id
from mailer.delivery.ledger.sqlite.belonging import must_be_on_a_disk_of_its_own
from mailer.delivery.ledger.sqlite.doubt import doubts
from mailer.delivery.ledger.sqlite.store import FileStore
from mailer.delivery.ledger.sqlite.witness import Witness, all_of
from mailer.delivery.ledger.sums import Sum, called, differing, sums
from mailer.delivery.ledger.testimony import Testimony
from mailer.errors import LedgerError
from mailer.workspace.durable import sync_folder, to_disk
from mailer.workspace.private import private_file, private_folder


def move_file(source: Path, destination: Path) -> dict[str, Sum]:
    """
    Args:
        source: the ledger's file. It may lie where nothing can be sent from.
        destination: where it is to be. What is there may only be a ledger that is empty, was itself moved, or is the
            same.

    Returns:
        What was moved, by release.

    Raises:
        LedgerError: something of it is being sent; it is another computer's; the destination won't do, or what was
            copied is not the same. Then all is as it was.
    """
    must_be_on_a_disk_of_its_own(destination)
    with leaving(source) as (store, db):
        here = sums(db)
        _must_be_free(destination, here)
        try:
            private_folder(destination.parent)
            with _copy_of(source, destination) as copy:
                there = _sums_of(copy)
                if wrong := differing(here, there):
                    raise LedgerError(
                        f"What was copied to {destination} is not the same: {', '.join(map(called, wrong))}.",
                        "Nothing was moved. Is there something wrong with the disk?",
                    )
                put_aside(destination)
                copy.replace(destination)
                sync_folder(destination.parent)
        except OSError as error:
            raise LedgerError(
                f"{destination} can't be written: {error.strerror or error}.", "Nothing was moved."
            ) from None
        for testimony in _witnessed(store):
            Witness(destination, testimony.release).write(testimony)
        mark_moved(db, str(destination))
    with closing(sqlite3.connect(source)) as alone, suppress(sqlite3.Error):
        alone.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # who looks at the file alone sees it too
    return here


@contextmanager
def leaving(source: Path) -> Iterator[tuple[FileStore, sqlite3.Connection]]:
    """A ledger's file while nobody sends by it and nobody else writes: a transaction, which ends with this.

    Raises:
        LedgerError: something of it is being sent, or it is another computer's.
    """
    with FileStore(source, leaving=True) as store, ExitStack() as held:
        with store.reading() as db:
            mailings = db.execute("SELECT id, release FROM mailings ORDER BY id").fetchall()
        for number, release in mailings:
            hold = store.hold(number, release)
            hold.take(whole=False)
            held.callback(hold.release)
        with store.writing(durable=True) as db:
            if db.execute("SELECT id, release FROM mailings ORDER BY id").fetchall() != mailings:
                raise LedgerError("Something was queued just now: nothing was moved.", "Try it again.")
            yield store, db


def mark_moved(db: sqlite3.Connection, destination: str, at: float | None = None) -> None:
    """From now on this file is used by nobody: who opens it is told so, and who has it open can't write into it.

    Args:
        db: a transaction.
        destination: for people; without a password.
        at: when, in seconds since 1970; now by default.
    """
    db.execute("INSERT INTO moved VALUES (?, ?)", (destination, time.time() if at is None else at))
    said = f"it was moved to {destination}".replace("'", "''")
    tables = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        for change in ("INSERT", "UPDATE", "DELETE"):
            db.execute(
                f"CREATE TRIGGER moved_{table}_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )


@contextmanager
def _copy_of(source: Path, destination: Path) -> Iterator[Path]:
    """A copy beside the destination, of what was committed last; gone afterwards, unless it took its place."""
    beside = destination.with_name(f"{destination.name}.part")
    beside.unlink(missing_ok=True)
    private_file(beside)
    try:
        try:
            with closing(sqlite3.connect(source)) as committed, closing(sqlite3.connect(beside)) as copy:
                committed.backup(copy)
        except sqlite3.Error as error:
            raise LedgerError(f"{destination} can't be written: {error}.", "Nothing was moved.") from None
        with beside.open("rb+") as file:
            to_disk(file.fileno())
        yield beside
    finally:
        for suffix in ("", "-wal", "-shm"):
            beside.with_name(f"{beside.name}{suffix}").unlink(missing_ok=True)


def _sums_of(path: Path) -> dict[str, Sum]:
    """
    Raises:
        LedgerError: it can't be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return sums(db)
    except sqlite3.Error as error:
        raise LedgerError(f"{path} can't be read: {error}.", "Nothing was moved.") from None


def _must_be_free(destination: Path, here: Mapping[str, Sum]) -> None:
    """
    Raises:
        LedgerError: somebody else's file is there.
    """
    if not os.path.lexists(destination):
        return
    try:
        with closing(sqlite3.connect(f"{destination.resolve().as_uri()}?mode=ro", uri=True)) as db:
            if not db.execute("SELECT name FROM sqlite_master").fetchone():
                return
            if (
                db.execute("SELECT 1 FROM moved").fetchone()
                or not db.execute("SELECT 1 FROM mailings").fetchone()
            ):
                return
            if not differing(here, sums(db)):
                return  # an earlier attempt that was interrupted
    except sqlite3.Error:
        pass
    raise LedgerError(f"There is something already: {destination}.", "Nothing was moved. Name another file.")


def put_aside(destination: Path) -> None:
    """What was there counts no more; its log must not be taken for the new one's.

    Raises:
        OSError: it can't be.
    """
    for suffix in ("-wal", "-shm"):
        destination.with_name(f"{destination.name}{suffix}").unlink(missing_ok=True)
    if os.path.lexists(destination):
        destination.replace(destination.with_name(f"{destination.name}.old"))


def _witnessed(store: FileStore) -> Iterator[Testimony]:
    """What is told of each release, as far as it must have come by what is known today."""
    here, wrong = boot_id(), {doubt.testimony.release: doubt.testimony for doubt in doubts(store)}
    furthest: dict[str, Testimony] = {}
    for told in all_of(store.path):
        known = furthest.get(told.release)
        if known is None or told.reached(here) > known.reached(here):
            furthest[told.release] = told
    for told in (furthest | wrong).values():
        yield replace(told, sequence=told.reached(here), clean=True)
