"""A mailing held by this process, and claimed in groups.

Only what is claimed is sent, only whoever holds the lock claims, and a start after a crash sorts out what
the last holder left. The states are those of docs/reference/states.md.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from mailer.delivery.ledger.boot import boot_id
from mailer.delivery.ledger.claim import GROUP, Claim
from mailer.delivery.ledger.records import DEFERRED, DOT, IS_WAITING, QUEUED, SENDING, UNCERTAIN
from mailer.delivery.ledger.sqlite.database import Database
from mailer.delivery.ledger.sqlite.hold import FileHold, Tenure
from mailer.delivery.ledger.sqlite.journal import FileJournal
from mailer.delivery.ledger.store import Fence
from mailer.errors import LedgerError

_COLUMNS = "id, canonical, address, name, language, fields, token, in_reply_to, tries"


class FileClaims:
    """A mailing that this process holds, as a context manager. Leaving it hands back what is still claimed.

    Args:
        database: the ledger's file.
        hold: on the mailing, not taken yet.
        clock: by which the deferred are due.
        uncertain: canonical addresses that a person has said may be sent again (`resume --uncertain`).

    Attributes:
        planned: the mailing's, as it stands in the ledger: nothing may be claimed before.
        tenure: the transactions of the right to send of it.

    Raises:
        LedgerError: someone else holds it; the ledger can't be written; or it does not know everything.
    """

    def __init__(
        self, database: Database, hold: FileHold, clock: Callable[[], float], uncertain: Iterable[str] = ()
    ) -> None:
        self._database, self._hold, self._clock, self._uncertain = database, hold, clock, tuple(uncertain)
        self._mailing = hold.fence.mailing
        self.tenure = Tenure(database, hold.fence)
        self._after = 0
        self.planned = 0.0

    @property
    def fence(self) -> Fence:
        return self._hold.fence

    @property
    def asked_before(self) -> int:
        return self._hold.asked_before

    @property
    def lock(self) -> int | None:
        return self._hold.fileno()

    def journal(self, retry_after: Callable[[int], float]) -> FileJournal:
        return FileJournal(self.tenure, retry_after, self._clock)

    def __enter__(self) -> Self:
        self._hold.take()
        try:
            self.tenure = Tenure(self._database, self._hold.fence)
            self._recover()
        except BaseException:
            self._hold.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._sort_out()
        except LedgerError:
            if error is None:
                raise
        finally:
            self.tenure.close()
            self._hold.release()

    def _recover(self) -> None:
        """What the last holder left behind (docs/reference/states.md), and a new boot id for our claims."""
        here = boot_id()
        with self.tenure.step(durable=True) as db:
            boot, self.planned = db.execute(
                "SELECT boot, planned FROM mailings WHERE id = ?", (self._mailing,)
            ).fetchone()
            if boot != here or not here:
                self._move(db, SENDING, UNCERTAIN, "the machine was restarted while this was sent")
            db.execute("UPDATE mailings SET boot = ? WHERE id = ?", (here, self._mailing))
            db.execute(
                "UPDATE deliveries SET due = 0, tries = 0 WHERE mailing = ? AND state = ?",
                (self._mailing, DEFERRED),
            )
            db.executemany(
                "UPDATE deliveries SET state = ? WHERE mailing = ? AND canonical = ? AND state = ?",
                [(QUEUED, self._mailing, canonical, UNCERTAIN) for canonical in self._uncertain],
            )
            self._clear(db)

    def begin(self) -> bool:
        with self.tenure.step(durable=True) as db:
            if self.planned:
                db.execute("UPDATE mailings SET planned = 0 WHERE id = ?", (self._mailing,))
            db.execute(
                "UPDATE deliveries SET state = ?, due = 0 WHERE mailing = ? AND state = ? AND id IN"
                " (SELECT delivery FROM attempts WHERE code BETWEEN 400 AND 599)",
                (DEFERRED, self._mailing, QUEUED),
            )
        return True

    def _sort_out(self) -> None:
        with self.tenure.step(durable=True) as db:  # a witness that says how it ended must not be ahead of it
            self._clear(db)
        self.tenure.end()

    def _clear(self, db: sqlite3.Connection) -> None:
        self._move(db, SENDING, QUEUED, "")
        self._move(db, DOT, UNCERTAIN, "mailer stopped before it read the server's answer")

    def _move(self, db: sqlite3.Connection, old: str, new: str, why: str) -> None:
        if why:
            db.execute(
                "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
                " SELECT id, ?, 0, '', ?, '' FROM deliveries WHERE mailing = ? AND state = ?",
                (time.time(), why, self._mailing, old),
            )
        query = "UPDATE deliveries SET state = ? WHERE mailing = ? AND state = ?"
        db.execute(query, (new, self._mailing, old))

    def claim_queued(self, most: int = GROUP) -> list[Claim]:
        """The next of those never tried, in the order of queueing, durably marked as being sent."""
        claims = self._claim(f"id > ? AND state = '{QUEUED}' ORDER BY id", self._after, most)
        if claims:
            self._after = claims[-1].id
        return claims

    def claim_deferred(self, due: float, most: int = GROUP) -> list[Claim]:
        """Some of the deferred who may be tried again by `due` (seconds since 1970), marked likewise."""
        return self._claim(f"state = '{DEFERRED}' AND due <= ? ORDER BY due", due, most)

    def _claim(self, which: str, argument: float, most: int) -> list[Claim]:
        """Read and marked in one transaction: a correction that comes in between would be overwritten."""
        query = f"SELECT {_COLUMNS} FROM deliveries WHERE mailing = ? AND {which} LIMIT ?"
        arguments = (self._mailing, argument, most)
        with self._database.reading() as db:
            if db.execute(query, (*arguments[:2], 1)).fetchone() is None:
                return []  # asked again and again while the run waits: that is to cost no write
        with self.tenure.step(durable=True) as db:
            rows = db.execute(query, arguments).fetchall()
            db.executemany(
                f"UPDATE deliveries SET state = '{SENDING}' WHERE id = ?", [(row[0],) for row in rows]
            )
        self.tenure.begin()
        return [
            Claim(key, canonical, address, name, language, json.loads(fields), token, in_reply_to, tries)
            for key, canonical, address, name, language, fields, token, in_reply_to, tries in rows
        ]

    def has_queued(self) -> bool:
        """Whether somebody is there who was never tried."""
        query = f"SELECT 1 FROM deliveries WHERE mailing = ? AND id > ? AND state = '{QUEUED}' ORDER BY id LIMIT 1"
        with self._database.reading() as db:
            return db.execute(query, (self._mailing, self._after)).fetchone() is not None

    def waiting(self) -> int:
        """How many recipients are queued or deferred."""
        with self._database.reading() as db:
            query = f"SELECT count(*) FROM deliveries WHERE mailing = ? AND {IS_WAITING}"
            return int(db.execute(query, (self._mailing,)).fetchone()[0])

    def next_due(self) -> float | None:
        """When the next deferred recipient may be tried, in seconds since 1970; None: nobody is deferred."""
        with self._database.reading() as db:
            due = db.execute(
                f"SELECT min(due) FROM deliveries WHERE mailing = ? AND state = '{DEFERRED}'",
                (self._mailing,),
            ).fetchone()[0]
        return None if due is None else float(due)
