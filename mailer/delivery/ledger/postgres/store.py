"""The ledger in a database that several computers share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from mailer.delivery.ledger.boot import since_boot
from mailer.delivery.ledger.postgres.claims import DatabaseClaims
from mailer.delivery.ledger.postgres.database import Database
from mailer.delivery.ledger.postgres.hold import LOCK, DatabaseHold
from mailer.delivery.ledger.postgres.lease import reap
from mailer.delivery.ledger.postgres.places import DatabasePlaces
from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.testimony import Doubt
from mailer.errors import LedgerError
from mailer.workspace.database_url import DatabaseUrl

_ASK_AGAIN = 60.0
"""Seconds for which this computer's count of seconds is relied on between two looks at the database's clock."""


class DatabaseStore(Database):
    """See `Store`; and `Database` for how it is reached."""

    row_lock = " FOR UPDATE"
    witnessed = False
    """Whoever runs the server looks after it: replication, backups. docs/guide/several-senders.md says what to do with
    one that was put back."""

    def __init__(self, url: DatabaseUrl, *, moving: bool = False) -> None:
        super().__init__(url, moving=moving)
        self._holds: dict[int, DatabaseHold] = {}
        self._clock: DatabaseClock | None = None

    def clock(self) -> Callable[[], float]:
        self._clock = self._clock or DatabaseClock(self)
        return self._clock

    def wall(self) -> float:
        return self.clock()()

    def hold(self, mailing: int, release: str) -> DatabaseHold:
        if mailing not in self._holds:
            self._holds[mailing] = DatabaseHold(self, mailing, release)
        return self._holds[mailing]

    def is_held(self, mailing: int) -> bool:
        query = (
            "SELECT EXISTS (SELECT 1 FROM workers WHERE mailing = ?1 AND ended IS NULL AND expires > clock_timestamp())"
            " OR EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid = ?2::bigint::oid AND objid = ?1::bigint::oid)"
        )
        with self.reading() as db:
            return bool(db.execute(query, (mailing, LOCK)).fetchone()[0])

    def reap(self) -> None:
        reap(self)

    def senders(self, mailing: int) -> list[str]:
        alive = "ended IS NULL AND expires > clock_timestamp()"
        query = f"SELECT name FROM workers WHERE mailing = ? AND {alive} ORDER BY id"
        with self.reading() as db:
            return [name.partition(" ")[2] for (name,) in db.execute(query, (mailing,))]

    def claims(self, mailing: int, release: str, uncertain: Iterable[str]) -> DatabaseClaims:
        held = self.hold(mailing, release)
        asked_before = held.asked_before if held.taken else None
        return DatabaseClaims(self, mailing, release, self.clock(), uncertain, held.token, asked_before)

    def places(self, server: str, most: int) -> DatabasePlaces:
        return DatabasePlaces(self, server, most)

    def must_be_whole(self, release: str) -> None:
        """Nothing tells but the database itself."""

    def doubts(self) -> list[Doubt]:
        return []

    def overwriting(self, db: Connection) -> None:
        """What is deleted is overwritten by VACUUM, which the server runs by itself; its write-ahead log and its
        backups are the server's."""

    def index_for_bounces(self, db: Connection) -> None:
        """They are there from the beginning: only the owner may make any."""

    def index_for_replies(self, db: Connection) -> None:
        """As above."""


class DatabaseClock:
    """Seconds since 1970 by the database's clock, which is the same for all. Between two looks at it, this computer's
    count of seconds is relied on, which nobody sets.

    Args:
        database: the ledger.

    Raises:
        LedgerError: it can't be reached.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead, self._looked = 0.0, 0.0
        self._look()

    def _look(self) -> None:
        """Thrice: of the quickest answer it is known best when it was given. Several who share a pace go by it."""
        looks = []
        with self._database.reading() as db:
            for _ in range(3):
                before = since_boot()
                [now] = db.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
                took = since_boot() - before
                looks.append((took, now - before - took / 2))
        self._ahead, self._looked = min(looks)[1], time.monotonic()

    def __call__(self) -> float:
        if time.monotonic() - self._looked > _ASK_AGAIN:
            try:
                self._look()
            except LedgerError:
                self._looked = time.monotonic()
        return since_boot() + self._ahead
