"""When to try again."""

from __future__ import annotations

import random
from dataclasses import dataclass


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
