"""How fast, when again, and when to stop.

Rate windows (`600/minute, 50000/day`) hold at once, over all connections, runs and processes.
"""

from __future__ import annotations

import random
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.store import Connection
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

    def leaving(self, at: float, number: int) -> Iterator[float]:
        """When so many messages may go at the earliest, from a moment on, in order. They are not counted here."""
        windows = RateWindows(())
        windows._windows = [(rate, moments.copy()) for rate, moments in self._windows]
        for _ in range(number):
            at += max(0.0, windows.wait(at))
            windows.count(at)
            yield at


class Pace:
    """The pace that everybody keeps who sends from this workspace: two mailings at once share what the provider allows.

    Who wants to send a message takes a place in the ledger first, in a transaction that has seen the others' places. A
    moment that is still to come is a wrong clock's; it counts as now, so that nobody waits longer than a window. The
    provider counts what arrives, so an answered place counts from then: else a slow burst and a quick one are too many.

    Args:
        ledger: where the places are.
        rates: the windows; none: no limit, and the ledger is not asked.
        clock: seconds since 1970, the same for all who send from here (clock.py).
    """

    def __init__(self, ledger: Ledger, rates: Sequence[Rate], clock: Callable[[], float]) -> None:
        self._ledger, self._clock, self._windows, self._seen = ledger, clock, RateWindows(rates), 0
        self._rates = [rate for rate in rates if rate.seconds <= 3600]  # to the moment
        self._under_way: dict[int, int] = {}
        self._answered: list[tuple[float, int]] = []
        self._not_before = 0.0
        if rates:
            with ledger.writing() as db:
                sent = _sent_within(db, self._windows.longest, clock())
                self._seen = db.execute("SELECT coalesce(max(id), 0) FROM pace").fetchone()[0]
                self._windows = RateWindows(rates, sent)

    def __bool__(self) -> bool:
        return bool(self._windows)

    def wait(self) -> float:
        """Seconds until one more message may go; 0: now, as far as is known."""
        now = self._clock() if self._windows else 0.0
        return max(0.0, self._windows.wait(now), self._not_before - now) if self._windows else 0.0

    def seconds(self, number: int) -> float:
        """Until the last of so many messages may go, as far as is known; 0 without a limit."""
        now = self._clock()
        return max(self._windows.leaving(now, number), default=now) - now if self._windows else 0.0

    def room(self, most: int) -> int:
        """How many messages may go now, as far as is known; not counted beyond `most`."""
        return self._windows.room(self._clock(), most) if self._windows else most

    def answered(self, delivery: int) -> None:
        """What became of a delivery that had a place is known."""
        if place := self._under_way.pop(delivery, 0):
            self._answered.append((self._clock(), place))

    def flush(self) -> None:
        """Writes down when answers came, for the others."""
        if self._answered:
            with self._ledger.writing() as db:
                self._tell(db)

    def _tell(self, db: Connection) -> None:
        db.executemany("UPDATE pace SET at = ? WHERE id = ?", self._answered)
        self._answered = []

    def take(self, delivery: int) -> bool:
        """A place for a delivery to begin now; False: there is none yet, see `wait`."""
        if not self._windows:
            return True
        if self.wait() > 0:
            return False
        with self._ledger.writing() as db:
            now = self._clock()  # not before the others have written theirs
            for number, at in db.execute("SELECT id, at FROM pace WHERE id > ? ORDER BY id", (self._seen,)):
                self._seen = number
                self._windows.count(min(at, now))
            self._tell(db)
            self._not_before = self._earliest(db, now)
            if max(self._windows.wait(now), self._not_before - now) > 0:
                return False
            place = db.execute("INSERT INTO pace (at, delivery) VALUES (?, ?) RETURNING id", (now, delivery))
            self._seen = place.fetchone()[0]
        self._windows.count(now)
        self._under_way[delivery] = self._seen
        return True

    def _earliest(self, db: Connection, now: float) -> float:
        """When one more may go by what has arrived. Whatever was late has a high number, but for what was under way."""
        query, moments = "SELECT at FROM pace WHERE id > ? ORDER BY at DESC LIMIT 1 OFFSET ?", [0.0]
        for rate in self._rates:
            low, most = self._seen - 2 * rate.messages - 1_000, rate.messages - 1
            moments += [min(at, now) + rate.seconds for (at,) in db.execute(query, (low, most))]
        return max(moments)


