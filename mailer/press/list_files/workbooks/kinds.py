"""What kind of spreadsheet a file is, by its bytes rather than its name, and how each is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, Self

from mailer.errors import Fault, ListError
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.workbooks.excel.workbook import ExcelWorkbook
from mailer.press.list_files.workbooks.old_excel.workbook import OldExcelWorkbook
from mailer.press.list_files.workbooks.open_document.workbook import OpenDocument
from mailer.press.list_files.workbooks.package import Package
from mailer.press.list_files.workbooks.refused import PackageError

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096

SAVE_AS = "open it and save it as “Excel workbook (.xlsx)” or as “CSV UTF-8”"

_IN_A_ZIP = {
    "xl/workbook.bin": "an Excel binary workbook (.xlsb)",
    "index/document.iwa": "a Numbers, Pages or Keynote document",
    "index.zip": "a Numbers, Pages or Keynote document",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
}


class Spreadsheet(Protocol):
    """An open workbook of any kind.

    Attributes:
        hidden_columns: indices, of the sheet whose rows were last asked for; complete once there was a row.
    """

    hidden_columns: set[int]

    @property
    def kind(self) -> str:
        """What the file is, for staff."""

    @property
    def sheets(self) -> Mapping[str, object]:
        """Those that its program shows, by their names, in their order."""

    @property
    def hidden_sheets(self) -> Mapping[str, object]:
        """Those that it doesn't."""

    def rows(self, sheet: str, *, some: bool = False) -> Iterator[RawRow]:
        """A sheet's rows that hold something, one at a time; `line` is the number that its program shows.

        Args:
            some: not all of them will be asked for.

        Raises:
            PackageError: it is damaged, or goes over a limit.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def is_workbook(path: Path, shown: str) -> bool:
    """Whether a file may be a workbook, by its bytes.

    Raises:
        ListError: it is a web page or XML called .xls.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    what = ""
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<head", b"<meta")):
        what = "this is a web page, despite its name"
    elif start.startswith(b"mime-version:"):
        what = "this is a web archive (.mht), despite its name"
    elif start.startswith(b"<?xml"):
        what = (
            "this is a web page, despite its name" if b"<html" in start else "this is XML, despite its name"
        )
        if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
            what = "this is an “XML Spreadsheet 2003”, despite its name"
    if what:
        raise ListError([Fault(shown, 0, what, SAVE_AS)])
    return head.startswith((_ZIP, _OLE))


def open_workbook(path: Path) -> Spreadsheet:
    """A workbook of whichever kind it is.

    Raises:
        PackageError: of none that is read; or it is damaged, or goes over a limit.
    """
    with path.open("rb") as file:
        head = file.read(len(_OLE))
    if head == _OLE:
        return OldExcelWorkbook(path)
    package = Package(path)
    try:
        for part, what in _IN_A_ZIP.items():
            if part in package:
                raise PackageError(f"this is {what}", SAVE_AS)
        return OpenDocument(package) if "content.xml" in package else ExcelWorkbook(package)
    except BaseException:
        package.close()
        raise
