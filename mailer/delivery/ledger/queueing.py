"""Freezing a release and whom it goes to, by whose word; and taking it back.

All or nothing, however long the list, and in nobody's way: a message is composed for everybody before anybody is
queued, which takes a minute for a million. So rows are written in pieces, as somebody whom only their writer sees
(state `w`), with nothing locked in between; one short transaction at the end makes them a part of the queue. Killed
before that, nothing was queued, and the next who queues clears it away.

Whatever is queued was named in an order, with the number that a person typed or a script stood for with `--yes`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from mailer.delivery.ledger.records import (
    IS_WAITING,
    QUEUED,
    READY,
    REJECTED,
    UNCERTAIN,
    UNREADY,
    Entry,
    FrozenRelease,
    Order,
    Standing,
)
from mailer.delivery.ledger.store import Connection
from mailer.errors import LedgerError
from mailer.model import Status

PIECE = 500
"""Recipients that are written at once."""

_LOST = "the ledger has since been lost or put back: this may have been sent"

_DELIVERY = "(mailing, canonical, address, name, language, fields, token, in_reply_to, state)"


def reserve(db: Connection, release: str) -> int:
    """The id of a release's mailing, to be locked before anything is known of it. A new one is nobody's yet."""
    db.execute(
        "INSERT INTO mailings (release, kind, subject, mail_from, domain, follows, created, ready)"
        " VALUES (?, '', '', '', '', '', ?, 0) ON CONFLICT DO NOTHING",
        (release, time.time()),
    )
    return int(db.execute("SELECT id FROM mailings WHERE release = ?", (release,)).fetchone()[0])


def in_pieces(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries as they are written. They are made here, while nothing is locked."""
    entries = iter(entries)
    while piece := list(islice(entries, PIECE)):
        yield piece


def write_piece(db: Connection, mailing: int, piece: list[Entry]) -> int:
    """Writes those down who have no delivery in this mailing yet; returns how many."""
    rows = [
        (mailing, entry.canonical, entry.address, entry.name, entry.language,
         json.dumps(dict(entry.fields), ensure_ascii=False, separators=(",", ":")),
         secrets.token_hex(12), entry.in_reply_to)
        for entry in piece
    ]  # fmt: skip
    return db.executemany(
        f"INSERT INTO deliveries {_DELIVERY} VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{UNREADY}') ON CONFLICT DO NOTHING",
        rows,
    ).rowcount


def clear_away(db: Connection, mailing: int) -> None:
    """What a queueing that did not come to its end has left."""
    db.execute("DELETE FROM deliveries WHERE mailing = ? AND state = ?", (mailing, UNREADY))


def make_ready(db: Connection, mailing: int, frozen: FrozenRelease) -> None:
    """Writes the release down, or finds it unchanged, and makes what was written a part of the queue. Until anything of
    a release was sent it may still change.

    Raises:
        LedgerError: it was sent before with another content.
    """
    begun = _begun(db, mailing)
    if begun:
        must_be_unchanged(db, mailing, frozen)
    else:
        db.execute("DELETE FROM editions WHERE mailing = ?", (mailing,))
        # Whoever was queued under an embargo stays under it: only taking them back lifts that, and no older file does.
        db.execute(
            "UPDATE mailings SET kind=?, subject=?, mail_from=?, domain=?, follows=?, zone=?, day=?,"
            " embargo = CASE WHEN embargo > ? AND EXISTS"
            f" (SELECT 1 FROM deliveries WHERE mailing = mailings.id AND state = '{QUEUED}') THEN embargo ELSE ? END,"
            " created = CASE WHEN ready = 1 OR lost <> 0 THEN created ELSE ? END, ready = 1 WHERE id = ?",
            (frozen.kind, frozen.subject, frozen.mail_from, frozen.domain, frozen.follows, frozen.zone, frozen.day,
             frozen.embargo, frozen.embargo, time.time(), mailing),
        )  # fmt: skip
    db.executemany(
        "INSERT INTO editions (mailing, language, digest, frozen, words) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(mailing, lang, edition.digest, edition.content, edition.words) for lang, edition in frozen.editions.items()],
    )  # fmt: skip
    if db.execute("SELECT lost FROM mailings WHERE id = ?", (mailing,)).fetchone()[0]:
        put_in_doubt(db, mailing, UNREADY)
    db.execute("UPDATE deliveries SET state = ? WHERE mailing = ? AND state = ?", (QUEUED, mailing, UNREADY))
    # Who was queued before for an edition that is no more gets the original, as everybody of that language does now.
    db.execute(
        f"UPDATE deliveries SET language = ? WHERE mailing = ? AND state = '{QUEUED}'"
        " AND language NOT IN (SELECT language FROM editions WHERE mailing = ?)",
        (next(iter(frozen.editions)), mailing, mailing),
    )


