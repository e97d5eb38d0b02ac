"""Rate windows: `600/minute, 50000/day` hold at once, over all connections."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

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

    def count(self, now: float) -> None:
        """One message goes now."""
        for _, moments in self._windows:
            moments.append(now)
