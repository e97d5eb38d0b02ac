"""Two processes that share a run, met in the middle of it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from support.smtp_faulty import FaultyServer

_PATIENCE = 30.0
_AT_REST = 0.3
"""Seconds after which every connection waits for the answer to a final dot."""


class Halfway:
    """A hook of the server: once both processes have sent something, `do` is done while no dot is answered, so that not
    one more can leave.

    Args:
        path: the ledger.

    Attributes:
        to_come: whose dots have not left by then.
        done: it was done.
    """

    def __init__(self, server: FaultyServer, path: Path, do: Callable[[list[str]], object]) -> None:
        self._server, self._path, self._do = server, path, do
        self._lock = threading.Lock()
        self.to_come: list[str] = []
        self.done = False

    def __call__(self, stage: str, when: str) -> None:
        if (stage, when) != ("dot", "before"):
            return
        until = time.monotonic() + _PATIENCE
        while self._server.most_at_once < 3 and time.monotonic() < until:
            time.sleep(0.01)  # two connections are the first process's own
        with self._lock:
            if not self.done and len(self._server.accepted) > 20:
                time.sleep(_AT_REST)
                self.to_come = self._not_begun()
                self._do(self.to_come)
                self.done = True

    def _not_begun(self) -> list[str]:
        with closing(sqlite3.connect(self._path)) as db:
            found = db.execute("SELECT address, state FROM deliveries WHERE instr('qs', state)").fetchall()
        assert any(state == "s" for _, state in found), "some are claimed"
        return [address for address, _ in found]


class Standstill:
    """A hook of the server: no message is answered that has wholly arrived, until `go`.

    Attributes:
        go: set it, and everybody is answered.
    """

    def __init__(self, connections: int = 4) -> None:
        self._waiting = threading.Semaphore(0)
        self._connections = connections
        self.go = threading.Event()

    def __call__(self, stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before"):
            self._waiting.release()
            self.go.wait(2 * _PATIENCE)

    def reached(self) -> bool:
        """Waits until every connection has its message there."""
        return all(self._waiting.acquire(timeout=_PATIENCE) for _ in range(self._connections))
