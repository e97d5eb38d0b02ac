"""What a worker writes down while messages go out: one statement a step, which says what became of whom, which final
dots are about to leave, and learns which of them may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from mailer.delivery.ledger.claim import Claim
from mailer.delivery.ledger.postgres.database import DatabaseAway, patiently
from mailer.delivery.ledger.postgres.lease import Lease
from mailer.delivery.ledger.postgres.saying import Saying
from mailer.delivery.ledger.records import (
    ACCEPTED,
    BOUNCED,
    DEFERRED,
    DOT,
    LETTERS,
    QUEUED,
    REJECTED,
    SENDING,
    UNCERTAIN,
)
from mailer.errors import LedgerError
from mailer.model import Outcome, Status

_AT_ONCE = 200
"""So many outcomes are written at the latest; each `before_dots` writes what there is."""

_BACK = "<"
"""Where a state is expected: nothing of it has left, so it is as it was before its dot was written down."""

_IS_BARRED = (
    "suppressions AS s WHERE s.canonical IN"
    " (d.canonical, 'sha256:' || encode(sha256(convert_to(d.canonical, 'UTF8')), 'hex'))"
)

_STEP = f"""
WITH heard AS (
    UPDATE workers SET step = $11, expires = CASE WHEN ended IS NULL AND server = $1
        THEN clock_timestamp() + make_interval(secs => $12) ELSE expires END
    WHERE id = $2 AND name = $13 AND step <= $11 RETURNING id, ended IS NULL AND server = $1 AS stands
), said AS (
    SELECT * FROM unnest((SELECT $3::bigint[]), $4::text[], $5::float8[], $6::int[], $7::text[], $8::text[], $9::text[],
        $10::float8[]) AS s (id, state, due, code, enhanced, text, host, at)
), done AS (
    UPDATE deliveries AS d SET
        state = CASE WHEN said.state <> '{_BACK}' THEN said.state
            WHEN d.state = '{DOT}' THEN '{SENDING}' ELSE '{QUEUED}' END,
        worker = CASE WHEN said.state <> '{_BACK}' OR d.state = '{DOT}' THEN d.worker END,
        due = CASE WHEN strpos('{_BACK}{DOT}', said.state) > 0 THEN d.due ELSE said.due END,
        tries = d.tries + (said.state = '{DEFERRED}')::int
    FROM said, heard WHERE d.id = said.id AND d.worker = heard.id AND CASE said.state
        WHEN '{DOT}' THEN heard.stands AND strpos('{SENDING}{DOT}', d.state) > 0
            AND NOT EXISTS (SELECT 1 FROM {_IS_BARRED})
        WHEN '{_BACK}' THEN d.state = CASE WHEN heard.stands THEN '{DOT}' ELSE '{UNCERTAIN}' END
        ELSE d.state <> said.state AND (strpos('{SENDING}{DOT}{UNCERTAIN}', d.state) > 0
            OR d.state = '{QUEUED}' AND said.state = '{ACCEPTED}') END
    RETURNING d.id, said.state, at, code, enhanced, text, host
), told AS (
    INSERT INTO attempts (delivery, at, code, enhanced, text, host)
    SELECT id, at, code, enhanced, text, host FROM done WHERE code <> 0 OR text <> ''
)
SELECT EXISTS (SELECT 1 FROM heard WHERE stands), ARRAY(SELECT id FROM done WHERE state = '{DOT}')
""".encode()
"""A step has a number, which grows. One that comes after a later one was held up on the line: its sender has said it
again and gone on, so it has no effect. The same number again is a step whose answer was lost.

What was settled, given back (`_BACK`) and asked for (`DOT`) are different rows: a statement changes none twice. They
are one list and one UPDATE, as each costs as much again before its first row. Whoever took the lease away has found
some at `dot`: where this worker knows that nothing has left, they are queued again.

That a row which is at `dot` by this lease may leave: a worker asks only for dots that it has not let go, so it is
there because the answer to an earlier asking was lost, or was too old.

`(SELECT $3)`, `strpos`: the planner takes the list for ten rows, to be found by their numbers, and one plan does for
all; by the index of those who are claimed it would look at everybody's."""

_WITHHELD = f"""
WITH heard AS (
    UPDATE workers SET step = $4
    WHERE id = $2 AND name = $5 AND step <= $4 AND ended IS NULL AND server = $1 RETURNING id
), withheld AS (
    SELECT d.id, d.state, (SELECT min(s.reason) FROM {_IS_BARRED}) AS reason
    FROM unnest((SELECT $3::bigint[])) AS w (id) JOIN deliveries AS d ON d.id = w.id
), off AS (
    UPDATE deliveries AS d SET state = CASE WHEN reason IS NULL THEN '{QUEUED}' ELSE '{REJECTED}' END,
        worker = CASE WHEN reason IS NOT NULL THEN d.worker END
    FROM withheld, heard WHERE d.id = withheld.id AND d.worker = heard.id
    AND strpos('{SENDING}{DOT}', d.state) > 0 RETURNING d.id, reason
), told AS (
    INSERT INTO attempts (delivery, at, code, enhanced, text, host)
    SELECT id, extract(epoch FROM clock_timestamp()), 0, '', 'not sent: ' || reason, '' FROM off
    WHERE reason IS NOT NULL
)
SELECT id FROM off WHERE reason IS NOT NULL
UNION ALL SELECT id FROM withheld WHERE strpos('{REJECTED}{BOUNCED}', state) > 0
""".encode()
"""What becomes of those whose dots may not leave, which is rare: whoever is suppressed is taken off; whoever was, but
is not any more, is queued again. It has a number as a step has. Answered: whoever is not to be mailed at all."""


