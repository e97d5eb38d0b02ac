"""Which styles of a workbook's cells show a number as a date, and which strike out (ECMA-376-1 §18.8)."""

from __future__ import annotations

import re

from mailer.press.list_files.workbooks.excel.rich_text import said
from mailer.press.list_files.workbooks.xml_part import Handlers

DATE_FORMATS = frozenset(map(str, (*range(14, 23), *range(27, 37), 45, 47, *range(50, 59))))
"""Number formats that every workbook has and that show a date or a time (§18.8.30)."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.I)


def shows_a_date(code: str) -> bool:
    """Whether a format's code shows a number as a date or a time."""
    code = code.partition(";")[0]
    if len(code) > 255 or _ELAPSED.search(code):
        return False
    return re.search("[dmyhs]", _LITERAL.sub("", code), re.I) is not None


class Styles:
    """Takes the elements of the part of styles.

    Attributes:
        dates: numbers of the styles that show a date, as cells name them.
        struck: numbers of those whose font is struck out.
    """

    def __init__(self) -> None:
        self.dates: set[str] = set()
        self.struck: set[str] = set()
        self._formats = set(DATE_FORMATS)
        self._struck_fonts: set[str] = set()
        self._within = ""
        self._style = self._font_number = -1
        starts = {
            "numFmt": self._format, "fonts": lambda _: self._begin("fonts"), "font": self._font,
            "strike": self._strike, "cellXfs": lambda _: self._begin("cellXfs"), "xf": self._of_cells,
        }  # fmt: skip
        ends = {"fonts": lambda: self._begin(""), "cellXfs": lambda: self._begin("")}
        self.handlers = Handlers(starts, ends=ends)

    def _begin(self, within: str) -> None:
        self._within = within

    def _format(self, attributes: dict[str, str]) -> None:
        if shows_a_date(attributes.get("formatCode", "")):
            self._formats.add(attributes.get("numFmtId", ""))

    def _font(self, _: dict[str, str]) -> None:
        if self._within == "fonts":
            self._font_number += 1

    def _strike(self, attributes: dict[str, str]) -> None:
        if self._within == "fonts" and said(attributes, "val", "1"):
            self._struck_fonts.add(str(self._font_number))

    def _of_cells(self, attributes: dict[str, str]) -> None:
        if self._within == "cellXfs":
            self._style += 1
            if attributes.get("numFmtId") in self._formats:
                self.dates.add(str(self._style))
            if attributes.get("fontId") in self._struck_fonts:
                self.struck.add(str(self._style))
