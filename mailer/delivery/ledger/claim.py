"""A recipient claimed for sending, how many are claimed at once, and what is written down about them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from mailer.model import Outcome, Status

GROUP = 100
"""Recipients that one durable claim takes, at most."""

_FIRST = 10
_SECONDS = 0.1
_SHARE = 0.05
"""Of a sending's time that waiting for the disk may take."""


class Claim(NamedTuple):
    """One recipient, claimed for sending. `tries`: how often they were deferred in this run."""

    id: int
    canonical: str
    address: str
    name: str
    language: str
    fields: Mapping[str, str]
    token: str
    in_reply_to: str
    tries: int


class ClaimSize:
    """As many as leave in a tenth of a second, up to a hundred: after a power cut whoever was claimed is uncertain, and
    a correction that comes in between finds the rest still in the queue. Where the disk is slow, as many as leave in
    twenty times as long as the disk takes.
    """

    def __init__(self) -> None:
        self._size = _FIRST
        self._began = self._ended = 0.0

    def next(self) -> int:
        """How many to claim now."""
        now = time.monotonic()
        if self._began:
            wanted = max(_SECONDS, (self._ended - self._began) / _SHARE)
            passed = max(now - self._ended, wanted / 2)  # twice as many as before at most
            self._size = min(GROUP, max(1, round(self._size * wanted / passed)))
        self._began = self._ended = now
        return self._size

    def claimed(self) -> None:
        """They are on the disk now."""
        self._ended = time.monotonic()


class Answer(Protocol):
    """The ledger's, whether final dots may leave.

    Attributes:
        socket: a descriptor that has something to read when it may be there; None: it is there.
        is_there: `withheld` need not wait.
    """

    @property
    def socket(self) -> int | None: ...
    @property
    def is_there(self) -> bool: ...

    def withheld(self) -> Mapping[int, Status]:
        """
        Returns:
            Those of the claims that are not to leave, and how they stand: they are nobody's claim any more, or somebody
            else's.

        Raises:
            LedgerError: nothing was written, so no dot may leave.
        """


class Journal(Protocol):
    """What is written down while messages go out: dots about to leave, and what became of whom."""

    def unmark(self, claim: Claim) -> None:
        """Surely nothing of it arrived, though its dot may have been written down: it is only claimed again."""

    def remember(self, claim: Claim, outcome: Outcome, host: str) -> None:
        """What became of a claim; written with the next dots, or with the next `flush`."""

    def flush(self) -> None:
        """Writes what is remembered. What can't be written stays remembered.

        Raises:
            LedgerError: it can't be written.
        """

    def ask(self, claims: Sequence[int]) -> Answer:
        """Has it written that the final dots of these claims' messages are about to leave, and what is remembered. One
        answer at a time is waited for: who asks again, or has written what is remembered, waits for the last one.

        Args:
            claims: their numbers (`Claim.id`).

        Raises:
            LedgerError: nothing was written, so no dot may leave.
        """

    def before_dots(self, claims: Sequence[int]) -> Mapping[int, Status]:
        """Asks, and waits for the answer: see `Answer.withheld`.

        Raises:
            LedgerError: as there.
        """

    def keep(self) -> bool:
        """Says that the claims are still wanted, where that is needed. False: they were taken away from this process,
        of which nothing was heard for too long: it begins nothing more.

        Raises:
            LedgerError: it can't be said.
        """
