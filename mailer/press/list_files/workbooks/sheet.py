"""The rows of a workbook's sheet as texts, one at a time, within limits (ECMA-376-1 §18.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from mailer.press.list_files.raw_rows import LONGEST_ROW, MOST_COLUMNS, RawRow
from mailer.press.list_files.workbooks.package import Handlers, Package, PackageError, too_large

LONGEST_CELL = 32_767
"""Characters: Excel's own limit."""
MOST_ROWS, MOST_CELLS, MOST_TEXT = 120_000, 1_500_000, 20_000_000
"""Over all that is read of a workbook: rows that hold something; their cells, from the first to the last that
holds something; characters."""

_LAST_ROW = 1_048_576
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Shared:
    """What the sheets of a workbook share.

    Attributes:
        strings: the texts to which cells point by number.
        dates: numbers of the styles that show a number as a date, as texts.
        epoch: the day from which dates are counted.
        rows: read so far, of all sheets; so `cells` and `characters`.
    """

    strings: list[str]
    dates: frozenset[str]
    epoch: datetime
    rows: int = 0
    cells: int = 0
    characters: int = 0

    def count(self, cells: int, characters: int) -> None:
        """One more row.

        Raises:
            PackageError: it is one too many.
        """
        self.rows += 1
        self.cells += cells
        self.characters += characters
        for number, most, what in (
            (self.rows, MOST_ROWS, "rows"),
            (self.cells, MOST_CELLS, "cells"),
            (self.characters, MOST_TEXT, "characters"),
        ):
            if number > most:
                raise too_large(f"it has more than {most:,} {what}")


def read_rows(package: Package, part: str, shared: Shared) -> Iterator[RawRow]:
    """Every row that holds something; rows and cells may be left out between.

    Raises:
        PackageError: the sheet is damaged, or goes over a limit; with the row.
    """
    rows = _Rows(shared)
    try:
        for _ in package.stream(part, rows.handlers):
            yield from rows.ready
            rows.ready.clear()
    except PackageError as error:
        error.line = error.line or rows.number
        raise


class _Rows:
    """Takes a sheet's elements; whole rows are in `ready`."""

    def __init__(self, shared: Shared) -> None:
        self.ready: list[RawRow] = []
        self.number = 0
        self._shared = shared
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._column = -1
        self._kind, self._style = "n", ""
        self._spoken = False
        self._length = 0
        starts = {"row": self._row, "c": self._cell, "rPh": self._phonetic}
        ends = {"row": self._row_ends, "c": self._cell_ends, "rPh": self._phonetic_ends}
        self.handlers = Handlers(starts, {"v": self._value, "t": self._piece}, ends, LONGEST_CELL)

    def _row(self, attributes: dict[str, str]) -> None:
        said = attributes.get("r", "")
        number = _whole(said) if said else self.number + 1
        if number > _LAST_ROW:
            raise PackageError(f"it has a row {said[:20]}: Excel allows {_LAST_ROW:,}")
        if number <= self.number:
            raise PackageError(f"row {number} comes after row {self.number}")
        self.number, self._column, self._length = number, -1, 0
        self._cells = []

    def _row_ends(self) -> None:
        if self._cells:
            self._shared.count(len(self._cells), self._length)
            self.ready.append(RawRow(self.number, self._cells, [""]))
            self._cells = []

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        self._column = _column(reference.rstrip("0123456789")) if reference else self._column + 1
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")

    def _value(self, text: str) -> None:
        if text and self._kind != "inlineStr":
            self._pieces.append(self._shown(text))

    def _piece(self, text: str) -> None:
        if text and not self._spoken:
            self._pieces.append(unescaped(text))

    def _phonetic(self, _: dict[str, str]) -> None:
        self._spoken = True

    def _phonetic_ends(self) -> None:
        self._spoken = False

    def _cell_ends(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if not text:
            return
        self._length += len(text)
        if self._column >= MOST_COLUMNS:
            raise too_large(f"it has cells beyond column {MOST_COLUMNS:,}", self.number)
        if len(text) > LONGEST_CELL or self._length > LONGEST_ROW:
            raise too_large(
                f"a cell has more than {LONGEST_CELL:,} characters, or a row more than {LONGEST_ROW:,}"
            )
        missing = self._column - len(self._cells)
        if missing >= 0:
            self._cells += [""] * missing
            self._cells.append(text)
        elif self._cells[self._column]:
            raise PackageError("a cell appears twice")
        else:
            self._cells[self._column] = text

    def _shown(self, text: str) -> str:
        """A cell's value as Excel would show it, more or less."""
        kind = self._kind
        if kind == "s":
            number = _whole(text)
            if number >= len(self._shared.strings):
                raise PackageError(f"a cell points to text {number}, which does not exist")
            return self._shared.strings[number]
        if kind == "n":
            return self._date(text) if self._style in self._shared.dates else _number(text)
        if kind == "b":
            return "no" if text == "0" else "yes"
        if kind == "d":
            with suppress(ValueError):
                return _moment(datetime.fromisoformat(text).replace(tzinfo=None))
        return unescaped(text)

    def _date(self, text: str) -> str:
        try:
            days = float(text)
            # Excel believes in a 29 February 1900.
            days += 1 if 1 <= days < 60 and self._shared.epoch.year < 1900 else 0
            moment = self._shared.epoch + timedelta(seconds=round(days * 86_400))
        except (ValueError, OverflowError):
            return _number(text)
        return moment.strftime("%H:%M") if 0 <= days < 1 else _moment(moment)


def _moment(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ", "minutes")


def _number(text: str) -> str:
    """5.0 as 5, as Excel shows it; a whole number with all its digits."""
    if text.isascii() and text.isdecimal():
        return text.lstrip("0") or "0"
    try:
        value = float(text)
    except ValueError:
        raise PackageError(f"“{text[:20]}” is not a number") from None
    return str(int(value)) if value.is_integer() else str(value)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise PackageError(f"“{text[:20]}” is not the number of a row or a text")
    return int(text)


@lru_cache(maxsize=MOST_COLUMNS)
def _column(letters: str) -> int:
    """`AB` → 27: the index of a column."""
    if not (0 < len(letters) <= 3 and letters.isascii() and letters.isupper() and letters.isalpha()):
        raise PackageError(f"“{letters[:20]}” is not the name of a column")
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def unescaped(text: str) -> str:
    """`_x000D_` as the character of that number (§22.9.2.19, ST_Xstring)."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)  # half of a pair is no character
