"""A text file as records of cells: each with its line, and with the lines it was made of.

Python's csv module reads a quote that is never closed as one cell to the end of the file, and says
nothing. Here such a record is told from one whose cell really has line breaks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mailer.errors import Fault, ListError
from mailer.press.list_files.encoding import Encoding

LONGEST_ROW = 1_000_000
"""Characters of a row, with all its lines."""
MOST_COLUMNS = 1_000
LONGEST_CELL = 131_072
"""Characters of a cell before an unclosed quote is suspected (Python's csv.field_size_limit)."""

NO_DELIMITER = ""
_NEVER = "\x1f"
"""What csv is told to split at where nothing splits: ASCII's unit separator, which no list holds."""

_ADDRESS = re.compile(r"[^\s@]++@(?=[^\s@.]++\.[^\s@])[^\s@]++")

_SEP_LINES = tuple(f"sep={d}" for d in ";,\t|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is cut into cells.

    Attributes:
        delimiter: "" means one column.
        skip: physical lines before the records: Excel's `sep=;`.
        wrapped: each row is quoted as a whole, as when an export was pasted into one column and exported again.
    """

    encoding: Encoding
    delimiter: str = ","
    skip: int = 0
    wrapped: bool = False


@dataclass(slots=True)
class Record:
    """A row: the line it begins on, its cells, and the physical lines it consists of."""

    line: int
    cells: list[str]
    lines: list[str]

    def swallowed_rows(self, delimiter: str, width: int, address: int) -> bool:
        """Whether a quote seems to have swallowed rows: a line inside a cell looks like a row itself.

        Args:
            width: columns of the list.
            address: index of the column of addresses; several lines of addresses are usual there.
        """
        if len(self.lines) == 1 or not delimiter or width < 2:
            return False
        inner = [(index, line) for index, cell in enumerate(self.cells) for line in cell.splitlines()[1:]]
        if not self.well_quoted(delimiter) or len(self.cells) != width:
            return any("@" in line and line.count(delimiter) >= width - 1 for _, line in inner)
        return any(
            index != address and _like_a_row(line.split(delimiter), width, address) for index, line in inner
        )

    def well_quoted(self, delimiter: str) -> bool:
        """Whether each quote closes before a delimiter or the end; csv forgives others without a word."""
        try:
            for _ in csv.reader(self.lines, delimiter=delimiter, strict=True, skipinitialspace=True):
                pass
        except csv.Error:
            return False
        return True


def _like_a_row(cells: list[str], width: int, address: int) -> bool:
    return len(cells) >= width and _ADDRESS.fullmatch(cells[address].strip(' "<>')) is not None


class Lines:
    """The lines of a file for csv.reader, which remembers those of the record being read.

    A file need not have lines: a row that goes over `LONGEST_ROW` is not read to its end.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.current: list[str] = []

    def __iter__(self) -> Iterator[str]:
        left = LONGEST_ROW
        while line := self._file.readline(left + 1):
            left -= len(line)
            if left < 0:
                raise _TooLongError
            self.current.append(line)
            yield line
            left = left if self.current else LONGEST_ROW  # `take` was called: the next line begins a row

    def take(self) -> list[str]:
        taken, self.current = self.current, []
        return taken


class _TooLongError(Exception):
    """A row goes over `LONGEST_ROW`."""


def read_records(path: Path, dialect: Dialect, shown: str) -> Iterator[Record]:
    """Every record of a text file, empty ones included, one at a time.

    Raises:
        ListError: a cell or a row has no end in sight, a row has more than `MOST_COLUMNS` cells, or the encoding
            that staff have said is not the file's.
    """
    try:
        with path.open(encoding=dialect.encoding.codec, errors=dialect.encoding.errors, newline="") as file:
            for _ in range(dialect.skip):
                file.readline()
            if dialect.wrapped:
                records = unwrap(cut(file, NO_DELIMITER, shown, dialect.skip), dialect.delimiter, shown)
            else:
                records = cut(file, dialect.delimiter, shown, dialect.skip)
            for record in records:
                if len(record.cells) > MOST_COLUMNS:
                    raise ListError([too_wide(record, shown)])
                yield record
    except UnicodeError:
        fault = Fault(
            shown, 0, f"this is not {dialect.encoding} text", "leave the encoding out, or say another"
        )
        raise ListError([fault]) from None


def cut(file: TextIO, delimiter: str, path: str, skipped: int = 0) -> Iterator[Record]:
    """A text, from where it is read → records. `skipped`: how many lines of the file came before.

    Raises:
        ListError: a cell or a row has no end in sight.
    """
    remembered = Lines(file)
    reader = csv.reader(remembered, delimiter=delimiter or _NEVER, skipinitialspace=True)
    line = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLongError):
            raise ListError([_endless(remembered.current, path, line)]) from None
        yield Record(line, cells, remembered.take())
        line = reader.line_num + skipped + 1


def _endless(lines: list[str], path: str, line: int) -> Fault:
    if any('"' in text for text in lines):
        what = "a quotation mark opens a cell here and isn't closed"
        return Fault(path, line, what, 'close it, or write it twice ("") where it is part of the text')
    return Fault(
        path, line, f"the row has more than {LONGEST_ROW:,} characters", "is this a list? Export it again"
    )


def unwrap(records: Iterable[Record], delimiter: str, path: str) -> Iterator[Record]:
    """Rows that were quoted as a whole, cut once more.

    Raises:
        ListError: a cell has no end in sight.
    """
    for record in records:
        text = " ".join("".join(record.cells).splitlines())
        try:
            cells = next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            raise ListError([_endless(record.lines, path, record.line)]) from None
        yield Record(record.line, cells, record.lines)


def too_wide(record: Record, path: str) -> Fault:
    """The fault of a row with more cells than a list has columns."""
    what = f"the row has {len(record.cells):,} cells, more than {MOST_COLUMNS:,}"
    return Fault(path, record.line, what, "is this a list? Remove the columns that are not needed")


def sep_line(first: str) -> str:
    """The delimiter that Excel's `sep=;` line names, or ""."""
    text = first.lstrip("\ufeff").strip("\r\n").strip('"').lower()
    return text[-1] if text in _SEP_LINES else ""