def _sent_within(db: Connection, seconds: int, now: float) -> list[float]:
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
    return _departed(db, since)


def _departed(db: Connection, since: float) -> list[float]:
    """When messages began to leave since then, oldest first, as far as is known; some may be told by a wrong clock."""
    return [
        at
        for (at,) in db.execute(
            "SELECT at FROM pace WHERE at >= ?1 UNION ALL SELECT at FROM attempts WHERE at >= ?1"
            " AND code BETWEEN 200 AND 299 AND delivery NOT IN (SELECT delivery FROM pace) ORDER BY at",
            (since,),
        )
    ]


def departures(
    ledger: Ledger,
    rates: Sequence[Rate],
    number: int,
    start: float = 0.0,
    clock: Callable[[], float] | None = None,
) -> list[float]:
    """When so many messages would leave by all windows, if nobody else sent and the server took each at once: the
    ledger knows what has left already, of whatever mailing.

    Args:
        ledger, rates, clock: as for `Pace`; by default the clock of whoever sends from here.
        start: in so many seconds.

    Returns:
        Seconds from now, one for each, in order.
    """
    now, windows = (clock or ledger.clock())(), RateWindows(rates)
    with ledger.reading() as db:
        sent = _departed(db, now - windows.longest)
    windows = RateWindows(rates, [min(at, now) for at in sent])
    return [at - now for at in windows.leaving(now + start, number)]


# ---- when again ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Schedule:
    """Pauses in seconds, each made up to `jitter` (a fraction) longer by chance, lest all come back at once.

    Attributes:
        deferred: before the second, third … attempt at a deferred recipient; the last one repeats.
            RFC 5321 §4.5.4.1 asks for 30 minutes or more in general; greylisting wants to see us sooner.
        reconnect: after the first, second … failed connection in a row; then the run halts.
        more: before one more connection is tried for, after the first, second … time that the server had no room for
            it while others worked; the last one repeats.
        dot: how long to wait for the answer to the final dot (RFC 5321 §4.5.3.2.6: at least 600).
        linger: how long an idle connection is kept.
    """

    deferred: tuple[float, ...] = (300, 900, 1800, 3600, 7200)
    reconnect: tuple[float, ...] = (1, 2, 4, 8, 15, 30, 60)
    more: tuple[float, ...] = (30, 60, 120, 240, 480, 600)
    jitter: float = 0.2
    dot: float = 600
    linger: float = 10

    def retry_after(self, tries: int) -> float:
        """Seconds until a recipient who was deferred `tries` times before is tried again."""
        return self._vary(self.deferred[min(tries, len(self.deferred) - 1)])

    def reconnect_after(self, failures: int) -> float | None:
        """Seconds until the next connection after so many failed ones in a row; None: enough."""
        return self._vary(self.reconnect[failures - 1]) if failures <= len(self.reconnect) else None

    def more_after(self, refusals: int) -> float:
        """Seconds until one more connection is tried for, after the server had no room for so many."""
        return self._vary(self.more[min(refusals, len(self.more)) - 1])

    def _vary(self, seconds: float) -> float:
        return seconds * (1 + random.random() * self.jitter)  # noqa: S311


# ---- when to stop --------------------------------------------------------------------------------------

SIGNALS = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""What ends a sending: Ctrl-C, whoever ends processes (`kill`, a supervisor, a shutdown), a terminal that is closed.
Windows has no SIGHUP."""


class Stop:
    """Shared by whoever may want to stop a run and the run itself. Setting it from a signal handler or
    another thread is safe: it is one assignment.

    How a command line uses it::

        stop = Stop()
        signal.signal(signal.SIGINT, lambda *_: stop.press())
        report = deliver(..., stop=stop)
    """

    def __init__(self) -> None:
        self._pressed = 0

    def press(self) -> None:
        self._pressed += 1

    @property
    def finishing(self) -> bool:
        return self._pressed > 0

    @property
    def aborting(self) -> bool:
        return self._pressed > 1


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Around the start of a helper process, which keeps them blocked all its life: the coordinator alone decides.

    Ctrl-C and a closed terminal reach the whole group, and a supervisor ends every process that it finds. A helper that
    ended by itself would leave whoever it had in flight in doubt. What comes for us meanwhile we get afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
