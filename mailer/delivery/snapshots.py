"""What a release looked like when somebody put their name to it: its approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.store import Connection

DIGEST = 16
"""Octets of the digest of one address."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A release as it was approved.

    Attributes:
        release: its name.
        at: when, in seconds since 1970.
        account: whose it was on the computer, as an order has it.
        editions: the message of each language, as `Composition.freeze` writes it; in the release's order.
        by: who approved, in their own name.
        people: two keyed digests of each recipient, `DIGEST` octets each, in order: of the address, and of what is
            theirs alone.
        signature: over all that it says.
    """

    release: str
    at: float
    account: str
    editions: Mapping[str, bytes]
    by: str = ""
    people: bytes = field(default=b"", repr=False)
    signature: str = ""

    @property
    def number(self) -> int:
        """For how many people."""
        return len(self.people) // (2 * DIGEST)


class Snapshots:
    """The snapshots of a ledger: of each release the newest. What was approved before was replaced by what is approved
    now.

    Args:
        ledger: where they are kept.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def keep(self, snapshot: Snapshot) -> None:
        """Writes one down, in place of an older one.

        Raises:
            LedgerError: it can't be written.
        """
        with self._ledger.writing(durable=True) as db:
            _drop(db, snapshot.release)
            number = db.execute(
                "INSERT INTO approvals (release, at, account, by, people, signature) VALUES (?, ?, ?, ?, ?, ?)"
                " RETURNING id",
                (
                    *(snapshot.release, snapshot.at, snapshot.account),
                    *(snapshot.by, snapshot.people, snapshot.signature),
                ),
            ).fetchone()[0]
            db.executemany(
                "INSERT INTO approval_editions (approval, position, language, frozen) VALUES (?, ?, ?, ?)",
                [(number, place, *edition) for place, edition in enumerate(snapshot.editions.items())],
            )

    def drop(self, snapshot: Snapshot) -> None:
        """Takes one out.

        Raises:
            LedgerError: it can't be written.
        """
        with self._ledger.writing(durable=True) as db:
            _drop(db, snapshot.release)

    def all(self) -> list[Snapshot]:
        """The newest of each release."""
        with self._ledger.reading() as db:
            names = db.execute("SELECT release FROM approvals ORDER BY id").fetchall()
        return [found for (name,) in names if (found := self.latest(name))]

    def latest(self, release: str) -> Snapshot | None:
        """The newest; None: it was not approved."""
        with self._ledger.reading() as db:
            row = db.execute(
                "SELECT id, at, account, by, people, signature FROM approvals WHERE release = ?", (release,)
            ).fetchone()
            if row is None:
                return None
            number, at, account, by, people, signature = row
            return Snapshot(release, at, account, _editions(db, number), by, people, signature)


def _drop(db: Connection, release: str) -> None:
    db.execute(
        "DELETE FROM approval_editions WHERE approval IN (SELECT id FROM approvals WHERE release = ?)",
        (release,),
    )
    db.execute("DELETE FROM approvals WHERE release = ?", (release,))


def _editions(db: Connection, approval: int) -> dict[str, bytes]:
    query = "SELECT language, frozen FROM approval_editions WHERE approval = ? ORDER BY position"
    return dict(db.execute(query, (approval,)).fetchall())
