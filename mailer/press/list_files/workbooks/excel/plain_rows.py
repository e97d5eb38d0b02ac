"""Rows in the form in which Excel, LibreOffice, Google Sheets and the libraries write them, read by one expression.

It knows no more than that form: cells in order, each with a number, a text or a text's number. A row in which there is
anything else goes to expat. tests/security/test_plain_rows.py holds that both say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import ge

from mailer.press.list_files.raw_rows import MOST_COLUMNS
from mailer.press.list_files.workbooks.cell_texts import LONGEST_CELL, Shared, column, unescaped
from mailer.press.list_files.workbooks.excel.plain_text import TEXT, meant
from mailer.press.list_files.workbooks.excel.rich_text import RichText, said

_ROW = re.compile(
    r'[ \n]{0,20}+<row r="([0-9]{1,7})"((?: [A-Za-z0-9:]{1,40}="[^"<&\x00-\x1f]{0,100}+"){0,20}+)(/?)>'
)
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,9})")?'
    r'(?: t="s"><v>([0-9]{1,7})</v></c>'
    r'| t="inlineStr"><is><t(?: xml:space="preserve")?>(' + TEXT + r"*+)</t></is></c>"
    r'|(?: t="(n|str|b)")?(?:/>|>(?:<v>(' + TEXT + r"*+)</v>)?</c>))"
)
_GROUPS = 7
_ATTRIBUTE = re.compile(r' ([A-Za-z0-9:]+)="([^"]*)"')
_CLOSING = "</row>"
_MOST_KNOWN = 1_000
"""Forms of rows that are remembered: a list has a few, and only a bomb has more."""


@dataclass(slots=True)
class PlainRow:
    """A row: its number as written, its cells to the last that holds something, and what is to be said of them."""

    number: str
    hidden: bool
    cells: list[str]
    length: int
    struck: Sequence[int] = ()
    partly_struck: Sequence[int] = ()


def row_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether nobody sees a row; rows of a closed group are hidden each (§18.3.1.73)."""
    if said(attributes, "hidden"):
        return True
    with suppress(ValueError):
        return float(attributes.get("ht", "1")) == 0
    return False


def struck_row(attributes: Mapping[str, str], shared: Shared) -> bool:
    """Whether a row's own style strikes out."""
    return said(attributes, "customFormat") and attributes.get("s", "") in shared.struck


class PlainRows:
    """Takes rows out of a sheet's text.

    Args:
        text: the cell that expat may be in the middle of.
        done: is given each row.
    """

    def __init__(self, shared: Shared, text: RichText, done: Callable[[PlainRow], None]) -> None:
        self._shared = shared
        self._text = text
        self._done = done
        self._attributes: dict[str, tuple[bool, bool] | None] = {}
        self._letters: list[str] = []
        self._indices: list[int] = []
        self._known: dict[tuple[str, ...], list[int]] = {}

    def take(self, text: str, at: int) -> int:
        """As `Plain.take`."""
        while not self._text.aside and (head := _ROW.match(text, at)):
            number, attributes, empty = head.groups()
            hidden_struck = self._said(attributes)
            if hidden_struck is None or hidden_struck[1]:
                break
            row = PlainRow(number, hidden_struck[0], [], 0)
            end = head.end()
            if not empty:
                end = text.find(_CLOSING, end)
                if end < 0 or not self._cells(text[head.end() : end], row):
                    break
                end += len(_CLOSING)
            self._done(row)
            at = end
        return at

    def _said(self, attributes: str) -> tuple[bool, bool] | None:
        """Whether a row is hidden and struck out; None where one of its attributes is there twice."""
        if attributes in self._attributes:
            return self._attributes[attributes]
        pairs = _ATTRIBUTE.findall(attributes)
        found = dict(pairs)
        result = None
        if len(found) == len(pairs) and "r" not in found:
            result = (row_hidden(found), struck_row(found, self._shared))
        if len(self._attributes) < _MOST_KNOWN:
            self._attributes[attributes] = result
        return result

    def _cells(self, text: str, row: PlainRow) -> bool:
        """Reads a row's cells, or says that it can't."""
        parts = _CELL.split(text)
        if any(parts[::_GROUPS]) and "".join(parts[::_GROUPS]).strip(" \n"):
            return False
        if parts[1::_GROUPS] != self._letters and not self._places(parts[1::_GROUPS]):
            return False
        try:
            self._read(parts, row.cells, "&" in text or "_x" in text)
        except ValueError:
            return False  # expat knows what is wrong with it
        row.length = sum(map(len, row.cells))
        if row.length > LONGEST_CELL:
            return False
        self._mark(parts, row)
        return True

    def _read(self, parts: list[str], cells: list[str], escaped: bool) -> None:
        found, shown = self._shared.texts.found, self._shared.shown
        known = len(found)
        for index, style, number, string, kind, value in zip(
            self._indices, parts[2::7], parts[3::7], parts[4::7], parts[5::7], parts[6::7], strict=True
        ):
            if number:
                at = int(number)
                text = found[at] if at < known else shown("s", "", number)
            elif string:
                text = unescaped(meant(string)) if escaped else string
            elif value:
                text = shown(kind or "n", style or "", meant(value) if escaped else value)
            else:
                continue
            if text:
                if index > len(cells):
                    cells += [""] * (index - len(cells))
                cells.append(text)

    def _places(self, letters: list[str]) -> bool:
        """Learns in which columns a row's cells are, where it is not in the same as the row before."""
        indices = self._known.get(tuple(letters))
        if indices is None:
            indices = list(map(column, letters))
            if (indices and indices[-1] >= MOST_COLUMNS) or any(map(ge, indices, indices[1:])):
                return False
            if len(self._known) < _MOST_KNOWN and len(letters) < 100:
                self._known[tuple(letters)] = indices
        self._letters, self._indices = letters, indices
        return True

    def _mark(self, parts: list[str], row: PlainRow) -> None:
        shared, texts = self._shared, self._shared.texts
        if not (shared.struck or texts.struck or texts.partly):
            return
        filled = [index for index in range(len(row.cells)) if row.cells[index]]
        styles = dict(zip(self._indices, parts[2::_GROUPS], strict=True))
        numbers = dict(zip(self._indices, parts[3::_GROUPS], strict=True))
        pointed = {index: int(number) for index, number in numbers.items() if number}
        row.struck = [i for i in filled if styles[i] in shared.struck or pointed.get(i) in texts.struck]
        row.partly_struck = [i for i in filled if pointed.get(i) in texts.partly]