class _Settled(NamedTuple):
    id: int
    state: str
    due: float = 0.0
    code: int = 0
    enhanced: str = ""
    text: str = ""
    host: str = ""
    at: float = 0.0


class DatabaseJournal:
    """See `Journal`.

    Args:
        lease: by which it writes.
        retry_after: as there.
        clock: the database's.
    """

    def __init__(self, lease: Lease, retry_after: Callable[[int], float], clock: Callable[[], float]) -> None:
        self._lease, self._retry_after, self._clock = lease, retry_after, clock
        self._settled: list[_Settled] = []
        self._given_back: list[int] = []
        self._under_way: Step | None = None

    def unmark(self, claim: Claim) -> None:
        self._given_back.append(claim.id)

    def remember(self, claim: Claim, outcome: Outcome, host: str) -> None:
        now = self._clock()
        deferred = outcome.status is Status.DEFERRED
        due = now + self._retry_after(claim.tries) if deferred else 0.0
        text = outcome.text.replace("\0", "\ufffd")  # U+0000 can't be in a text of PostgreSQL's
        self._settled.append(
            _Settled(
                claim.id, LETTERS[outcome.status], due, outcome.code, outcome.enhanced_code, text, host, now
            )
        )
        if len(self._settled) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self._under_way:
            self._under_way.withheld()
        if self._settled or self._given_back:
            self.before_dots(())

    def before_dots(self, claims: Sequence[int]) -> Mapping[int, Status]:
        return self.ask(claims).withheld()

    def ask(self, claims: Sequence[int]) -> Step:
        if self._under_way:
            self._under_way.withheld()
        step = Step(self, claims, self._settled, self._given_back)
        self._settled, self._given_back, self._under_way = [], [], step
        step.values = (*_columns(step), self._lease.next_step(), self._lease.database.lease)
        with suppress(DatabaseAway):  # it is said again
            step.saying = self._lease.say_ahead(_STEP, *step.values)
        return step

    def hear(self, step: Step) -> Mapping[int, Status]:
        """What a step was answered: see `Answer.withheld`."""
        self._under_way = None
        try:
            ours, leaving = self._answer(step)
        except LedgerError:
            self._settled[:0], self._given_back[:0] = step.settled, step.given_back
            step.settled, step.given_back = [], []
            raise
        self._lease.heard(ours=ours)
        if not ours:
            self._given_back += step.claims  # of which no dot has left, nor will
        may = set(leaving)
        withheld = dict.fromkeys((claim for claim in step.claims if claim not in may), Status.QUEUED)
        if withheld:
            for (claim,) in self._say(_WITHHELD, _array(withheld), self._lease.next_step()):
                withheld[claim] = Status.REJECTED
        return withheld

    def _answer(self, step: Step) -> tuple[bool, Iterable[int]]:
        """Whether the lease stands, and whose dots may leave."""
        row = step.saying.answer() if step.saying else None
        if row is None:
            [[ours, leaving]] = self._say(_STEP, *step.values)
            return ours, leaving
        numbers = (row[1] or b"{}")[1:-1]
        return row[0] == b"t", map(int, numbers.split(b",") if numbers else ())

    def _say(self, statement: bytes, *values: Any) -> list[Any]:
        """Again, where the database was away: what is said twice has no more effect than once."""
        return patiently(lambda: self._lease.say(statement, *values))

    def keep(self) -> bool:
        return self._lease.keep()


class Step:
    """See `Answer`.

    Attributes:
        claims: whose dots are asked for.
        settled, given_back: what is written with it.
        values: of the statement.
        saying: as it was said; None: it was not.
    """

    def __init__(
        self, journal: DatabaseJournal, claims: Sequence[int], settled: list[_Settled], given_back: list[int]
    ) -> None:
        self._journal, self.claims, self.settled, self.given_back = journal, claims, settled, given_back
        self.values: tuple[str | float, ...] = ()
        self.saying: Saying | None = None
        self._withheld: Mapping[int, Status] | None = None

    @property
    def socket(self) -> int | None:
        return None if self.is_there or self.saying is None else self.saying.socket

    @property
    def is_there(self) -> bool:
        return self._withheld is not None or self.saying is None or self.saying.is_answered

    def withheld(self) -> Mapping[int, Status]:
        if self._withheld is None:
            self._withheld = self._journal.hear(self)
        return self._withheld


def _columns(step: Step) -> Iterable[str]:
    """What is said in a step."""
    said = [*step.settled]
    said += [_Settled(claim, DOT) for claim in step.claims]
    if step.given_back:
        others = {each.id for each in said}
        said += [_Settled(claim, _BACK) for claim in step.given_back if claim not in others]
    numbers, states, due, codes, enhanced, texts, hosts, at = zip(*said, strict=True) if said else [()] * 8
    return (
        _array(numbers), _texts(states), _array(due), _array(codes), _texts(enhanced), _texts(texts), _texts(hosts),
        _array(at),
    )  # fmt: skip


def _array(values: Iterable[float]) -> str:
    """Numbers as PostgreSQL reads them. psycopg takes ten times as long for the same, at each step."""
    return "{" + ",".join(map(repr, values)) + "}"


def _texts(values: Sequence[str]) -> str:
    escaped = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(escaped) + '"}' if escaped else "{}"
