"""What the ledger is kept in, as the rest of mailer sees it: a file of this computer (sqlite/), or a database that
several computers share (postgres/).

Whatever is asked or written now and then is one piece of SQL for both: each says what the other understands as well, in
the few words that both have (docs/decisions/postgresql.md). What is said for each message, by several at once, has an
implementation in each: who may order (`Hold`), who may send to whom (`Claims`), what is written down before a final dot
leaves (`Journal`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from mailer.delivery.ledger.claim import Claim, Journal
from mailer.delivery.ledger.places import Places
from mailer.delivery.ledger.testimony import Doubt
from mailer.errors import TakenOver


class Rows(Protocol):
    """What a statement found, or how many rows it changed."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """Where statements are said. `?` stands for a value, `?1` for the first one."""

    def execute(self, query: str, values: Sequence[Any] = ..., /) -> Rows: ...
    def executemany(self, query: str, values: Iterable[Sequence[Any]], /) -> Rows: ...


def streamed(db: Connection, query: str, values: Sequence[Any] = ()) -> Iterator[Any]:
    """Rows of what may be a million: as they are read, never all at once. A file's are so in any case."""
    stream: Callable[[str, Sequence[Any]], Iterable[Any]] = getattr(db, "stream", db.execute)
    yield from stream(query, values)


