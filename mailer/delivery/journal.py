"""What is written down while messages go out: dots about to leave, and what became of whom, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from mailer.delivery.held import Claim
from mailer.delivery.ledger import Ledger
from mailer.delivery.records import LETTERS
from mailer.delivery.schedule import Schedule
from mailer.delivery.work import Parcel
from mailer.model import Outcome, Status

_AT_ONCE = 200
"""So many outcomes are written at the latest; each `before_dots` writes what there is."""


class _Settled(NamedTuple):
    id: int
    outcome: Outcome
    host: str
    at: float
    due: float


class Journal:
    """Writes for one process; several may write for the same mailing, each for its own claims.

    Args:
        schedule: says when a deferred recipient is due again.
    """

    def __init__(self, ledger: Ledger, schedule: Schedule) -> None:
        self._ledger, self._schedule = ledger, schedule
        self._settled: list[_Settled] = []

    def remember(self, claim: Claim, outcome: Outcome, host: str) -> None:
        """What became of a claim; written with the next dots, or with the next `flush`."""
        now = time.time()
        deferred = outcome.status is Status.DEFERRED
        due = now + self._schedule.retry_after(claim.tries) if deferred else 0.0
        self._settled.append(_Settled(claim.id, outcome, host, now, due))
        if len(self._settled) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Writes what is remembered."""
        if self._settled:
            self.before_dots(())

    def before_dots(self, parcels: Sequence[Parcel]) -> None:
        """Writes that these messages' final dots are about to leave, and what is remembered.

        Raises:
            LedgerError: nothing was written, so no dot may leave.
        """
        settled, self._settled = self._settled, []
        with self._ledger.writing() as db:
            if settled:
                db.executemany(
                    "UPDATE deliveries SET state = ?, due = ?, tries = tries + (?1 = 'd') WHERE id = ?",
                    [(LETTERS[s.outcome.status], s.due, s.id) for s in settled],
                )
                db.executemany(
                    "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (s.id, s.at, s.outcome.code, s.outcome.enhanced_code, s.outcome.text, s.host)
                        for s in settled
                        if s.outcome.code or s.outcome.text
                    ],
                )
            if parcels:
                db.executemany(
                    "UPDATE deliveries SET state = '.' WHERE id = ?",
                    [(parcel.claim.id,) for parcel in parcels],
                )
