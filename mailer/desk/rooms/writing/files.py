"""What is asked of a file that other programs write too: when it was written, and what it says now."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR

_LONG_AGO = 1.0
"""Seconds after which nobody is in the middle of writing a file."""
_LEFT = 3600.0
"""Seconds after which nobody comes back to a file that was replaced."""


def is_old(path: Path) -> bool:
    """Whether nobody has written it for a while."""
    with suppress(OSError):
        return not -_LONG_AGO < time.time() - path.stat().st_mtime < _LONG_AGO
    return False


def time_of(path: Path) -> int:
    """When it was last written; 0: it is not there now."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def content_of(path: Path) -> bytes | None:
    """None: there is no such file now."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def is_left(path: Path) -> bool:
    """Whether a file that was replaced was kept for long enough: its desk has ended, or needs it no more. A folder that
    somebody put there is no such file, and is in nobody's way."""
    with suppress(OSError):
        state = path.lstat()
        return not S_ISDIR(state.st_mode) and time.time() - state.st_ctime > _LEFT
    return False
