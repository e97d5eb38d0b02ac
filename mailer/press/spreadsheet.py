"""Excel workbooks as records, row by row (openpyxl, read-only)."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from mailer.errors import Fault, ListError
from mailer.model import Finding, Where
from mailer.press.header import Header, find_header
from mailer.press.records import Record

SAMPLE_ROWS = 500

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def is_workbook(path: Path, shown: str) -> bool:
    """Whether a file is an .xlsx, by its bytes rather than its name.

    Raises:
        ListError: it is another kind of spreadsheet, a locked one, or a web page called .xls.
    """
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(_ZIP):
        try:
            with zipfile.ZipFile(path) as archive:
                if "xl/workbook.xml" in archive.namelist():
                    return True
        except zipfile.BadZipFile:
            pass
        _refuse(shown, "this is no Excel workbook (.xlsx) and no text")
    if head.startswith(_OLE):
        _refuse(shown, "this is an old Excel file (.xls), or a workbook with a password")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        _refuse(shown, "this is a web page, whatever its name says")
    return False


def _refuse(shown: str, what: str) -> None:
    raise ListError(
        [Fault(shown, 0, what, "open it and save it as “Excel workbook (.xlsx)” or as “CSV UTF-8”")]
    )


def find_sheet(path: Path, shown: str, column: str) -> tuple[str, Header]:
    """The first sheet that has a column of addresses, and its header; names the sheets that are not read.

    Raises:
        ListError: no sheet has one, or the workbook is broken.
    """
    with _opened(path, shown) as book:
        complaint: ListError | None = None
        names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for name in names:
            try:
                header = find_header(list(islice(_rows(book, name, shown), SAMPLE_ROWS)), shown, column)
            except ListError as error:
                complaint = complaint or error
                continue
            others = [other for other in names if other != name and _filled(book, other, shown)]
            return name, _with_others(header, name, others, shown)
        raise complaint or ListError([Fault(shown, 0, "there is no visible sheet in it")])


def _filled(book: Any, name: str, shown: str) -> bool:
    return any(any(record.cells) for record in islice(_rows(book, name, shown), 50))


def _with_others(header: Header, name: str, others: list[str], shown: str) -> Header:
    if not others:
        return header
    message = f"only the sheet “{name}” is read, not {', '.join(f'“{other}”' for other in others)}"
    finding = Finding(
        "other-sheets", "warning", message, "Save each sheet as a list of its own.", Where(shown)
    )
    return Header(header.line, header.columns, (*header.findings, finding))


def read_sheet(path: Path, sheet: str, shown: str) -> Iterator[Record]:
    """Every row of a sheet, one at a time; `line` is Excel's row number.

    Raises:
        ListError: the workbook is broken.
    """
    with _opened(path, shown) as book:
        yield from _rows(book, sheet, shown)


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[Any]:
    """The workbook, whatever its file is called (openpyxl refuses an .xlsx of another name)."""
    from openpyxl import load_workbook

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validations that we don't read
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            # openpyxl lets out whatever its XML parser or a missing part raises.
            fault = Fault(
                shown, 0, f"the workbook can't be read ({type(error).__name__})", "save it again in Excel"
            )
            raise ListError([fault]) from None
        try:
            yield book
        finally:
            book.close()


def _rows(book: Any, name: str, shown: str) -> Iterator[Record]:
    sheet = book[name]
    sheet.reset_dimensions()  # some programs write a wrong one, and rows beyond it would be lost
    number = 0
    rows = sheet.iter_rows(values_only=True)
    while True:
        number += 1
        try:
            values = next(rows)
        except StopIteration:
            return
        except Exception as error:
            fault = Fault(
                shown, number, f"the row can't be read ({type(error).__name__})", "save it again in Excel"
            )
            raise ListError([fault]) from None
        cells = [_text(value) for value in values]
        yield Record(number, cells, [""])


def _text(value: object) -> str:
    """A cell as its text: 5.0 as 5, a midnight as its date."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
