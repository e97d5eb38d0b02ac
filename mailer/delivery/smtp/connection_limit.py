"""How many connections a server has room for: it does not say, so it is found out."""

from __future__ import annotations

from mailer.delivery.pace import Schedule

_ANY = 1_000_000


class ConnectionLimit:
    """What this process knows of it. A connection that fails while others work says that there are enough of them;
    later, after a pause that grows, one more is tried for.

    Moments are those of `time.monotonic`.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._known, self._refusals, self._again_at = _ANY, 0, 0.0

    def most(self, now: float) -> int:
        """How many connections may be had now."""
        return self._known + (now >= self._again_at)

    def refused(self, working: int, now: float) -> None:
        """One more than these was too many."""
        self._known = working
        self._refusals += 1
        self._again_at = now + self._schedule.more_after(self._refusals)

    def opened(self, working: int) -> None:
        """So many work."""
        self._known = max(self._known, working)
