"""How many connections a server has room for: it does not say, so it is found out."""

from __future__ import annotations

import time

from mailer.delivery.pace import Schedule
from mailer.delivery.smtp.in_flight import NoRoom, NotNow

_ANY = 1_000_000

_MOST_CUTS = 2
"""So many connections in a row are cut before a message of theirs was accepted, while others work: the server has no
room for them."""


class ConnectionLimit:
    """What this process knows of it. A connection that fails while others work says that there are enough of them;
    later, after a pause that grows, one more is tried for.

    Moments are those of `time.monotonic`.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._known, self._refusals, self._again_at = _ANY, 0, 0.0
        self._cuts = 0

    def most(self, now: float) -> int:
        """How many connections may be had now."""
        return self._known + (now >= self._again_at)

    def cut(self, working: int, why: Exception, opened: bool, accepted: int) -> float:
        """A connection is gone, or could not be had, while so many others work. One that had messages accepted is
        replaced at once; one that had none, after a pause, and when that goes on, there is no room for it. Nor is there
        where the server says so; where it says that we are too fast, there is a pause in any case.

        Args:
            opened: the server had let it in.
            accepted: how many messages of it were.

        Returns:
            Seconds before another one is opened.
        """
        if isinstance(why, NoRoom):
            self._refused(working)
            return 0.0
        pause = self._schedule.reconnect_after(1) or 0.0
        if isinstance(why, NotNow):
            return pause
        if accepted:
            self._cuts = 0
            return 0.0
        self._cuts += opened
        if opened and self._cuts < _MOST_CUTS:
            return pause
        self._refused(working)
        return 0.0

    def _refused(self, working: int) -> None:
        """One more than these was too many."""
        self._known = working
        self._refusals += 1
        self._again_at = time.monotonic() + self._schedule.more_after(self._refusals)

    def opened(self, working: int) -> None:
        """So many work."""
        self._known = max(self._known, working)
