"""What is asked of a run while it goes on: it looks, waits, goes on, or comes to its end."""

from __future__ import annotations

import time
from collections.abc import Callable

from mailer.delivery.consent.requests import Request, Requests
from mailer.delivery.ledger.store import Claims
from mailer.delivery.pace import Stop

LOOK = 0.25
"""Seconds between looks."""

_LONG = 3600.0


def nobody_is_told(request: Request) -> None:
    """For whoever needs not hear of it."""


class Heeding:
    """The requests of one run: those that came since somebody made sure that it may begin, and none from before.

    Args:
        requests: the ledger's.
        claims: the run's, entered.
        stop: pressed once when a stop is asked for.
        tell: hears of each.
        linger: seconds of a pause for which connections are kept.
        after: the last request that was looked at before; None: the last one from before its mailing was claimed.

    Attributes:
        went_on: when somebody last said to go on, in seconds since 1970; 0: nobody has.
    """

    def __init__(
        self,
        requests: Requests,
        claims: Claims,
        stop: Stop,
        tell: Callable[[Request], None] = nobody_is_told,
        linger: float = 10.0,
        after: int | None = None,
    ) -> None:
        self._requests, self._fence, self._stop, self._tell = requests, claims.fence, stop, tell
        self._linger, self._heard = linger, claims.asked_before if after is None else after
        self._look_again = self._paused_since = 0.0
        self.went_on = 0.0

    @property
    def paused(self) -> bool:
        """Whether nothing new is to be begun for now. Looks for what was asked, unless it did a moment ago.

        Raises:
            LedgerError: it can't be read, or that it was heard not be written.
        """
        now = time.monotonic()
        if now >= self._look_again:
            self._look_again = now + LOOK
            if request := self._requests.newest(self._fence.mailing, self._heard):
                self._heed(request, now)
        return self._paused_since > 0

    def _heed(self, request: Request, now: float) -> None:
        self._heard = request.id
        self._requests.hear(request, self._fence.token)
        paused = self._paused_since > 0
        if request.kind == "pause":
            self._paused_since = self._paused_since or now
        else:
            self._paused_since = 0.0
        if request.kind == "go on":
            self.went_on = request.at
        if request.kind == "stop" and not self._stop.finishing:  # a second press would leave people in doubt
            self._stop.press()
        if paused != (request.kind == "pause") or request.kind == "stop":
            self._tell(request)

    def rest(self) -> float:
        """Seconds to wait while it is paused: a moment at first, as connections are kept for a while; then so long that
        nobody keeps one. Servers end idle connections after some minutes (RFC 5321 §4.5.3.2.7), and until then they
        keep others out."""
        return LOOK if time.monotonic() - self._paused_since < self._linger else _LONG
