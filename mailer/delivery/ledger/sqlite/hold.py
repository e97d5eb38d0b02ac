"""Who holds a mailing: a lock, for whoever comes second to be told, and a token in the ledger, whatever becomes of the
lock.

The lock is a file's. Somebody may delete that file, and some shares grant it to everybody: then two hold it. So whoever
takes a mailing over writes a token of its own into the ledger, and every transaction that lets mail leave looks whether
it still stands there. Who finds another one ends at once, without a dot.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from mailer.delivery.ledger.boot import boot_id
from mailer.delivery.ledger.queueing import put_in_doubt
from mailer.delivery.ledger.records import ARRIVED, DOT, LEFT_NOWHERE
from mailer.delivery.ledger.sqlite.database import Database
from mailer.delivery.ledger.sqlite.doubt import must_be_whole
from mailer.delivery.ledger.sqlite.lock import Lock, this_process
from mailer.delivery.ledger.sqlite.witness import Marks, Witness
from mailer.delivery.ledger.store import Fence
from mailer.delivery.ledger.testimony import Testimony
from mailer.errors import LedgerError


class Tenure:
    """A holder's time in one process: the transactions in which it claims, lets dots leave and writes down outcomes.
    From the first claim on, a witness outside the ledger hears of each.

    Args:
        database: the ledger.
        fence: the holder's.
    """

    def __init__(self, database: Database, fence: Fence) -> None:
        self.database, self.fence = database, fence
        self._accepted = 0
        self._durable = 0
        self._witness = Witness(database.path, fence.release) if database.witnessed else None
        self._marks: Marks | None = None

    @contextmanager
    def step(self, *, durable: bool = False, accepted: int = 0) -> Iterator[sqlite3.Connection]:
        """One transaction of the holder's; its mark is set when it is committed.

        Args:
            durable: it is on the disk before this returns.
            accepted: how many more were accepted, of whom it tells.

        Raises:
            TakenOver: it is the holder's no more; nothing was written.
            LedgerError: it can't be written.
        """
        with self.database.writing(durable=durable) as db:
            sequence = self.fence.check(db) + 1
            db.execute("UPDATE mailings SET sequence = ? WHERE id = ?", (sequence, self.fence.mailing))
            yield db
        self._durable = sequence if durable else self._durable
        self._accepted += accepted
        if self._marks:
            self._marks.set(sequence, self._durable, self._accepted)

    def begin(self) -> None:
        """Somebody has been claimed, durably: from now on mail may leave."""
        if self._witness and not self._marks:
            self._witness.write(self._testimony(clean=False))
            self.join()

    def join(self) -> None:
        """A process takes part in a sending that has begun."""
        if self._witness:
            self._marks = self._witness.marks()

    def end(self) -> None:
        """Nothing more leaves, and all of it is on the disk. Where nothing began, there is nothing to tell; where it
        can't be told, the marks that were set hold as well."""
        if self._witness and self._marks:
            self.close()  # Windows replaces no file that is open
            with suppress(LedgerError):
                self._witness.write(self._testimony(clean=True))

    def close(self) -> None:
        if self._marks:
            self._marks.close()
            self._marks = None

    def _testimony(self, *, clean: bool) -> Testimony:
        return testimony_of(self.database, self.fence.mailing, clean=clean)


def testimony_of(database: Database, mailing: int, *, clean: bool) -> Testimony:
    """What the ledger itself says at this moment."""
    with database.reading() as db:
        release, created, sequence = db.execute(
            "SELECT release, created, sequence FROM mailings WHERE id = ?", (mailing,)
        ).fetchone()
        accepted = db.execute(
            "SELECT count(*) FROM deliveries WHERE mailing = ? AND instr(?, state)", (mailing, ARRIVED)
        ).fetchone()[0]
    return Testimony(release, created, sequence, accepted, clean, boot_id(), time.time())


class FileHold:
    """The right to one mailing, as a context manager. Taken twice by the same ledger, it is held once.

    Args:
        database: the ledger.
        lock: the mailing's.
        mailing, release: which.

    Attributes:
        fence: the holder's.
        asked_before: the last request (consent/requests.py) from before it was taken.
    """

    def __init__(self, database: Database, lock: Lock, mailing: int, release: str) -> None:
        self._database, self._lock = database, lock
        self._mailing, self._release = mailing, release
        self._taken = 0
        self.fence = Fence(mailing, release, "")
        self.asked_before = 0

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction of the holder's. `durable`: on the disk before this returns.

        Raises:
            TakenOver: it is the holder's no more; nothing was written.
            LedgerError: it can't be written.
        """
        with self._database.writing(durable=durable) as db:
            self.fence.check(db)
            yield db

    def take(self, *, whole: bool = True) -> None:
        """
        Args:
            whole: the ledger must know everything that was sent of it.

        Raises:
            LedgerError: someone else has it, and is named; or the ledger does not know everything.
        """
        if not self._taken:
            self._lock.take()
            try:
                if whole:
                    must_be_whole(self._database, self._release)
                self._put_up_a_fence()
            except BaseException:
                self._lock.release()
                raise
        self._taken += 1

    def _put_up_a_fence(self) -> None:
        self.fence = Fence(self._mailing, self._release, f"{secrets.token_hex(8)} {this_process()}")
        with self._database.writing() as db:
            db.execute("UPDATE mailings SET holder = ? WHERE id = ?", (self.fence.token, self._mailing))
            newest = "SELECT coalesce(max(id), 0) FROM requests WHERE mailing = ?"
            self.asked_before = db.execute(newest, (self._mailing,)).fetchone()[0]

    def release(self) -> None:
        """Lets go of it, when it is released as often as it was taken."""
        self._taken -= 1
        if not self._taken:
            self._lock.release()

    def adopt(self) -> int:
        """Goes on with a ledger although it does not know everything that was sent of this release: whoever is not
        known to have it, or to be refused, is uncertain; and so is everybody who is queued for it from now on.

        Returns:
            How many are uncertain now who were not.

        Raises:
            LedgerError: somebody else holds the release, or it can't be written.
        """
        self.take(whole=False)
        try:
            witness = Witness(self._database.path, self._release)
            beyond = max((testimony.sequence for testimony in witness.read()), default=0)
            with self.writing(durable=True) as db:
                number = put_in_doubt(db, self._mailing, LEFT_NOWHERE + DOT)
                db.execute(
                    "UPDATE mailings SET lost = ?, planned = 0, sequence = max(sequence, ?) + 1 WHERE id = ?",
                    (time.time(), beyond, self._mailing),
                )
            witness.write(testimony_of(self._database, self._mailing, clean=True))
        finally:
            self.release()
        return number

    def fileno(self) -> int:
        """The lock's, for helper processes to inherit."""
        return self._lock.fileno()
