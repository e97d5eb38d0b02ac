"""Rate windows: `600/minute, 50000/day` hold at once, over all connections, runs and processes."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from mailer.delivery.database import Database
from mailer.settings import Rate


class RateWindows:
    """Sliding windows, all of which hold.

    Args:
        rates: the windows; none: no limit.
        sent: moments of earlier messages, oldest first, so that a day's limit holds over several runs.
    """

    def __init__(self, rates: Sequence[Rate], sent: Iterable[float] = ()) -> None:
        self._windows = [(rate, deque[float](sent, maxlen=rate.messages)) for rate in rates]

    def __bool__(self) -> bool:
        return bool(self._windows)

    @property
    def longest(self) -> int:
        """Seconds of the longest window; 0 without any."""
        return max((rate.seconds for rate, _ in self._windows), default=0)

    def wait(self, now: float) -> float:
        """Seconds until one more message may go; 0: now."""
        return max(
            (
                moments[0] + rate.seconds - now
                for rate, moments in self._windows
                if len(moments) == rate.messages
            ),
            default=0.0,
        )

    def room(self, now: float, most: int) -> int:
        """How many messages may go now; not counted beyond `most`."""
        for rate, moments in self._windows:
            gone = sum(1 for moment in islice(moments, most) if moment + rate.seconds <= now)
            most = min(most, rate.messages - len(moments) + gone)
        return most

    def count(self, now: float) -> None:
        """One message goes now."""
        for _, moments in self._windows:
            moments.append(now)


class Pace:
    """The pace that everybody keeps who sends from this workspace: two mailings at once share what the provider allows.

    Who wants to send a message takes a place in the ledger first, in a transaction that has seen the others' places. A
    moment that is still to come is a wrong clock's; it counts as now, so that nobody waits longer than a window.

    Args:
        database: the ledger.
        rates: the windows; none: no limit, and the ledger is not asked.
        clock: seconds since 1970, the same for all who send from here (steady.py).
    """

    def __init__(self, database: Database, rates: Sequence[Rate], clock: Callable[[], float]) -> None:
        self._database, self._clock, self._windows, self._seen = database, clock, RateWindows(rates), 0
        if rates:
            with database.writing() as db:
                sent = _sent_within(db, self._windows.longest, clock())
                self._seen = db.execute("SELECT coalesce(max(id), 0) FROM pace").fetchone()[0]
                self._windows = RateWindows(rates, sent)

    def __bool__(self) -> bool:
        return bool(self._windows)

    def wait(self) -> float:
        """Seconds until one more message may go; 0: now, as far as is known."""
        return max(0.0, self._windows.wait(self._clock())) if self._windows else 0.0

    def room(self, most: int) -> int:
        """How many messages may go now, as far as is known; not counted beyond `most`."""
        return self._windows.room(self._clock(), most) if self._windows else most

    def take(self, delivery: int) -> bool:
        """A place for a delivery to begin now; False: there is none yet, see `wait`."""
        if not self._windows:
            return True
        if self.wait() > 0:
            return False
        with self._database.writing() as db:
            now = self._clock()  # not before the others have written theirs
            for number, at in db.execute("SELECT id, at FROM pace WHERE id > ? ORDER BY id", (self._seen,)):
                self._seen = number
                self._windows.count(min(at, now))
            if self._windows.wait(now) > 0:
                return False
            place = db.execute("INSERT INTO pace (at, delivery) VALUES (?, ?)", (now, delivery)).lastrowid
            self._seen = place or self._seen
        self._windows.count(now)
        return True


def _sent_within(db: sqlite3.Connection, seconds: int, now: float) -> list[float]:
    """When messages began to leave in the last so many seconds, oldest first, of any mailing: those that took a place,
    and what servers have accepted of runs without a rate. Those are told by the wall clock; one that had a place is not
    taken for another, however that was set."""
    since = now - seconds
    db.execute("UPDATE pace SET at = ?1 WHERE at > ?1", (now,))
    db.execute(
        "INSERT INTO pace (at, delivery) SELECT ?1, delivery FROM attempts"
        " WHERE at > ?1 AND code BETWEEN 200 AND 299 AND delivery NOT IN (SELECT delivery FROM pace)",
        (now,),
    )
    db.execute(
        "DELETE FROM pace WHERE at < ?1 AND delivery NOT IN (SELECT delivery FROM attempts WHERE at >= ?1)",
        (since,),
    )
    return [
        at
        for (at,) in db.execute(
            "SELECT at FROM pace WHERE at >= ?1 UNION ALL SELECT at FROM attempts WHERE at >= ?1"
            " AND code BETWEEN 200 AND 299 AND delivery NOT IN (SELECT delivery FROM pace) ORDER BY at",
            (since,),
        )
    ]
