"""What a release looked like when somebody put their name to it: at a proof, at an approval."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mailer.delivery.ledger.database import Database

Occasion = Literal["proof", "approval"]

DIGEST = 16
"""Octets of the digest of one address."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A release at a moment.

    Attributes:
        release: its name.
        occasion: why it was kept.
        at: when, in seconds since 1970.
        account: whose it was on the computer, as an order has it.
        editions: the message of each language, as `Composition.freeze` writes it.
        by: who approved, in their own name; "" of a proof.
        people: of an approval, two keyed digests of each recipient, `DIGEST` octets each, in order: of the address,
            and of what is theirs alone.
        signature: of an approval, over all that it says; "" of a proof.
    """

    release: str
    occasion: Occasion
    at: float
    account: str
    editions: Mapping[str, bytes]
    by: str = ""
    people: bytes = field(default=b"", repr=False)
    signature: str = ""

    @property
    def number(self) -> int:
        """Of an approval: for how many people."""
        return len(self.people) // (2 * DIGEST)


DIGEST = 16
"""Octets of a digest."""


class Snapshots:
    """The snapshots of a ledger. Of each release the newest of an occasion is kept: what was approved before was
    replaced by what is approved now.

    Args:
        ledger: where they are kept.
    """

    def __init__(self, ledger: Database) -> None:
        self._ledger = ledger

    def keep(self, snapshot: Snapshot) -> None:
        """Writes one down, in place of an older one.

        Raises:
            LedgerError: it can't be written.
        """
        with self._ledger.writing(durable=True) as db:
            of_it = (snapshot.release, snapshot.occasion)
            _drop(db, of_it)
            number = db.execute(
                "INSERT INTO snapshots (release, occasion, at, account, by, people, signature)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*of_it, snapshot.at, snapshot.account, snapshot.by, snapshot.people, snapshot.signature),
            ).lastrowid
            db.executemany(
                "INSERT INTO snapshot_editions (snapshot, language, frozen) VALUES (?, ?, ?)",
                [(number, language, frozen) for language, frozen in snapshot.editions.items()],
            )

    def drop(self, snapshot: Snapshot) -> None:
        """Takes one out.

        Raises:
            LedgerError: it can't be written.
        """
        with self._ledger.writing(durable=True) as db:
            _drop(db, (snapshot.release, snapshot.occasion))

    def all(self, occasion: Occasion) -> list[Snapshot]:
        """The newest of an occasion, of each release."""
        with self._ledger.reading() as db:
            names = db.execute("SELECT release FROM snapshots WHERE occasion = ?", (occasion,)).fetchall()
        return [found for (name,) in names if (found := self.latest(name, occasion))]

    def latest(self, release: str, occasion: Occasion) -> Snapshot | None:
        """The newest of an occasion; None: there was none."""
        with self._ledger.reading() as db:
            row = db.execute(
                "SELECT id, at, account, by, people, signature FROM snapshots WHERE release = ? AND occasion = ?",
                (release, occasion),
            ).fetchone()
            if row is None:
                return None
            number, at, account, by, people, signature = row
            return Snapshot(release, occasion, at, account, _editions(db, number), by, people, signature)


def _drop(db: sqlite3.Connection, of_it: tuple[str, str]) -> None:
    db.execute(
        "DELETE FROM snapshot_editions WHERE snapshot IN"
        " (SELECT id FROM snapshots WHERE release = ? AND occasion = ?)",
        of_it,
    )
    db.execute("DELETE FROM snapshots WHERE release = ? AND occasion = ?", of_it)


def _editions(db: sqlite3.Connection, snapshot: int) -> dict[str, bytes]:
    query = "SELECT language, frozen FROM snapshot_editions WHERE snapshot = ? ORDER BY rowid"
    return dict(db.execute(query, (snapshot,)).fetchall())
