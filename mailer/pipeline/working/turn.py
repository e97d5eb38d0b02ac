"""A mailing's turn: how long a worker stays with it."""

from __future__ import annotations

import time
from collections.abc import Callable

from mailer.delivery import Progress, Stop
from mailer.delivery.tally import REFUSED_OF

TURN = 60.0
"""Seconds that a mailing may keep others waiting."""

OTHERS = "others"
"""Why a turn is over where another mailing waits."""

_LOOK = 1.0
"""Seconds between looks at the ledger."""

_LONGEST = 5
"""So many times as long, a turn in which few were answered may last: what halts a run of which too many are refused
counts anew in each."""


class Turn(Stop):
    """Ends when its worker is told to end, when somebody has taken back the word by which the mailing is sent, or when
    it has lasted long enough and another mailing waits. What is in flight is finished.

    Args:
        whole: pressed when the worker is to end.
        is_over: asked about once a second whether the mailing is to be left, for how many seconds it has been served:
            why it is, or "".
        beat: called whenever it is looked at, several times a second.

    Attributes:
        over: why it ended of itself, or "".
    """

    def __init__(self, whole: Stop, is_over: Callable[[float], str], beat: Callable[[], None]) -> None:
        super().__init__()
        self._whole, self._is_over, self._beat = whole, is_over, beat
        self._began = self._looked = time.monotonic()
        self._answered = self._total = 0
        self.over = ""

    def on_progress(self, progress: Progress) -> None:
        """How many were answered so far."""
        self._answered, self._total = progress.accepted + progress.rejected, progress.total

    @property
    def finishing(self) -> bool:
        return self._pressed > 0 or self._whole.finishing or bool(self._now_over())

    @property
    def aborting(self) -> bool:
        self._beat()
        return self._pressed > 1 or self._whole.aborting

    @property
    def stopped(self) -> bool:
        """Whether somebody has asked for a stop of this mailing."""
        return self._pressed > 0

    def _now_over(self) -> str:
        now = time.monotonic()
        if not self.over and now - self._looked > _LOOK:
            self._looked = now
            served = now - self._began
            if self._answered < REFUSED_OF <= self._total:
                served /= _LONGEST
            self.over = self._is_over(served)
        return self.over
