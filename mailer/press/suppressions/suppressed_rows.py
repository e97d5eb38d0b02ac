"""What a row of suppressed.csv says, whatever Excel made of it, and how another one is written to stand beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailer.press.addresses import AddressError, canonical, parse_address, split_addresses
from mailer.press.clean_text import clean
from mailer.press.formulas import as_text, without_mark
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.write import line_of

HEADER = ("address", "reason", "date", "source")
HASH = "sha256:"
WIDE = ("utf-16", "utf-32")
_SINGLE_BYTE = ("cp1252", "latin-1", "mac-roman")


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address is never mailed. `date` is as the file has it; `line` its 1-based line, 0 outside of it."""

    address: str
    reason: str = ""
    date: str = ""
    source: str = ""
    line: int = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.reason or "suppressed", self.date)))


@dataclass(frozen=True, slots=True)
class Form:
    """What a line more has to fit in with.

    Attributes:
        columns: index of each column we know.
        named: the header says which column holds the addresses.
        width: cells of the header.
        lines: how many the file has.
        before: what has to stand before another line: "", or the end of one that was cut short.
        plain: another line can be appended, and is then read as what it is.
    """

    codec: str = "utf-8"
    errors: str = "surrogateescape"
    delimiter: str = ","
    columns: Mapping[str, int] = field(default_factory=lambda: {name: i for i, name in enumerate(HEADER)})
    named: bool = False
    width: int = 0
    newline: str = "\n"
    lines: int = 0
    before: str = ""
    plain: bool = False

    @property
    def wide(self) -> bool:
        """Each letter has two bytes or four."""
        return self.codec.startswith(WIDE)

    def line(self, row: Suppression) -> str:
        columns = {"address": 0, **self.columns}
        cells = [""] * max(self.width, *(index + 1 for index in columns.values()))
        for name, index in columns.items():
            cells[index] = getattr(row, name)
        cells = [as_text(cell) for cell in cells]
        line = line_of(cells, self.delimiter, self.newline)
        # Else it would be a comment: `#ana@example.net` is an address.
        return f'"{cells[0]}"{line[len(cells[0]) :]}' if line.startswith("#") else line

    def can_take(self, text: str) -> bool:
        """Whether `text` at its end leaves the encoding of the file beyond doubt."""
        return self.plain and (self.codec == "utf-8" or (text.isascii() and self.codec in _SINGLE_BYTE))


def delimiter_of(path: Path, codec: str, errors: str) -> str:
    """The delimiter of suppressed.csv: the one its first line has most of, or names (`sep=;`). Comments don't count."""
    first = ""
    with path.open(encoding=codec, errors=errors, newline="") as file:
        for first in file:
            if first.strip("\ufeff\0 \t\r\n") and not first.lstrip("\ufeff\0 ").startswith("#"):
                break
    counts = {delimiter: first.count(delimiter) for delimiter in ",;\t|"}
    return max(counts, key=counts.__getitem__)


def keys_of(text: str) -> list[str]:
    """The keys under which a cell of suppressed.csv is looked up: its addresses, or its hash."""
    text = clean(text)
    if text.lower().startswith(HASH):
        return [text.lower()]
    if "@" not in text:
        return []
    try:
        return [canonical(parse_address(text))]
    except AddressError:
        return [canonical(as_mailed(piece)) for _, piece in split_addresses(text)]


def as_mailed(address: str) -> str:
    """An address as `parse_address` has it; as it is, where it is none."""
    try:
        return parse_address(address)
    except AddressError:
        return address


def hashed(address: str) -> str:
    """What stands in suppressed.csv for a person forgotten."""
    return HASH + hashlib.sha256(canonical(address).encode("utf-8", "surrogatepass")).hexdigest()


def is_comment(row: RawRow) -> bool:
    """A line that staff have put a `#` before. One that opens a quotation mark may have swallowed others."""
    return len(row.lines) == 1 and row.lines[0].lstrip("\ufeff\0 ").startswith("#")


def person_in(row: RawRow, index: int) -> tuple[str, list[str]]:
    """The address of a row, and its keys: from its column, else from any cell. Too many suppressed is the safe
    mistake."""
    cells = row.cells
    for cell in (*cells[index : index + 1], *cells):
        if keys := keys_of(cell):
            return without_mark(clean(cell)), keys
    return "", []
