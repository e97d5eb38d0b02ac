"""A file that another program may just be saving: how long it is waited for, and when its time tells of a change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from mailer.errors import ListError

PATIENCE_FOR_SAVING = 2.0
"""Seconds to wait while somebody saves a file that was fine before."""
TICK_NS = 50_000_000
"""What changes within so many ns may keep its time: clocks of file systems tick every few ms."""
_STEP = 0.05

T = TypeVar("T")


def until_read(read: Callable[[], T], patience: float) -> T:
    """What `read` returns, tried again for so many seconds: a program that saves a file by renaming another one,
    as Excel and most editors do, makes it vanish for a moment.

    Raises:
        ListError: as `read` said last.
    """
    end = time.monotonic() + patience
    while True:
        try:
            return read()
        except ListError:
            if time.monotonic() >= end:
                raise
        time.sleep(_STEP)