def put_in_doubt(db: Connection, mailing: int, states: str) -> int:
    """Makes everybody in these states uncertain: the ledger does not know everybody who was mailed (hold.py).

    Returns:
        How many.
    """
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
        " SELECT id, ?, 0, '', ?, '' FROM deliveries WHERE mailing = ? AND instr(?, state) > 0",
        (time.time(), _LOST, mailing, states),
    )
    query = "UPDATE deliveries SET state = ? WHERE mailing = ? AND instr(?, state) > 0"
    return db.execute(query, (UNCERTAIN, mailing, states)).rowcount


def _begun(db: Connection, mailing: int) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE mailing = ? AND instr(?, state) = 0)"
    return bool(db.execute(query, (mailing, QUEUED + UNREADY)).fetchone()[0])


def must_be_unchanged(db: Connection, mailing: int, frozen: FrozenRelease) -> None:
    """
    Raises:
        LedgerError: something of this release was sent before, with another content.
    """
    if not _begun(db, mailing):
        return
    known = dict(db.execute("SELECT language, digest FROM editions WHERE mailing = ?", (mailing,)))
    changed = sorted(
        lang for lang, edition in frozen.editions.items() if known.get(lang, edition.digest) != edition.digest
    )
    if changed:
        raise LedgerError(
            f"“{frozen.release}” ({', '.join(changed)}) was changed after it was sent.",
            "Those who already have it would not learn of the change. Begin its correction: "
            f"`mailer correct {frozen.release}`.",
        )


# ---- by whose word -------------------------------------------------------------------------------------

_BITS = 256
_ORDER = "kind, number, recipients, sender, relay, planned, giver, given, content"


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


def record_order(db: Connection, mailing: int, order: Order) -> int:
    """Writes an order down, and makes its time the mailing's.

    Returns:
        Its number in the ledger.
    """
    order = replace(order, content=_content(db, mailing), given=order.given or time.time())
    db.execute("UPDATE mailings SET planned = ? WHERE id = ?", (order.planned, mailing))
    added = db.execute(
        f"INSERT INTO orders (mailing, {_ORDER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (mailing, order.kind, order.number, order.recipients, order.sender, order.relay, order.planned,
         order.giver, order.given, order.content),
    )  # fmt: skip
    return int(added.fetchone()[0])


