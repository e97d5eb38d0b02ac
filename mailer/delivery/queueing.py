"""Freezing a release and whom it goes to: all or nothing, however long the list, and in nobody's way.

A message is composed for everybody before anybody is queued, which takes a minute for a million. So rows are written in
pieces, as somebody whom only their writer sees (state `w`), with nothing locked in between; one short transaction at
the end makes them a part of the queue. Killed before that, nothing was queued, and the next who queues clears it away.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator
from itertools import islice

from mailer.delivery.records import Draft, Entry
from mailer.errors import LedgerError

PIECE = 500
"""Recipients that are written at once."""

_LOST = "the ledger was lost or put back since: may have been sent"

_COLUMNS = "(mailing, canonical, address, name, language, fields, token, in_reply_to, state)"


def reserve(db: sqlite3.Connection, release: str) -> int:
    """The id of a release's mailing, to be locked before anything is known of it. A new one is nobody's yet."""
    db.execute(
        "INSERT OR IGNORE INTO mailings (release, kind, subject, mail_from, domain, follows, created, ready)"
        " VALUES (?, '', '', '', '', '', ?, 0)",
        (release, time.time()),
    )
    return int(db.execute("SELECT id FROM mailings WHERE release = ?", (release,)).fetchone()[0])


def in_pieces(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries as they are written. They are made here, while nothing is locked."""
    entries = iter(entries)
    while piece := list(islice(entries, PIECE)):
        yield piece


def write_piece(db: sqlite3.Connection, mailing: int, piece: list[Entry]) -> int:
    """Writes those down who have no delivery in this mailing yet; returns how many."""
    before = db.total_changes
    rows = [
        (mailing, entry.canonical, entry.address, entry.name, entry.language,
         json.dumps(dict(entry.fields), ensure_ascii=False, separators=(",", ":")),
         secrets.token_hex(12), entry.in_reply_to)
        for entry in piece
    ]  # fmt: skip
    db.executemany(
        f"INSERT OR IGNORE INTO deliveries {_COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'w')",  # noqa: S608
        rows,
    )
    return db.total_changes - before


def clear_away(db: sqlite3.Connection, mailing: int) -> None:
    """What a queueing that did not come to its end has left."""
    db.execute("DELETE FROM deliveries WHERE mailing = ? AND state = 'w'", (mailing,))


def make_ready(db: sqlite3.Connection, mailing: int, draft: Draft) -> None:
    """Writes the release down, or finds it unchanged, and makes what was written a part of the queue. Until anything of
    a release was sent it may still change.

    Raises:
        LedgerError: it was sent before with another content.
    """
    begun = _begun(db, mailing)
    if begun:
        must_be_unchanged(db, mailing, draft)
    else:
        db.execute("DELETE FROM editions WHERE mailing = ?", (mailing,))
        db.execute(
            "UPDATE mailings SET kind=?, subject=?, mail_from=?, domain=?, follows=?, embargo=?, zone=?, day=?,"
            " created = iif(ready OR lost, created, ?), ready = 1 WHERE id = ?",
            (draft.kind, draft.subject, draft.mail_from, draft.domain, draft.follows, draft.embargo, draft.zone,
             draft.day, time.time(), mailing),
        )  # fmt: skip
    db.executemany(
        "INSERT OR IGNORE INTO editions (mailing, language, digest, frozen, words) VALUES (?, ?, ?, ?, ?)",
        [(mailing, lang, frozen.digest, frozen.content, frozen.words) for lang, frozen in draft.editions.items()],
    )  # fmt: skip
    if db.execute("SELECT lost FROM mailings WHERE id = ?", (mailing,)).fetchone()[0]:
        put_in_doubt(db, mailing, "w")
    db.execute("UPDATE deliveries SET state = 'q' WHERE mailing = ? AND state = 'w'", (mailing,))
    # Who was queued before for an edition that is no more gets the original, as everybody of that language does now.
    db.execute(
        "UPDATE deliveries SET language = ? WHERE mailing = ? AND state = 'q'"
        " AND language NOT IN (SELECT language FROM editions WHERE mailing = ?)",
        (next(iter(draft.editions)), mailing, mailing),
    )


def put_in_doubt(db: sqlite3.Connection, mailing: int, states: str) -> int:
    """Makes everybody in these states uncertain: the ledger does not know everybody who was mailed (adopting.py).

    Returns:
        How many.
    """
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
        " SELECT id, ?, 0, '', ?, '' FROM deliveries WHERE mailing = ? AND instr(?, state)",
        (time.time(), _LOST, mailing, states),
    )
    query = "UPDATE deliveries SET state = 'u' WHERE mailing = ? AND instr(?, state)"
    return db.execute(query, (mailing, states)).rowcount


def _begun(db: sqlite3.Connection, mailing: int) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE mailing = ? AND state NOT IN ('q', 'w'))"
    return bool(db.execute(query, (mailing,)).fetchone()[0])


def must_be_unchanged(db: sqlite3.Connection, mailing: int, draft: Draft) -> None:
    """
    Raises:
        LedgerError: something of this release was sent before, with another content.
    """
    if not _begun(db, mailing):
        return
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
