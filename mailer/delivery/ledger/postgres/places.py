"""Places for connections, as locks of the database's: they end with the session, so nobody keeps one who is gone."""

from __future__ import annotations

import time
import zlib
from contextlib import suppress

from mailer.delivery.ledger.postgres.database import Database
from mailer.errors import LedgerError

LOCK = 0x706C6163
"""First half of the key of each such lock; the second half is of the mail server, and a number."""

MOST = 255
"""Places that a key has room for."""

_AGAIN_AFTER = 0.5
"""Seconds until it is asked again, when there was no place."""

_TAKE = b"""
SELECT place FROM generate_series(1, $4::int) AS place WHERE $1 <> '' AND
    CASE WHEN place = ANY($5::int[]) THEN false ELSE pg_try_advisory_lock($2::int, $3::int + place) END LIMIT $6
"""
"""A session may take a lock again that it has: those are left out."""

_GIVE_BACK = (
    b"SELECT pg_advisory_unlock($2::int, $3::int + place) FROM unnest($4::int[]) AS place WHERE $1 <> ''"
)


class DatabasePlaces:
    """See `Places`.

    Args:
        database: the ledger.
        server: what the mail server is called, the same for all who share its places.
        most: how many there are.
    """

    def __init__(self, database: Database, server: str, most: int) -> None:
        self._database, self._most = database, min(most, MOST)
        self._server = zlib.crc32(server.encode()) & 0x7FFFFF00
        self._link: object = None
        self._taken: list[int] = []
        self._not_before = 0.0

    def have(self, number: int) -> bool:
        self._forget_another_session()
        missing = number - len(self._taken)
        if missing > 0 and time.monotonic() >= self._not_before:
            found = self._database.say(_TAKE, LOCK, self._server, self._most, self._taken, missing)
            self._taken += [place for (place,) in found]
            missing -= len(found)
            self._not_before = time.monotonic() + _AGAIN_AFTER if missing else 0.0
        return missing <= 0

    def _forget_another_session(self) -> None:
        """Where the line to the database broke, the places were lost with it."""
        if self._link is not self._database.link:
            self._link, self._taken = self._database.link, []

    def keep(self, number: int) -> None:
        with suppress(LedgerError):
            self._forget_another_session()
            if surplus := self._taken[number:]:
                self._database.say(_GIVE_BACK, LOCK, self._server, surplus)
                del self._taken[number:]
