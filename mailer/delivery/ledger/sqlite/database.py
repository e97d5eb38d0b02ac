"""A SQLite file in WAL mode that several processes write: how it is opened, read and written, whatever it holds."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from mailer.delivery.ledger.sqlite.belonging import (
    adopt,
    must_be_on_a_disk_of_its_own,
    must_be_this_computers,
    must_not_have_moved,
    of_another_computer,
)
from mailer.delivery.ledger.sqlite.migrations import bring_up_to_date
from mailer.delivery.ledger.unknown import UnknownState
from mailer.errors import LedgerError
from mailer.workspace.private import private_file, private_folder

_PAGE_CACHE_KIB = 2_000
_PATIENCE = 30.0
_PAUSE = 0.00001
"""Seconds: how long to wait for other writers, and how long between looks."""


_DAMAGED = (
    "Nothing is sent without it. Put the newest copy back, along with the ledger.db-wal that was beside it. If there "
    "is none, move this one away: `mailer status` then shows what is missing, `mailer ledger adopt` carries on without "
    "it."
)


class Database:
    """The file, which is made if it is not there.

    Args:
        path: its folder is made too.
        witnessed: what is sent by it is told to witnesses outside it too; False: it is thrown away soon, and may be
            anybody's copy.
        leaving: it is about to be moved from where it is, so it does not matter where that is.

    Raises:
        LedgerError: here and from every method: the file can't be read or written; it was moved. From those that write:
            it is another computer's, or lies where others have it too (belonging.py).
    """

    def __init__(self, path: Path, *, witnessed: bool = True, leaving: bool = False) -> None:
        self.path, self.witnessed = path, witnessed
        self._leaving, self._ours = leaving, not witnessed
        self._paths = tuple(f"{path}{suffix}" for suffix in ("", "-wal", "-shm"))
        self._files: dict[str, tuple[int, int]] = {}
        try:
            private_folder(path.parent)
            private_file(path)  # SQLite gives its -wal and -shm the mode of the file itself
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise self._failed(error) from None
        try:
            self._set_up()
            self._must_be_the_same_files()
        except OSError as error:  # no space for the copy that a migration keeps
            self._db.close()
            raise self._failed(error) from None
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def _failed(self, error: Exception) -> LedgerError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF if isinstance(error, sqlite3.Error) else 0
        if code == sqlite3.SQLITE_BUSY:
            return LedgerError(
                f"The ledger {self.path} has been locked by another process for more than {_PATIENCE:.0f} s.",
                "Nothing is sent without it. Wait until that process is done, then run `mailer resume`.",
            )
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return LedgerError(f"The ledger {self.path} is damaged: {error}.", _DAMAGED)
        return LedgerError(
            f"The ledger {self.path} can't be used: {error}.",
            "Nothing is sent without it. Free some space or correct its permissions, then run `mailer resume`.",
        )

    def _set_up(self) -> None:
        db = self._db
        try:
            self._patiently("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute(f"PRAGMA cache_size=-{_PAGE_CACHE_KIB}")
            # macOS: fsync reaches the drive, only F_FULLFSYNC the disk. Elsewhere these do nothing.
            db.execute("PRAGMA fullfsync=ON")
            db.execute("PRAGMA checkpoint_fullfsync=ON")
            bring_up_to_date(db, self.path)
            must_not_have_moved(db, self.path)
            db.execute("PRAGMA busy_timeout = 0")  # from here on `_patiently` waits
        except sqlite3.Error as error:
            raise self._failed(error) from None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database to be read, with its errors told as ours. Whoever writes takes `writing`.

        Nobody who writes is waited for, but somebody who mends what a killed writer left is.
        """
        try:
            self._db.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")
            yield self._db
        except sqlite3.Error as error:
            raise self._failed(error) from None
        except UnknownState as error:
            raise UnknownState(error.letter, str(self.path)) from None
        finally:
            with suppress(sqlite3.Error):
                self._db.execute("PRAGMA busy_timeout = 0")

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction. `durable`: on the disk before this returns (synchronous=FULL)."""
        db = self._db
        try:
            if durable:
                db.execute("PRAGMA synchronous=FULL")
            self._patiently("BEGIN IMMEDIATE")
            self._must_be_the_same_files()
            if not self._ours:
                self._must_be_ours(db)
            yield db
            db.execute("COMMIT")
            self._ours = True
        except sqlite3.Error as error:
            raise self._failed(error) from None
        finally:
            if db.in_transaction:
                db.rollback()
            if durable:
                db.execute("PRAGMA synchronous=NORMAL")

    def _must_be_ours(self, db: sqlite3.Connection) -> None:
        """A file of nobody is this computer's from now on."""
        if not self._leaving:
            must_be_on_a_disk_of_its_own(self.path)
        must_be_this_computers(db, self.path)
        if of_another_computer(db) is None:
            adopt(db)

    def other_computer(self) -> str:
        """What the computer is called that may write here, and is not this one; ""."""
        with self.reading() as db:
            return of_another_computer(db) or ""

    def take_over(self) -> None:
        """From now on this computer may write here, and no other."""
        self._ours = True
        with self.writing(durable=True) as db:
            adopt(db)

    def _must_be_the_same_files(self) -> None:
        """What is written into a file that was deleted, moved or replaced is lost, and whoever opens the one under its
        name knows nothing of it. The three files of a database in WAL mode belong together.

        Raises:
            LedgerError: one is not the file that it was.
        """
        for path in self._paths:
            try:
                found = os.stat(path)  # noqa: PTH116 (quicker, and this runs once for each message)
            except OSError:
                which = None
            else:
                which = found.st_dev, found.st_ino
            known = self._files.get(path)
            if known is None and which:
                self._files[path] = which
            elif which != known:
                raise LedgerError(
                    f"{path} was deleted, moved or replaced while it was in use.",
                    "Nothing more is sent. Put it back as it was, then run `mailer resume`.",
                )

    def _patiently(self, statement: str) -> None:
        """Waits for other processes that write. SQLite's own way of waiting sleeps for milliseconds, and a
        commit takes a twentieth of one; and where two turn a new file to WAL, it does not wait at all."""
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)
