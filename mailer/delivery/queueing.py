"""Freezing a release and whom it goes to: one transaction, read as a stream, however long the list."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator

from mailer.delivery.records import Draft, Entry
from mailer.errors import LedgerError

_COLUMNS = "(id, mailing, canonical, address, name, language, fields, token, in_reply_to)"


def add_deliveries(db: sqlite3.Connection, mailing: int, entries: Iterable[Entry]) -> tuple[int, int]:
    """Queues those who have no delivery in this mailing yet.

    Returns:
        How many were added, and how many had one.
    """
    first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM deliveries").fetchone()[0]
    before = db.total_changes
    seen = 0

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal seen
        for entry in entries:
            fields = json.dumps(dict(entry.fields), ensure_ascii=False, separators=(",", ":"))
            token = secrets.token_hex(12)
            yield (first + seen, mailing, entry.canonical, entry.address, entry.name, entry.language, fields,
                   token, entry.in_reply_to)  # fmt: skip
            seen += 1

    db.executemany(f"INSERT OR IGNORE INTO deliveries {_COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())  # noqa: S608
    added = db.total_changes - before
    return added, seen - added


def freeze(db: sqlite3.Connection, draft: Draft) -> int:
    """Writes the release down, or finds it unchanged. Until anything of it was sent it may still change.

    Returns:
        The mailing's id.

    Raises:
        LedgerError: it was sent before with another content.
    """
    row = db.execute("SELECT id FROM mailings WHERE release = ?", (draft.release,)).fetchone()
    head = (draft.kind, draft.subject, draft.mail_from, draft.domain, draft.follows)
    if row is None:
        mailing = db.execute(
            "INSERT INTO mailings (kind, subject, mail_from, domain, follows, release, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (*head, draft.release, time.time()),
        ).fetchone()[0]
    else:
        mailing = row[0]
        if _begun(db, mailing):
            _must_be_unchanged(db, mailing, draft)
        else:
            db.execute("DELETE FROM editions WHERE mailing = ?", (mailing,))
            db.execute(
                "UPDATE mailings SET kind=?, subject=?, mail_from=?, domain=?, follows=? WHERE id = ?",
                (*head, mailing),
            )
    db.executemany(
        "INSERT OR IGNORE INTO editions (mailing, language, digest, frozen) VALUES (?, ?, ?, ?)",
        [(mailing, lang, frozen.digest, frozen.content) for lang, frozen in draft.editions.items()],
    )
    return int(mailing)


def _begun(db: sqlite3.Connection, mailing: int) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE mailing = ? AND state <> 'q')"
    return bool(db.execute(query, (mailing,)).fetchone()[0])


def _must_be_unchanged(db: sqlite3.Connection, mailing: int, draft: Draft) -> None:
    known = dict(db.execute("SELECT language, digest FROM editions WHERE mailing = ?", (mailing,)))
    changed = sorted(
        lang for lang, frozen in draft.editions.items() if known.get(lang, frozen.digest) != frozen.digest
    )
    if changed:
        raise LedgerError(
            f"“{draft.release}” ({', '.join(changed)}) was changed after it was sent.",
            "Those who have it would not learn of the change. Make a correction: a new release with "
            f"`kind: correction` and `corrects: {draft.release}`.",
        )
