"""Writing a list's file, or changing it in place: one writer at a time, all or nothing, and no other byte touched."""

from __future__ import annotations

import codecs
import csv
import io
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.model import Recipient
from mailer.press.formulas import as_text
from mailer.press.list_files.answers import Answers, answers_text, settings_of, settings_text
from mailer.press.list_files.delimited_text import cut, sep_line
from mailer.press.list_files.encoding import find_encoding
from mailer.press.list_files.raw_rows import RawRow
from mailer.workspace.durable import in_place_of, target_of

PATIENCE = 30.0
"""Seconds to wait for another process that is changing the same file."""


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
def lossless_rows(path: Path, delimiter: str) -> Iterator[Iterator[RawRow]]:
    """Every row of a text file, with its lines byte for byte recoverable by `lossless`.

    The file is open inside the `with` and no longer, however few of its rows were asked for: on Windows
    nobody can replace a file that is open, not even the one who has opened it.
    """
    codec, errors = lossless(path)
    with path.open(encoding=codec, errors=errors, newline="") as file:
        first = file.readline()
        if sep_line(first):
            yield chain([RawRow(1, [], [first])], cut(file, delimiter, str(path), 1))
        else:
            file.seek(0)
            yield cut(file, delimiter, str(path))


def rewrite(path: Path, delimiter: str, edit: Callable[[RawRow], Iterable[str]]) -> None:
    """Writes a text file anew, each row as the lines that `edit` returns for it.

    Args:
        edit: returns `row.lines` for a row that stays, nothing for one that goes.

    Raises:
        ListError: it can't be read or written; then it is as it was.
    """
    codec, errors = lossless(path)
    with replacing(path) as file, lossless_rows(path, delimiter) as rows:
        for row in rows:
            for line in edit(row):
                file.write(line.encode(codec, errors))


def line_of(cells: Iterable[str], delimiter: str, newline: str) -> str:
    """Cells as one line of a list, quoted where they must be."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter or ",", lineterminator=newline or "\n").writerow(cells)
    return out.getvalue()


def newline_of(line: str) -> str:
    """The line's own end: "\\r\\n", "\\n", "\\r" or "" at the end of a file without one."""
    return line[len(line.rstrip("\r\n")) :]


def write_list(path: Path, people: Iterable[Recipient], keys: Iterable[str]) -> int:
    """Writes a list as the tool likes them best: UTF-8, commas, a header, and no cell that Excel would calculate;
    returns how many people it has.

    Args:
        people: each is written as it comes. If that ends with an error, the file is as it was.
        keys: keys of the people's fields that become columns.

    Raises:
        ListError: the file can't be written; then it is as it was.
    """
    keys = tuple(keys)
    written = 0
    with tempfile.TemporaryFile() as made:
        headers = ("email", "name", "outlet", "language", "tags", *keys)
        made.write(line_of(map(as_text, headers), ",", "\n").encode())
        for person in people:
            languages, tags = ", ".join(person.languages), ", ".join(sorted(person.tags))
            cells = (person.address, person.name, person.outlet, languages, tags)
            fields = (person.fields.get(key, "") for key in keys)
            made.write(line_of(map(as_text, (*cells, *fields)), ",", "\n").encode())
            written += 1
        made.seek(0)
        # Only now: an unsubscribe that comes meanwhile waits for the same lock, and reading a long list takes its time.
        with locked(path), replacing(path) as file:
            shutil.copyfileobj(made, file)
    return written


def write_settings(path: Path, answered: Iterable[tuple[str, str]]) -> None:
    """Writes the settings file of a list anew, or removes it where there is nothing to say.

    Args:
        path: the list's file.
        answered: header and role of each column that staff have explained (`Columns.answered`).

    Raises:
        ListError: the file can't be written; then it is as it was.
    """
    kept = tuple(answered)
    _write_beside(path, settings_text(kept) if kept else "")


def write_answers(path: Path, answers: Answers) -> None:
    """Writes all that staff have said about a list into its settings file, or removes it where that is nothing.

    Raises:
        ListError: the file can't be written; then it is as it was.
    """
    _write_beside(path, answers_text(answers))


def _write_beside(path: Path, text: str) -> None:
    beside = settings_of(path)
    with locked(path):
        if text:
            with replacing(beside) as file:
                file.write(text.encode())
            return
        try:
            beside.unlink(missing_ok=True)
        except OSError as error:
            raise cant_be_written(beside, error) from None
