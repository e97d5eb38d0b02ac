"""An OpenDocument spreadsheet (.ods): its sheets, and the rows of each.

All sheets are in one part. It is gone through once for their names and first rows, and once more for the rows of the
one that is the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.workbooks.open_document.rows import Sheet, Sheets
from mailer.press.list_files.workbooks.open_document.styles import Styles
from mailer.press.list_files.workbooks.package import Package
from mailer.press.list_files.workbooks.refused import PackageError, has_password, too_large
from mailer.press.list_files.workbooks.xml_part import Handlers

_CONTENT, _MANIFEST, _STYLES = "content.xml", "META-INF/manifest.xml", "styles.xml"
_SAMPLE = 500
_ALL = 1 << 30
_MOST_SHEETS = 200
MOST_TAGS = 3_000_000
"""Fewer than of an Excel workbook, as all are gone through twice."""


class OpenDocument:
    """An open spreadsheet. Whatever is read of it counts together towards the limits of a `Package`.

    Attributes:
        hidden_columns: as `Spreadsheet` says.

    Args:
        package: is closed with it.

    Raises:
        PackageError: it is no spreadsheet, it is damaged, it has a password, or it goes over a limit.
    """

    kind = "LibreOffice spreadsheet"

    def __init__(self, package: Package) -> None:
        self.hidden_columns: set[int] = set()
        self._package = package
        package.allow_tags(MOST_TAGS)
        if _MANIFEST in package:
            package.read(_MANIFEST, Handlers({"encryption-data": _encrypted}))
        self._styles = Styles()
        if _STYLES in package:
            package.read(_STYLES, Handlers(self._styles.starts))

    @property
    def sheets(self) -> dict[str, Sheet]:
        """Those that LibreOffice shows, by their names, with their first rows."""
        return {sheet.name: sheet for sheet in self._found if not self._styles.hides(sheet.style)}

    @property
    def hidden_sheets(self) -> dict[str, Sheet]:
        """Those that it doesn't."""
        return {sheet.name: sheet for sheet in self._found if self._styles.hides(sheet.style)}

    def __enter__(self) -> OpenDocument:
        return self

    def __exit__(self, *_: object) -> None:
        self._package.close()

    def rows(self, sheet: str, *, some: bool = False) -> Iterator[RawRow]:
        """As `Spreadsheet.rows`."""
        if not some:
            return self._all(sheet)
        found = next(each for each in self._found if each.name == sheet)
        self.hidden_columns = found.hidden_columns
        return iter(found.rows)

    @cached_property
    def _found(self) -> list[Sheet]:
        sheets = Sheets(self._styles, _SAMPLE)
        for _ in self._stream(sheets):
            if len(sheets.found) > _MOST_SHEETS:
                raise too_large(f"it has more than {_MOST_SHEETS:,} sheets")
        if not sheets.is_spreadsheet:
            raise PackageError("this is a document of LibreOffice, but no spreadsheet")
        return sheets.found

    def _all(self, name: str) -> Iterator[RawRow]:
        sheets, done = Sheets(self._styles, _ALL, name), 0
        for _ in self._stream(sheets):
            for sheet in sheets.found[done:]:
                yield from sheet.rows
                sheet.rows.clear()
            done = max(len(sheets.found) - 1, 0)
            if any(sheet.name == name for sheet in sheets.found[:done]):
                return

    def _stream(self, sheets: Sheets) -> Iterator[None]:
        try:
            yield from self._package.stream(_CONTENT, sheets.handlers)
        except PackageError as error:
            error.line = error.line or (sheets.found[-1].number + 1 if sheets.found else 0)
            raise


def _encrypted(_: dict[str, str]) -> None:
    raise has_password()
