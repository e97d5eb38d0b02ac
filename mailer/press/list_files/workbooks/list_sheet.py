"""Which sheet of a workbook is the list, its rows, and what the workbook holds besides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.model import Finding, Where
from mailer.press.clean_text import clean, shortened
from mailer.press.list_files.answers import Answers
from mailer.press.list_files.header import ADDRESS_LIKE, Header, find_header
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.workbooks.kinds import Spreadsheet, open_workbook
from mailer.press.list_files.workbooks.refused import PackageError

SAMPLE_ROWS = 500
OTHER_ROWS = 100
"""Of a sheet that is not read: it is looked at for addresses."""
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class ListSheet:
    """The sheet of a workbook that is the list.

    Attributes:
        name: its own.
        kind: what the file is, for staff.
        header: its header, and what is to be said about the workbook.
    """

    name: str
    kind: str
    header: Header


def find_sheet(path: Path, shown: str, answers: Answers) -> ListSheet:
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
                header = find_header(list(islice(book.rows(name, some=True), SAMPLE_ROWS)), shown, answers)
            except ListError as error:
                complaint = complaint or error
                continue
            findings = [*header.findings, *_hidden_columns(header, book.hidden_columns, shown)]
            findings += _others(book, name, shown)
            return ListSheet(name, book.kind, replace(header, findings=tuple(findings)))
        which = f" “{clean(answers.sheet)}”" if answers.sheet else ""
        hidden = Fault(shown, 0, f"it has no visible sheet{which}", "unhide the sheet with the addresses")
        raise complaint or ListError([hidden])


def _others(book: Spreadsheet, read: str, shown: str) -> Iterator[Finding]:
    """What the other sheets are."""
    like = [name for name in book.sheets if name != read and _addresses(book, name)]
    rest = [name for name in book.sheets if name != read and name not in like and _filled(book, name)]
    where = Where(shown)
    if like:
        holds = "which holds" if len(like) == 1 else "which hold"
        message = f"only the sheet “{clean(read)}” is read, not {_named(like)}, {holds} addresses too"
        yield Finding("other-sheets", "warning", message, "Save each sheet as a separate list.", where)
    if rest:
        message = f"only the sheet “{clean(read)}” is read, not {_named(rest)}: no addresses were seen there"
        yield Finding("other-sheets", "notice", message, "", where)
    hidden = [name for name in book.hidden_sheets if _addresses(book, name)]
    if hidden:
        message = f"not read, though there are addresses: {_named(hidden)}, hidden in the workbook"
        hint = "If it should be mailed, unhide it and save it as a separate list."
        yield Finding("hidden-sheets", "warning", message, hint, where)


def _addresses(book: Spreadsheet, name: str) -> bool:
    try:
        rows = islice(book.rows(name, some=True), OTHER_ROWS)
        return any(ADDRESS_LIKE.search(cell) for row in rows for cell in row.cells)
    except PackageError:
        return False


def _filled(book: Spreadsheet, name: str) -> bool:
    try:
        return any(book.rows(name, some=True))
    except PackageError:
        return True


def _named(names: list[str]) -> str:
    quoted = [f"“{clean(name)}”" for name in names]
    more = len(quoted) - _MOST_NAMED
    return ", ".join(quoted[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _hidden_columns(header: Header, hidden: set[int], shown: str) -> Iterator[Finding]:
    """Nobody who opens the workbook sees them; but one may say who has opted out, so they are read."""
    headers = header.columns.headers
    names = [shortened(headers[index]) for index in sorted(hidden) if index < len(headers) and headers[index]]
    if names:
        columns = "a column is" if len(names) == 1 else "columns are"
        message = f"{columns} hidden in the workbook, and read all the same: {_named(names)}"
        yield Finding("hidden-columns", "notice", message, "", Where(shown, header.line))


def read_sheet(path: Path, sheet: str, shown: str) -> Iterator[RawRow]:
    """Every row of a sheet that holds something, one at a time; `line` is the number that its program shows.

    Raises:
        ListError: the workbook is broken or too large.
    """
    with _opened(path, shown) as book:
        yield from book.rows(sheet)


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[Spreadsheet]:
    try:
        with open_workbook(path) as book:
            yield book
    except PackageError as error:
        raise ListError([Fault(shown, error.line, str(error), error.hint)]) from None
