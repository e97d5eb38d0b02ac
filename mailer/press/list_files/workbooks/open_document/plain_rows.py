"""Rows in the form in which LibreOffice and others write them, read by one expression; see `Plain`.

tests/security/test_plain_rows.py holds that expat says the same of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailer.press.list_files.workbooks.excel.plain_text import TEXT, meant

ROW = "table:table-row"

_ATTRIBUTES = r'((?: [a-z:-]{1,60}="[^"<&\x00-\x1f]{0,1000}+"){0,20}+)'
_ROW = re.compile(r"[ \n]{0,20}+<table:table-row" + _ATTRIBUTES + r"(/?)>")
_CELL = re.compile(
    r"<table:table-cell" + _ATTRIBUTES + r"(?:/>|>(?:<text:p>(?:<text:a" + _ATTRIBUTES + r">)?"
    r"(" + TEXT + r"*+)(?(2)</text:a>)</text:p>)?</table:table-cell>)"
)
_GROUPS = 4
_ATTRIBUTE = re.compile(r' ([a-z:-]+)="([^"]*)"')
_CLOSING = f"</{ROW}>"
_MOST_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class PlainRow:
    """A row: its attributes; of each cell the attributes, and its paragraph or None; where it ends in the text."""

    attributes: dict[str, str]
    cells: list[tuple[dict[str, str], str | None]]
    end: int


class PlainRows:
    """Takes rows out of a sheet's text."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def row(self, text: str, at: int, *, cells: bool) -> PlainRow | None:
        """The row at a position, or None where it is not plain.

        Args:
            cells: they are wanted. Where nobody reads them, nobody minds an entity that does not exist.
        """
        head = _ROW.match(text, at)
        if head is None:
            return None
        begin = end = head.end()
        parts: list[str] = []
        try:
            attributes = self._attributes(head[1])
            if not head[2]:
                begin, end = end, text.find(_CLOSING, end)
                parts = _CELL.split(text[begin:end])
                if end < 0 or "".join(parts[::_GROUPS]).strip(" \n"):
                    return None
                end += len(_CLOSING)
            read: list[tuple[dict[str, str], str | None]] = [
                (self._attributes(said), meant(words) if words is not None and self._sound(link) else None)
                for said, link, words in zip(
                    parts[1::_GROUPS], parts[2::_GROUPS], parts[3::_GROUPS], strict=True
                )
                if cells
            ]
        except ValueError:
            return None  # expat knows what is wrong with it
        return PlainRow(attributes, read, end)

    def _sound(self, link: str | None) -> bool:
        if link:
            self._attributes(link)
        return True

    def _attributes(self, text: str) -> dict[str, str]:
        found = self._known.get(text)
        if found is None:
            pairs = _ATTRIBUTE.findall(text)
            found = dict(pairs)
            if len(found) < len(pairs):
                raise ValueError(text)
            if len(self._known) < _MOST_KNOWN and len(text) < _MOST_KNOWN:
                self._known[text] = found
        return found
