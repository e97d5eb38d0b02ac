"""The rows of an Excel sheet as texts, one at a time, within limits (ECMA-376-1 §18.3)."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.press.list_files.raw_rows import LONGEST_ROW, MOST_COLUMNS, Marks, RawRow
from mailer.press.list_files.workbooks.cell_texts import FILTERED, HIDDEN, LONGEST_CELL, Shared, column, whole
from mailer.press.list_files.workbooks.excel.plain_rows import PlainRow, PlainRows, row_hidden, struck_row
from mailer.press.list_files.workbooks.excel.rich_text import RichText, said
from mailer.press.list_files.workbooks.package import Package
from mailer.press.list_files.workbooks.refused import PackageError, too_large
from mailer.press.list_files.workbooks.xml_part import Handlers, Plain

_LAST_ROW = 1_048_576
_MOST_COLUMN_RANGES = 16_384


def read_rows(package: Package, part: str, shared: Shared, hidden_columns: set[int]) -> Iterator[RawRow]:
    """Every row that holds something; rows and cells may be left out between.

    Args:
        hidden_columns: takes the indices of columns that are hidden; they are known before the first row.

    Raises:
        PackageError: the sheet is damaged, or goes over a limit; with the row.
    """
    rows = _Rows(shared, hidden_columns)
    try:
        for _ in package.stream(part, rows.handlers):
            yield from rows.ready
            rows.ready.clear()
    except PackageError as error:
        error.line = error.line or rows.number
        raise


class _Rows:
    """Takes a sheet's elements; whole rows are in `ready`."""

    def __init__(self, shared: Shared, hidden_columns: set[int]) -> None:
        self.ready: list[RawRow] = []
        self.number = 0
        self._shared = shared
        self._hidden_columns = hidden_columns
        self._ranges = 0
        self._why_hidden = HIDDEN
        self._cells: list[str] = []
        self._marks: Marks | None = None
        self._row_struck = False
        self._text = RichText()
        self._column = -1
        self._kind, self._style = "n", ""
        self._formula = self._struck = self._partly = False
        self._length = 0
        starts = {"row": self._row, "c": self._cell, "f": self._has_formula, "sheetPr": self._properties,
                  "col": self._columns, **self._text.starts}  # fmt: skip
        texts = {"v": self._value, **self._text.texts}
        ends = {"row": self._row_ends, "c": self._cell_ends, **self._text.ends}
        plain = Plain("row", 2, PlainRows(shared, self._text, self._plain_row).take)
        self.handlers = Handlers(starts, texts, ends, LONGEST_CELL, plain=plain)

    def _properties(self, attributes: dict[str, str]) -> None:
        if said(attributes, "filterMode"):
            self._why_hidden = FILTERED

    def _columns(self, attributes: dict[str, str]) -> None:
        if not said(attributes, "hidden"):
            return
        self._ranges += 1
        if self._ranges > _MOST_COLUMN_RANGES:
            raise too_large(f"it hides more than {_MOST_COLUMN_RANGES:,} columns")
        first, last = whole(attributes.get("min", "")), whole(attributes.get("max", ""))
        self._hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))

    def _row(self, attributes: dict[str, str]) -> None:
        self._begin(attributes.get("r", ""), row_hidden(attributes))
        self._row_struck = struck_row(attributes, self._shared)

    def _begin(self, given: str, hidden: bool) -> None:
        number = whole(given) if given else self.number + 1
        if number > _LAST_ROW:
            raise PackageError(f"it has a row {given[:20]}: Excel allows {_LAST_ROW:,}")
        if number <= self.number:
            raise PackageError(f"row {number} comes after row {self.number}")
        self.number, self._column, self._length = number, -1, 0
        self._cells = []
        self._marks = Marks(self._why_hidden) if hidden else None

    def _row_ends(self) -> None:
        if self._cells:
            self._shared.counted.count(len(self._cells), self._length)
            self.ready.append(RawRow(self.number, self._cells, [""], self._marks))
            self._cells = []

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        self._column = column(reference.rstrip("0123456789")) if reference else self._column + 1
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._formula = self._struck = self._partly = False

    def _has_formula(self, _: dict[str, str]) -> None:
        self._formula = True

    def _value(self, text: str) -> None:
        if text and self._kind != "inlineStr":
            self._text.add(self._shared.shown(self._kind, self._style, text))
            if self._kind == "s":
                self._struck = int(text) in self._shared.texts.struck
                self._partly = int(text) in self._shared.texts.partly
        elif self._kind == "str":
            self._formula = False  # its value is an empty text

    def _cell_ends(self) -> None:
        text, struck, partly = self._text.take()
        if not text and not self._formula:
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
        # A cell without a style of its own has the row's, says Excel's window; §18.3.1.4 says otherwise.
        styled = self._style in self._shared.struck if self._style else self._row_struck
        self._mark(text, struck or self._struck or styled, partly or self._partly)

    def _mark(self, text: str, struck: bool, partly: bool) -> None:
        if (struck and text) or partly or (self._formula and not text):
            marks = self._marks = self._marks or Marks()
            if not text:
                marks.uncalculated = (*marks.uncalculated, self._column)
            elif struck:
                marks.struck = (*marks.struck, self._column)
            if partly:
                marks.partly_struck = (*marks.partly_struck, self._column)

    def _plain_row(self, row: PlainRow) -> None:
        """A row that did not come by way of expat."""
        self._begin(row.number, row.hidden)
        if row.cells:
            self._length = row.length
            self._cells = row.cells
            if row.struck or row.partly_struck:
                self._marks = self._marks or Marks()
                self._marks.struck, self._marks.partly_struck = row.struck, row.partly_struck
            self._row_ends()
