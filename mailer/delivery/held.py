"""A mailing held by this process, and claimed in groups.

Only what is claimed is sent, only whoever holds the lock claims, and a start after a crash sorts out what
the last holder left. The states are those of docs/reference/states.md.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import NamedTuple, Self

from mailer.delivery.boot import boot_id
from mailer.delivery.hold import Hold, Tenure
from mailer.delivery.ledger import Ledger
from mailer.delivery.records import LETTERS, Mailing
from mailer.delivery.stride import GROUP
from mailer.errors import LedgerError
from mailer.model import Status

_COLUMNS = "id, canonical, address, name, language, fields, token, in_reply_to, tries"


class Claim(NamedTuple):
    """One recipient, claimed for sending. `tries`: how often they were deferred in this run."""

    id: int
    canonical: str
    address: str
    name: str
    language: str
    fields: Mapping[str, str]
    token: str
    in_reply_to: str
    tries: int


class Held:
    """A mailing that this process holds, as a context manager. Leaving it hands back what is still claimed.

    Args:
        ledger, mailing: what to hold.
        uncertain: canonical addresses that a person has said may be sent again (`resume --uncertain`).

    Attributes:
        planned: the mailing's, as it stands in the ledger: nothing may be claimed before.
        hold, tenure: the right to send of it, and the transactions of that.

    Raises:
        LedgerError: someone else holds it; the ledger can't be written; or it does not know everything.
    """

    def __init__(self, ledger: Ledger, mailing: Mailing, uncertain: Iterable[str] = ()) -> None:
        self._ledger, self._mailing, self._uncertain = ledger, mailing, tuple(uncertain)
        self.hold: Hold = ledger.hold(mailing)
        self.tenure = Tenure(ledger, self.hold.fence)
        self._after = 0
        self.planned = 0.0

    def __enter__(self) -> Self:
        self.hold.take()
        try:
            self.tenure = Tenure(self._ledger, self.hold.fence)
            self._recover()
        except BaseException:
            self.hold.release()
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
            self.hold.release()

    def _recover(self) -> None:
        """What the last holder left behind (docs/reference/states.md), and a new boot id for our claims."""
        here = boot_id()
        with self.tenure.step(durable=True) as db:
            boot, self.planned = db.execute(
                "SELECT boot, planned FROM mailings WHERE id = ?", (self._mailing.id,)
            ).fetchone()
            if boot != here or not here:
                self._move(Status.SENDING, Status.UNCERTAIN, "the machine was restarted while this was sent")
            db.execute("UPDATE mailings SET boot = ? WHERE id = ?", (here, self._mailing.id))
            db.execute(
                "UPDATE deliveries SET due = 0, tries = 0 WHERE mailing = ? AND state = 'd'",
                (self._mailing.id,),
            )
            db.executemany(
                "UPDATE deliveries SET state = 'q' WHERE mailing = ? AND canonical = ? AND state = 'u'",
                [(self._mailing.id, canonical) for canonical in self._uncertain],
            )
            self._clear()

    def begin(self) -> None:
        """The planned time has come, and the mailing begins: from now on it is not late any more."""
        if self.planned:
            with self.tenure.step(durable=True) as db:
                db.execute("UPDATE mailings SET planned = 0 WHERE id = ?", (self._mailing.id,))

    def _sort_out(self) -> None:
        with self.tenure.step(durable=True):  # a witness that says how it ended must not be ahead of it
            self._clear()
        self.tenure.end()

    def _clear(self) -> None:
        self._move(Status.SENDING, Status.QUEUED, "")
        self._move(Status.DOT, Status.UNCERTAIN, "mailer ended before the server's answer was read")

    def _move(self, old: Status, new: Status, why: str) -> None:
        with self._ledger.reading() as db:
            if why:
                db.execute(
                    "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
                    " SELECT id, ?, 0, '', ?, '' FROM deliveries WHERE mailing = ? AND state = ?",
                    (time.time(), why, self._mailing.id, LETTERS[old]),
                )
            db.execute(
                "UPDATE deliveries SET state = ? WHERE mailing = ? AND state = ?",
                (LETTERS[new], self._mailing.id, LETTERS[old]),
            )

    def claim_queued(self, most: int = GROUP) -> list[Claim]:
        """The next of those never tried, in the order of queueing, durably marked as being sent."""
        claims = self._claim("id > ? AND state = 'q' ORDER BY id", self._after, most)
        if claims:
            self._after = claims[-1].id
        return claims

    def claim_deferred(self, due: float, most: int = GROUP) -> list[Claim]:
        """Some of the deferred who may be tried again by `due` (seconds since 1970), marked likewise."""
        return self._claim("state = 'd' AND due <= ? ORDER BY due", due, most)

    def _claim(self, which: str, argument: float, most: int) -> list[Claim]:
        """Read and marked in one transaction: a correction that comes in between would be overwritten."""
        query = f"SELECT {_COLUMNS} FROM deliveries WHERE mailing = ? AND {which} LIMIT ?"  # noqa: S608
        arguments = (self._mailing.id, argument, most)
        with self._ledger.reading() as db:
            if db.execute(query, (*arguments[:2], 1)).fetchone() is None:
                return []  # asked again and again while the run waits: that is to cost no write
        with self.tenure.step(durable=True) as db:
            rows = db.execute(query, arguments).fetchall()
            db.executemany("UPDATE deliveries SET state = 's' WHERE id = ?", [(row[0],) for row in rows])
        self.tenure.begin()
        return [
            Claim(key, canonical, address, name, language, json.loads(fields), token, in_reply_to, tries)
            for key, canonical, address, name, language, fields, token, in_reply_to, tries in rows
        ]

    def has_queued(self) -> bool:
        """Whether somebody is there who was never tried."""
        query = "SELECT 1 FROM deliveries WHERE mailing = ? AND id > ? AND state = 'q' ORDER BY id LIMIT 1"
        with self._ledger.reading() as db:
            return db.execute(query, (self._mailing.id, self._after)).fetchone() is not None

    def waiting(self) -> int:
        """How many recipients are queued or deferred."""
        with self._ledger.reading() as db:
            query = "SELECT count(*) FROM deliveries WHERE mailing = ? AND state IN ('q', 'd')"
            return int(db.execute(query, (self._mailing.id,)).fetchone()[0])

    def next_due(self) -> float | None:
        """When the next deferred recipient may be tried, in seconds since 1970; None: nobody is deferred."""
        with self._ledger.reading() as db:
            due = db.execute(
                "SELECT min(due) FROM deliveries WHERE mailing = ? AND state = 'd'", (self._mailing.id,)
            ).fetchone()[0]
        return None if due is None else float(due)
