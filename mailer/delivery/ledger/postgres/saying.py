"""A statement that is on its way to the database while this process does something else: libpq's own way to say one,
without waiting, and to ask later whether its answer is there."""

from __future__ import annotations

import selectors
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

Link = psycopg.Connection[tuple[Any, ...]]

Row = tuple[bytes | None, ...]


class Saying:
    """One statement, whose answer has one row at most. Nothing else may be said on its link before that is there.

    Whatever goes wrong is not told here: its answer is None, as if it had never been said, or as if its answer had been
    lost. Whoever says it again as usual, which they must be able to in any case, is told.

    Args:
        link: where it is said.
        statement: in PostgreSQL's words.
        values: as it writes them.
        known: statements that this link knows by a name; what is said again is read and planned but once.

    Attributes:
        socket: a descriptor that has something to read when its answer has come.
    """

    def __init__(
        self, link: Link, statement: bytes, values: Sequence[object], known: dict[bytes, bytes]
    ) -> None:
        self._line, self.socket = link.pgconn, -1
        self._row: Row | None = None
        self._over = self._bad = False
        said = [str(value).encode(link.info.encoding) for value in values]
        try:
            if statement not in known:
                name = b"mailer_%d" % len(known)
                if self._line.prepare(name, statement).status != ExecStatus.COMMAND_OK:
                    self._over = True
                    return
                known[statement] = name
            self.socket = self._line.socket
            self._line.send_query_prepared(known[statement], said)
            while self._line.flush():
                self._wait(selectors.EVENT_READ | selectors.EVENT_WRITE)
                self._line.consume_input()
        except psycopg.Error:
            self._over = True

    @property
    def is_answered(self) -> bool:
        """Whether `answer` need not wait. The row comes before the commit, and an error of that after the row."""
        try:
            if not self._over:
                self._line.consume_input()
            while not self._over and not self._line.is_busy():
                result = self._line.get_result()
                if result is None:
                    self._over = True
                elif result.status != ExecStatus.TUPLES_OK:
                    self._bad = True
                elif result.ntuples:
                    self._row = tuple(result.get_value(0, column) for column in range(result.nfields))
        except psycopg.Error:
            self._over = self._bad = True
        return self._over

    def answer(self) -> Row | None:
        """Its row, as PostgreSQL writes it, once that is there; None: whether it was done is not known."""
        while not self.is_answered:
            self._wait(selectors.EVENT_READ)
        return None if self._bad else self._row

    def _wait(self, events: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, events)
            selector.select()
