"""One SQL for both ledgers, as PostgreSQL is told it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg import RawServerCursor

from mailer.delivery.ledger.postgres.saying import Link
from mailer.delivery.ledger.store import Rows

_PORTION = 1_000
"""Rows that a stream fetches at once."""

_VALUE = re.compile(r"\?(\d*)")
_WHOLE = re.compile(r"CAST\(([\w.]+) AS INTEGER\)")


@lru_cache(1024)
def in_its_words(query: str) -> bytes:
    """A statement for both, as PostgreSQL has it: `?` and `?1` are `$1`; LIKE is as blind to capitals as SQLite's; a
    number is cut to a whole one, not rounded."""
    numbers = count(1)
    query = _VALUE.sub(lambda found: f"${found[1] or next(numbers)}", query)
    query = query.replace(" LIKE ", " ILIKE ")
    return _WHOLE.sub(r"CAST(floor(\1) AS bigint)", query).encode()


def _storable(values: Iterable[Any]) -> list[Any]:
    """U+0000 can't be in a text of PostgreSQL's."""
    return [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values]


class Session:
    """Where statements for both are said; see `Connection`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._streams = count(1)

    def execute(self, query: str, values: Sequence[Any] = (), /) -> Rows:
        return self._link.execute(in_its_words(query), _storable(values))

    def executemany(self, query: str, values: Iterable[Sequence[Any]], /) -> Rows:
        cursor = self._link.cursor()
        cursor.executemany(in_its_words(query), [_storable(each) for each in values])
        return cursor

    def stream(self, query: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Rows as they are read. The server keeps the whole answer, so other statements may be said in between."""
        with RawServerCursor(self._link, f"mailer_{next(self._streams)}", withhold=True) as cursor:
            cursor.itersize = _PORTION
            cursor.execute(in_its_words(query), _storable(values))
            yield from cursor

    def copy_in(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Writes rows as they come, all of them or none."""
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self._link.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)
