"""How the ledger keeps that a mail came back."""

from __future__ import annotations

import sqlite3

from mailer.delivery.records import Bounced, status_of

SOFT_BOUNCES_COUNT_FOR = 180 * 86400
"""Seconds: a full mailbox of three years ago says nothing about today's."""


def bounced(
    db: sqlite3.Connection, token: str, soft: bool, enhanced: str, text: str, at: float
) -> Bounced | None:
    """See `Ledger.bounced`."""
    db.execute("CREATE INDEX IF NOT EXISTS deliveries_by_token ON deliveries (token)")
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
    db.execute("UPDATE deliveries SET state = 'b' WHERE id = ?", (delivery,))
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
