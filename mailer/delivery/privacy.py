"""What the ledger holds about a person, and how it forgets them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

from mailer.delivery.records import status_of
from mailer.model import Status

_ATTEMPTS = "SELECT at, code, enhanced, text, host FROM attempts WHERE delivery = ? ORDER BY id"
_NAMES = ("at", "code", "enhanced", "text", "host")


def held(db: sqlite3.Connection, canonical: str) -> list[dict[str, Any]]:
    """See `Ledger.held`."""
    rows = db.execute(
        "SELECT d.id, release, address, name, language, fields, state, token, domain"
        " FROM deliveries AS d JOIN mailings ON mailings.id = mailing WHERE canonical = ? AND state <> 'w'",
        (canonical,),
    ).fetchall()
    taken_back = db.execute(
        "SELECT release, address, reply FROM discarded JOIN mailings ON mailings.id = mailing WHERE canonical = ?",
        (canonical,),
    ).fetchall()
    return [
        {"release": release, "address": address, "state": Status.DISCARDED.value, "reply": reply}
        for release, address, reply in taken_back
    ] + [
        {
            "release": release,
            "address": address,
            "name": name,
            "language": language,
            "fields": json.loads(fields),
            "state": status_of(db, state).value,
            "message_id": f"<{token}@{domain}>",
            "attempts": [dict(zip(_NAMES, row, strict=True)) for row in db.execute(_ATTEMPTS, (delivery,))],
        }
        for delivery, release, address, name, language, fields, state, token, domain in rows
    ]


def forget(db: sqlite3.Connection, canonical: str) -> int:
    """See `Ledger.forget`."""
    digest = "forgotten:" + hashlib.sha256(canonical.encode()).hexdigest()
    ids = db.execute("SELECT id FROM deliveries WHERE canonical = ?", (canonical,)).fetchall()
    db.executemany("UPDATE attempts SET text = '' WHERE delivery = ?", ids)
    db.executemany(
        "UPDATE deliveries SET canonical = ?, address = '', name = '', fields = '{}',"
        " state = CASE WHEN state IN ('q', 'd', 's') THEN 'r' ELSE state END WHERE id = ?",
        [(digest, *row) for row in ids],
    )
    db.execute("DELETE FROM soft_bounces WHERE canonical = ?", (canonical,))
    gone = db.execute("DELETE FROM discarded WHERE canonical = ? RETURNING mailing", (canonical,)).fetchall()
    return len(ids) + len(gone)
