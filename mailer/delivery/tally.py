"""Counting what becomes of everybody in a run: for whoever watches, and to notice when something is wrong with it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from mailer.delivery.replies import Verdict
from mailer.delivery.report import Progress
from mailer.model import Outcome, Status

REFUSED_OF = 20
REFUSED_SHARE = 0.10
"""More than this share of at least so many refused: something is wrong with the list, or with us."""

_PROGRESS_EVERY = 0.1
_RATE_OVER = 10.0


class Tally:
    """
    Args:
        total: how many recipients the run set out to mail.
        refused_share: more than this share of at least `REFUSED_OF` refused is too many; None: it never is.
        on_progress: called about ten times a second.

    Attributes:
        accepted, deferred, rejected, uncertain: how many so far.
        suppress: addresses that a reply proposes for suppression, with that reply.
    """

    def __init__(
        self, total: int, refused_share: float | None, on_progress: Callable[[Progress], None]
    ) -> None:
        self._total, self._refused_share, self._on_progress = total, refused_share, on_progress
        self.accepted = self.deferred = self.rejected = self.uncertain = 0
        self.suppress: list[tuple[str, str]] = []
        self._answered = self._refused = 0
        self._shown_until = 0.0
        self._recent: deque[tuple[float, int]] = deque()
        self._not_before = 0.0

    def expect(self, seconds: float) -> None:
        """The last of them may go in so many seconds, not before."""
        self._not_before = time.monotonic() + seconds

    def count(self, status: Status) -> None:
        """One recipient more is in this state."""
        self.accepted += status is Status.ACCEPTED
        self.deferred += status is Status.DEFERRED
        self.rejected += status is Status.REJECTED
        self.uncertain += status is Status.UNCERTAIN

    def accept(self, number: int = 1) -> None:
        """The next hop took so many messages more."""
        self.accepted += number
        self._answered += number

    def answer(self, address: str, verdict: Verdict, outcome: Outcome) -> str:
        """A server's answer about somebody, or the lack of one, where it did not take the message.

        Returns:
            That too many were refused, or "".
        """
        self.count(outcome.status)
        if verdict is Verdict.SUPPRESS:
            self.suppress.append((address, str(outcome)))
        if (
            outcome.status is not Status.REJECTED or not outcome.code
        ):  # what we refuse says nothing about the list
            return ""
        self._answered += 1
        self._refused += 1
        share = self._refused_share
        if share is None or self._answered < REFUSED_OF or self._refused <= share * self._answered:
            return ""
        return f"{self._refused} of {self._answered} recipients were refused: more than {share:.0%}."

    def show(self, *, now: bool = False) -> None:
        """Tells how far it is, unless that was told a moment ago.

        Args:
            now: tells it in any case.
        """
        moment = time.monotonic()
        if moment < self._shown_until and not now:
            return
        self._shown_until = moment + _PROGRESS_EVERY
        self._recent.append((moment, self.accepted))
        while moment - self._recent[0][0] > _RATE_OVER:
            self._recent.popleft()
        since, accepted = self._recent[0]
        rate = (self.accepted - accepted) / (moment - since) if moment > since else 0.0
        earliest = max(0.0, self._not_before - moment)
        self._on_progress(
            Progress(self._total, self.accepted, self.deferred, self.rejected, self.uncertain, rate, earliest)
        )
