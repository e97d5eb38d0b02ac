"""How many recipients one durable claim takes."""

from __future__ import annotations

import time

GROUP = 100
"""At most."""

_FIRST = 10
_SECONDS = 0.1
_SHARE = 0.05
"""Of a sender's time that waiting for the disk may take."""


class Stride:
    """As many as leave in a tenth of a second, up to a hundred: after a power cut whoever was claimed is uncertain, and
    a correction that comes in between finds the rest still in the queue. Where the disk is slow, as many as leave in
    twenty times as long as the disk takes.
    """

    def __init__(self) -> None:
        self._size = _FIRST
        self._began = self._ended = 0.0

    def next(self) -> int:
        """How many to claim now."""
        now = time.monotonic()
        if self._began:
            wanted = max(_SECONDS, (self._ended - self._began) / _SHARE)
            passed = max(now - self._ended, wanted / 2)  # twice as many as before at most
            self._size = min(GROUP, max(1, round(self._size * wanted / passed)))
        self._began = self._ended = now
        return self._size

    def claimed(self) -> None:
        """They are on the disk now."""
        self._ended = time.monotonic()
