"""The ledger: what was sent to whom, frozen before the first connection, and what became of it.

How a pipeline uses it::

    with Ledger(workspace.ledger) as ledger:
        mailing = ledger.queue(frozen, entries, order)  # LedgerError if the release changed since it was sent
        report = deliver(mailing, ledger, transport)   # takes the lock; see deliver.py
        for standing in ledger.recipients(name): ...   # address, state, reply

It is kept in a file of this computer, or in a database that several computers share (store.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from mailer.delivery.ledger import people, queueing, records
from mailer.delivery.ledger.records import (
    EarlierRecipient,
    Entry,
    FrozenRelease,
    Mailing,
    Order,
    Standing,
)
from mailer.delivery.ledger.store import Claims, Connection, Hold, Store
from mailer.delivery.ledger.testimony import Doubt
from mailer.errors import LedgerError, TakenOver
from mailer.model import Status
from mailer.workspace.database_url import DatabaseUrl

_MAILINGS = (
    "SELECT id, release, kind, subject, mail_from, domain, follows, created, planned, embargo, zone, day, lost"
    " FROM mailings WHERE ready = 1"
)


class Ledger:
    """The ledger, which is made if it is not there.

    Args:
        place: its file, beside which its locks lie; or its database.
        witnessed: what is sent by a file is witnessed outside it; False: it is thrown away soon.

    Raises:
        LedgerError: here and from every method: it can't be read or written.
    """

    def __init__(self, place: Path | DatabaseUrl, *, witnessed: bool = True) -> None:
        self.place = place
        self.store = _store_at(place, witnessed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.store.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """See `Store.reading`."""
        return self.store.reading()

    def writing(self, *, durable: bool = False) -> AbstractContextManager[Connection]:
        """See `Store.writing`."""
        return self.store.writing(durable=durable)

    def clock(self) -> Callable[[], float]:
        """See `Store.clock`."""
        return self.store.clock()

    # ---- who holds a release ------------------------------------------------------------------------

    @contextmanager
    def holding(self, release: str) -> Iterator[None]:
        """Nobody else queues, sends or takes back this release meanwhile.

        Raises:
            LedgerError: somebody else holds it; or the ledger does not know, or can't say, all that was sent of it.
        """
        with self._hold_on(release) as hold:
            with self.reading() as db:
                records.must_be_known(db, hold.fence.mailing)
            yield

    def _hold_on(self, release: str) -> Hold:
        with self.writing() as db:
            mailing = queueing.reserve(db, release)
        return self.hold_of(mailing, release)

    def hold(self, mailing: Mailing) -> Hold:
        """What whoever sends it has to take."""
        return self.hold_of(mailing.id, mailing.release)

    def hold_of(self, mailing: int, release: str) -> Hold:
        """The same for one that may not be ready yet, by its id."""
        return self.store.hold(mailing, release)

    def is_held(self, mailing: int) -> bool:
        """Whether anybody has hold of a mailing (its id) at this moment. Nothing is taken from anybody for that."""
        return self.store.is_held(mailing)

    def claims(self, mailing: Mailing, uncertain: Iterable[str] = ()) -> Claims:
        """For this process to send of a mailing.

        Args:
            uncertain: canonical addresses that a person has said may be sent again (`resume --uncertain`).

        Raises:
            LedgerError: on entering it: someone else holds it; or the ledger does not know everything.
        """
        return self.store.claims(mailing.id, mailing.release, uncertain)

    def doubts(self) -> list[Doubt]:
        """Where more was sent than the ledger knows, of all releases."""
        return self.store.doubts()

    def adopt(self, release: str) -> int:
        """See `Hold.adopt`."""
        return self._hold_on(release).adopt()

    # ---- orders -------------------------------------------------------------------------------------

    def queue(self, frozen: FrozenRelease, entries: Iterable[Entry], order: Order | None = None) -> Mailing:
        """Freezes a release and whom it goes to; a second call adds newcomers only. What was still to be sent of
        a release that it follows is taken off the queue. All or nothing.

        Args:
            frozen: the release as it goes out.
            entries: who gets it, canonical addresses unique. Read once, as a stream, while nothing is locked
                but this release; if it raises, nothing is queued.
            order: by whose word; None: nobody's, as in a rehearsal.

        Raises:
            LedgerError: this release was sent before with another content, or is being sent right now.
        """
        if frozen.follows:
            self.store.must_be_whole(frozen.follows)
        with self._hold_on(frozen.release) as hold:
            mailing = hold.fence.mailing
            with hold.writing() as db:
                queueing.must_be_unchanged(db, mailing, frozen)
                queueing.clear_away(db, mailing)
            added = seen = 0
            try:
                for piece in queueing.in_pieces(entries):
                    with hold.writing() as db:
                        added += queueing.write_piece(db, mailing, piece)
                    seen += len(piece)
                with hold.writing(durable=True) as db:
                    queueing.make_ready(db, mailing, frozen)
                    if frozen.supersedes:
                        people.supersede(db, frozen.follows, frozen.release, self.store.row_lock)
                    if order:
                        queueing.record_order(db, mailing, order)
            except TakenOver:
                raise  # whoever queues it now clears that away
            except BaseException:
                with hold.writing() as db:
                    queueing.clear_away(db, mailing)
                raise
        return replace(self.mailing(frozen.release), added=added, already_sent=seen - added)

    def order(self, mailing: Mailing, order: Order) -> Mailing:
        """Writes down an order to send what is queued already; its time is the mailing's from now on."""
        with self.writing(durable=True) as db:
            queueing.record_order(db, mailing.id, order)
        return replace(mailing, planned=order.planned)

    def orders(self, release: str) -> list[Order]:
        """What was ordered about a release, oldest first."""
        mailing = self.mailing(release)
        with self.reading() as db:
            return queueing.orders_of(db, mailing.id)

    def discard(self, mailing: Mailing, order: Order) -> int:
        """Takes whoever surely has nothing of it off the queue: they are newcomers again.

        Returns:
            How many.
        """
        with self.hold(mailing) as hold, hold.writing(durable=True) as db:
            return queueing.discard(db, mailing.id, order, self.store.row_lock)

    def lost(self, release: str) -> bool:
        """Whether a person has said that this file does not know everybody who got a release (hold.py)."""
        query = "SELECT 1 FROM mailings WHERE release = ? AND lost <> 0"
        with self.reading() as db:
            return db.execute(query, (release,)).fetchone() is not None

    def day_of(self, release: str) -> str:
        """The date (ISO 8601) that a release was given when it was queued; "" = none, or nobody is left of that."""
        with self.reading() as db:
            return queueing.day_of(db, release)

    def saying(self, words: Iterable[str], subject: str, release: str) -> list[str]:
        """Names of other releases that say the same, or have the same subject."""
        with self.reading() as db:
            return queueing.saying(db, words, subject, release)

    # ---- what it holds ------------------------------------------------------------------------------

    def mailing(self, release: str) -> Mailing:
        """
        Raises:
            LedgerError: no such release in the ledger; the hint names those there are.
        """
        found = self.find(release)
        if found is None:
            self.store.must_be_whole(release)
            known = ", ".join(mailing.release for mailing in self.mailings())
            raise LedgerError(
                f"“{release}” was never sent from here.",
                f"The ledger knows: {known}." if known else "The ledger is empty.",
            )
        return found

    def find(self, release: str) -> Mailing | None:
        """A mailing; None: the ledger knows none of that name."""
        with self.reading() as db:
            row = db.execute(f"{_MAILINGS} AND release = ?", (release,)).fetchone()
        return Mailing(*row) if row else None

    def mailings(self) -> list[Mailing]:
        """All of them, oldest first."""
        with self.reading() as db:
            return [Mailing(*row) for row in db.execute(f"{_MAILINGS} ORDER BY id")]

    def editions(self, mailing: Mailing) -> dict[str, bytes]:
        """The frozen message of each language: `Composition.thaw` reads it."""
        with self.reading() as db:
            query = "SELECT language, frozen FROM editions WHERE mailing = ? ORDER BY language"
            rows = db.execute(query, (mailing.id,))
            return dict(rows.fetchall())

    def counts(self, release: str) -> dict[Status, int]:
        """How many recipients are in which state; states without any are left out."""
        with self.reading() as db:
            rows = db.execute(
                f"SELECT state, count(*) FROM deliveries WHERE mailing = ? AND {records.READY} GROUP BY state",
                (self.mailing(release).id,),
            ).fetchall()
            discarded = sum(1 for _ in queueing.discarded(db, self.mailing(release).id))
            counts = {records.status_of(letter): number for letter, number in sorted(rows)}
        return counts | ({Status.DISCARDED: discarded} if discarded else {})

    def state_of(self, release: str, canonical: str) -> Status | None:
        """One recipient's state; None for a newcomer."""
        with self.reading() as db:
            row = db.execute(
                "SELECT state FROM deliveries JOIN mailings ON mailings.id = mailing"
                f" WHERE release = ? AND canonical = ? AND {records.READY}",
                (release, canonical),
            ).fetchone()
            return records.status_of(row[0]) if row else None

    def recipients(self, release: str, *states: Status) -> Iterator[Standing]:
        """Each recipient, in the order of queueing, as a stream; those in some states only, if named. Whoever was
        taken off the queue comes last."""
        states = states or tuple(Status)
        mailing = self.mailing(release)
        with self.reading() as db:
            yield from people.standings(db, mailing.id, states)
            if Status.DISCARDED in states:
                yield from queueing.discarded(db, mailing.id)

    def reached(self, release: str) -> Iterator[EarlierRecipient]:
        """Those who have a release, or may have it: accepted or uncertain. As a stream."""
        yield from self._people(release, records.MAY_HAVE_IT)

    def waiting(self, release: str) -> Iterator[EarlierRecipient]:
        """Those who were still to get a release, and surely have nothing of it yet. As a stream."""
        yield from self._people(release, records.LEFT_NOWHERE)

    def _people(self, release: str, states: str) -> Iterator[EarlierRecipient]:
        self.store.must_be_whole(release)
        mailing = self.mailing(release)
        with self.reading() as db:
            yield from people.recipients_in(db, mailing.id, mailing.domain, states)


def _store_at(place: Path | DatabaseUrl, witnessed: bool) -> Store:
    if isinstance(place, DatabaseUrl):
        from mailer.delivery.ledger.postgres.store import DatabaseStore

        return DatabaseStore(place)
    from mailer.delivery.ledger.sqlite.store import FileStore

    return FileStore(place, witnessed=witnessed)
