"""The last word about each mailing: what was ordered, what was asked of its sender since, and what there is to do.

For whoever looks every few seconds: what costs time where millions stand in the ledger is asked about one mailing, when
it matters.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.records import DEFERRED, DOT, QUEUED, SENDING
from mailer.delivery.ledger.store import Connection

_LAST = (
    "SELECT o.mailing, o.id, o.kind, o.given, coalesce(r.kind, ''), coalesce(r.at, 0), coalesce(r.id, 0)"
    " FROM orders AS o LEFT JOIN requests AS r"
    " ON r.id = (SELECT max(id) FROM requests WHERE mailing = o.mailing)"
    " WHERE o.id IN (SELECT max(id) FROM orders GROUP BY mailing)"
)


@dataclass(frozen=True, slots=True)
class LastWord:
    """What was said of a mailing last.

    Attributes:
        mailing: its id.
        order: the last order's number; they only grow.
        kind: that order's (`Order.kind`).
        given: when, in seconds since 1970.
        asked: the last request's kind, "" = none.
        asked_at: when, likewise.
        request: its number; they only grow.
    """

    mailing: int
    order: int
    kind: str
    given: float
    asked: str
    asked_at: float
    request: int

    @property
    def held_up(self) -> bool:
        """Whether somebody has asked for a pause or a stop since the order, and nobody to go on."""
        return self.asked in ("pause", "stop") and self.asked_at > self.given

    @property
    def said_at(self) -> float:
        """When somebody last said that it may go, in seconds since 1970."""
        return max(self.given, self.asked_at) if self.asked == "go on" else self.given


def last_word(db: Connection, mailing: int) -> LastWord | None:
    """That of one mailing, as a transaction sees it; None: nobody has ordered anything about it."""
    row = db.execute(f"{_LAST} AND o.mailing = ?", (mailing,)).fetchone()
    return LastWord(*row) if row else None


class LastWords:
    """The last words of a ledger.

    Args:
        ledger: where they are kept.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def all(self) -> dict[int, LastWord]:
        """By the mailing's id."""
        with self._ledger.reading() as db:
            return {row[0]: LastWord(*row) for row in db.execute(_LAST)}

    def of(self, mailing: int) -> LastWord | None:
        """That of one mailing; None: nobody has ordered anything about it."""
        with self._ledger.reading() as db:
            return last_word(db, mailing)

    def anybody_queued(self, mailing: int) -> bool:
        """Whether somebody is there who was never tried."""
        query = f"SELECT 1 FROM deliveries WHERE mailing = ? AND state = '{QUEUED}' LIMIT 1"
        with self._ledger.reading() as db:
            return db.execute(query, (mailing,)).fetchone() is not None

    def anybody_claimed(self, mailing: int) -> bool:
        """Whether somebody is being sent to; or was, by a sender that is gone."""
        query = f"SELECT 1 FROM deliveries WHERE mailing = ? AND state IN ('{SENDING}', '{DOT}') LIMIT 1"
        with self._ledger.reading() as db:
            return db.execute(query, (mailing,)).fetchone() is not None

    def next_due(self, mailing: int) -> float | None:
        """When the next one who was deferred may be tried, by the ledger's clock; None: nobody is deferred."""
        query = f"SELECT min(due) FROM deliveries WHERE mailing = ? AND state = '{DEFERRED}'"
        with self._ledger.reading() as db:
            due = db.execute(query, (mailing,)).fetchone()[0]
        return None if due is None else float(due)

    def heard(self, mailing: int) -> float:
        """When a server last answered about it, in seconds since 1970; 0: none has. Looks at all of its people."""
        query = (
            "SELECT coalesce(max(a.at), 0) FROM attempts AS a JOIN deliveries AS d ON d.id = a.delivery"
            " WHERE d.mailing = ? AND a.host NOT IN ('bounce', 'event')"
        )
        with self._ledger.reading() as db:
            return float(db.execute(query, (mailing,)).fetchone()[0])
