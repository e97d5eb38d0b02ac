"""Everybody whom the ledger knows, to be found by a word of their name, outlet or address: kept for as long as the desk
runs, and brought up to date with what was queued since."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from threading import Lock, Thread

from mailer.delivery import History
from mailer.desk.office import Office
from mailer.press.clean_text import folded

_SCHEMA = """
CREATE TABLE people (key TEXT PRIMARY KEY, address TEXT NOT NULL, name TEXT NOT NULL, outlet TEXT NOT NULL,
                     words TEXT NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
"""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as their newest mailing had them."""

    key: str
    address: str
    name: str
    outlet: str


class Record:
    """The people of a ledger. `read` brings it up to date, in a thread of its own."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._newest = 0
        self._busy = Lock()
        self._lock = Lock()
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-4000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)

    def refresh(self, patience: float) -> bool:
        """Sees to it that what was queued meanwhile is read; True: it is.

        Args:
            patience: seconds to wait for that.
        """
        reader = Thread(target=self._read, name="reads the record", daemon=True)
        reader.start()
        reader.join(patience)
        return not reader.is_alive()

    def _read(self) -> None:
        with self._busy, self._office.ledger() as ledger:
            if ledger is None:
                return
            history = History(ledger)
            if history.newest() < self._newest:  # another ledger has taken the place of the one that was read
                with self._lock:
                    self._db.execute("DELETE FROM people")
                self._newest = 0
            rows: list[tuple[object, ...]] = []
            for key, address, name, outlet, last in history.people_since(self._newest):
                words = folded(f"{key}\n{address}\n{name}\n{outlet}")
                rows.append((key, address, name, outlet, words, last))
                self._newest = max(self._newest, last)
                if len(rows) >= BATCH:
                    self._take(rows)
                    rows = []
            self._take(rows)

    def _take(self, rows: list[tuple[object, ...]]) -> None:
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO people VALUES (?,?,?,?,?,?)", rows)
            self._db.execute("COMMIT")

    def with_words(self, words: tuple[str, ...], most: int) -> list[Known]:
        """Some of those whose name, outlet or address holds all of these words, the last mailed first."""
        clause = " AND ".join(["instr(words, ?)"] * len(words)) or "1"
        query = f"SELECT key, address, name, outlet FROM people WHERE {clause} ORDER BY last DESC LIMIT ?"  # noqa: S608
        with self._lock:
            return [Known(*row) for row in self._db.execute(query, (*words, most))]
