"""The rows of an OpenDocument's sheets as texts, within limits (OpenDocument 1.3, part 3, §9.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import repeat

from mailer.press.list_files.raw_rows import LONGEST_ROW, MOST_COLUMNS, Marks, RawRow
from mailer.press.list_files.workbooks.cell_texts import HIDDEN, Counted, whole
from mailer.press.list_files.workbooks.open_document.cell import Cell
from mailer.press.list_files.workbooks.open_document.plain_rows import ROW, PlainRows
from mailer.press.list_files.workbooks.open_document.styles import Styles
from mailer.press.list_files.workbooks.refused import PackageError, too_large
from mailer.press.list_files.workbooks.xml_part import Handlers, Plain

_LAST_ROW = 1_048_576
_FILTERED = "hidden by a filter in the workbook"
_ASIDE = (
    "annotation", "tracked-changes", "shapes", "detective", "dde-links", "frame", "custom-shape", "line", "rect",
    "circle", "ellipse", "polygon", "polyline", "path", "connector", "caption", "measure", "control", "g",
    "regular-polygon", "object",
)  # fmt: skip
"""Elements that have texts, or even cells, which nobody reads in a sheet: comments, drawings, what was deleted."""


@dataclass(slots=True)
class Sheet:
    """One sheet as far as it was read.

    Attributes:
        columns: the style that a cell has in each, where it has none itself.
        rows: those that hold something; the caller takes them out.
        kept: how many there were.
        number: of the last row.
    """

    name: str
    style: str
    columns: list[str] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    rows: list[RawRow] = field(default_factory=list)
    kept: int = 0
    number: int = 0


class Sheets:
    """Takes the elements of all sheets.

    Attributes:
        found: in their order.
        is_spreadsheet: whether it is one.

    Args:
        most: rows of a sheet that are kept; what comes after is passed over.
        only: name of the sheet whose rows are kept; None for all of them.
    """

    def __init__(self, styles: Styles, most: int, only: str | None = None) -> None:
        self.found: list[Sheet] = []
        self.is_spreadsheet = False
        self._styles, self._most, self._only = styles, most, only
        self._counted = Counted()
        self._cell = Cell(styles)
        self._cells: list[str] = []
        self._marks: Marks | None = None
        self._column = self._length = self._aside = 0
        self._repeated, self._row_style, self._wanted = 1, "", False
        self._groups: list[bool] = []
        starts = {
            "spreadsheet": self._spreadsheet, "table": self._table, "table-column": self._column_is,
            "table-row-group": self._group, "table-row": self._row, "table-cell": self._cell_begins,
            "covered-table-cell": self._covered, **self._cell.starts,
        }  # fmt: skip
        ends = {"table-row-group": self._group_ends, "table-row": self._row_ends, "table-cell": self._cell_ends,
                **self._cell.ends}  # fmt: skip
        aside, back = dict.fromkeys(_ASIDE, self._goes_aside), dict.fromkeys(_ASIDE, self._comes_back)
        guarded = {name: self._start_of(take) for name, take in starts.items()}
        guarded_ends = {name: self._end_of(take) for name, take in ends.items()}
        self.handlers = Handlers(
            {**styles.starts, **guarded, **aside},
            ends={**guarded_ends, **back},
            characters=self._characters,
            plain=Plain(ROW, 4, self._plain),
        )
        self._plain_rows = PlainRows()

    def _start_of(self, take: Callable[[dict[str, str]], None]) -> Callable[[dict[str, str]], None]:
        return lambda attributes: None if self._aside else take(attributes)

    def _end_of(self, take: Callable[[], None]) -> Callable[[], None]:
        return lambda: None if self._aside else take()

    def _plain(self, text: str, at: int) -> int:
        """As `Plain.take`."""
        if self._aside:
            return at
        cell = self._cell
        while row := self._plain_rows.row(text, at, cells=self._wants(self._sheet)):
            self._row(row.attributes)
            for attributes, words in row.cells:
                cell.begin(attributes)
                if words is not None:
                    cell.paragraph(words)
                self._cell_ends()
            self._row_ends()
            at = row.end
        return at

    def _wants(self, sheet: Sheet) -> bool:
        return sheet.kept < self._most and self._only in (None, sheet.name)

    def _goes_aside(self, _: Mapping[str, str]) -> None:
        self._aside += 1

    def _comes_back(self) -> None:
        self._aside -= 1

    def _characters(self, text: str) -> None:
        if not self._aside:
            self._cell.characters(text)

    def _spreadsheet(self, _: Mapping[str, str]) -> None:
        self.is_spreadsheet = True

    def _table(self, attributes: dict[str, str]) -> None:
        self.found.append(Sheet(attributes.get("table:name", ""), attributes.get("table:style-name", "")))
        self._groups.clear()

    def _column_is(self, attributes: dict[str, str]) -> None:
        sheet, number = self._sheet, whole(attributes.get("table:number-columns-repeated", "1"))
        first = len(sheet.columns)
        number = min(number, MOST_COLUMNS - first)
        sheet.columns += repeat(attributes.get("table:default-cell-style-name", ""), number)
        if attributes.get("table:visibility", "visible") != "visible":
            sheet.hidden_columns.update(range(first, first + number))

    def _group(self, attributes: dict[str, str]) -> None:
        self._groups.append(attributes.get("table:display") == "false")

    def _group_ends(self) -> None:
        if self._groups:
            self._groups.pop()

    @property
    def _sheet(self) -> Sheet:
        if not self.found:
            raise PackageError("the file is damaged: it has rows outside of a sheet")
        return self.found[-1]

    def _row(self, attributes: dict[str, str]) -> None:
        sheet = self._sheet
        self._repeated = whole(attributes.get("table:number-rows-repeated", "1"))
        if sheet.number + self._repeated > _LAST_ROW:
            raise PackageError(
                f"it has a row {sheet.number + self._repeated}: LibreOffice allows {_LAST_ROW:,}"
            )
        self._row_style = attributes.get("table:default-cell-style-name", "")
        seen = attributes.get("table:visibility", "visible")
        why = _FILTERED if seen == "filter" else HIDDEN if seen != "visible" or any(self._groups) else ""
        self._marks = Marks(why) if why else None
        self._cells, self._column, self._length = [], 0, 0
        self._wanted = self._wants(sheet)

    def _row_ends(self) -> None:
        sheet, cells = self._sheet, self._cells
        if cells:
            for number in range(
                sheet.number + 1, sheet.number + 1 + min(self._repeated, self._most - sheet.kept)
            ):
                self._counted.count(len(cells), self._length)
                sheet.rows.append(RawRow(number, cells, [""], self._marks))
                sheet.kept += 1
        sheet.number += self._repeated

    def _cell_begins(self, attributes: dict[str, str]) -> None:
        self._cell.begin(attributes)

    def _covered(self, attributes: dict[str, str]) -> None:
        self._column += whole(attributes.get("table:number-columns-repeated", "1"))

    def _cell_ends(self) -> None:
        cell, column = self._cell, self._column
        self._column += cell.repeated
        text, struck, partly = cell.take()
        if not self._wanted or not (text or cell.uncalculated):
            return
        if self._column > MOST_COLUMNS:
            raise too_large(f"it has cells beyond column {MOST_COLUMNS:,}")
        self._length += len(text) * cell.repeated
        if self._length > LONGEST_ROW:
            raise too_large(f"a row has more than {LONGEST_ROW:,} characters")
        self._cells += repeat("", column - len(self._cells))
        self._cells += repeat(text, cell.repeated)
        if partly or struck or not text or self._struck(column):
            self._mark(range(column, self._column), text, partly)

    def _mark(self, columns: range, text: str, partly: bool) -> None:
        marks = self._marks = self._marks or Marks()
        if partly:
            marks.partly_struck = (*marks.partly_struck, *columns)
        elif text:
            marks.struck = (*marks.struck, *columns)
        else:
            marks.uncalculated = (*marks.uncalculated, *columns)

    def _struck(self, column: int) -> bool:
        columns = self._sheet.columns
        inherited = self._row_style or (columns[column] if column < len(columns) else "")
        return self._styles.strikes_out(self._cell.style or inherited)
