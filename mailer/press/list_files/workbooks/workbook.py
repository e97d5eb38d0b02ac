"""An Excel workbook (.xlsx): its visible sheets, the texts that cells share, the styles that mean a date.

Read here, with expat, and not by a library: those there are build more than the file holds before anyone can
count it. docs/decisions/workbooks.md has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.workbooks.package import (
    NOT_A_WORKBOOK,
    Handlers,
    Package,
    PackageError,
    too_large,
)
from mailer.press.list_files.workbooks.sheet import LONGEST_CELL, Shared, read_rows, unescaped

MOST_STRINGS, MOST_STRING_TEXT = 500_000, 20_000_000
"""Texts that cells share, and characters of them: they are kept while the workbook is open."""
MOST_SHEETS = 200

_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 -- what cells say has no time zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001

_DATE_FORMATS = frozenset(map(str, (*range(14, 23), *range(27, 37), 45, 47, *range(50, 59))))
"""Number formats that every workbook has and that show a date or a time (ECMA-376-1 §18.8.30)."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.I)


class Workbook:
    """An open workbook. Whatever is read of it counts together towards the limits of a `Package`.

    Attributes:
        sheets: name → part of each sheet that Excel shows, in their order.

    Raises:
        PackageError: it is no workbook, it is damaged, or goes over a limit.
    """

    def __init__(self, path: Path) -> None:
        self.sheets: dict[str, str] = {}
        self._epoch = _EPOCH_1900
        self._shared: Shared | None = None
        self._package = Package(path)
        try:
            main = next((p for kind, p in self._package.targets("").values() if kind == "officeDocument"), "")
            if not main.endswith(".xml"):
                raise PackageError(NOT_A_WORKBOOK)
            self._targets = self._package.targets(main)
            self._package.read(main, Handlers({"sheet": self._sheet, "workbookPr": self._properties}))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._package.close()

    def __enter__(self) -> Workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, sheet: str) -> Iterator[RawRow]:
        """A sheet's rows that hold something, one at a time; `line` is Excel's row number.

        Raises:
            PackageError: it is damaged, or goes over a limit.
        """
        if self._shared is None:
            self._shared = Shared(self._strings(), self._date_styles(), self._epoch)
        return read_rows(self._package, self.sheets[sheet], self._shared)

    def _sheet(self, attributes: dict[str, str]) -> None:
        id_ = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        kind, part = self._targets.get(id_, ("", ""))
        if kind == "worksheet" and attributes.get("state", "visible") == "visible":
            self.sheets[attributes.get("name", "")] = part
        if len(self.sheets) > MOST_SHEETS:
            raise too_large(f"it has more than {MOST_SHEETS:,} sheets")

    def _properties(self, attributes: dict[str, str]) -> None:
        if attributes.get("date1904") in ("1", "true"):
            self._epoch = _EPOCH_1904

    def _part(self, kind: str) -> str:
        return next((part for k, part in self._targets.values() if k == kind and part in self._package), "")

    def _strings(self) -> list[str]:
        part, strings = self._part("sharedStrings"), _Strings()
        if part:
            for _ in self._package.stream(part, strings.handlers):
                pass
        return strings.found

    def _date_styles(self) -> frozenset[str]:
        part, styles = self._part("styles"), _Styles()
        if part:
            self._package.read(part, styles.handlers)
        return frozenset(styles.dates)


class _Strings:
    """The texts that cells share (§18.4): each `si` is one, of one piece or of several in different fonts."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._spoken = False
        self._length = 0
        starts = {"rPh": self._phonetic}
        self.handlers = Handlers(
            starts, {"t": self._piece}, {"rPh": self._phonetic_ends, "si": self._ends}, LONGEST_CELL
        )

    def _phonetic(self, _: dict[str, str]) -> None:
        self._spoken = True

    def _phonetic_ends(self) -> None:
        self._spoken = False

    def _piece(self, text: str) -> None:
        if text and not self._spoken:  # how a Japanese word is spoken is no part of it
            self._pieces.append(text)
            self._length += len(text)
            self._check()

    def _ends(self) -> None:
        self.found.append(unescaped("".join(self._pieces)))
        self._pieces.clear()
        self._check()

    def _check(self) -> None:
        if len(self.found) > MOST_STRINGS or self._length > MOST_STRING_TEXT:
            raise too_large(f"more than {MOST_STRINGS:,} texts, or {MOST_STRING_TEXT:,} characters in them")


class _Styles:
    """Which styles of cells show a number as a date (§18.8)."""

    def __init__(self) -> None:
        self.dates: set[str] = set()
        self._formats = set(_DATE_FORMATS)
        self._of_cells = False
        self._number = -1
        starts = {"numFmt": self._format, "cellXfs": self._begin, "xf": self._style}
        self.handlers = Handlers(starts, ends={"cellXfs": self._end})

    def _format(self, attributes: dict[str, str]) -> None:
        code = attributes.get("formatCode", "").partition(";")[0]
        if len(code) > 255 or _ELAPSED.search(code):
            return
        if re.search("[dmyhs]", _LITERAL.sub("", code), re.I):
            self._formats.add(attributes.get("numFmtId", ""))

    def _begin(self, _: dict[str, str]) -> None:
        self._of_cells = True

    def _end(self) -> None:
        self._of_cells = False

    def _style(self, attributes: dict[str, str]) -> None:
        if self._of_cells:
            self._number += 1
            if attributes.get("numFmtId") in self._formats:
                self.dates.add(str(self._number))
