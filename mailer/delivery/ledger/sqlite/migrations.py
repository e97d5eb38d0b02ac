"""The ledger's schema, and how a file of an older version comes to it: one function a version, in one transaction.

Beside the file a copy of it as it was is kept first (`ledger.db.1.backup`), for whoever has to go back. A migration
says all that it does itself and never reads schema.sql: that is today's, and goes on changing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from mailer.delivery.ledger.store import Connection
from mailer.errors import LedgerError
from mailer.workspace.private import private_file


def _orders(db: sqlite3.Connection) -> None:
    """1 → 2: orders, planned times, the pace that all share."""
    for column in (
        "ready INTEGER NOT NULL DEFAULT 1",
        "planned REAL NOT NULL DEFAULT 0",
        "embargo REAL NOT NULL DEFAULT 0",
        "zone TEXT NOT NULL DEFAULT ''",
        "day TEXT NOT NULL DEFAULT ''",
    ):
        db.execute(f"ALTER TABLE mailings ADD COLUMN {column}")
    db.execute("ALTER TABLE editions ADD COLUMN words TEXT NOT NULL DEFAULT ''")
    for statement in (
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, mailing INTEGER NOT NULL REFERENCES mailings, kind TEXT NOT NULL,"
        " given REAL NOT NULL, giver TEXT NOT NULL, number INTEGER NOT NULL, recipients TEXT NOT NULL,"
        " content TEXT NOT NULL, sender TEXT NOT NULL, relay TEXT NOT NULL, planned REAL NOT NULL)",
        "CREATE INDEX orders_of ON orders (mailing)",
        "CREATE TABLE discarded (orders INTEGER NOT NULL REFERENCES orders, mailing INTEGER NOT NULL REFERENCES"
        " mailings, canonical TEXT NOT NULL, address TEXT NOT NULL, reply TEXT NOT NULL)",
        "CREATE INDEX discarded_of ON discarded (mailing)",
        "CREATE TABLE pace (id INTEGER PRIMARY KEY, at REAL NOT NULL, delivery INTEGER NOT NULL)",
    ):
        db.execute(statement)


def _fences(db: sqlite3.Connection) -> None:
    """2 → 3: who holds a mailing, what a witness is held against, a clock that nobody sets."""
    for column in (
        "holder TEXT NOT NULL DEFAULT ''",
        "sequence INTEGER NOT NULL DEFAULT 0",
        "lost REAL NOT NULL DEFAULT 0",
    ):
        db.execute(f"ALTER TABLE mailings ADD COLUMN {column}")
    db.execute("CREATE TABLE boots (boot TEXT PRIMARY KEY, began REAL NOT NULL)")


def _bounces(db: sqlite3.Connection) -> None:
    """3 → 4: what the reading of returned mail remembers. Where some had been read, it had made these tables itself."""
    db.execute("CREATE TABLE IF NOT EXISTS mail_dealt_with (digest TEXT PRIMARY KEY, at REAL NOT NULL)")
    db.execute(
        "CREATE TABLE IF NOT EXISTS folders_read (folder TEXT PRIMARY KEY, validity INTEGER, uid INTEGER)"
    )


def _answers(db: sqlite3.Connection) -> None:
    """4 → 5: who has answered."""
    db.execute(
        "CREATE TABLE answers (delivery INTEGER NOT NULL REFERENCES deliveries, at REAL NOT NULL,"
        " automatic INTEGER NOT NULL, PRIMARY KEY (delivery, at))"
    )


def _complaints(db: sqlite3.Connection) -> None:
    """5 → 6: who reported a mail as spam."""
    db.execute(
        "CREATE TABLE complaints (delivery INTEGER PRIMARY KEY REFERENCES deliveries, at REAL NOT NULL)"
    )


def _snapshots(db: sqlite3.Connection) -> None:
    """6 → 7: what was proofed and approved."""
    db.execute(
        "CREATE TABLE snapshots (id INTEGER PRIMARY KEY, release TEXT NOT NULL, occasion TEXT NOT NULL,"
        " at REAL NOT NULL, account TEXT NOT NULL, by TEXT NOT NULL, people BLOB NOT NULL, signature TEXT NOT NULL,"
        " UNIQUE (release, occasion))"
    )
    db.execute(
        "CREATE TABLE snapshot_editions (snapshot INTEGER NOT NULL REFERENCES snapshots, language TEXT NOT NULL,"
        " frozen BLOB NOT NULL, PRIMARY KEY (snapshot, language))"
    )


def _desk(db: sqlite3.Connection) -> None:
    """7 → 8: what a page has shown to somebody to say yes to, and what they ask of a sender."""
    db.execute(
        "CREATE TABLE offers (id INTEGER PRIMARY KEY, mailing INTEGER NOT NULL REFERENCES mailings, release TEXT NOT"
        " NULL, nonce TEXT NOT NULL UNIQUE, what TEXT NOT NULL, made REAL NOT NULL, expires REAL NOT NULL,"
        " state TEXT NOT NULL DEFAULT 'offered', given REAL NOT NULL DEFAULT 0, giver TEXT NOT NULL DEFAULT '',"
        " leaves REAL NOT NULL DEFAULT 0, holder TEXT NOT NULL DEFAULT '', said TEXT NOT NULL DEFAULT '')"
    )
    db.execute("CREATE INDEX offers_of ON offers (mailing)")
    db.execute(
        "CREATE TABLE requests (id INTEGER PRIMARY KEY, mailing INTEGER NOT NULL REFERENCES mailings,"
        " kind TEXT NOT NULL, at REAL NOT NULL, giver TEXT NOT NULL, heard TEXT NOT NULL DEFAULT '')"
    )
    db.execute("CREATE INDEX requests_of ON requests (mailing)")


def _computers(db: sqlite3.Connection) -> None:
    """8 → 9: whose computer may write here, and where the ledger was moved. Of what was proofed nothing was ever
    kept, so a snapshot is an approval."""
    db.execute("CREATE TABLE machine (id TEXT PRIMARY KEY, name TEXT NOT NULL, since REAL NOT NULL)")
    db.execute("CREATE TABLE moved (destination TEXT NOT NULL, at REAL NOT NULL)")
    db.execute(
        "CREATE TABLE approvals (id INTEGER PRIMARY KEY, release TEXT NOT NULL UNIQUE, at REAL NOT NULL,"
        " account TEXT NOT NULL, by TEXT NOT NULL, people BLOB NOT NULL, signature TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE approval_editions (approval INTEGER NOT NULL REFERENCES approvals, position INTEGER NOT NULL,"
        " language TEXT NOT NULL, frozen BLOB NOT NULL, PRIMARY KEY (approval, language))"
    )
    db.execute(
        "INSERT INTO approvals SELECT id, release, at, account, by, people, signature FROM snapshots"
        " WHERE occasion = 'approval'"
    )
    db.execute(
        "INSERT INTO approval_editions SELECT snapshot, row_number() OVER (PARTITION BY snapshot ORDER BY rowid) - 1,"
        " language, frozen FROM snapshot_editions WHERE snapshot IN (SELECT id FROM approvals)"
    )
    db.execute("DROP TABLE snapshot_editions")
    db.execute("DROP TABLE snapshots")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    *(_orders, _fences, _bounces, _answers),
    *(_complaints, _snapshots, _desk, _computers),
)
"""The function at index n brings version n + 1 to n + 2."""

VERSION = len(MIGRATIONS) + 1
"""What schema.sql makes."""


def bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    """Makes the schema in an empty file, or brings an older file to it. Whoever comes second finds it done.

    Raises:
        LedgerError: a newer version of the tool made the file.
        sqlite3.Error: it can't be read or written; then it is as it was.
    """
    version = _version(db)
    if version > VERSION:
        raise LedgerError(f"{path} was made by a newer version of mailer.", "Update mailer.")
    if version == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = _version(db)  # somebody else may have been quicker
        if found == 0:
            for statement in _statements():
                db.execute(statement)
        elif found < VERSION:
            _keep_copy(path, path.with_name(f"{path.name}.{found}.backup"))
            for migrate in MIGRATIONS[found - 1 :]:
                migrate(db)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.rollback()


def index_for_bounces(db: Connection) -> None:
    """The indexes by which a returned mail finds its delivery. They are made when the first one is read: queueing a
    million recipients does without them."""
    db.execute("CREATE INDEX IF NOT EXISTS deliveries_by_token ON deliveries (token)")
    db.execute("CREATE INDEX IF NOT EXISTS deliveries_by_person ON deliveries (canonical)")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _keep_copy(path: Path, target: Path) -> None:
    """Copies the file as it was committed last; the transaction that is open on it keeps others from changing it."""
    beside = target.with_name(f"{target.name}.part")
    beside.unlink(missing_ok=True)
    private_file(beside)
    with closing(sqlite3.connect(path)) as committed, closing(sqlite3.connect(beside)) as copy:
        committed.backup(copy)
    beside.replace(target)


def _statements() -> list[str]:
    """The statements of schema.sql, one by one: `executescript` would commit what is open."""
    script = files("mailer.delivery.ledger.sqlite").joinpath("schema.sql").read_text("utf-8")
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
