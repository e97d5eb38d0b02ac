"""By whose word mail leaves, and how it is taken back: what the ledger keeps of it.

Whatever is queued was named in an order, with the number that a person typed or a script stood for with `--yes`.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailer.delivery.records import Line, Order
from mailer.model import Status

_BITS = 256
_COLUMNS = "kind, number, recipients, sender, relay, planned, giver, given, content"

NEVER_TRIED, PUT_OFF = "q", "d"
"""States of those who surely have nothing of a mailing yet: never tried, or refused for now."""


class AddressDigest:
    """A digest of a set of canonical addresses, in whatever order they come: the sum of their SHA-256."""

    def __init__(self) -> None:
        self._sum = 0
        self.number = 0

    def add(self, canonical: str) -> None:
        self._sum += int.from_bytes(hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest())
        self.number += 1

    def __str__(self) -> str:
        return f"{self._sum % 2**_BITS:064x}"

    @classmethod
    def of(cls, addresses: Iterable[str]) -> AddressDigest:
        digest = cls()
        for address in addresses:
            digest.add(address)
        return digest


def record(db: sqlite3.Connection, mailing: int, order: Order) -> int:
    """Writes an order down, and makes its time the mailing's.

    Returns:
        Its number in the ledger.
    """
    order = replace(order, content=_content(db, mailing), given=order.given or time.time())
    db.execute("UPDATE mailings SET planned = ? WHERE id = ?", (order.planned, mailing))
    added = db.execute(
        f"INSERT INTO orders (mailing, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (mailing, order.kind, order.number, order.recipients, order.sender, order.relay, order.planned,
         order.giver, order.given, order.content),
    )  # fmt: skip
    return added.lastrowid or 0


def _content(db: sqlite3.Connection, mailing: int) -> str:
    rows = db.execute(
        "SELECT language, digest FROM editions WHERE mailing = ? ORDER BY language", (mailing,)
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def given(db: sqlite3.Connection, mailing: int) -> list[Order]:
    """The orders of a mailing, oldest first."""
    query = f"SELECT {_COLUMNS} FROM orders WHERE mailing = ? ORDER BY id"  # noqa: S608
    return [Order(*row) for row in db.execute(query, (mailing,))]


def discard(db: sqlite3.Connection, mailing: int, order: Order) -> int:
    """Takes whoever surely has nothing off the queue. They are newcomers again; that they stood there, by whose word
    they were taken off, and what a server had said, is kept.

    What a correction had taken off the queue of the release that it follows goes back there with it: it is not
    superseded any more.

    Returns:
        How many.
    """
    number = record(db, mailing, order)
    waiting = "SELECT id FROM deliveries WHERE mailing = ? AND state IN ('q', 'd')"
    _give_back(db, mailing)
    taken = db.execute(
        "INSERT INTO discarded (orders, mailing, canonical, address, reply) SELECT ?, mailing, canonical, address,"
        " coalesce((SELECT trim(code || ' ' || enhanced || ' ' || text) FROM attempts WHERE delivery = d.id"
        " ORDER BY id DESC LIMIT 1), '') FROM deliveries AS d WHERE mailing = ? AND state IN ('q', 'd')",
        (number, mailing),
    ).rowcount
    db.execute(f"DELETE FROM attempts WHERE delivery IN ({waiting})", (mailing,))  # noqa: S608
    db.execute(f"DELETE FROM deliveries WHERE id IN ({waiting})", (mailing,))  # noqa: S608
    return taken


def discarded(db: sqlite3.Connection, mailing: int) -> Iterator[Line]:
    """Whom a `discard` took off the queue, and nobody has queued again since."""
    for address, reply, giver, at in db.execute(
        "SELECT address, reply, giver, given FROM discarded AS d JOIN orders AS o ON o.id = orders WHERE d.mailing = ?"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE mailing = d.mailing AND canonical = d.canonical"
        " AND state <> 'w') GROUP BY canonical HAVING o.id = max(o.id) ORDER BY d.rowid",
        (mailing,),
    ):
        said = f"not sent: taken back by {giver}" + (f" (the server had said: {reply})" if reply else "")
        yield Line(address, Status.DISCARDED, said, at, "", 0)


def superseded(by: str) -> str:
    """What stands in the ledger for somebody of whom a correction took the wrong text off the queue."""
    return f"not sent: superseded by {by}"


def _give_back(db: sqlite3.Connection, mailing: int) -> None:
    release, follows = db.execute("SELECT release, follows FROM mailings WHERE id = ?", (mailing,)).fetchone()
    if not follows:
        return
    db.execute(
        "UPDATE deliveries SET state = 'q', due = 0 WHERE state = 'r'"
        " AND mailing = (SELECT id FROM mailings WHERE release = ?)"
        " AND canonical IN (SELECT canonical FROM deliveries WHERE mailing = ? AND state IN ('q', 'd'))"
        " AND (SELECT text FROM attempts WHERE delivery = deliveries.id ORDER BY id DESC LIMIT 1) = ?",
        (follows, mailing, superseded(release)),
    )
