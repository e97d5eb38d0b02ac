"""What a row of suppressed.csv says, whatever Excel made of it, and how another one is written to stand beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailer.press.addresses import AddressError, canonical, mentioned, parse_address, split_addresses
from mailer.press.cells import clean
from mailer.press.columns import plain, role_of
from mailer.press.files import line_of, newline_of
from mailer.press.records import Record

HEADER = ("address", "reason", "date", "source")
HASH = "sha256:"
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
        width: cells of the header.
        lines: how many the file has.
        before: what has to stand before another line: "", or the end of one that was cut short.
        plain: another line can be appended, and is then read as what it is.
    """

    codec: str = "utf-8"
    errors: str = "surrogateescape"
    delimiter: str = ","
    columns: Mapping[str, int] = field(default_factory=lambda: {name: i for i, name in enumerate(HEADER)})
    width: int = 0
    newline: str = "\n"
    lines: int = 0
    before: str = ""
    plain: bool = False

    def line(self, row: Suppression) -> str:
        columns = {"address": 0, **self.columns}
        cells = [""] * max(self.width, *(index + 1 for index in columns.values()))
        for name, index in columns.items():
            cells[index] = getattr(row, name)
        return line_of(cells, self.delimiter, self.newline)

    def can_take(self, text: str) -> bool:
        """Whether `text` at its end leaves the encoding of the file beyond doubt."""
        return self.plain and (self.codec == "utf-8" or (text.isascii() and self.codec in _SINGLE_BYTE))


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


def gathered(
    records: Iterable[Record], form: Form, going_on: bool = False
) -> tuple[Form, dict[str, Suppression]]:
    """Everybody whom records name, by key, and the form of the file after them.

    Args:
        going_on: the file's header came before these records; `form` knows it.
    """
    entries: dict[str, Suppression] = {}
    last: Record | None = None
    headed = going_on
    for last in records:
        if not headed and any(last.cells):
            headed = True
            newline = newline_of(last.lines[-1]) or "\n"
            form = replace(form, columns=_columns(last), width=len(last.cells), newline=newline)
            if not _holds_person(last):
                continue
        for key, entry in _people(last, form.columns):
            entries[key] = entry
    return (_after(last, form, headed) if last else form), entries


def _after(last: Record, form: Form, headed: bool) -> Form:
    """The form with what its last record says about the end of the file."""
    ended, closed = bool(newline_of(last.lines[-1])), last.well_quoted(form.delimiter)
    # Half a line: a quotation mark that it opened would swallow what follows.
    quote = '"' if len(last.lines) == 1 and not closed else ""
    return replace(
        form,
        lines=last.line + len(last.lines) - 1,
        before="" if ended else quote + form.newline,
        plain=headed and ended and closed,
    )


def _people(record: Record, columns: Mapping[str, int]) -> Iterator[tuple[str, Suppression]]:
    address, keys = person_in(record, columns.get("address", 0))
    if len(record.lines) > 1:
        # A quotation mark never closed may have swallowed rows: whoever they name stays suppressed.
        for text in (text for line in record.lines for text in mentioned(line)):
            for key in keys_of(text):
                yield key, Suppression(text, line=record.line)
    if address:
        values = {n: clean(record.cells[i]) for n, i in columns.items() if i < len(record.cells)}
        entry = Suppression(**values | {"address": address}, line=record.line)
        for key in keys:
            yield key, entry


def person_in(record: Record, index: int) -> tuple[str, list[str]]:
    """The address of a row, and its keys: from its column, else from any cell. Too many suppressed is the safe
    mistake."""
    cells = record.cells
    for cell in (*cells[index : index + 1], *cells):
        if keys := keys_of(cell):
            return clean(cell), keys
    return "", []


def _holds_person(record: Record) -> bool:
    return any("@" in cell or cell.strip().lower().startswith(HASH) for cell in record.cells)


def _columns(header: Record) -> dict[str, int]:
    """Where each column stands; the usual order where the first row is already a person."""
    if _holds_person(header):
        return {name: index for index, name in enumerate(HEADER)}
    columns: dict[str, int] = {}
    for index, cell in enumerate(header.cells):
        name = "address" if role_of(cell) == "email" else plain(cell)
        if name in HEADER:
            columns.setdefault(name, index)
    return columns
