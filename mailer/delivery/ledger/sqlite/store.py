"""The ledger in a file of this computer: SQLite in WAL mode, with its locks and witnesses beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from mailer.delivery.ledger.sqlite import migrations
from mailer.delivery.ledger.sqlite.claims import FileClaims
from mailer.delivery.ledger.sqlite.clock import SteadyClock
from mailer.delivery.ledger.sqlite.database import Database
from mailer.delivery.ledger.sqlite.doubt import doubts, must_be_whole
from mailer.delivery.ledger.sqlite.hold import FileHold
from mailer.delivery.ledger.sqlite.lock import lock_of
from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.testimony import Doubt


class FileStore(Database):
    """See `Store`; and `Database` for what it is made of."""

    row_lock = ""
    """One writes at a time."""

    def __init__(self, path: Path, *, witnessed: bool = True, leaving: bool = False) -> None:
        super().__init__(path, witnessed=witnessed, leaving=leaving)
        self._holds: dict[int, FileHold] = {}

    @property
    def place(self) -> str:
        return str(self.path)

    def clock(self) -> Callable[[], float]:
        return SteadyClock(self)

    def wall(self) -> float:
        return time.time()

    def hold(self, mailing: int, release: str) -> FileHold:
        if mailing not in self._holds:
            lock = lock_of(self.path, mailing, release)
            self._holds[mailing] = FileHold(self, lock, mailing, release)
        return self._holds[mailing]

    def is_held(self, mailing: int) -> bool:
        return lock_of(self.path, mailing).held()

    def reap(self) -> None:
        """Whoever takes hold of the mailing does it."""

    def senders(self, mailing: int) -> list[str]:
        with self.reading() as db:
            row = db.execute("SELECT holder FROM mailings WHERE id = ?", (mailing,)).fetchone()
        return [row[0].partition(" ")[2]] if row and row[0] and self.is_held(mailing) else []

    def claims(self, mailing: int, release: str, uncertain: Iterable[str]) -> FileClaims:
        return FileClaims(self, self.hold(mailing, release), self.clock(), uncertain)

    def places(self, server: str, most: int) -> None:
        """Who sends of one file is on one computer; what they have is not counted together."""

    def must_be_whole(self, release: str) -> None:
        must_be_whole(self, release)

    def doubts(self) -> list[Doubt]:
        return doubts(self)

    def overwriting(self, db: Connection) -> None:
        db.execute("PRAGMA secure_delete = ON")

    def index_for_bounces(self, db: Connection) -> None:
        migrations.index_for_bounces(db)

    def index_for_replies(self, db: Connection) -> None:
        db.execute(
            "CREATE INDEX IF NOT EXISTS attempts_accepted ON attempts (text) WHERE code BETWEEN 200 AND 299"
        )
