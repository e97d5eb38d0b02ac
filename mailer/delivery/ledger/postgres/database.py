"""A PostgreSQL database that several computers read and write: how it is reached, and how its errors are told, whatever
it holds.

Two kinds of statements are said to it. What is asked or written now and then is one piece of SQL for this and for the
file: in a transaction of several round trips, one writer at a time, by an advisory lock. What is said for each message
is one statement (claims.py, journal.py): a process that is stopped in the middle of it holds no lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import RawCursor

from mailer.delivery.ledger.postgres.migrations import SCHEMA, bring_up_to_date
from mailer.delivery.ledger.postgres.saying import Link, Saying
from mailer.delivery.ledger.postgres.session import Session
from mailer.delivery.ledger.postgres.shut import IS_SHUT, must_be_open
from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.unknown import UnknownState
from mailer.errors import LedgerError
from mailer.workspace.database_url import DatabaseUrl

_SETTINGS = {
    "search_path": SCHEMA,
    "synchronous_commit": "on",  # whatever was committed is there after a crash, and on whoever takes over
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "5s",  # whoever was stopped in a transaction loses it, with its locks
    "client_min_messages": "warning",
    # Whose computer sleeps or is gone holds no mailing for hours: the server notices it, as we do it.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_REACHING = {
    "connect_timeout": 10,
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "mailer",
}  # fmt: skip
"""What libpq does where the URL, a service file or the environment says nothing else: a dead line is noticed."""

_WRITERS = 0x77726974
"""An advisory lock: what is written in several round trips is written by one at a time."""

_PATIENCE = 30.0
"""Seconds for which another writer is waited for."""

_PAUSES = (0.0, 0.5, 2.0, 5.0)
"""Seconds between the times that something is tried, where the database was away, as while it starts anew, or busy."""

LEASE = 60.0
"""Seconds after which somebody of whom nothing is heard counts as gone, by the database's clock."""

_Done = TypeVar("_Done")


