"""Changing a list's file in place: one writer at a time, all or nothing, and no other byte touched."""

from __future__ import annotations

import codecs
import csv
import io
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TypeVar

from mailer.errors import Fault, ListError
from mailer.press.encoding import find_encoding
from mailer.press.records import Record, cut, sep_line
from mailer.workspace.private import private_file

PATIENCE = 30.0
"""Seconds to wait for another process that is changing the same file."""
_IN_USE = (5, 32)
"""Windows' ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION: what it says of a file that somebody has open."""
PATIENCE_FOR_SAVING = 2.0
"""Seconds to wait while somebody saves a file that was fine before."""
TICK_NS = 50_000_000
"""What changes within so many ns may keep its time: clocks of file systems tick every few ms."""
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)
_STEP = 0.05

T = TypeVar("T")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds other processes off a folder's lists while one is changed.

    The lock is SQLite's on an empty file beside it: it works on every system, and ends with its holder.

    Raises:
        ListError: somebody else holds it for longer than `PATIENCE`, or the folder can't be written.
    """
    beside = target_of(path).with_name(".lock")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cant_be_written(path, error) from None
    try:
        lock = sqlite3.connect(beside, timeout=PATIENCE, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()
    except sqlite3.Error as error:
        raise ListError(
            [Fault(str(path), 0, f"can't be locked for writing ({error})", "try again")]
        ) from None


def target_of(path: Path) -> Path:
    """The file that a path means, through links: what replaces it must not replace the link."""
    return Path(os.path.realpath(path))


def cant_be_written(path: Path, error: OSError) -> ListError:
    """What staff are told when the system won't have a file changed."""
    hint = ""
    if isinstance(error, PermissionError):  # what Windows says of a file that another program has open
        hint = "if it is open in Excel or in another program, close it there; then try again"
    return ListError([Fault(str(path), 0, f"can't be written: {error.strerror}", hint)])


@contextmanager
def replacing(path: Path) -> Iterator[io.BufferedWriter]:
    """As `in_place_of`, for what staff call a list. Its caller holds the lock.

    Raises:
        ListError: the folder can't be written, or another program has the file open (Windows).
    """
    try:
        with in_place_of(path) as file:
            yield file
    except OSError as error:
        raise cant_be_written(path, error) from None


@contextmanager
def in_place_of(path: Path) -> Iterator[io.BufferedWriter]:
    """A file to write that takes `path`'s place when all is written and safe on the disk.

    A file that was there keeps its mode; a new one is for the office alone.

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
        import fcntl

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


def lossless(path: Path) -> tuple[str, str]:
    """Codec and error handler with which a file's bytes become text and the same bytes again."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, codec in ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF16_LE, "utf-16-le")):
        if head.startswith(mark):
            return codec, "surrogatepass"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", "surrogatepass"
    encoding = find_encoding(path)
    if encoding.codec in ("ascii", "utf-8", "utf-8-sig"):
        return "utf-8", "surrogateescape"  # a byte-order mark stays, as a character
    return encoding.codec, "strict"


@contextmanager
def text_records(path: Path, delimiter: str) -> Iterator[Iterator[Record]]:
    """Every record of a text file, with its lines byte for byte recoverable by `lossless`.

    The file is open inside the `with` and no longer, however few of its records were asked for: on Windows
    nobody can replace a file that is open, not even the one who has opened it.
    """
    codec, errors = lossless(path)
    with path.open(encoding=codec, errors=errors, newline="") as file:
        first = file.readline()
        if sep_line(first):
            yield chain([Record(1, [], [first])], cut(file, delimiter, str(path), 1))
        else:
            file.seek(0)
            yield cut(file, delimiter, str(path))


def rewrite(path: Path, delimiter: str, edit: Callable[[Record], Iterable[str]]) -> None:
    """Writes a text file anew, each record as the lines that `edit` returns for it.

    Args:
        edit: returns `record.lines` for a record that stays, nothing for one that goes.

    Raises:
        ListError: it can't be read or written; then it is as it was.
    """
    codec, errors = lossless(path)
    with replacing(path) as file, text_records(path, delimiter) as records:
        for record in records:
            for line in edit(record):
                file.write(line.encode(codec, errors))


def line_of(cells: Iterable[str], delimiter: str, newline: str) -> str:
    """Cells as one line of a list, quoted where they must be."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter or ",", lineterminator=newline or "\n").writerow(cells)
    return out.getvalue()


def newline_of(line: str) -> str:
    """The line's own end: "\\r\\n", "\\n", "\\r" or "" at the end of a file without one."""
    return line[len(line.rstrip("\r\n")) :]
