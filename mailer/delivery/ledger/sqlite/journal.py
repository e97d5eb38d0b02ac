"""What is written down while messages go out: dots about to leave, and what became of whom, in one transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mailer.delivery.ledger.claim import Claim
from mailer.delivery.ledger.records import DEFERRED, DOT, LETTERS, SENDING, UNCERTAIN
from mailer.delivery.ledger.sqlite.hold import Tenure
from mailer.errors import TakenOver
from mailer.model import Outcome, Status

_AT_ONCE = 200
"""So many outcomes are written at the latest; each `before_dots` writes what there is."""

_OURS, _IN_DOUBT = SENDING + DOT, UNCERTAIN
"""States in which an outcome finds a claim: as this process left it, or as whoever took the mailing over found it."""

_TO_DOT = f"UPDATE deliveries SET state = '{DOT}' WHERE id = ? AND state = '{SENDING}'"
_BACK_FROM_DOT = f"UPDATE deliveries SET state = '{SENDING}' WHERE id = ? AND state = '{DOT}'"
_SETTLE = (
    f"UPDATE deliveries SET state = ?, due = ?, tries = tries + (?1 = '{DEFERRED}')"
    " WHERE id = ? AND instr(?, state)"
)
_ATTEMPT = "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, ?, ?, ?, ?)"


class _Settled(NamedTuple):
    id: int
    outcome: Outcome
    host: str
    at: float
    due: float


class Answered:
    """See `Answer`."""

    socket, is_there = None, True

    def __init__(self, withheld: Mapping[int, Status]) -> None:
        self._withheld = withheld

    def withheld(self) -> Mapping[int, Status]:
        return self._withheld


class FileJournal:
    """Writes for one process; several may write for the same mailing, each for its own claims.

    Args:
        tenure: the transactions.
        retry_after: how many seconds a recipient waits who was deferred so often before (`Schedule.retry_after`).
        clock: by which that is (clock.py); when an answer came is told by the wall clock.
    """

    def __init__(
        self, tenure: Tenure, retry_after: Callable[[int], float], clock: Callable[[], float]
    ) -> None:
        self._tenure, self._retry_after, self._clock = tenure, retry_after, clock
        self._settled: list[_Settled] = []
        self._given_back: list[int] = []

    def unmark(self, claim: Claim) -> None:
        """Surely nothing of it arrived, though its dot may have been written down: it is only claimed again."""
        self._given_back.append(claim.id)

    def remember(self, claim: Claim, outcome: Outcome, host: str) -> None:
        """What became of a claim; written with the next dots, or with the next `flush`."""
        deferred = outcome.status is Status.DEFERRED
        due = self._clock() + self._retry_after(claim.tries) if deferred else 0.0
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

    def ask(self, claims: Sequence[int]) -> Answered:
        """See `Journal.ask`. It is written when this returns."""
        return Answered(self.before_dots(claims))

    def before_dots(self, claims: Sequence[int]) -> Mapping[int, Status]:
        """See `Journal.before_dots`. Whoever is not to get it was taken off the queue."""
        try:
            accepted = sum(s.outcome.status is Status.ACCEPTED for s in self._settled)
            with self._tenure.step(accepted=accepted) as db:
                self._write(db, _OURS)
                for number in self._given_back:
                    db.execute(_BACK_FROM_DOT, (number,))
                withheld = _mark(db, claims)
        except TakenOver:
            with self._tenure.database.writing() as db:  # answers are facts, whoever holds the mailing
                self._write(db, _IN_DOUBT)
            self._settled, self._given_back = [], []
            raise
        self._settled, self._given_back = [], []
        return dict.fromkeys(withheld, Status.REJECTED)

    def keep(self) -> bool:
        """Nobody else may have them as long as this process lives."""
        return True

    def _write(self, db: sqlite3.Connection, states: str) -> None:
        """Outcomes of those whose claims are in these states: a bounce may have been quicker."""
        for s in self._settled:
            outcome = s.outcome
            found = db.execute(_SETTLE, (LETTERS[outcome.status], s.due, s.id, states)).rowcount
            if found and (outcome.code or outcome.text):
                attempt = (s.id, s.at, outcome.code, outcome.enhanced_code, outcome.text, s.host)
                db.execute(_ATTEMPT, attempt)


def _mark(db: sqlite3.Connection, claims: Sequence[int]) -> frozenset[int]:
    if not claims:
        return frozenset()
    marked = db.executemany(_TO_DOT, [(number,) for number in claims]).rowcount
    if marked == len(claims):
        return frozenset()
    query = "SELECT state FROM deliveries WHERE id = ?"
    return frozenset(number for number in claims if db.execute(query, (number,)).fetchone() != (DOT,))
