"""An Excel workbook of 1997 to 2003 (.xls): what its sheets share, and which they are (MS-XLS, BIFF8).

Read here, as xlrd allots what a record asks for: a name's formula may double a text forty times, and a text may have
itself read again. docs/decisions/workbooks.md has more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.workbooks.cell_texts import EPOCH_1900, EPOCH_1904, Counted, Texts
from mailer.press.list_files.workbooks.excel.strings import MOST_STRING_TEXT, MOST_STRINGS
from mailer.press.list_files.workbooks.excel.styles import DATE_FORMATS, shows_a_date
from mailer.press.list_files.workbooks.old_excel.compound import Compound
from mailer.press.list_files.workbooks.old_excel.records import CONTINUE, Record, Records, Text, damaged
from mailer.press.list_files.workbooks.old_excel.sheet import read_rows
from mailer.press.list_files.workbooks.package import LARGEST_FILE
from mailer.press.list_files.workbooks.refused import SAVE_AGAIN, PackageError, has_password, too_large

_MOST_SHEETS = 200
_SST, _FONT, _FORMAT, _XF, _SHEET, _DATES, _PASSWORD = 0xFC, 0x31, 0x41E, 0xE0, 0x85, 0x22, 0x2F
_BIFF8 = 0x600
_STRUCK = 0x08


@dataclass(slots=True)
class OldShared:
    """What the sheets of an old workbook share.

    Attributes:
        texts: those to which cells point.
        dates: numbers of the styles that show a number as a date.
        struck: numbers of the styles that strike out.
        epoch: the day from which dates are counted.
        counted: what was read so far.
    """

    texts: Texts = field(default_factory=Texts)
    dates: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    epoch: datetime = EPOCH_1900
    counted: Counted = field(default_factory=Counted)


class OldExcelWorkbook:
    """An open workbook; the file is in memory, so that nothing is left to close.

    Attributes:
        sheets: name → where it begins, of each sheet that Excel shows, in their order.
        hidden_sheets: those that it doesn't.
        hidden_columns: as `Spreadsheet` says.

    Raises:
        PackageError: it is no workbook, it is damaged, it has a password, or it goes over a limit.
    """

    kind = "Excel 97–2003 workbook"

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > LARGEST_FILE:
            raise too_large(f"the file is larger than {LARGEST_FILE >> 20} MB")
        self.sheets: dict[str, int] = {}
        self.hidden_sheets: dict[str, int] = {}
        self.hidden_columns: set[int] = set()
        self._shared = OldShared()
        self._fonts: list[bool] = []
        self._styles = 0
        self._formats = {int(number) for number in DATE_FORMATS}
        self._records = Records(_workbook_stream(Compound(path.read_bytes())))
        self._read_shared()

    def __enter__(self) -> OldExcelWorkbook:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def rows(self, sheet: str, *, some: bool = False) -> Iterator[RawRow]:
        """As `Spreadsheet.rows`."""
        at = self.sheets[sheet] if sheet in self.sheets else self.hidden_sheets[sheet]
        self.hidden_columns = set()
        return read_rows(self._records, at, self._shared, self.hidden_columns, some)

    def _read_shared(self) -> None:
        stream = self._records.stream
        texts: list[Record] = []
        take = {
            _SHEET: self._sheet,
            _FONT: self._font,
            _FORMAT: self._format,
            _XF: self._style,
            _DATES: self._epoch,
        }
        continued = False
        if struct.unpack_from("<HHH", stream.ljust(6, b"\0"))[2] != _BIFF8:
            raise PackageError("this is a workbook older than Excel 97", SAVE_AGAIN)
        try:
            for record in self._records.of(0):
                if record.kind == _PASSWORD:
                    raise has_password()
                continued = record.kind == _SST or (continued and record.kind == CONTINUE)
                if record.kind == _SST and texts:
                    raise damaged()
                if continued:
                    texts.append(record)
                elif record.kind in take:
                    take[record.kind](stream, record)
            if texts:
                self._read_texts(texts)
        except (struct.error, IndexError):
            raise damaged() from None

    def _sheet(self, stream: bytes, record: Record) -> None:
        at, state, kind, length = struct.unpack_from("<IBBB", stream, record.start)
        if kind == 0:
            wide = stream[record.start + 7] & 1
            name = Text(stream, [Record(0, record.start + 8, record.end)]).characters(length, wide)
            (self.hidden_sheets if state & 3 else self.sheets)[name] = at
        if len(self.sheets) + len(self.hidden_sheets) > _MOST_SHEETS:
            raise too_large(f"it has more than {_MOST_SHEETS:,} sheets")

    def _font(self, stream: bytes, record: Record) -> None:
        self._fonts.append(bool(stream[record.start + 2] & _STRUCK))
        if len(self._fonts) == 4:
            self._fonts.append(False)  # there is no font 4 (MS-XLS 2.5.129)

    def _format(self, stream: bytes, record: Record) -> None:
        number, length = struct.unpack_from("<HH", stream, record.start)
        if shows_a_date(Text(stream, [Record(0, record.start + 4, record.end)]).string(length)[0]):
            self._formats.add(number)

    def _style(self, stream: bytes, record: Record) -> None:
        font, format_ = struct.unpack_from("<HH", stream, record.start)
        number, self._styles = self._styles, self._styles + 1
        if format_ in self._formats:
            self._shared.dates.add(number)
        if font < len(self._fonts) and self._fonts[font]:
            self._shared.struck.add(number)

    def _epoch(self, stream: bytes, record: Record) -> None:
        if struct.unpack_from("<H", stream, record.start)[0] == 1:
            self._shared.epoch = EPOCH_1904

    def _read_texts(self, records: list[Record]) -> None:
        text, texts, length = Text(self._records.stream, records), self._shared.texts, 0
        count = int.from_bytes(text.take(8)[4:], "little")
        for number in range(min(count, MOST_STRINGS + 1)):
            found, runs = text.string(int.from_bytes(text.take(2), "little"))
            length += len(found)
            if number == MOST_STRINGS or length > MOST_STRING_TEXT:
                what = f"more than {MOST_STRINGS:,} texts, or {MOST_STRING_TEXT:,} characters in them"
                raise too_large(what)
            texts.found.append(
                self._without_struck(found, runs, number) if runs and any(self._fonts) else found
            )

    def _without_struck(self, text: str, runs: bytes, number: int) -> str:
        """A text without the runs that are struck out, unless all of it is."""
        places = [(0, False)]
        for at, font in struct.iter_unpack("<HH", runs):
            places.append((at, font < len(self._fonts) and self._fonts[font]))
        ends = [at for at, _ in places[1:]] + [len(text)]
        seen = "".join(text[at:end] for (at, struck), end in zip(places, ends, strict=True) if not struck)
        if len(seen) == len(text):
            return text
        if not seen.strip():
            self._shared.texts.struck.add(number)
            return text
        self._shared.texts.partly.add(number)
        return seen


def _workbook_stream(file: Compound) -> bytes:
    if "workbook" in file.names:
        return file.stream("workbook")
    if "encryptedpackage" in file.names:
        raise has_password()
    if "book" in file.names:
        raise PackageError("this is a workbook older than Excel 97", SAVE_AGAIN)
    if "worddocument" in file.names:
        raise PackageError("this is a Word document")
    raise PackageError("this is not an old Excel file (.xls), or it is damaged")
