"""An Excel workbook (.xlsx, .xlsm, Strict or not): its sheets, the texts that cells share, their styles.

Read here, with expat, and not by a library: those there are build more than the file holds before anyone can
count it. docs/decisions/workbooks.md has the figures.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.workbooks.cell_texts import EPOCH_1900, EPOCH_1904, Shared
from mailer.press.list_files.workbooks.excel.rich_text import said
from mailer.press.list_files.workbooks.excel.sheet import read_rows
from mailer.press.list_files.workbooks.excel.strings import shared_texts
from mailer.press.list_files.workbooks.excel.styles import Styles
from mailer.press.list_files.workbooks.package import NOT_A_WORKBOOK, Package
from mailer.press.list_files.workbooks.refused import PackageError, too_large
from mailer.press.list_files.workbooks.xml_part import Handlers

MOST_SHEETS = 200


class ExcelWorkbook:
    """An open workbook. Whatever is read of it counts together towards the limits of a `Package`.

    Attributes:
        sheets: name → part of each sheet that Excel shows, in their order.
        hidden_sheets: those that it doesn't.
        hidden_columns: as `Spreadsheet` says.

    Args:
        package: is closed with it.

    Raises:
        PackageError: it is no workbook, it is damaged, or goes over a limit.
    """

    kind = "Excel workbook"

    def __init__(self, package: Package) -> None:
        self.sheets: dict[str, str] = {}
        self.hidden_sheets: dict[str, str] = {}
        self.hidden_columns: set[int] = set()
        self._epoch = EPOCH_1900
        self._shared: Shared | None = None
        self._package = package
        main = next((p for kind, p in package.targets("").values() if kind == "officeDocument"), "")
        if not main.endswith(".xml"):
            raise PackageError(NOT_A_WORKBOOK)
        self._targets = package.targets(main)
        package.read(main, Handlers({"sheet": self._sheet, "workbookPr": self._properties}))

    def __enter__(self) -> ExcelWorkbook:
        return self

    def __exit__(self, *_: object) -> None:
        self._shared = None  # whose texts may be half read, with the file open
        self._package.close()

    def rows(self, sheet: str, *, some: bool = False) -> Iterator[RawRow]:
        """A sheet's rows that hold something, one at a time; `line` is Excel's row number.

        Args:
            some: not all of them will be asked for, so that not all shared texts need be read.

        Raises:
            PackageError: it is damaged, or goes over a limit.
        """
        if self._shared is None:
            texts = shared_texts(self._package, self._part("sharedStrings"))
            styles, part = Styles(), self._part("styles")
            if part:
                self._package.read(part, styles.handlers)
            self._shared = Shared(texts, frozenset(styles.dates), frozenset(styles.struck), self._epoch)
        if not some:
            self._shared.texts.read_all()
        self.hidden_columns = set()
        part = self.sheets.get(sheet) or self.hidden_sheets[sheet]
        return read_rows(self._package, part, self._shared, self.hidden_columns)

    def _sheet(self, attributes: dict[str, str]) -> None:
        id_ = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        kind, part = self._targets.get(id_, ("", ""))
        if kind == "worksheet":
            shown = attributes.get("state", "visible") == "visible"
            (self.sheets if shown else self.hidden_sheets)[attributes.get("name", "")] = part
        if len(self.sheets) + len(self.hidden_sheets) > MOST_SHEETS:
            raise too_large(f"it has more than {MOST_SHEETS:,} sheets")

    def _properties(self, attributes: dict[str, str]) -> None:
        if said(attributes, "date1904"):
            self._epoch = EPOCH_1904

    def _part(self, kind: str) -> str:
        return next((part for k, part in self._targets.values() if k == kind and part in self._package), "")
