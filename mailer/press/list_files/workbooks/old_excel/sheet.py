"""The rows of an old Excel sheet (.xls) as texts, within limits (MS-XLS 2.1.7.20.5)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailer.press.list_files.raw_rows import LONGEST_ROW, Marks, RawRow
from mailer.press.list_files.workbooks.cell_texts import (
    FILTERED,
    HIDDEN,
    LONGEST_CELL,
    MOST_CELLS,
    number,
    serial_date,
)
from mailer.press.list_files.workbooks.old_excel.records import CONTINUE, Record, Records, Text, damaged
from mailer.press.list_files.workbooks.refused import PackageError, too_large

if TYPE_CHECKING:
    from mailer.press.list_files.workbooks.old_excel.workbook import OldShared

_ROW, _COLUMNS, _FILTER = 0x208, 0x7D, 0x9B
_POINTER, _LABEL, _RICH, _NUMBER, _SHORT, _SHORTS, _FORMULA, _TEXT, _OTHER = (
    0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD, 0x06, 0x207, 0x205,
)  # fmt: skip
MOST_COLUMNS = 256
_SAMPLE = 600
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass(slots=True)
class _Row:
    cells: list[str] = field(default_factory=list)
    length: int = 0
    struck: list[int] = field(default_factory=list)
    partly: list[int] = field(default_factory=list)

    def marks(self, hidden: str) -> Marks | None:
        """What is to be said of it, if anything."""
        if hidden or self.struck or self.partly:
            return Marks(hidden, self.struck, self.partly)
        return None


def read_rows(
    records: Records, at: int, shared: OldShared, hidden_columns: set[int], some: bool
) -> Iterator[RawRow]:
    """Every row that holds something, in their order, after all of the sheet is read.

    Args:
        at: where the sheet begins.
        hidden_columns: takes the indices of columns that are hidden.
        some: the first few hundred rows are enough.

    Raises:
        PackageError: the sheet is damaged, or goes over a limit; with the row.
    """
    sheet = _Sheet(records.stream, shared, hidden_columns)
    try:
        for record in records.of(at):
            sheet.take(record)
            if some and len(sheet.rows) > _SAMPLE:
                sheet.rows.pop(sheet.row, None)  # it may go on
                break
    except (struct.error, IndexError):
        raise damaged() from None
    except PackageError as error:
        error.line = error.line or sheet.row + 1
        raise
    for number_ in sorted(sheet.rows):
        row = sheet.rows[number_]
        shared.counted.count(len(row.cells), row.length)
        hidden = sheet.why_hidden if number_ in sheet.hidden else ""
        yield RawRow(number_ + 1, row.cells, [""], row.marks(hidden))


class _Sheet:
    """Takes a sheet's records."""

    def __init__(self, stream: bytes, shared: OldShared, hidden_columns: set[int]) -> None:
        self.rows: dict[int, _Row] = {}
        self.hidden: set[int] = set()
        self.why_hidden = HIDDEN
        self.row = 0
        self._stream = stream
        self._shared = shared
        self._hidden_columns = hidden_columns
        self._cells = 0
        self._result: tuple[int, int, int] | None = None
        self._pieces: list[Record] = []
        self._take: dict[int, Callable[[Record], None]] = {
            _ROW: self._row_is, _COLUMNS: self._columns, _FILTER: self._filter, _POINTER: self._pointer,
            _LABEL: self._label, _RICH: self._label, _NUMBER: self._number, _SHORT: self._short,
            _SHORTS: self._shorts, _FORMULA: self._formula, _OTHER: self._truth_or_error, _TEXT: self._text,
        }  # fmt: skip

    def take(self, record: Record) -> None:
        take = self._take.get(record.kind)
        if self._pieces:
            if record.kind == CONTINUE:
                self._pieces.append(record)
                return
            self._text_ends()
        if take is not None:
            take(record)

    def _put(
        self, row: int, column: int, style: int, text: str, *, struck: bool = False, partly: bool = False
    ) -> None:
        self.row = row
        if not text:
            return
        if column >= MOST_COLUMNS:
            raise PackageError(f"it has cells beyond column {MOST_COLUMNS}, which an .xls can't have")
        found = self.rows.get(row)
        if found is None:
            found = self.rows[row] = _Row()
        found.length += len(text)
        if len(text) > LONGEST_CELL or found.length > LONGEST_ROW:
            raise too_large(
                f"a cell has more than {LONGEST_CELL:,} characters, or a row more than {LONGEST_ROW:,}"
            )
        missing = column - len(found.cells)
        if missing >= 0:
            self._cells += missing + 1
            if self._cells > MOST_CELLS:
                raise too_large(f"it has more than {MOST_CELLS:,} cells")
            found.cells += [""] * missing
            found.cells.append(text)
        elif found.cells[column]:
            raise PackageError("a cell appears twice")
        else:
            found.cells[column] = text
        if struck or style in self._shared.struck:
            found.struck.append(column)
        if partly:
            found.partly.append(column)

    def _place(self, record: Record) -> tuple[int, int, int]:
        row, column, style = struct.unpack_from("<HHH", self._stream, record.start)
        return row, column, style

    def _row_is(self, record: Record) -> None:
        row, flags = struct.unpack_from("<H10xH", self._stream, record.start)
        if flags & 0x20:
            self.hidden.add(row)

    def _columns(self, record: Record) -> None:
        first, last, flags = struct.unpack_from("<HH4xH", self._stream, record.start)
        if flags & 1:
            self._hidden_columns.update(range(first, min(last + 1, MOST_COLUMNS)))

    def _filter(self, _: Record) -> None:
        self.why_hidden = FILTERED

    def _pointer(self, record: Record) -> None:
        place = self._place(record)
        at = struct.unpack_from("<I", self._stream, record.start + 6)[0]
        texts = self._shared.texts
        self._put(*place, texts[at], struck=at in texts.struck, partly=at in texts.partly)

    def _label(self, record: Record) -> None:
        length = struct.unpack_from("<H", self._stream, record.start + 6)[0]
        text = Text(self._stream, [Record(0, record.start + 8, record.end)])
        wide = text.take(1)[0] & 1
        self._put(*self._place(record), text.characters(length, wide))

    def _value(self, row: int, column: int, style: int, value: float) -> None:
        text = repr(value)
        shown = serial_date(text, self._shared.epoch) if style in self._shared.dates else number(text)
        self._put(row, column, style, shown)

    def _number(self, record: Record) -> None:
        self._value(*self._place(record), struct.unpack_from("<d", self._stream, record.start + 6)[0])

    def _short(self, record: Record) -> None:
        self._value(*self._place(record), _short_number(self._stream[record.start + 6 : record.start + 10]))

    def _shorts(self, record: Record) -> None:
        row, column = struct.unpack_from("<HH", self._stream, record.start)
        for at in range(record.start + 4, record.end - 7, 6):
            style = struct.unpack_from("<H", self._stream, at)[0]
            self._value(row, column, style, _short_number(self._stream[at + 2 : at + 6]))
            column += 1

    def _formula(self, record: Record) -> None:
        place = self._place(record)
        result = self._stream[record.start + 6 : record.start + 14]
        self._result = None
        if result[6:] != b"\xff\xff":
            self._value(*place, struct.unpack("<d", result)[0])
        elif result[0] == 0:
            self._result = place  # a text, which follows
        elif result[0] == 1:
            self._put(*place, "yes" if result[2] else "no")
        elif result[0] == 2:
            self._put(*place, _ERRORS.get(result[2], "#N/A"))
        # 3 is an empty text: what a formula comes to, or what a program writes that can't calculate. Nothing tells.

    def _text(self, record: Record) -> None:
        self._pieces = [record]

    def _text_ends(self) -> None:
        pieces, self._pieces = self._pieces, []
        if self._result is not None:
            text = Text(self._stream, pieces)
            length = int.from_bytes(text.take(2), "little")
            wide = text.take(1)[0] & 1
            place, self._result = self._result, None
            self._put(*place, text.characters(length, wide))

    def _truth_or_error(self, record: Record) -> None:
        value, error = self._stream[record.start + 6 : record.start + 8]
        text = _ERRORS.get(value, "#N/A") if error else ("yes" if value else "no")
        self._put(*self._place(record), text)


def _short_number(content: bytes) -> float:
    """A number in four bytes: a whole one, or half of another; perhaps of hundredths (MS-XLS 2.5.217)."""
    (bits,) = struct.unpack("<i", content)
    value = bits >> 2 if bits & 2 else struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", bits & ~3))[0]
    return value / 100 if bits & 1 else float(value)
