"""A process that sends of a mailing: its lease, by which it claims, and what becomes of it when nobody hears of it.

Several send of the same mailing, each in the hands of a lease of its own, with an epoch that was never another's: the
worker's number. Only what stands in the database decides who may mail whom: a final dot leaves only after its row went
from `sending` to `dot` under a lease that had not been taken away, and no row that was at `dot` is ever claimed again.
Clocks decide only when work is resumed that somebody has left, and only the database's counts.

A lease ends when nothing was heard of it for a minute. Whoever finds that (`reap`) gives back what surely is unsent;
whatever may have left is uncertain. When its worker comes back, it is told that nothing is its own any more; what it
knows of the answers to its dots counts all the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from mailer.delivery.ledger.claim import GROUP, Claim
from mailer.delivery.ledger.postgres.database import Database
from mailer.delivery.ledger.postgres.journal import DatabaseJournal
from mailer.delivery.ledger.postgres.lease import Lease, reap
from mailer.delivery.ledger.records import DEFERRED, DOT, IS_WAITING, QUEUED, SENDING, UNCERTAIN
from mailer.delivery.ledger.store import Fence
from mailer.errors import LedgerError

LATE_ANSWERS = 600
"""Seconds after a lease was taken away in which an answer to a dot may still come: as long as a server may take for it
(RFC 5321 §4.5.3.2.6). Until then nobody is mailed again who is uncertain by it."""

_AGAIN_AFTER = 0.25
"""Seconds until it is asked again whether somebody is queued, when nobody was."""

_REAP_AFTER = 1 / 60
"""Share of a lease that passes until somebody who claims looks again for those who are gone."""

_COLUMNS = "id, canonical, address, name, language, fields, token, in_reply_to, tries"

_CLAIM = f"""
WITH mine AS (
    UPDATE workers SET expires = clock_timestamp() + make_interval(secs => $5)
    WHERE id = $2 AND name = $6 AND ended IS NULL AND server = $1 RETURNING id, mailing
), next AS (
    SELECT d.id FROM deliveries AS d
    WHERE d.mailing = (SELECT mailing FROM mine) AND {{which}} LIMIT $4 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE deliveries AS d SET state = '{SENDING}', worker = $2 FROM next
    WHERE d.id = next.id AND EXISTS (SELECT 1 FROM mine) AND EXISTS (SELECT 1 FROM mailings AS m
        WHERE m.id = d.mailing AND m.planned <= extract(epoch FROM clock_timestamp()))
    RETURNING d.{_COLUMNS.replace(", ", ", d.")}
)
SELECT (SELECT count(*) FROM mine), claimed.* FROM (VALUES (1)) AS one LEFT JOIN claimed ON true ORDER BY claimed.id
"""
_QUEUED = _CLAIM.format(which=f"d.id > $3 AND d.state = '{QUEUED}' ORDER BY d.id").encode()
_FREE = _CLAIM.format(which=f"d.id > $3 AND d.state = '{QUEUED}' AND d.worker IS NULL ORDER BY d.id").encode()
"""Without those whom a worker has put back as it may not mail them (ALLOW_ONLY): two would do that again and again."""
_DUE = _CLAIM.format(which=f"d.due <= $3 AND d.state = '{DEFERRED}' ORDER BY d.due").encode()

_LAST = (
    f"UPDATE deliveries AS d SET state = '{DEFERRED}', due = 0"
    f" WHERE mailing = ? AND state = '{QUEUED}' AND worker IS NOT NULL"
    " AND (SELECT count(*) FROM attempts AS a WHERE a.delivery = d.id AND a.code BETWEEN 400 AND 599) > 0"
)
"""Few were claimed before and are queued again; they have an index. To look for all who were ever refused, among
all who are queued, took minutes of a million, with everybody who writes waiting."""

_AGAIN = f"""
WITH wanted AS (
    SELECT id, address, worker FROM deliveries
    WHERE mailing = $2 AND canonical = ANY($3) AND state = '{UNCERTAIN}' AND $1 <> ''
), too_early AS (
    SELECT wanted.id, address, extract(epoch FROM ended - clock_timestamp())::float8 + {LATE_ANSWERS} AS seconds
    FROM wanted JOIN workers ON workers.id = worker
    WHERE reaped AND ended + make_interval(secs => {LATE_ANSWERS}) > clock_timestamp()
), again AS (
    UPDATE deliveries AS d SET state = '{QUEUED}' FROM wanted
    WHERE d.id = wanted.id AND d.state = '{UNCERTAIN}' AND NOT EXISTS (SELECT 1 FROM too_early)
)
SELECT address, seconds FROM too_early ORDER BY id
""".encode()


class DatabaseClaims:
    """See `Claims`.

    Args:
        database: the ledger.
        mailing: its id.
        release: its name.
        clock: the database's.
        uncertain: canonical addresses that a person has said may be sent again.
        token: of whoever holds the mailing in this process; "": nobody here does.
        asked_before: the last request from before this process took hold of it; None: it has not.
    """

    def __init__(
        self,
        database: Database,
        mailing: int,
        release: str,
        clock: Callable[[], float],
        uncertain: Iterable[str] = (),
        token: str = "",
        asked_before: int | None = None,
    ) -> None:
        self._database, self._mailing, self._clock = database, mailing, clock
        self._uncertain = list(uncertain)
        self._lease = Lease(database, mailing, release, token)
        self._after, self._not_before, self._first_pass, self._reaped = 0, 0.0, True, 0.0
        self.planned = 0.0
        self.asked_before = asked_before or 0
        self._ask = asked_before is None

    @property
    def fence(self) -> Fence:
        return self._lease.fence

    @property
    def lock(self) -> int | None:
        """Each process claims for itself."""
        return None

    def __enter__(self) -> Self:
        self._recover()
        self._lease.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._lease.end()
        except LedgerError:
            if error is None:
                raise

    def journal(self, retry_after: Callable[[int], float]) -> DatabaseJournal:
        return DatabaseJournal(self._lease, retry_after, self._clock)

    def _recover(self) -> None:
        """What others have left who are gone. The deferred are tried again by the first who begins."""
        reap(self._database, thoroughly=True)
        if self._uncertain:
            early = self._database.say(_AGAIN, self._mailing, self._uncertain)
            if early:
                raise TooEarly([address for address, _ in early], max(seconds for _, seconds in early))
        with self._database.writing() as db:
            self.planned = float(
                db.execute("SELECT planned FROM mailings WHERE id = ?", (self._mailing,)).fetchone()[0]
            )
            newest = "SELECT coalesce(max(id), 0) FROM requests WHERE mailing = ?"
            if self._ask:
                self.asked_before = db.execute(newest, (self._mailing,)).fetchone()[0]
            others = "SELECT 1 FROM workers WHERE mailing = ? AND ended IS NULL"
            if db.execute(others, (self._mailing,)).fetchone() is None:
                db.execute(
                    "UPDATE deliveries SET due = 0, tries = 0 WHERE mailing = ? AND state = ?",
                    (self._mailing, DEFERRED),
                )

    def begin(self) -> bool:
        with self._database.writing(durable=True) as db:
            begun = db.execute(
                "UPDATE mailings SET planned = 0 WHERE id = ? AND planned <= extract(epoch FROM clock_timestamp())",
                (self._mailing,),
            ).rowcount
            if not begun:
                return False
            db.execute(_LAST, (self._mailing,))
        return True

    def claim_queued(self, most: int = GROUP) -> list[Claim]:
        if time.monotonic() < self._not_before:
            return []
        claims = self._claim(_QUEUED if self._first_pass else _FREE, self._after, most)
        if not claims:
            self._first_pass = False
            claims = self._claim(_FREE, 0, most) if self._after else []  # what was given back lies behind
        self._after = claims[-1].id if claims else 0
        self._not_before = 0.0 if claims else time.monotonic() + _AGAIN_AFTER
        return claims

    def claim_deferred(self, due: float, most: int = GROUP) -> list[Claim]:
        return self._claim(_DUE, due, most)

    def _claim(self, statement: bytes, argument: float, most: int) -> list[Claim]:
        if self._lease.lost:
            return []
        self._reap_now_and_then()
        rows = self._lease.say(statement, argument, min(most, GROUP), self._database.lease)
        self._lease.heard(ours=bool(rows[0][0]))
        return [_claim_of(row[1:]) for row in rows if row[1] is not None]

    def _reap_now_and_then(self) -> None:
        now = time.monotonic()
        if now - self._reaped > _REAP_AFTER * self._database.lease:
            self._reaped = now
            reap(self._database, self._lease.id)

    def has_queued(self) -> bool:
        query = f"SELECT 1 FROM deliveries WHERE mailing = ? AND {self._claimable} LIMIT 1"
        with self._database.reading() as db:
            return db.execute(query, (self._mailing,)).fetchone() is not None

    @property
    def _claimable(self) -> str:
        """SQL: whom `claim_queued` may find."""
        return f"state = '{QUEUED}'" if self._first_pass else f"state = '{QUEUED}' AND worker IS NULL"

    def waiting(self) -> int:
        with self._database.reading() as db:
            query = f"SELECT count(*) FROM deliveries WHERE mailing = ? AND {IS_WAITING}"
            return int(db.execute(query, (self._mailing,)).fetchone()[0])

    def next_due(self) -> float | None:
        """Also when what others have in hand may have to be taken over: somebody has to be there for that. Soon, where
        it has just been found that nobody else is."""
        if self.has_queued():
            return self._clock() + _AGAIN_AFTER
        with self._database.reading() as db:
            due, ends = db.execute(
                f"SELECT (SELECT min(due) FROM deliveries WHERE mailing = ?1 AND state = '{DEFERRED}'),"
                " (SELECT min(extract(epoch FROM expires)) FROM workers WHERE mailing = ?1 AND ended IS NULL"
                f" AND id <> ?2 AND EXISTS"
                f" (SELECT 1 FROM deliveries WHERE worker = workers.id AND state IN ('{SENDING}', '{DOT}')))",
                (self._mailing, self._lease.id),
            ).fetchone()
        known = [float(moment) for moment in (due, ends) if moment is not None]
        return min(known) if known else None


class TooEarly(LedgerError):
    """Some who are uncertain may yet turn out to have it."""

    def __init__(self, addresses: list[str], seconds: float) -> None:
        minutes = max(1, round(seconds / 60))
        super().__init__(
            f"The answer of a server may still come for {', '.join(addresses)}: nobody was mailed again.",
            f"Whoever sent it was last heard of a few minutes ago. Try again in {minutes} min.",
        )


def _claim_of(row: tuple[Any, ...]) -> Claim:
    key, canonical, address, name, language, fields, token, in_reply_to, tries = row
    return Claim(key, canonical, address, name, language, json.loads(fields), token, in_reply_to, tries)
