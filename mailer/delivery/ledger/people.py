"""What the ledger knows of people: who has a release, whose mail came back, and how somebody is forgotten."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator

from mailer.delivery.ledger.migrations import index_for_bounces
from mailer.delivery.ledger.queueing import superseded
from mailer.delivery.ledger.records import (
    ACCEPTS,
    BOUNCED,
    LEFT_NOWHERE,
    LETTERS,
    MAY_HAVE_IT,
    REJECTED,
    UNKNOWN,
    Bounced,
    EarlierRecipient,
    Standing,
    status_of,
)
from mailer.model import Outcome, Status
from mailer.visible import visible

SOFT_BOUNCES_COUNT_FOR = 180 * 86400
"""Seconds: a full mailbox of three years ago says nothing about today's."""


def standings(db: sqlite3.Connection, mailing: int, states: tuple[Status, ...]) -> Iterator[Standing]:
    """Where each recipient of a mailing stands who is in one of these states, in the order of queueing.

    Raises:
        LedgerError: somebody is in a state that nobody knows.
    """
    for address, state, tries, code, enhanced, text, at, host in db.execute(
        "SELECT address, state, (SELECT count(*) FROM attempts WHERE delivery = d.id),"
        " code, enhanced, text, at, host FROM deliveries AS d LEFT JOIN attempts AS a"
        " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
        f" WHERE mailing = ? AND (instr(?, state) OR {UNKNOWN}) ORDER BY d.id",
        (mailing, "".join(LETTERS.get(state, "") for state in states)),
    ):
        status = status_of(db, state)
        reply = visible(
            str(Outcome(status, code or 0, enhanced or "", text or ""))
        )  # older ones were kept raw
        yield Standing(address, status, reply, at or 0.0, host or "", tries)


# ---- who gets what follows ---------------------------------------------------------------------------


def recipients_in(
    db: sqlite3.Connection, mailing: int, domain: str, states: str
) -> Iterator[EarlierRecipient]:
    """Recipients of a mailing in these states. Who has nothing yet has no Message-ID to follow.

    Raises:
        LedgerError: somebody is in a state that nobody knows: they may be one of these.
    """
    for canonical, address, name, language, fields, token, parent, state in db.execute(
        "SELECT canonical, address, name, language, fields, token, in_reply_to, state FROM deliveries"
        f" WHERE mailing = ? AND (instr(?, state) OR {UNKNOWN}) AND address <> '' ORDER BY id",
        (mailing, states),
    ):
        status_of(db, state)
        message_id = f"<{token}@{domain}>" if state in MAY_HAVE_IT else ""
        yield EarlierRecipient(canonical, address, name, language, json.loads(fields), message_id, parent)


def supersede(db: sqlite3.Connection, followed: str, by: str) -> int:
    """What was still to be sent of the earlier release is never sent: nobody is to get a text known to be wrong.

    A process that is sending it right now finds them gone: not one more final dot leaves.

    Returns:
        How many deliveries were taken off the queue.
    """
    waiting = (
        "SELECT d.id FROM deliveries AS d JOIN mailings AS m ON m.id = mailing"
        f" WHERE release = ? AND instr('{LEFT_NOWHERE}', state)"
    )
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
        f" SELECT id, ?, 0, '', ?, '' FROM ({waiting})",
        (time.time(), superseded(by), followed),
    )
    return db.execute(
        f"UPDATE deliveries SET state = '{REJECTED}' WHERE id IN ({waiting})", (followed,)
    ).rowcount


# ---- whose mail came back -----------------------------------------------------------------------------


def bounced(
    db: sqlite3.Connection, token: str, soft: bool, enhanced: str, text: str, at: float
) -> Bounced | None:
    """See `Ledger.bounced`."""
    index_for_bounces(db)
    row = db.execute(
        "SELECT d.id, release, canonical, address, state FROM deliveries AS d"
        " JOIN mailings ON mailings.id = mailing WHERE token = ?",
        (token,),
    ).fetchone()
    if row is None:
        return None
    delivery, release, canonical, address, state = row
    previous = status_of(db, state)
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, 0, ?, ?, 'bounce')",
        (delivery, at, enhanced, text),
    )
    db.execute("UPDATE deliveries SET state = ? WHERE id = ?", (BOUNCED, delivery))
    if soft:
        db.execute(
            "INSERT OR IGNORE INTO soft_bounces VALUES (?, ?, ?, ?)", (canonical, at, delivery, enhanced)
        )
    count, first, last = db.execute(
        "SELECT count(DISTINCT delivery), min(at), max(at) FROM soft_bounces WHERE canonical = ? AND at >= ?",
        (canonical, at - SOFT_BOUNCES_COUNT_FOR),
    ).fetchone()
    days = (last - first) / 86400 if count else 0.0
    return Bounced(release, canonical, address, previous, count, days)


def complained(db: sqlite3.Connection, token: str, at: float) -> None:
    """See `Ledger.complained`."""
    index_for_bounces(db)
    db.execute(
        "INSERT OR IGNORE INTO complaints SELECT id, ? FROM deliveries WHERE token = ? AND address <> ''",
        (at, token),
    )


def complaints(db: sqlite3.Connection, since: float) -> tuple[int, int]:
    """See `Ledger.complaints`."""
    people = db.execute(
        "SELECT count(DISTINCT canonical) FROM complaints AS c JOIN deliveries AS d ON d.id = delivery"
        " WHERE c.at >= ?",
        (since,),
    ).fetchone()
    accepted = db.execute(
        f"SELECT count(DISTINCT delivery) FROM attempts WHERE at >= ? AND {ACCEPTS}",
        (since,),
    ).fetchone()
    return int(people[0]), int(accepted[0])


def forget(db: sqlite3.Connection, canonical: str) -> int:
    """See `Ledger.forget`."""
    digest = f"forgotten:{hashlib.sha256(canonical.encode()).hexdigest()}"
    ids = db.execute("SELECT id FROM deliveries WHERE canonical = ?", (canonical,)).fetchall()
    for statement in (
        "DELETE FROM answers WHERE delivery = ?",
        "UPDATE attempts SET text = '' WHERE delivery = ?",
    ):
        db.executemany(statement, ids)
    db.executemany(
        "UPDATE deliveries SET canonical = ?, address = '', name = '', fields = '{}',"
        f" state = iif(instr('{LEFT_NOWHERE}', state), '{REJECTED}', state) WHERE id = ?",
        [(digest, *row) for row in ids],
    )
    db.execute("DELETE FROM soft_bounces WHERE canonical = ?", (canonical,))
    gone = db.execute("DELETE FROM discarded WHERE canonical = ? RETURNING mailing", (canonical,)).fetchall()
    return len(ids) + len(gone)
