"""How a text file is cut into cells, and the rows of a file that is.

By which delimiter is told from how well the rows then agree. Not by `csv.Sniffer`, which takes what stands between
quotes for a delimiter (python/cpython#97611, #119123): each candidate cuts the sample with the csv reader itself, and
the one wins that yields a header we know and rows as wide as it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mailer.errors import Fault, ListError
from mailer.press.list_files.answers import Answers
from mailer.press.list_files.encoding import Encoding, find_encoding
from mailer.press.list_files.header import filled_width, header_row
from mailer.press.list_files.raw_rows import LONGEST_ROW, MOST_COLUMNS, RawRow, too_wide

SAMPLE = 64 * 1024
"""Characters of a file by which it is judged."""

NO_DELIMITER = ""
_NEVER = "\x1f"
"""What csv is told to split at where nothing splits: ASCII's unit separator, which no list holds."""

DELIMITERS = (NO_DELIMITER, ",", ";", "\t", "|")

DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", "": "one column"}

_CUTTING = tuple(",;\t|")

_SEP_LINES = tuple(f"sep={d}" for d in ";,\t|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is cut into cells.

    Attributes:
        delimiter: "" means one column.
        skip: physical lines before the rows: Excel's `sep=;`.
        wrapped: each row is quoted as a whole, as when an export was pasted into one column and exported again.
    """

    encoding: Encoding
    delimiter: str = ","
    skip: int = 0
    wrapped: bool = False


def find_dialect(path: Path, shown: str, answers: Answers) -> tuple[Dialect, list[RawRow]]:
    """The dialect of a text file, and its first rows.

    Args:
        shown: the path for messages.
        answers: what staff have said about the list: its encoding and delimiter too.

    Raises:
        LookupError, UnicodeError: the encoding they have said is unknown, or isn't the file's.
    """
    found = Encoding(answers.encoding) if answers.encoding else find_encoding(path)
    with path.open(encoding=found.codec, errors=found.errors, newline="") as file:
        text = file.read(SAMPLE)
        whole = len(text) < SAMPLE
    lines = io.StringIO(text, newline="").readlines()
    if not whole and len(lines) > 1:
        lines.pop()
    said = sep_line(lines[0]) if lines else ""
    if said:
        return Dialect(found, said, 1), _cut(lines[1:], said, shown, 1)
    if answers.delimiter:
        return Dialect(found, answers.delimiter), _cut(lines, answers.delimiter, shown)
    cuts = {delimiter: _cut(lines, delimiter, shown) for delimiter in DELIMITERS}
    best = _best(cuts, answers)
    rows = cuts[NO_DELIMITER]
    if _score(cuts[best], answers)[0] < 2 and all(
        r.lines[0].startswith('"') or not any(r.cells) for r in rows
    ):
        inner = {delimiter: list(unwrap(rows, delimiter, shown)) for delimiter in DELIMITERS[1:]}
        wrapped = _best(inner, answers)
        if _score(inner[wrapped], answers)[0] > 1:
            return Dialect(found, wrapped, 0, True), inner[wrapped]
    return Dialect(found, best), cuts[best]


def _cut(lines: list[str], delimiter: str, shown: str, skipped: int = 0) -> list[RawRow]:
    return list(cut(io.StringIO("".join(lines), newline=""), delimiter, shown, skipped))


def _best(cuts: Mapping[str, Sequence[RawRow]], answers: Answers) -> str:
    """The delimiter whose cut makes most sense; the first of `DELIMITERS` where several do."""
    return max(cuts, key=lambda delimiter: (_score(cuts[delimiter], answers), -DELIMITERS.index(delimiter)))


def _score(rows: Sequence[RawRow], answers: Answers) -> tuple[int, float, float]:
    """How well a cut of the sample makes sense: headers known, then rows that agree in width, then rows that end in it.

    Rows that end in delimiters, as spreadsheets write them, are as wide as what they hold: one that holds no more than
    its header does agrees with it.
    """
    filled = [row.cells for row in rows if any(map(str.strip, row.cells))]
    if not filled:
        return 0, 0.0, 0.0
    known, at = header_row(filled, answers)
    below = filled[at:]
    if known and len(below[0]) == 1 and below[0][0].rstrip().endswith(_CUTTING):
        known = 0  # “email;;;;” is no header of one column
    width = len(below[0]) if known else Counter(map(len, below)).most_common(1)[0][0]
    named = filled_width(below[0]) if known else width
    agreeing = sum(
        len(cells) == width or (len(cells) >= 2 and filled_width(cells) <= named) for cells in below
    )
    ending = sum(len(cells) > 1 and not cells[-1].strip() for cells in below) / len(below)
    share = agreeing / len(below)
    return known, share if max(map(len, below)) > 1 and width > 1 else share / 2, ending


class _RememberedLines:
    """The lines of a file for csv.reader, which remembers those of the row being read.

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


def read_delimited(path: Path, dialect: Dialect, shown: str) -> Iterator[RawRow]:
    """Every row of a text file, empty ones included, one at a time.

    Raises:
        ListError: a cell or a row has no end in sight, a row has more than `MOST_COLUMNS` cells, or the encoding
            that staff have said is not the file's.
    """
    try:
        with path.open(encoding=dialect.encoding.codec, errors=dialect.encoding.errors, newline="") as file:
            for _ in range(dialect.skip):
                file.readline()
            if dialect.wrapped:
                rows = unwrap(cut(file, NO_DELIMITER, shown, dialect.skip), dialect.delimiter, shown)
            else:
                rows = cut(file, dialect.delimiter, shown, dialect.skip)
            for row in rows:
                if len(row.cells) > MOST_COLUMNS:
                    raise ListError([too_wide(row, shown)])
                yield row
    except UnicodeError:
        fault = Fault(shown, 0, f"this is not {dialect.encoding} text", "name another encoding, or none")
        raise ListError([fault]) from None


def cut(file: TextIO, delimiter: str, path: str, skipped: int = 0) -> Iterator[RawRow]:
    """A text, from where it is read → rows. `skipped`: how many lines of the file came before.

    Raises:
        ListError: a cell or a row has no end in sight.
    """
    remembered = _RememberedLines(file)
    reader = csv.reader(remembered, delimiter=delimiter or _NEVER, skipinitialspace=True)
    line = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLongError):
            raise ListError([_endless(remembered.current, path, line)]) from None
        yield RawRow(line, cells, remembered.take())
        line = reader.line_num + skipped + 1


def _endless(lines: list[str], path: str, line: int) -> Fault:
    if any('"' in text for text in lines):
        what = "a quotation mark opens a cell here and is never closed"
        return Fault(path, line, what, 'close it, or double it ("") where it is part of the text')
    return Fault(
        path,
        line,
        f"the row has more than {LONGEST_ROW:,} characters",
        "is this really a press list? Export it again",
    )


def unwrap(rows: Iterable[RawRow], delimiter: str, path: str) -> Iterator[RawRow]:
    """Rows that were quoted as a whole, cut once more.

    Raises:
        ListError: a cell has no end in sight.
    """
    for row in rows:
        text = " ".join("".join(row.cells).splitlines())
        try:
            cells = next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            raise ListError([_endless(row.lines, path, row.line)]) from None
        yield RawRow(row.line, cells, row.lines)


def sep_line(first: str) -> str:
    """The delimiter that Excel's `sep=;` line names, or ""."""
    text = first.lstrip("\ufeff").strip("\r\n").strip('"').lower()
    return text[-1] if text in _SEP_LINES else ""
