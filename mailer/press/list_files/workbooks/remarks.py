"""What a workbook says of a row by other means than words: it is hidden, struck out, or was never calculated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mailer.press.addresses import split_addresses
from mailer.press.clean_text import clean, shortened
from mailer.press.list_files.columns import Columns
from mailer.press.list_files.problems import Problem, left_out, warning
from mailer.press.list_files.raw_rows import Marks, RawRow
from mailer.press.list_files.workbooks.cell_texts import letters
from mailer.press.reasons import Reason

_MOST_ADDRESSES = 100
"""In a cell, that are named one by one."""

IN_ALL = {
    Reason.HIDDEN: (
        "hidden-rows",
        "hidden and left out: to mail them, clear the filter or unhide the rows in the workbook (select all, "
        "right-click a row's number, Unhide), and save it",
    ),
    Reason.STRUCK_OUT: (
        "struck-out-rows",
        "struck out and left out: to mail them, remove the line through them, and save the workbook",
    ),
    Reason.NO_VALUE: (
        "no-value-rows",
        "left out, as a formula has no value: open the workbook in Excel or LibreOffice, and save it",
    ),
}
"""Id and words of what is said of all rows of a reason."""


class Remarks:
    """What is to be said of a sheet's rows because of their marks."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._numbers: Counter[Reason] = Counter()
        self._first: dict[Reason, int] = {}
        self._uncalculated = 0
        self._first_uncalculated = (0, "")

    def of(self, row: RawRow, marks: Marks) -> tuple[list[Problem], bool]:
        """What is to be said of a row, and whether it is used."""
        reason, what = self._why_not(row, marks)
        if reason is not None:
            self._numbers[reason] += 1
            self._first.setdefault(reason, row.line)
            return [
                left_out(row.line, reason, f"{who}: {what}", address) for who, address in self._who(row)
            ], False
        if marks.uncalculated:
            self._first_uncalculated = self._first_uncalculated if self._uncalculated else (
                row.line, f"{letters(marks.uncalculated[0])}{row.line}"
            )  # fmt: skip
            self._uncalculated += len(marks.uncalculated)
        return [*self._struck(row, marks)], True

    def in_all(self) -> Iterator[Problem]:
        """After the last row: how many there were, and what to do about them. `line` is the first's."""
        for reason, number in self._numbers.items():
            rows = "1 row is" if number == 1 else f"{number:,} rows are"
            id_, what = IN_ALL[reason]
            yield Problem(self._first[reason], "notice", f"{rows} {what}", id_)
        if self._uncalculated:
            line, place = self._first_uncalculated
            cells = f"{self._uncalculated:,} cells have a formula and no value, the first {place}"
            if self._uncalculated == 1:
                cells = f"1 cell has a formula and no value, {place}"
            message = f"{cells}: read as empty; open the workbook in Excel or LibreOffice, and save it"
            yield warning(line, "no-values", message)

    def _why_not(self, row: RawRow, marks: Marks) -> tuple[Reason | None, str]:
        columns = self._columns
        if marks.hidden:
            return Reason.HIDDEN, marks.hidden
        if marks.struck:
            filled = {index for index, cell in enumerate(row.cells) if cell.strip()}
            if columns.address in marks.struck or filled <= set(marks.struck):
                return Reason.STRUCK_OUT, "struck out in the workbook"
        deciding = {columns.address, *(index for index, _ in columns.gates)}
        for index in marks.uncalculated:
            if index in deciding:
                return Reason.NO_VALUE, f"“{self._header(index)}” is a formula without a value"
        return None, ""

    def _struck(self, row: RawRow, marks: Marks) -> Iterator[Problem]:
        for index in marks.struck:
            yield warning(
                row.line, "struck-text", f"“{self._header(index)}” is struck out, and read all the same"
            )
        for index in marks.partly_struck:
            yield warning(
                row.line, "struck-text", f"“{self._header(index)}”: what is struck out in it is not read"
            )

    def _who(self, row: RawRow) -> list[tuple[str, str]]:
        """Whom a row is about: what to call them, and their address or ""."""
        raw = row.cells[self._columns.address] if self._columns.address < len(row.cells) else ""
        if "@" not in raw:
            text = ", ".join(clean(cell) for cell in row.cells if cell.strip())
            return [(f"“{shortened(text)}”" if text else f"row {row.line}", "")]
        found = split_addresses(raw) if raw.count("@") <= _MOST_ADDRESSES else []
        return [(shortened(address), address) for _, address in found] or [(shortened(raw), clean(raw))]

    def _header(self, index: int) -> str:
        headers = self._columns.headers
        return (
            shortened(headers[index])
            if index < len(headers) and headers[index]
            else f"column {letters(index)}"
        )
