"""A worker's lease: what it has claimed is its own as long as it is heard of."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import Any

from mailer.delivery.ledger.postgres.database import Database, DatabaseBusy
from mailer.delivery.ledger.postgres.saying import Saying
from mailer.delivery.ledger.records import DOT, QUEUED, SENDING, UNCERTAIN
from mailer.delivery.ledger.sqlite.lock import this_process
from mailer.delivery.ledger.store import Fence

_OFTEN = 0.25
"""Share of a lease that passes without a step before it is said that it is still wanted."""

_BEGIN = b"""
INSERT INTO workers (mailing, name, server, expires)
VALUES ($2, $3, $1, clock_timestamp() + make_interval(secs => $4)) RETURNING id
"""

_KEEP = b"""
UPDATE workers SET expires = clock_timestamp() + make_interval(secs => $3)
WHERE id = $2 AND name = $4 AND ended IS NULL AND server = $1 RETURNING 1
"""

_OVER = "mailer stopped before it read the server's answer"
_LOST = "nothing was heard of its sender any more, and its answer is not known"
_FAILED_OVER = "the database failed over while this was sent"

_END = f"""
WITH mine AS (
    UPDATE workers SET ended = clock_timestamp()
    WHERE id = $2 AND name = $4 AND ended IS NULL AND server = $1 RETURNING id
), told AS (
    INSERT INTO attempts (delivery, at, code, enhanced, text, host)
    SELECT d.id, extract(epoch FROM clock_timestamp()), 0, '', $3, '' FROM deliveries AS d, mine
    WHERE d.worker = mine.id AND d.state = '{DOT}'
)
UPDATE deliveries AS d SET state = CASE WHEN d.state = '{DOT}' THEN '{UNCERTAIN}' ELSE '{QUEUED}' END,
    worker = CASE WHEN d.state = '{DOT}' THEN d.worker END
FROM mine WHERE d.worker = mine.id AND d.state IN ('{SENDING}', '{DOT}') RETURNING 1
""".encode()

_REAP = f"""
WITH gone AS (
    SELECT id, server <> $1 AS elsewhere FROM workers WHERE ended IS NULL
    AND id <> $4 AND (expires < clock_timestamp() OR server <> $1) FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE workers AS w SET ended = clock_timestamp(), reaped = true FROM gone WHERE w.id = gone.id
), left_behind AS (
    UPDATE deliveries AS d
    SET state = CASE WHEN d.state = '{DOT}' OR gone.elsewhere THEN '{UNCERTAIN}' ELSE '{QUEUED}' END,
        worker = CASE WHEN d.state = '{DOT}' OR gone.elsewhere THEN d.worker END
    FROM (SELECT * FROM gone {{and_more}}) AS gone
    WHERE d.worker = gone.id AND d.state IN ('{SENDING}', '{DOT}') RETURNING d.id, d.state, gone.elsewhere
), told AS (
    INSERT INTO attempts (delivery, at, code, enhanced, text, host)
    SELECT id, extract(epoch FROM clock_timestamp()), 0, '', CASE WHEN elsewhere THEN $2 ELSE $3 END, ''
    FROM left_behind WHERE state = '{UNCERTAIN}'
)
SELECT count(*) FROM gone
"""
_REAP_GONE = _REAP.format(and_more="").encode()
_REAP_ALL = _REAP.format(
    and_more="UNION ALL SELECT id, server <> $1 FROM workers WHERE ended IS NOT NULL"
).encode()


def reap(database: Database, own: int = 0, *, thoroughly: bool = False) -> None:
    """Takes away the leases of those who are gone: what they had claimed is queued again, what may have left is
    uncertain. One statement; who is in the middle of a step of their own is passed over.

    Args:
        own: the number of whoever asks, who is not gone, however long nothing was heard of it.
        thoroughly: of those too whose lease has ended before. A server that stood still for longer than a lease,
            between looking who is there and taking a lease away, has not seen what was claimed at that moment.

    Raises:
        LedgerError: it was not done, or may not have been.
    """
    with suppress(DatabaseBusy):  # somebody else is at it, or will be
        database.say(_REAP_ALL if thoroughly else _REAP_GONE, _FAILED_OVER, _LOST, own)


class Lease:
    """
    Args:
        database: the ledger.
        mailing, release: what it is on.
        token: as whoever takes it is known, where it holds the mailing too; "": it gets a token of its own.

    Attributes:
        id: its number, which is nobody else's, ever; 0: it has not begun.
        lost: it was taken away, as nothing was heard of it: whoever has it begins nothing more.
        fence: the same, as others see it.
    """

    def __init__(self, database: Database, mailing: int, release: str, token: str = "") -> None:
        self.database, self._mailing, self._release = database, mailing, release
        self.id, self.lost, self._kept, self._steps = 0, False, 0.0, 0
        self.fence = Fence(mailing, release, token or f"{secrets.token_hex(8)} {this_process()}")

    def begin(self) -> None:
        """
        Raises:
            LedgerError: it can't be written.
        """
        [[self.id]] = self.database.say(_BEGIN, self._mailing, self.fence.token, self.database.lease)
        self.heard()

    def say(self, statement: bytes, *values: Any) -> list[Any]:
        """A statement in which `$2` is its number, and the last value its token: after a fail-over that lost what was
        written last, the new server may give the same number to somebody else.

        Raises:
            LedgerError: as `Database.say`.
        """
        return self.database.say(statement, self.id, *values, self.fence.token)

    def say_ahead(self, statement: bytes, *values: Any) -> Saying:
        """As `say`; see `Database.say_ahead`."""
        return self.database.say_ahead(statement, self.id, *values, self.fence.token)

    def next_step(self) -> int:
        """The number of one more step: later than all before."""
        self._steps += 1
        return self._steps

    def heard(self, *, ours: bool = True) -> None:
        """The database has just heard of it, and said whether it stands."""
        self._kept = time.monotonic()
        self.lost = self.lost or not ours

    def keep(self) -> bool:
        """Says that it is still there, unless that was said a while ago at most. False: it was taken away.

        Raises:
            LedgerError: it can't be said.
        """
        if not self.lost and time.monotonic() - self._kept > _OFTEN * self.database.lease:
            self.heard(ours=bool(self.say(_KEEP, self.database.lease)))
        return not self.lost

    def end(self) -> None:
        """Hands back what is still claimed.

        Raises:
            LedgerError: it can't be written; after a minute somebody else does it.
        """
        self.say(_END, _OVER)
