"""What a workbook's cells say, as a person reads it: texts, numbers, dates; and how much of it there may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache

from mailer.press.list_files.raw_rows import MOST_COLUMNS
from mailer.press.list_files.workbooks.refused import PackageError, too_large

LONGEST_CELL = 32_767
"""Characters: Excel's own limit."""
MOST_ROWS, MOST_CELLS, MOST_TEXT = 120_000, 1_500_000, 20_000_000
"""Over all that is read of a workbook: rows that hold something; their cells, from the first to the last that
holds something; characters."""

HIDDEN, FILTERED = "hidden in the workbook", "hidden in the workbook, which has a filter on"
"""Why nobody sees a row, for staff. An Excel workbook says that it has a filter on, and not which rows that hides."""

EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 -- what cells say has no time zone
EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Counted:
    """How much was read of a workbook so far, over all its sheets."""

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
        if self.rows > MOST_ROWS or self.cells > MOST_CELLS or self.characters > MOST_TEXT:
            for number, most, what in (
                (self.rows, MOST_ROWS, "rows"),
                (self.cells, MOST_CELLS, "cells"),
                (self.characters, MOST_TEXT, "characters"),
            ):
                if number > most:
                    raise too_large(f"it has more than {most:,} {what}")


@dataclass(slots=True)
class Texts:
    """The texts to which cells point by number.

    Attributes:
        found: those read so far.
        struck: numbers of those that are struck out as a whole.
        partly: numbers of those from which struck-out words were left out.
        further: reads on, a piece at a time.
    """

    found: list[str] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)
    partly: set[int] = field(default_factory=set)
    further: Iterator[None] = field(default_factory=lambda: iter(()))
    _failed: PackageError | None = None

    def __getitem__(self, number: int) -> str:
        """A text.

        Raises:
            PackageError: there is none of that number; or they can't be read, however often one asks.
        """
        while number >= len(self.found) and self._read_on():
            pass
        if number >= len(self.found):
            raise PackageError(f"a cell points to text {number}, which does not exist")
        return self.found[number]

    def read_all(self) -> None:
        """To the end, so that what is wrong with the last of them is found before the first is used."""
        while self._read_on():
            pass

    def _read_on(self) -> bool:
        if self._failed is not None:
            raise self._failed
        try:
            return next(self.further, self) is not self
        except PackageError as error:
            self._failed = error
            raise


@dataclass(slots=True)
class Shared:
    """What the sheets of a workbook share.

    Attributes:
        texts: those to which cells point.
        dates: numbers of the styles that show a number as a date, as texts.
        struck: numbers of the styles that strike out, as texts.
        epoch: the day from which dates are counted.
        counted: what was read so far.
    """

    texts: Texts
    dates: frozenset[str]
    struck: frozenset[str]
    epoch: datetime
    counted: Counted = field(default_factory=Counted)

    def shown(self, kind: str, style: str, text: str) -> str:
        """A cell's value as Excel would show it, more or less (ECMA-376-1 §18.18.11).

        Raises:
            PackageError: it is none.
        """
        if kind == "s":
            return self.texts[whole(text)]
        if kind == "n":
            if text.isdigit() and text.isascii() and style not in self.dates:
                return text.lstrip("0") or "0"
            return serial_date(text, self.epoch) if style in self.dates else number(text)
        if kind == "b":
            return "no" if text == "0" else "yes"
        if kind == "d":
            return iso_date(text)
        return unescaped(text)


def iso_date(text: str) -> str:
    """A date as programs write it, as people do; whatever else it is, as it is."""
    with suppress(ValueError):
        return moment(datetime.fromisoformat(text).replace(tzinfo=None))
    return unescaped(text)


def serial_date(text: str, epoch: datetime) -> str:
    """A number of days as a date, a moment or, where it has no day, a time."""
    try:
        days = float(text)
        # Excel believes in a 29 February 1900.
        days += 1 if 1 <= days < 60 and epoch.year < 1900 else 0
        then = epoch + timedelta(seconds=round(days * 86_400))
    except (ValueError, OverflowError):
        return number(text)
    return then.strftime("%H:%M") if 0 <= days < 1 else moment(then)


def moment(then: datetime) -> str:
    """`2026-03-01`, or `2026-03-01 09:30`."""
    return then.date().isoformat() if then.time() == time() else then.isoformat(" ", "minutes")


def number(text: str) -> str:
    """5.0 as 5, as Excel shows it; a whole number with all its digits."""
    if text.isascii() and text.isdecimal():
        return text.lstrip("0") or "0"
    try:
        value = float(text)
    except ValueError:
        raise PackageError(f"“{text[:20]}” is not a number") from None
    return str(int(value)) if value.is_integer() else str(value)


def whole(text: str) -> int:
    """The number of a row or of a text.

    Raises:
        PackageError: it is none.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise PackageError(f"“{text[:20]}” is not the number of a row or a text")
    return int(text)


@lru_cache(maxsize=MOST_COLUMNS)
def column(letters: str) -> int:
    """`AB` → 27: the index of a column.

    Raises:
        PackageError: these are no letters of one.
    """
    if not (0 < len(letters) <= 3 and letters.isascii() and letters.isupper() and letters.isalpha()):
        raise PackageError(f"“{letters[:20]}” is not the name of a column")
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def letters(index: int) -> str:
    """27 → `AB`: the name of a column."""
    name = ""
    while index >= 0:
        index, letter = divmod(index, 26)
        name = chr(65 + letter) + name
        index -= 1
    return name


def unescaped(text: str) -> str:
    """`_x000D_` as the character of that number (§22.9.2.19, ST_Xstring)."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)  # half of a pair is no character
