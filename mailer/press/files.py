"""Changing a list's file in place: one writer at a time, all or nothing, and no other byte touched."""

from __future__ import annotations

import codecs
import csv
import io
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.press.encoding import find_encoding
from mailer.press.records import Record, cut, sep_line

PATIENCE = 30.0
"""Seconds to wait for another process that is changing the same file."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds other processes off a folder's lists while one is changed.

    The lock is SQLite's on an empty file beside it: it works on every system, and ends with its holder.

    Raises:
        ListError: somebody else holds it for longer than `PATIENCE`, or the folder can't be written.
    """
    beside = path.with_name(".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(beside, timeout=PATIENCE, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()
    except sqlite3.OperationalError as error:
        raise ListError(
            [Fault(str(path), 0, f"can't be locked for writing ({error})", "try again")]
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[io.BufferedWriter]:
    """A file to write that takes `path`'s place when all is written and safe on the disk.

    Raises:
        ListError: the folder can't be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, name)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ListError([Fault(str(path), 0, f"can't be written: {error.strerror}")]) from None


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


def text_records(path: Path, delimiter: str) -> Iterator[Record]:
    """Every record of a text file, with its lines byte for byte recoverable by `lossless`."""
    codec, errors = lossless(path)
    with path.open(encoding=codec, errors=errors, newline="") as file:
        first = file.readline()
        if sep_line(first):
            yield Record(1, [], [first])
            yield from cut(file, delimiter, str(path), 1)
        else:
            file.seek(0)
            yield from cut(file, delimiter, str(path))


def rewrite(path: Path, delimiter: str, edit: Callable[[Record], Iterable[str]]) -> None:
    """Writes a text file anew, each record as the lines that `edit` returns for it.

    Args:
        edit: returns `record.lines` for a record that stays, nothing for one that goes.

    Raises:
        ListError: it can't be read or written; then it is as it was.
    """
    codec, errors = lossless(path)
    with replacing(path) as file:
        for record in text_records(path, delimiter):
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
