"""Which sheet of an Excel workbook is the list, and its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.model import Finding, Where
from mailer.press.clean_text import clean
from mailer.press.list_files.answers import Answers
from mailer.press.list_files.header import Header, find_header
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.workbooks.package import PackageError
from mailer.press.list_files.workbooks.workbook import Workbook

SAMPLE_ROWS = 500

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def is_workbook(path: Path, shown: str) -> bool:
    """Whether a file may be an .xlsx, by its bytes rather than its name.

    Raises:
        ListError: it is another kind of spreadsheet, a locked one, or a web page called .xls.
    """
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(_OLE):
        _refuse(shown, "this is an old Excel file (.xls), or a workbook with a password")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        _refuse(shown, "this is a web page, despite its name")
    return head.startswith(_ZIP)


def _refuse(shown: str, what: str) -> None:
    raise ListError(
        [Fault(shown, 0, what, "open it and save it as “Excel workbook (.xlsx)” or as “CSV UTF-8”")]
    )


def find_sheet(path: Path, shown: str, answers: Answers) -> tuple[str, Header]:
    """The first sheet that has a column of addresses, and its header; names the sheets that are not read.

    Raises:
        ListError: no sheet has one, or the workbook is broken or too large.
    """
    with _opened(path, shown) as book:
        complaint: ListError | None = None
        for name in book.sheets:
            if answers.sheet not in ("", name):
                continue
            try:
                header = find_header(list(islice(book.rows(name), SAMPLE_ROWS)), shown, answers)
            except ListError as error:
                complaint = complaint or error
                continue
            others = [other for other in book.sheets if other != name and any(book.rows(other))]
            return name, _with_others(header, name, others, shown)
        which = f" “{clean(answers.sheet)}”" if answers.sheet else ""
        hidden = Fault(shown, 0, f"it has no visible sheet{which}", "unhide the sheet with the addresses")
        raise complaint or ListError([hidden])


def _with_others(header: Header, name: str, others: list[str], shown: str) -> Header:
    if not others:
        return header
    quoted = [f"“{clean(other)}”" for other in others]
    named = ", ".join(quoted[:20]) + (f" and {len(quoted) - 20} more" if len(quoted) > 20 else "")
    message = f"only the sheet “{clean(name)}” is read, not {named}"
    finding = Finding("other-sheets", "warning", message, "Save each sheet as a separate list.", Where(shown))
    return replace(header, findings=(*header.findings, finding))


def read_sheet(path: Path, sheet: str, shown: str) -> Iterator[RawRow]:
    """Every row of a sheet that holds something, one at a time; `line` is Excel's row number.

    Raises:
        ListError: the workbook is broken or too large.
    """
    with _opened(path, shown) as book:
        yield from book.rows(sheet)


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[Workbook]:
    try:
        with Workbook(path) as book:
            yield book
    except PackageError as error:
        raise ListError([Fault(shown, error.line, str(error), error.hint)]) from None
