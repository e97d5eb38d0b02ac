"""How long it takes to send at the pace that SMTP_RATE allows, before anybody is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailer.delivery import Ledger, departures
from mailer.settings import Rate

if TYPE_CHECKING:
    from mailer.pipeline.outgoing import Outgoing

PAUSE = 3600.0
"""Seconds without a message after which it is another wave: a day's quota is used up, and the rest follows."""


@dataclass(frozen=True, slots=True)
class Wave:
    """So many messages without a long pause between them; first and last in seconds since 1970."""

    number: int
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """When a mailing is done, if the server takes as much as the rate allows and nobody else sends.

    Attributes:
        start: when it may begin, in seconds since 1970.
        waves: in order.
        after_embargo: how many leave only when the embargo has ended under which the first ones leave.
    """

    start: float
    waves: tuple[Wave, ...]
    after_embargo: int

    @property
    def done(self) -> float:
        """When the last one leaves."""
        return self.waves[-1].last

    @property
    def held_up(self) -> bool:
        """Whether the rate makes anybody wait at all."""
        return self.done > self.start


def estimate(outgoing: Outgoing, rates: tuple[Rate, ...], ledger: Ledger) -> Estimate | None:
    """
    Args:
        rates: SMTP_RATE.
        ledger: knows what has left already, of this mailing and others.

    Returns:
        None where no rate holds, or nothing leaves.
    """
    if not rates or not outgoing.number:
        return None
    now = time.time()
    start = max(now, outgoing.planned)
    leaving = [now + seconds for seconds in departures(ledger, rates, outgoing.number, start - now)]
    embargo = outgoing.embargo if leaving[0] < outgoing.embargo else 0.0
    return Estimate(start, _waves(leaving), sum(at >= embargo for at in leaving) if embargo else 0)


def _waves(leaving: list[float]) -> tuple[Wave, ...]:
    begins = [0, *(n for n in range(1, len(leaving)) if leaving[n] - leaving[n - 1] > PAUSE)]
    ends = [*begins[1:], len(leaving)]
    return tuple(
        Wave(end - begin, leaving[begin], leaving[end - 1]) for begin, end in zip(begins, ends, strict=True)
    )