class Database:
    """
    Args:
        url: where it is. Authentication is libpq's: `.pgpass`, a service file, certificates.
        moving: it is opened to be moved, or to end a move: whether it is shut does not matter (shut.py).

    Attributes:
        place: what it is called, for people; without a password.
        lease: seconds after which this process counts as gone when nothing is heard of it (lease.py). Trials set a
            shorter one.
        server: which server this is, and in which of its timelines: after a fail-over it is another one.

    Raises:
        LedgerError: here and from every method: it can't be reached, read or written.
    """

    def __init__(self, url: DatabaseUrl, *, moving: bool = False) -> None:
        self._url, self._moving = url, moving
        self.place = str(url)
        self.lease = LEASE
        self.server = ""
        self._under_way: Saying | None = None
        self._known: dict[bytes, bytes] = {}
        self._link = self._reach()

    def _reach(self) -> Link:
        link: Link | None = None
        usual = self._usual()
        try:
            # Whatever stands in the URL, or in PGCLIENTENCODING: any letters may have to be written.
            link = psycopg.connect(
                self._url.url, autocommit=True, cursor_factory=RawCursor, client_encoding="UTF8", **usual
            )
            for name, value in _SETTINGS.items():
                link.execute("SELECT set_config($1, $2, false)", (name, value))
            bring_up_to_date(link, self.place)
            if not self._moving:
                must_be_open(link, self.place)
            self.server = _server(link)
            return link
        except psycopg.Error as error:
            if link:
                link.close()
            raise self.failed(error) from None
        except BaseException:
            if link:
                link.close()
            raise

    def _usual(self) -> dict[str, Any]:
        try:
            said = psycopg.conninfo.conninfo_to_dict(self._url.url) if self._url.well_formed else None
        except (psycopg.Error, UnicodeError):  # which name what they can't read, and that may be the password
            said = None
        if said is None:
            raise LedgerError(
                "LEDGER_URL is not an address that PostgreSQL's library can read.",
                "It is postgresql://USER@HOST/DATABASE. What is no letter or digit in a user or a password is written "
                "as % and two digits; better, the password stands in ~/.pgpass.",
            )
        return {name: value for name, value in _REACHING.items() if name not in said}

    def close(self) -> None:
        self._link.close()

    @property
    def link(self) -> Link:
        """To the database; anew, where the last one broke; once what was said ahead on it is answered. Where that broke
        it, whoever asks here is as patient as whoever said it would be.

        Raises:
            LedgerError: it can't be reached.
        """
        if self._under_way:
            is_lost = self._under_way.answer() is None
            self._under_way = None
            if is_lost and self._link.closed:
                self._link, self._known = patiently(self._reach), {}
        if self._link.closed:
            self._link, self._known = self._reach(), {}
        return self._link

    @property
    def host(self) -> str:
        """Of the server, as libpq has found it; a folder, where it is a socket on this computer."""
        return str(self.link.info.host)

    def failed(self, error: psycopg.Error) -> LedgerError:
        """What went wrong, for people."""
        said = _first_line(error)
        if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
            return DatabaseBusy(
                f"The ledger {self.place} is busy: another process has kept it waiting.",
                "Nothing is sent without it. Try again in a while; what had begun, `mailer resume` goes on with.",
            )
        if isinstance(error, psycopg.OperationalError) and (self.is_broken or not error.sqlstate):
            return DatabaseAway(
                f"The ledger {self.place} can't be reached: {said}.",
                "Nothing is sent without it. Try again once it is there; what had begun, `mailer resume` goes on with.",
            )
        if error.sqlstate == IS_SHUT:
            return LedgerError(
                f"The ledger {self.place} can't be used: {said}.",
                "Nothing more is sent from here. Any command of mailer says where to look now.",
            )
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return LedgerError(
                f"This user may not do that in the ledger {self.place}: {said}.",
                "Ask whoever runs the database; docs/guide/several-senders.md says which rights there are.",
            )
        return LedgerError(
            f"The ledger {self.place} can't be used: {said}.",
            "Nothing is sent without it. Ask whoever runs the database, then try again.",
        )

    @property
    def is_broken(self) -> bool:
        link: Link | None = getattr(self, "_link", None)
        return link is None or link.closed

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Store.reading`."""
        link = self.link
        try:
            yield Session(link)
        except psycopg.Error as error:
            raise self.failed(error) from None
        except UnknownState as error:
            raise UnknownState(error.letter, self.place) from None

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """See `Store.writing`. Whatever was committed is durable here."""
        link = self.link
        try:
            with link.transaction():
                self._alone(link)
                yield Session(link)
        except psycopg.Error as error:
            raise self.failed(error) from None

    def _alone(self, link: Link) -> None:
        """Waits until no other writes; the lock ends with the transaction."""
        if link.execute("SELECT pg_try_advisory_xact_lock($1)", (_WRITERS,)).fetchone() == (True,):
            return
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                with link.transaction():  # a savepoint: what has timed out would end the whole
                    link.execute("SELECT pg_advisory_xact_lock($1)", (_WRITERS,))
                return
            except psycopg.errors.LockNotAvailable:
                if time.monotonic() > until:
                    raise

    def say(self, statement: bytes, *values: Any) -> list[Any]:
        """One statement in PostgreSQL's own words, a transaction by itself. `$1` in it is the server that hears it.

        Raises:
            LedgerError: it was not, or may not have been, committed.
        """
        try:
            link = self.link
            return link.execute(statement, (self.server, *values)).fetchall()
        except psycopg.Error as error:
            raise self.failed(error) from None

    def say_ahead(self, statement: bytes, *values: object) -> Saying:
        """As `say`, but nobody waits for its answer. Whatever is said next waits for it.

        Raises:
            LedgerError: the database can't be reached.
        """
        link = self.link
        self._under_way = Saying(link, statement, (self.server, *values), self._known)
        return self._under_way


class DatabaseAway(LedgerError):
    """The database can't be reached: it may be there again in a while."""


class DatabaseBusy(DatabaseAway):
    """Somebody has locked what is to be written for longer than a statement waits."""


def patiently(try_: Callable[[], _Done]) -> _Done:
    """Tries again, where the database was away or busy.

    Raises:
        DatabaseAway: it still is.
    """
    for pause in _PAUSES:
        with suppress(DatabaseAway):
            return try_()
        time.sleep(pause)
    return try_()


def _server(link: Link) -> str:
    row = link.execute(
        "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || CASE WHEN pg_is_in_recovery()"
        " THEN 'standby' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END"
    ).fetchone()
    return str(row[0]) if row else ""


def _first_line(error: psycopg.Error) -> str:
    with suppress(AttributeError):
        if error.diag.message_primary:
            return str(error.diag.message_primary).rstrip(".")
    said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return said.removeprefix("connection is bad: ").removeprefix("connection failed: ")
