"""The database of a roll, and how it is filled."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from threading import Lock

from mailer.desk.rooms.people.reading.once import Barred, barred_row
from mailer.desk.rooms.people.reading.rows import Facets, Texts, discount_marks
from mailer.press import Problem, canonical
from mailer.press.addresses import mentioned
from mailer.press.clean_text import folded

_SCHEMA = """
CREATE TABLE people (
    n INTEGER PRIMARY KEY, line INTEGER NOT NULL, key TEXT NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL,
    outlet TEXT NOT NULL, languages TEXT NOT NULL, tags TEXT NOT NULL, cells TEXT NOT NULL,
    never TEXT NOT NULL                   -- why they are never mailed: suppressed.csv's words
);
CREATE TABLE texts (
    n INTEGER PRIMARY KEY,
    marks TEXT NOT NULL,                  -- what somebody can be filtered by: |key=value|key=value|
    words TEXT NOT NULL                   -- what is searched, folded
);
CREATE TABLE problems (
    n INTEGER PRIMARY KEY, line INTEGER NOT NULL, level TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,
    message TEXT NOT NULL, address TEXT NOT NULL, words TEXT NOT NULL
);
CREATE TABLE named (key TEXT NOT NULL, problem INTEGER NOT NULL);
"""
_INDEXES = """
CREATE INDEX people_by_key ON people (key);
CREATE INDEX people_by_line ON people (line);
CREATE INDEX people_never ON people (n) WHERE never <> '';
CREATE INDEX problems_by_line ON problems (line);
CREATE INDEX named_by_key ON named (key);
CREATE INDEX named_by_problem ON named (problem);
"""
"""Made when all was read: that is quicker."""


def empty() -> sqlite3.Connection:
    """A new one. An empty name is a private file in the temporary folder, which SQLite deletes when it is closed."""
    db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in (
        "page_size=16384", "journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-8000"
    ):  # fmt: skip
        db.execute(f"PRAGMA {pragma}")
    db.executescript(_SCHEMA)
    return db


class Filling:
    """Takes rows into the database.

    Args:
        lock: held while the database is used.

    Attributes:
        problem_kinds: how many rows there are to be looked at, by kind.
        left_out_kinds: how many rows are not mailed, by kind.
    """

    def __init__(self, db: sqlite3.Connection, lock: Lock) -> None:
        self._db, self._lock = db, lock
        self.problem_kinds: Counter[str] = Counter()
        self.left_out_kinds: Counter[str] = Counter()

    def take(self, people: Iterable[Texts], problems: Iterable[Problem]) -> None:
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO people VALUES (?,?,?,?,?,?,?,?,?,?)", (row[:-2] for row in people)
            )
            texts = ((row[0], *row[-2:]) for row in people)
            self._db.executemany("INSERT INTO texts VALUES (?,?,?)", texts)
            self._take_problems(problems)
            self._db.execute("COMMIT")

    def _take_problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.problem_kinds[problem.id] += problem.level != "notice"
            self.left_out_kinds[problem.id] += problem.reason is not None
            cursor = self._db.execute(
                "INSERT INTO problems (line, level, id, reason, message, address, words) VALUES (?,?,?,?,?,?,?)",
                (problem.line, problem.level, problem.id, problem.reason or "", problem.message,
                 problem.address, folded(f"{problem.address} {problem.message}")),
            )  # fmt: skip
            keys = {canonical(problem.address), *map(canonical, mentioned(problem.address))} - {""}
            self._db.executemany("INSERT INTO named VALUES (?, ?)", [(k, cursor.lastrowid) for k in keys])

    def end(self, barred: Barred, facets: Facets) -> None:
        """All was read: whomever another row bars is taken from among the people, on each of their rows."""
        with self._lock:
            self._db.executescript(_INDEXES)
            self._db.execute("BEGIN")
            for key, why in barred.items():
                found = self._db.execute(
                    "SELECT people.n, line, address, marks FROM people JOIN texts USING (n) WHERE key = ?",
                    (key,),
                ).fetchall()
                again = self._db.execute(
                    "SELECT n, line, address FROM problems WHERE id = 'duplicate' AND n IN"
                    " (SELECT problem FROM named WHERE key = ?)",
                    (key,),
                ).fetchall()
                for n, _, _, marks in found:
                    self._db.execute("DELETE FROM people WHERE n = ?", (n,))
                    self._db.execute("DELETE FROM texts WHERE n = ?", (n,))
                    discount_marks(marks, facets)
                for n, _, _ in again:
                    self._db.execute("DELETE FROM problems WHERE n = ?", (n,))
                    self._db.execute("DELETE FROM named WHERE problem = ?", (n,))
                self.left_out_kinds["duplicate"] -= len(again)
                self._take_problems(barred_row(row[1], row[2], why) for row in (*found, *again))
            self._db.execute("COMMIT")
