"""Files that are written all or nothing, and are safe on the disk when whoever wrote them is told so."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from mailer.workspace.private import private_file

_IN_USE = (5, 32)
"""Windows' ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION: what it says of a file that somebody has open."""
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)

HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, 0)
"""What the system says of a lock that somebody has; wine gives no number. Everything else is about the drive: ENOLCK
and EOPNOTSUPP are a network share's that can't lock files."""

if sys.platform == "win32":
    import msvcrt

    def lock(file: IO[bytes], at: int = 0) -> None:
        """Locks an open file against other processes, until it is closed. Does not wait.

        Args:
            at: the byte that Windows locks, where nobody reads: it forbids others to.

        Raises:
            OSError: somebody else has it (`HELD`), or the drive can't lock.
        """
        file.seek(at)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(file: IO[bytes], at: int = 0) -> None:
        """Locks an open file against other processes, until it is closed. Does not wait.

        Args:
            at: the byte that Windows locks, where nobody reads: it forbids others to.

        Raises:
            OSError: somebody else has it (`HELD`), or the drive can't lock.
        """
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def target_of(path: Path) -> Path:
    """The file that a path means, through links: what replaces it must not replace the link."""
    return Path(os.path.realpath(path))


@contextmanager
def in_place_of(path: Path, last_look: Callable[[], None] = lambda: None) -> Iterator[io.BufferedWriter]:
    """A file to write that takes `path`'s place when all is written and safe on the disk.

    A file that was there keeps its mode; a new one is for the office alone.

    Args:
        last_look: called at the last moment; if it raises anything, all stays as it was.

    Raises:
        OSError: the folder can't be written, or another program has the file open (Windows).
    """
    target = target_of(path)
    beside = target.with_name(f".{target.name}.new")
    beside.unlink(missing_ok=True)  # left by a process that was killed
    try:
        private_file(beside)
        with beside.open("wb") as file:
            yield file
            file.flush()
            to_disk(file.fileno())
        if target.exists():
            shutil.copymode(target, beside)
        last_look()
        patiently(lambda: beside.replace(target))
        sync_folder(target.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def append(path: Path, content: bytes, mode: int | None = None, *, make: bool = True) -> bool:
    """Adds bytes to the end of a file, and returns when they are safe on the disk.

    A full disk, a killed process or a power cut may leave a part of them.

    Args:
        mode: of the file, where it is not there yet; else it is for the office alone.
        make: makes the file where it is not there yet.

    Returns:
        Whether the file still stands under this name: somebody may just have moved it away.

    Raises:
        OSError: they could not be written.
    """
    new = make and not path.exists()
    if new:
        private_file(path)
    with open(os.fspath(path), "ab", buffering=0, opener=_opener if not make else None) as file:
        if new and mode is not None and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)
        left = memoryview(content)
        while left:
            left = left[file.write(left) :]
        to_disk(file.fileno())
        stays = _stands_at(path, file.fileno())
    if new:
        sync_folder(path.parent)
    return stays


def _opener(name: str, flags: int) -> int:
    return os.open(name, flags & ~os.O_CREAT)


def _stands_at(path: Path, handle: int) -> bool:
    """Whether an open file is the one of that name. Windows moves no open file."""
    try:
        return os.name == "nt" or os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def to_disk(handle: int) -> None:
    """Forces an open file to the disk. On macOS fsync leaves it in the drive's own memory; F_FULLFSYNC does not."""
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
        except OSError:
            pass  # a file system that does not know it
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Makes names in a folder as durable as files, where the system has to be asked (Windows has not)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some network file systems refuse
            os.fsync(handle)
    finally:
        os.close(handle)


def patiently(change: Callable[[], object]) -> None:
    """Moves or removes a file, waiting a little for a reader to let go: Windows does neither with a file that
    is open, and another mailer may be reading it right now. Excel holds it for longer than that.

    Raises:
        OSError: it can't be done.
    """
    for wait in _WAITS:
        try:
            change()
            return
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _IN_USE:
                raise
            time.sleep(wait)
    change()
