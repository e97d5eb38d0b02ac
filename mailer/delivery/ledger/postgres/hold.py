"""Who orders about a mailing: a lock of the database's, which ends with the session, and a token in the ledger,
whatever becomes of the session. Who sends of it are workers (claims.py), as many as there are."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

import psycopg

from mailer.delivery.ledger.postgres.database import Database
from mailer.delivery.ledger.queueing import put_in_doubt
from mailer.delivery.ledger.records import DOT, LEFT_NOWHERE
from mailer.delivery.ledger.sqlite.lock import this_process
from mailer.delivery.ledger.store import Connection, Fence
from mailer.errors import BeingSent, LedgerError

LOCK = 0x686F6C64
"""First half of the key of a mailing's advisory lock; the second half is its id."""


class DatabaseHold:
    """See `Hold`.

    Args:
        database: the ledger.
        mailing, release: which.
    """

    def __init__(self, database: Database, mailing: int, release: str) -> None:
        self._database, self._mailing, self._release = database, mailing, release
        self._taken = 0
        self._link: object = None
        self.fence = Fence(mailing, release, "")
        self.asked_before = 0

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        with self._database.writing(durable=durable) as db:
            self.fence.check(db)
            yield db

    @property
    def taken(self) -> bool:
        """Whether it is held by this ledger."""
        return self._taken > 0

    def take(self, *, whole: bool = True) -> None:
        if not self._taken:
            self._lock()
            try:
                self._put_up_a_fence()
            except BaseException:
                self._unlock()
                raise
        self._taken += 1

    @property
    def token(self) -> str:
        """Of the fence; "" while it is not taken."""
        return self.fence.token if self._taken else ""

    def _lock(self) -> None:
        link = self._database.link
        with self._database.reading() as db:
            [got] = db.execute(
                "SELECT pg_try_advisory_lock(?::int, ?::int)", (LOCK, self._mailing)
            ).fetchone()
            if not got:
                query = "SELECT holder FROM mailings WHERE id = ?"
                holder = db.execute(query, (self._mailing,)).fetchone()[0].partition(" ")[2]
                raise BeingSent(
                    f"“{self._release}” is already being sent by {holder or 'another process'}.",
                    "Wait until it is done, or stop it with Ctrl-C there.",
                )
        self._link = link

    def _put_up_a_fence(self) -> None:
        self.fence = Fence(self._mailing, self._release, f"{secrets.token_hex(8)} {this_process()}")
        with self._database.writing() as db:
            db.execute("UPDATE mailings SET holder = ? WHERE id = ?", (self.fence.token, self._mailing))
            newest = "SELECT coalesce(max(id), 0) FROM requests WHERE mailing = ?"
            self.asked_before = db.execute(newest, (self._mailing,)).fetchone()[0]

    def release(self) -> None:
        self._taken -= 1
        if not self._taken:
            self._unlock()

    def _unlock(self) -> None:
        """The lock is the session's: where that has ended, it is free already."""
        if self._database.is_broken or self._link is not self._database.link:
            return
        with suppress(LedgerError, psycopg.Error), self._database.reading() as db:
            db.execute("SELECT pg_advisory_unlock(?::int, ?::int)", (LOCK, self._mailing))

    def adopt(self) -> int:
        """For a database that was put back from a backup."""
        self.take()
        try:
            with self.writing(durable=True) as db:
                alive = "SELECT 1 FROM workers WHERE mailing = ? AND ended IS NULL AND expires > clock_timestamp()"
                if db.execute(alive, (self._mailing,)).fetchone():
                    raise BeingSent(
                        f"“{self._release}” is being sent at this moment.",
                        f"Stop it first: `mailer status {self._release}` names who sends it.",
                    )
                number = put_in_doubt(db, self._mailing, LEFT_NOWHERE + DOT)
                db.execute(
                    "UPDATE mailings SET lost = extract(epoch FROM clock_timestamp()), planned = 0 WHERE id = ?",
                    (self._mailing,),
                )
        finally:
            self.release()
        return number