def filled(db: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes what may be a million rows, as they come."""
    copy_in: Callable[[str, Sequence[str], Iterable[Sequence[Any]]], None] | None = getattr(
        db, "copy_in", None
    )
    if copy_in:
        copy_in(table, columns, rows)
    else:
        places = ", ".join("?" * len(columns))
        db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


@dataclass(frozen=True, slots=True)
class Fence:
    """One holder's token, for helper processes too.

    Attributes:
        mailing: its id in the ledger.
        release: its name.
        token: nobody else's; what the holder is called follows it.
    """

    mailing: int
    release: str
    token: str

    def check(self, db: Connection) -> int:
        """
        Returns:
            The mailing's sequence.

        Raises:
            TakenOver: somebody else holds the mailing now.
        """
        query = "SELECT holder, sequence FROM mailings WHERE id = ?"
        holder, sequence = db.execute(query, (self.mailing,)).fetchone() or ("", 0)
        if holder != self.token:
            other = holder.partition(" ")[2] or "another process"
            raise TakenOver(
                f"“{self.release}” was taken over by {other}.",
                "This process has stopped. What happened to each recipient is in the ledger: "
                f"`mailer status {self.release} --recipients`.",
            )
        return int(sequence)


class Hold(Protocol):
    """The right to order about one mailing, as a context manager. Taken twice by the same ledger, it is held once.

    Attributes:
        fence: the holder's.
        asked_before: the last request (consent/requests.py) from before it was taken.
    """

    @property
    def fence(self) -> Fence: ...
    @property
    def asked_before(self) -> int: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def take(self, *, whole: bool = True) -> None:
        """
        Args:
            whole: the ledger must know everything that was sent of it.

        Raises:
            LedgerError: someone else has it, and is named; or the ledger does not know everything.
        """

    def release(self) -> None:
        """Lets go of it, when it is released as often as it was taken."""

    def writing(self, *, durable: bool = False) -> AbstractContextManager[Connection]:
        """One transaction of the holder's. `durable`: on the disk before this returns.

        Raises:
            TakenOver: it is the holder's no more; nothing was written.
            LedgerError: it can't be written.
        """

    def adopt(self) -> int:
        """Goes on with a ledger although it does not know everything that was sent of this release: whoever is not
        known to have it, or to be refused, is uncertain; and so is everybody who is queued for it from now on.

        Returns:
            How many are uncertain now who were not.

        Raises:
            LedgerError: somebody else holds the release, or it can't be written.
        """


class Claims(Protocol):
    """A mailing that this process sends of, as a context manager. Leaving it hands back what is still claimed.

    Attributes:
        planned: the mailing's, as it stands in the ledger: nothing may be claimed before, in seconds since 1970.
        fence: the sender's.
        asked_before: the last request from before it began.
        lock: the descriptor that helper processes inherit; None: each process claims for itself.
    """

    @property
    def planned(self) -> float: ...
    @property
    def fence(self) -> Fence: ...
    @property
    def asked_before(self) -> int: ...
    @property
    def lock(self) -> int | None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def begin(self) -> bool:
        """The planned time has come, and the mailing begins: from now on it is not late any more. Whoever the run
        before halted for comes last: if it was about them after all, they block nobody.

        Returns:
            False: by the clock of the ledger it has not come yet, whatever this computer's says.
        """

    def claim_queued(self, most: int = ...) -> list[Claim]:
        """The next of those never tried, in the order of queueing, durably marked as being sent."""

    def claim_deferred(self, due: float, most: int = ...) -> list[Claim]:
        """Some of the deferred who may be tried again by `due` (seconds since 1970), marked likewise."""

    def has_queued(self) -> bool:
        """Whether somebody is there who was never tried."""

    def waiting(self) -> int:
        """How many recipients are queued or deferred."""

    def next_due(self) -> float | None:
        """When the next deferred recipient may be tried, in seconds since 1970; None: nobody is deferred."""

    def journal(self, retry_after: Callable[[int], float]) -> Journal:
        """
        Args:
            retry_after: how many seconds a recipient waits who was deferred so often before (`Schedule.retry_after`).
        """


class Store(Protocol):
    """What the ledger is kept in.

    Attributes:
        place: what it is called, for people; without a password.
        witnessed: what is sent by it is told to witnesses outside it too.
        row_lock: what a SELECT ends with whose rows nobody else may change before the transaction ends.
    """

    @property
    def place(self) -> str: ...
    @property
    def witnessed(self) -> bool: ...
    @property
    def row_lock(self) -> str: ...
    def close(self) -> None: ...

    def reading(self) -> AbstractContextManager[Connection]:
        """To be read, with its errors told as ours. Whoever writes takes `writing`."""

    def writing(self, *, durable: bool = False) -> AbstractContextManager[Connection]:
        """One transaction; one at a time, whoever writes. `durable`: on the disk before this returns."""

    def clock(self) -> Callable[[], float]:
        """Seconds since 1970, the same for all who send by this ledger: every wait and every limit goes by it, and
        nobody sets it."""

    def wall(self) -> float:
        """Seconds since 1970, for moments that people read."""

    def hold(self, mailing: int, release: str) -> Hold:
        """What whoever orders something about it has to take. One object for each; it is not taken yet."""

    def is_held(self, mailing: int) -> bool:
        """Whether anybody orders something about it, or sends it, at this moment."""

    def reap(self) -> None:
        """Has whom senders had claimed who are gone wait for others, where the next sender does not find them."""

    def senders(self, mailing: int) -> list[str]:
        """What those are called who send it, or order about it, at this moment."""

    def claims(self, mailing: int, release: str, uncertain: Iterable[str]) -> Claims:
        """For a process to send of it; see `Ledger.claims`."""

    def places(self, server: str, most: int) -> Places | None:
        """Connections at a mail server, of all senders together; None: each has its own."""

    def must_be_whole(self, release: str) -> None:
        """
        Raises:
            LedgerError: more was sent of a release than the ledger knows.
        """

    def doubts(self) -> list[Doubt]:
        """What more was sent, of all releases."""

    def overwriting(self, db: Connection) -> None:
        """What is deleted in this transaction can't be read from the disk afterwards, as far as the store can see to
        that."""

    def index_for_bounces(self, db: Connection) -> None:
        """The indexes by which a returned mail finds its delivery, if it makes them only now."""

    def index_for_replies(self, db: Connection) -> None:
        """Likewise, by what a server said when it accepted."""
