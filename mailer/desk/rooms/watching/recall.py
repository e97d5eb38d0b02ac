"""What was counted of a ledger that nobody has written to since need not be counted again."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.ledger_place import Stamp, files_of, stamp_of

T = TypeVar("T")

_SETTLED = 1_000_000_000
"""Nanoseconds after which a change would show in a file's time: systems keep that more coarsely than they tell it."""
_MOST = 64


class Recall:
    """Keeps what was counted for as long as the ledger's files stay as they were.

    Args:
        ledger: where it is.
    """

    def __init__(self, ledger: Path | DatabaseUrl) -> None:
        self._paths = files_of(ledger)
        self._stamp: Stamp = ()
        self._kept: dict[Hashable, Any] = {}
        self._lock = Lock()

    def of(self, what: Hashable, count: Callable[[], T]) -> T:
        """What `count` gives, or gave of the very same ledger.

        Args:
            what: tells it from all else that is counted.
        """
        if not self._paths:  # a database: nothing tells that it stayed the same, so it is asked each time
            return count()
        stamp = stamp_of(self._paths)
        settled = time.time_ns() - max(at for at, _ in stamp) > _SETTLED
        with self._lock:
            if stamp != self._stamp or not settled:
                self._stamp, self._kept = stamp, {}
            elif what in self._kept:
                found: T = self._kept[what]
                return found
        counted = count()
        with self._lock:
            if settled and stamp == self._stamp == stamp_of(self._paths) and len(self._kept) < _MOST:
                self._kept[what] = counted
        return counted
