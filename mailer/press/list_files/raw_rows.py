"""A row of a list's file, before anything is made of it: its line, its cells, the lines that it was made of.

Python's csv module reads a quote that is never closed as one cell to the end of the file, and says
nothing. Here such a row is told from one whose cell really has line breaks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailer.errors import Fault

LONGEST_ROW = 1_000_000
"""Characters of a row, with all its lines."""
MOST_COLUMNS = 1_000
LONGEST_CELL = 131_072
"""Characters of a cell before an unclosed quote is suspected (Python's csv.field_size_limit)."""

_ADDRESS = re.compile(r"[^\s@]++@(?=[^\s@.]++\.[^\s@])[^\s@]++")


@dataclass(slots=True)
class Marks:
    """What a workbook says of a row besides its texts.

    Attributes:
        hidden: why nobody sees it in the workbook, for staff; "" where it is seen.
        struck: indices of the cells whose whole text is struck out.
        partly_struck: indices of those in which struck-out words were left out.
        uncalculated: indices of those that have a formula and no value.
    """

    hidden: str = ""
    struck: Sequence[int] = ()
    partly_struck: Sequence[int] = ()
    uncalculated: Sequence[int] = ()


@dataclass(slots=True)
class RawRow:
    """A row: the line it begins on, its cells, and the physical lines it consists of; of a workbook, its marks."""

    line: int
    cells: list[str]
    lines: list[str]
    marks: Marks | None = None

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


def too_wide(row: RawRow, path: str) -> Fault:
    """The fault of a row with more cells than a list has columns."""
    what = f"the row has {len(row.cells):,} cells, more than {MOST_COLUMNS:,}"
    return Fault(path, row.line, what, "is this really a press list? Remove the columns you don't need")
