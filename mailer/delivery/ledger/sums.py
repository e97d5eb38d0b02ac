"""What a ledger holds, as numbers that can be compared: of a copy they must be the same, in whatever it is kept.

Rows are counted in no order, and without what is of one computer alone (who held a mailing, its boots): each row is
hashed, and the hashes are added up. Each table is read once, whatever it holds of how many mailings.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailer.delivery.ledger.store import Connection, streamed
from mailer.delivery.ledger.tables import TABLES, Table

_MODULO = 1 << 128


@dataclass(frozen=True, slots=True)
class Sum:
    """Of one mailing, or of what belongs to none.

    Attributes:
        rows: how many rows, of all tables.
        recipients: how many of them are recipients.
        digest: over all of them.
    """

    rows: int
    recipients: int
    digest: str


class Summing:
    """Adds up what is read of a ledger, or is on its way into another one."""

    def __init__(self) -> None:
        self._rows: defaultdict[int, int] = defaultdict(int)
        self._recipients: defaultdict[int, int] = defaultdict(int)
        self._digests: defaultdict[int, int] = defaultdict(int)

    def rows_of(self, db: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
        """All rows of a table, in the order of its columns, as they are read."""
        said = len(table.columns) - table.aside
        for *values, mailing in streamed(db, table.query):
            row, mailing = tuple(values), mailing or 0
            text = repr(row)
            if "\\x00" in text:  # looked for in all of it: there are millions of values, and hardly ever one
                row = _plain(row)
            if table.aside or "\\x00" in text:
                text = repr(row[:said])
            self._digests[mailing] += _hash(f"{table.name} {text}")
            self._rows[mailing] += 1
            if table.name == "deliveries":
                self._recipients[mailing] += 1
            yield row

    def by_release(self, names: Mapping[int, str]) -> dict[str, Sum]:
        """
        Args:
            names: the releases, by the ids of their mailings.
        """
        return {
            name: Sum(self._rows[key], self._recipients[key], f"{self._digests[key] % _MODULO:032x}")
            for key, name in {0: "", **names}.items()
        }


def sums(db: Connection) -> dict[str, Sum]:
    """By release; "": what belongs to none."""
    summing = Summing()
    for table in TABLES:
        for _ in summing.rows_of(db, table):
            pass
    return summing.by_release(releases(db))


def releases(db: Connection) -> dict[int, str]:
    """The names of all mailings, by their ids."""
    return dict(db.execute("SELECT id, release FROM mailings ORDER BY id").fetchall())


def differing(here: Mapping[str, Sum], there: Mapping[str, Sum]) -> list[str]:
    """The releases of which two ledgers hold something else; "" where it is what belongs to none."""
    return sorted(name for name in {**here, **there} if here.get(name) != there.get(name))


def called(release: str) -> str:
    """What differs, for people."""
    return f"“{release}”" if release else "approvals and what came back"


def _plain(values: Iterable[Any]) -> tuple[Any, ...]:
    """As both keep it: U+0000 can't be in a text of PostgreSQL's."""
    return tuple(v.replace("\0", "\ufffd") if type(v) is str and "\0" in v else v for v in values)


def _hash(said: str) -> int:
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return int.from_bytes(digest)
