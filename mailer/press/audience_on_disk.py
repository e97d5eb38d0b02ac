"""An audience on disk: a temporary SQLite database that holds everybody once, and who was left out. Beside it, the
memory of a list that is only looked at: where each address first stands.

One table has a row a person, under the unique key of their canonical address; another has the rows that
add nobody. A list of a million takes some 150 MB of the temporary folder and no memory to speak of.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from mailer.model import LeftOut, Recipient, Where
from mailer.press.addresses import canonical

_SCHEMA = """
CREATE TABLE people (
    n INTEGER PRIMARY KEY,       -- order of the lists, counted over both tables
    key TEXT NOT NULL UNIQUE,    -- canonical address
    address TEXT NOT NULL, name TEXT NOT NULL, outlet TEXT NOT NULL, languages TEXT NOT NULL,
    tags TEXT NOT NULL, lists TEXT NOT NULL, source INTEGER NOT NULL, line INTEGER NOT NULL,
    cells TEXT NOT NULL,
    reason TEXT, detail TEXT NOT NULL   -- reason NULL: a recipient
);
CREATE TABLE others (
    n INTEGER PRIMARY KEY, address TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
    source INTEGER NOT NULL, line INTEGER NOT NULL
);
CREATE TABLE barred (key TEXT PRIMARY KEY, reason TEXT NOT NULL, detail TEXT NOT NULL) WITHOUT ROWID;
"""
_PERSON = "n, address, name, outlet, languages, tags, lists, source, line, cells"
_CUT = "\x1f"
"""Between the parts of a list in one column: cells never hold it (`clean_text.clean`)."""

BATCH = 1000
_LARGEST = 2**63 - 1
"""Numbers that SQLite takes; nobody has as many recipients."""

FEW = 10_000
"""Addresses that need no disk: two megabytes."""


def _on_disk(schema: str) -> sqlite3.Connection:
    """An empty name is a private file in the temporary folder, which SQLite deletes when it is closed."""
    db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    # Nobody needs this file after a crash: no journal, no waiting for the disk.
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-4000"):
        db.execute(f"PRAGMA {pragma}")
    db.executescript(schema)
    db.execute("BEGIN")
    return db


class FirstLines:
    """Where each key of a list first stands: the first few in memory, as most lists are short, the rest on disk."""

    def __init__(self) -> None:
        self._few: dict[str, int] = {}
        self._db: sqlite3.Connection | None = None

    def before(self, key: str, line: int) -> int:
        """The line at which a key stood before, or 0: then this one is its first."""
        if first := self._few.get(key, 0):
            return first
        if len(self._few) < FEW:
            self._few[key] = line
            return 0
        if self._db is None:
            schema = "CREATE TABLE lines (key TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID;"
            self._db = _on_disk(schema)
        if self._db.execute("INSERT OR IGNORE INTO lines VALUES (?, ?)", (key, line)).rowcount > 0:
            return 0
        return int(self._db.execute("SELECT line FROM lines WHERE key = ?", (key,)).fetchone()[0])


class AudienceOnDisk:
    """Where an audience is gathered. Its file goes with it."""

    def __init__(self) -> None:
        self._db = _on_disk(_SCHEMA)
        self._number = 0
        self._sources: list[tuple[str, tuple[str, ...]]] = []

    def source(self, shown: str, keys: tuple[str, ...]) -> None:
        """The file from which rows come next, and the keys of its recipients' fields."""
        self._sources.append((shown, keys))

    def add(self, key: str, person: Recipient, reason: str | None = None, detail: str = "") -> bool:
        """Takes somebody in, as a recipient or with the reason why not; False where they are in already."""
        self._number += 1
        where = person.where
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO people VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                self._number,
                key,
                person.address,
                person.name,
                person.outlet,
                " ".join(person.languages),
                _CUT.join(person.tags),
                _CUT.join(person.lists),
                len(self._sources) - 1,
                where.line if where else 0,
                _CUT.join(person.fields.values()),
                reason,
                detail,
            ),
        )
        return cursor.rowcount > 0

    def merge(self, key: str, person: Recipient) -> Where:
        """Adds a duplicate's tags and lists to the first row of that person; fills what is empty there.

        Returns:
            where the first row stands.
        """
        row = self._db.execute(f"SELECT {_PERSON} FROM people WHERE key = ?", (key,)).fetchone()  # noqa: S608
        first = self._person(row)
        lists = dict.fromkeys((*first.lists, *person.lists))
        self._db.execute(
            "UPDATE people SET name = ?, outlet = ?, languages = ?, tags = ?, lists = ? WHERE key = ?",
            (
                first.name or person.name,
                first.outlet or person.outlet,
                " ".join(first.languages or person.languages),
                _CUT.join(first.tags | person.tags),
                _CUT.join(lists),
                key,
            ),
        )
        assert first.where is not None
        return first.where

    def leave_out(self, address: str, reason: str, detail: str, line: int) -> None:
        """Notes a row that adds nobody."""
        self._number += 1
        self._db.execute(
            "INSERT INTO others VALUES (?,?,?,?,?,?)",
            (self._number, address, reason, detail, len(self._sources) - 1, line),
        )

    def drop_unless(self, test: Callable[[Recipient], bool], reason: str, detail: str) -> None:
        """Leaves out every recipient for whom `test` is false."""
        last = 0
        while rows := self._db.execute(
            f"SELECT {_PERSON} FROM people WHERE reason IS NULL AND n > ? ORDER BY n LIMIT {BATCH}",  # noqa: S608
            (last,),
        ).fetchall():
            last = rows[-1][0]
            self._db.executemany(
                "UPDATE people SET reason = ?, detail = ? WHERE n = ?",
                [(reason, detail, row[0]) for row in rows if not test(self._person(row))],
            )

    def drop(self, key: str, source: int, reason: str) -> bool:
        """Leaves out whom this source has brought; False where it has brought nobody of that key who still counts."""
        cursor = self._db.execute(
            "UPDATE people SET reason = ? WHERE key = ? AND source = ? AND reason IS NULL",
            (reason, key, source),
        )
        return cursor.rowcount > 0

    def bar(self, key: str, reason: str, detail: str) -> None:
        """Notes that somebody is not to be mailed, on whatever list they stand."""
        self._db.execute("INSERT OR IGNORE INTO barred VALUES (?, ?, ?)", (key, reason, detail))

    def barred(self, key: str) -> tuple[str, str] | None:
        """Why somebody is barred, and what says so; None: they are not."""
        query = "SELECT reason, detail FROM barred WHERE key = ?"
        found: tuple[str, str] | None = self._db.execute(query, (key,)).fetchone()
        return found

    def drop_barred(self) -> None:
        """Leaves out every recipient who is barred."""
        self._db.execute(
            "UPDATE people SET reason = b.reason, detail = b.detail FROM barred AS b"
            " WHERE b.key = people.key AND people.reason IS NULL"
        )

    def drop_beyond(self, limit: int, reason: str, detail: str) -> None:
        """Leaves out all recipients but the first `limit`."""
        self._db.execute(
            "UPDATE people SET reason = ?, detail = ? WHERE reason IS NULL AND n > coalesce("
            "(SELECT n FROM people WHERE reason IS NULL ORDER BY n LIMIT 1 OFFSET ?), 9e18)",
            (reason, detail, min(limit - 1, _LARGEST)),
        )

    @property
    def recipients(self) -> Collection[Recipient]:
        return RecipientsOnDisk(self)

    @property
    def left_out(self) -> Collection[LeftOut]:
        return _LeftOutOnDisk(self)

    def count(self, query: str) -> list[tuple[str, int]]:
        """Rows of (word, number) from an aggregate query over `people` and `others`."""
        return self._db.execute(query).fetchall()

    def counts(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """How many recipients each list and each first language has, and how often each reason is given."""
        lists: Counter[str] = Counter()
        for joined, number in self.count(
            "SELECT lists, count(*) FROM people WHERE reason IS NULL GROUP BY lists"
        ):
            lists.update(dict.fromkeys(joined.split(_CUT), number))
        languages: Counter[str] = Counter()
        query = "SELECT languages, count(*) FROM people WHERE reason IS NULL GROUP BY languages"
        for joined, number in self.count(query):
            languages[joined.partition(" ")[0]] += number
        reasons = "SELECT reason FROM people WHERE reason IS NOT NULL UNION ALL SELECT reason FROM others"
        query = f"SELECT reason, count(*) FROM ({reasons}) GROUP BY reason"  # noqa: S608
        return lists, languages, Counter(dict(self.count(query)))

    def brought(self, source: int) -> Iterator[Recipient]:
        """Recipients whom one source has brought, by its number: 0 is the first."""
        query = f"SELECT {_PERSON} FROM people WHERE reason IS NULL AND source = ? ORDER BY n"  # noqa: S608
        return map(self._person, self._db.execute(query, (source,)))

    def people(self, key: str | None = None) -> Iterator[Recipient]:
        clause, values = ("AND key = ?", (key,)) if key is not None else ("", ())
        query = f"SELECT {_PERSON} FROM people WHERE reason IS NULL {clause} ORDER BY n"  # noqa: S608
        return map(self._person, self._db.execute(query, values))

    def others(self) -> Iterator[LeftOut]:
        query = (
            "SELECT n, address, reason, detail, source, line FROM people WHERE reason IS NOT NULL"
            " UNION ALL SELECT n, address, reason, detail, source, line FROM others ORDER BY n"
        )
        for _, address, reason, detail, source, line in self._db.execute(query):
            yield LeftOut(address, reason, detail, Where(self._sources[source][0], line))

    def _person(self, row: tuple[int, str, str, str, str, str, str, int, int, str]) -> Recipient:
        _, address, name, outlet, languages, tags, lists, source, line, cells = row
        shown, keys = self._sources[source]
        return Recipient(
            address,
            name,
            outlet,
            tuple(languages.split()),
            frozenset(tags.split(_CUT)) if tags else frozenset(),
            dict(zip(keys, cells.split(_CUT), strict=True)) if keys else {},
            tuple(lists.split(_CUT)),
            Where(shown, line),
        )


class RecipientsOnDisk(Collection[Recipient]):
    """Those who get it, in the order of the lists."""

    def __init__(self, on_disk: AudienceOnDisk) -> None:
        self.on_disk = on_disk
        self._size: int | None = None

    def __len__(self) -> int:
        if self._size is None:
            self._size = self.on_disk.count("SELECT '', count(*) FROM people WHERE reason IS NULL")[0][1]
        return self._size

    def __iter__(self) -> Iterator[Recipient]:
        return self.on_disk.people()

    def of(self, key: str) -> Recipient | None:
        """The one of this canonical address, without looking at the others."""
        return next(self.on_disk.people(key), None)

    def __contains__(self, person: object) -> bool:
        return isinstance(person, Recipient) and person in self.on_disk.people(canonical(person.address))


class _LeftOutOnDisk(Collection[LeftOut]):
    """Those who don't, row by row, in the order of the lists."""

    def __init__(self, on_disk: AudienceOnDisk) -> None:
        self._on_disk = on_disk
        self._size: int | None = None

    def __len__(self) -> int:
        if self._size is None:
            people = "(SELECT count(*) FROM people WHERE reason IS NOT NULL)"
            query = f"SELECT '', {people} + (SELECT count(*) FROM others)"  # noqa: S608
            self._size = self._on_disk.count(query)[0][1]
        return self._size

    def __iter__(self) -> Iterator[LeftOut]:
        return self._on_disk.others()

    def __contains__(self, person: object) -> bool:
        return any(person == other for other in self)