def _content(db: Connection, mailing: int) -> str:
    rows = db.execute(
        "SELECT language, digest FROM editions WHERE mailing = ? ORDER BY language", (mailing,)
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def orders_of(db: Connection, mailing: int) -> list[Order]:
    """The orders of a mailing, oldest first."""
    query = f"SELECT {_ORDER} FROM orders WHERE mailing = ? ORDER BY id"
    return [Order(*row) for row in db.execute(query, (mailing,))]


def discard(db: Connection, mailing: int, order: Order, row_lock: str = "") -> int:
    """Takes whoever surely has nothing off the queue. They are newcomers again; that they stood there, by whose word
    they were taken off, and what a server had said, is kept.

    What a correction had taken off the queue of the release that it follows goes back there with it: it is not
    superseded any more.

    Args:
        row_lock: see `Store`: whoever claims at this moment must not claim these.

    Returns:
        How many.
    """
    number = record_order(db, mailing, order)
    waiting = f"SELECT id FROM deliveries WHERE mailing = ? AND {IS_WAITING}"
    db.execute(f"SELECT count(*) FROM ({waiting}{row_lock}) AS locked", (mailing,))
    _give_back(db, mailing)
    taken = db.execute(
        "INSERT INTO discarded (orders, mailing, canonical, address, reply) SELECT ?, mailing, canonical, address,"
        " coalesce((SELECT trim(CASE WHEN code <> 0 THEN code || ' ' ELSE '' END"
        " || CASE WHEN enhanced <> '' THEN enhanced || ' ' ELSE '' END || text)"
        " FROM attempts WHERE delivery = d.id ORDER BY id DESC LIMIT 1), '')"
        f" FROM deliveries AS d WHERE mailing = ? AND {IS_WAITING}",
        (number, mailing),
    ).rowcount
    for table in ("attempts", "answers", "complaints"):  # of who was in doubt, and had it after all
        db.execute(f"DELETE FROM {table} WHERE delivery IN ({waiting})", (mailing,))
    db.execute(f"DELETE FROM deliveries WHERE id IN ({waiting})", (mailing,))
    return taken


def discarded(db: Connection, mailing: int) -> Iterator[Standing]:
    """Whom a `discard` took off the queue, and nobody has queued again since."""
    for address, reply, giver, at in db.execute(
        "SELECT address, reply, giver, given FROM discarded AS d JOIN orders AS o ON o.id = orders"
        " JOIN (SELECT canonical, max(orders) AS newest FROM discarded WHERE mailing = ?1 GROUP BY canonical) AS last"
        " ON last.canonical = d.canonical AND last.newest = d.orders WHERE d.mailing = ?1"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE mailing = d.mailing AND canonical = d.canonical"
        f" AND {READY}) ORDER BY d.rowid",
        (mailing,),
    ):
        said = f"not sent: taken back by {giver}" + (f" (the server had said: {reply})" if reply else "")
        yield Standing(address, Status.DISCARDED, said, at, "", 0)


def superseded(by: str) -> str:
    """What stands in the ledger for somebody of whom a correction took the wrong text off the queue."""
    return f"not sent: superseded by {by}"


def _give_back(db: Connection, mailing: int) -> None:
    release, follows = db.execute("SELECT release, follows FROM mailings WHERE id = ?", (mailing,)).fetchone()
    if not follows:
        return
    db.execute(
        f"UPDATE deliveries SET state = '{QUEUED}', due = 0 WHERE state = '{REJECTED}'"
        " AND mailing = (SELECT id FROM mailings WHERE release = ?)"
        f" AND canonical IN (SELECT canonical FROM deliveries WHERE mailing = ? AND {IS_WAITING})"
        " AND (SELECT text FROM attempts WHERE delivery = deliveries.id ORDER BY id DESC LIMIT 1) = ?",
        (follows, mailing, superseded(release)),
    )


def day_of(db: Connection, release: str) -> str:
    """See `Ledger.day_of`."""
    row = db.execute(
        "SELECT day FROM mailings AS m WHERE release = ?"
        f" AND EXISTS (SELECT 1 FROM deliveries WHERE mailing = m.id AND {READY})",
        (release,),
    ).fetchone()
    return str(row[0]) if row else ""


def saying(db: Connection, words: Iterable[str], subject: str, release: str) -> list[str]:
    """See `Ledger.saying`."""
    query = (
        "SELECT release FROM mailings AS m WHERE ready = 1 AND release <> ? AND (subject = ? OR EXISTS"
        " (SELECT 1 FROM editions WHERE mailing = m.id AND words <> '' AND words = ?)) ORDER BY id"
    )
    found = [row[0] for each in words for row in db.execute(query, (release, subject, each))]
    return list(dict.fromkeys(found))
