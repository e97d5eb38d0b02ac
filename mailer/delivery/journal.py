"""What is written down while messages go out: dots about to leave, and what became of whom, in one transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mailer.delivery.held import Claim
from mailer.delivery.hold import Tenure
from mailer.delivery.records import LETTERS
from mailer.delivery.schedule import Schedule
from mailer.delivery.work import Parcel
from mailer.errors import TakenOver
from mailer.model import Outcome, Status

_AT_ONCE = 200
"""So many outcomes are written at the latest; each `before_dots` writes what there is."""

_OURS, _IN_DOUBT = "s.", "u"
"""States in which an outcome finds a claim: as this process left it, or as whoever took the mailing over found it."""


class _Settled(NamedTuple):
    id: int
    outcome: Outcome
    host: str
    at: float
    due: float


class Journal:
    """Writes for one process; several may write for the same mailing, each for its own claims.

    Args:
        tenure: the transactions.
        schedule: says when a deferred recipient is due again.
        clock: by which that is (steady.py); when an answer came is told by the wall clock.
    """

    def __init__(self, tenure: Tenure, schedule: Schedule, clock: Callable[[], float]) -> None:
        self._tenure, self._schedule, self._clock = tenure, schedule, clock
        self._settled: list[_Settled] = []
        self._given_back: list[int] = []

    def take_back(self, claim: Claim) -> None:
        """Surely nothing of it arrived, though its dot may have been written down: it is only claimed again."""
        self._given_back.append(claim.id)

    def remember(self, claim: Claim, outcome: Outcome, host: str) -> None:
        """What became of a claim; written with the next dots, or with the next `flush`."""
        deferred = outcome.status is Status.DEFERRED
        due = self._clock() + self._schedule.retry_after(claim.tries) if deferred else 0.0
        self._settled.append(_Settled(claim.id, outcome, host, time.time(), due))
        if len(self._settled) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Writes what is remembered. What can't be written stays remembered.

        Raises:
            LedgerError: it can't be written.
        """
        if self._settled or self._given_back:
            self.before_dots(())

    def before_dots(self, parcels: Sequence[Parcel]) -> frozenset[Parcel]:
        """Writes that these messages' final dots are about to leave, and what is remembered.

        Returns:
            Those of them that are not to leave: their claim is none any more.

        Raises:
            LedgerError: nothing was written, so no dot may leave.
        """
        try:
            accepted = sum(s.outcome.status is Status.ACCEPTED for s in self._settled)
            with self._tenure.step(accepted=accepted) as db:
                self._write(db, _OURS)
                for number in self._given_back:
                    db.execute("UPDATE deliveries SET state = 's' WHERE id = ? AND state = '.'", (number,))
                withheld = _mark(db, parcels)
        except TakenOver:
            with self._tenure.database.writing() as db:  # answers are facts, whoever holds the mailing
                self._write(db, _IN_DOUBT)
            self._settled, self._given_back = [], []
            raise
        self._settled, self._given_back = [], []
        return withheld

    def _write(self, db: sqlite3.Connection, states: str) -> None:
        """Outcomes of those whose claims are in these states: a bounce may have been quicker."""
        for s in self._settled:
            found = db.execute(
                "UPDATE deliveries SET state = ?, due = ?, tries = tries + (?1 = 'd') WHERE id = ? AND instr(?, state)",
                (LETTERS[s.outcome.status], s.due, s.id, states),
            ).rowcount
            if found and (s.outcome.code or s.outcome.text):
                db.execute(
                    "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, ?, ?, ?, ?)",
                    (s.id, s.at, s.outcome.code, s.outcome.enhanced_code, s.outcome.text, s.host),
                )


def _mark(db: sqlite3.Connection, parcels: Sequence[Parcel]) -> frozenset[Parcel]:
    if not parcels:
        return frozenset()
    marked = db.executemany(
        "UPDATE deliveries SET state = '.' WHERE id = ? AND state = 's'",
        [(parcel.claim.id,) for parcel in parcels],
    ).rowcount
    if marked == len(parcels):
        return frozenset()
    query = "SELECT state FROM deliveries WHERE id = ?"
    return frozenset(p for p in parcels if db.execute(query, (p.claim.id,)).fetchone() != (".",))
