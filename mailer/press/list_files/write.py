"""Changing a list's file in place: one writer at a time, all or nothing, and no other byte touched."""

from __future__ import annotations

import codecs
import csv
import io
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TypeVar

from mailer.durable import in_place_of, target_of
from mailer.errors import Fault, ListError
from mailer.press.list_files.delimited_text import Record, cut, sep_line
from mailer.press.list_files.encoding import find_encoding

PATIENCE = 30.0
"""Seconds to wait for another process that is changing the same file."""
PATIENCE_FOR_SAVING = 2.0
"""Seconds to wait while somebody saves a file that was fine before."""
TICK_NS = 50_000_000
"""What changes within so many ns may keep its time: clocks of file systems tick every few ms."""
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


def cant_be_written(path: Path, error: OSError) -> ListError:
    """What staff are told when the system won't have a file changed."""
    hint = ""
    if isinstance(error, PermissionError):  # what Windows says of a file that another program has open
        hint = "if it is open in Excel or in another program, close it there; then try again"
    return ListError([Fault(str(path), 0, f"can't be written: {error.strerror}", hint)])


@contextmanager
def replacing(path: Path) -> Iterator[io.BufferedWriter]:
    """As `durable.in_place_of`, for what staff call a list. Its caller holds the lock.

    Raises:
        ListError: the folder can't be written, or another program has the file open (Windows).
    """
    try:
        with in_place_of(path) as file:
            yield file
    except OSError as error:
        raise cant_be_written(path, error) from None


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
