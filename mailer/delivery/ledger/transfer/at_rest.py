"""What may be moved: a ledger in which nobody does anything."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.delivery.ledger.records import DOT, SENDING, UNKNOWN, UNREADY, status_of
from mailer.delivery.ledger.store import Connection, Store
from mailer.delivery.ledger.tables import TABLES
from mailer.errors import BeingSent, LedgerError


class Refused(LedgerError):
    """It can't be moved; it is as it was."""


def sort_out(store: Store) -> None:
    """Before a move: what a sender has left that was killed is settled as the next one would, and what the queueing of
    somebody killed has left is cleared away.

    Raises:
        BeingSent: something is being sent.
        LedgerError: the ledger does not know everything that was sent.
    """
    for doubt in store.doubts():
        store.must_be_whole(doubt.testimony.release)
    with store.reading() as db:
        left = db.execute(
            "SELECT id, release FROM mailings WHERE EXISTS"
            " (SELECT 1 FROM deliveries WHERE mailing = mailings.id AND state IN (?, ?))",
            (SENDING, DOT),
        ).fetchall()
    for mailing, release in left:
        with store.claims(mailing, release, ()):
            pass


def must_be_at_rest(store: Store, db: Connection) -> None:
    """Within the transaction that locks the ledger: nobody orders or sends anything, and nothing is on its way.

    Raises:
        BeingSent: somebody does; the release and they are named.
        LedgerError: somebody is in a state that nobody knows.
    """
    for mailing, release, holder in db.execute(
        "SELECT id, release, holder FROM mailings ORDER BY id"
    ).fetchall():
        if store.is_held(mailing):
            who = holder.partition(" ")[2] or "another process"
            raise BeingSent(
                f"“{release}” is being sent, or prepared, at this moment (last taken in hand by {who}): nothing was"
                " moved.",
                "Wait until it is done, or stop it there; then move the ledger.",
            )
    db.execute("DELETE FROM deliveries WHERE state = ?", (UNREADY,))
    if odd := db.execute(f"SELECT state FROM deliveries WHERE {UNKNOWN} LIMIT 1").fetchone():
        status_of(odd[0])
    query = "SELECT 1 FROM deliveries WHERE state IN (?, ?) LIMIT 1"
    if db.execute(query, (SENDING, DOT)).fetchone():
        raise BeingSent(
            "Somebody began to send at this moment: nothing was moved.", "Try again when it is done."
        )


def must_be_empty(db: Connection, place: str) -> None:
    """
    Raises:
        Refused: there is something in it.
    """
    if found := list(_filled(db)):
        raise Refused(
            f"{place} holds another ledger already ({', '.join(found)}): nothing was moved.",
            "Two ledgers can't be put together. Name an empty database, or another file.",
        )


def _filled(db: Connection) -> Iterator[str]:
    for table in TABLES:
        [number] = db.execute(f"SELECT count(*) FROM {table.name}").fetchone()
        if number:
            yield f"{table.name} {number:,}"
