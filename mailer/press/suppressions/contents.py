"""What suppressed.csv says, row after row: whom it names, and which rows name nobody though somebody may think so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from sys import intern

from mailer.press.addresses import (
    LONGEST,
    AddressError,
    mentioned,
    parse_address,
    plain_address,
    split_addresses,
)
from mailer.press.clean_text import clean, shortened
from mailer.press.formulas import without_mark
from mailer.press.list_files.columns import role_of
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.words import plain
from mailer.press.list_files.write import newline_of
from mailer.press.suppressions.suppressed_rows import (
    HASH,
    HEADER,
    Form,
    Suppression,
    is_comment,
    keys_of,
    person_in,
)

_HASHED = re.compile(rf"{HASH}[0-9a-f]{{64}}")
_DOMAIN = re.compile(r"[*%?.\s]*@?[*.]*(?:[\w-]+\.)+[\w-]*[^\W\d_]{2}")
_MASKED = re.compile(r"\S\s*[\[({]\s*at\s*[\])}]\s*\S|\S\s+at\s+\S+\.\S", re.I)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A row of which somebody may believe that it suppresses, and does not."""

    line: int
    message: str


@dataclass(slots=True)
class Contents:
    """What rows say.

    Attributes:
        form: of the file, after them.
        header: line of the first that is neither blank nor a comment; 0 where there is none.
        entries: everybody whom they name, by key.
        complaints: rows that name nobody, or not all that they seem to name.
    """

    form: Form
    header: int = 0
    entries: dict[str, Suppression] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)


def contents_of(rows: Iterable[RawRow], form: Form, going_on: bool = False) -> Contents:
    """Everybody whom rows name, and the form of the file after them.

    Args:
        going_on: the file's header came before these rows; `form` knows it.
    """
    found = Contents(form)
    last: RawRow | None = None
    headed = going_on
    for last in rows:
        if is_comment(last) or not any(map(clean, last.cells)):
            continue
        if not headed or (not found.form.named and _names_addresses(last)):
            headed = True
            found.header = found.header or last.line
            newline = newline_of(last.lines[-1]) or "\n"
            found.form = replace(
                found.form,
                columns=_columns(last),
                named=_names_addresses(last),
                width=len(last.cells),
                newline=newline,
            )
            if not _holds_person(last):
                found.complaints += _of_header(last)
                continue
        found.entries.update(_people(last, found.form.columns))
        found.complaints += _complaints(last, found.form)
    if last is not None:
        found.form = _after(last, found.form, headed)
    return found


def _after(last: RawRow, form: Form, headed: bool) -> Form:
    """The form with what its last row says about the end of the file."""
    ended, closed = bool(newline_of(last.lines[-1])), last.well_quoted(form.delimiter)
    # Half a line: a quotation mark that it opened would swallow what follows.
    quote = '"' if len(last.lines) == 1 and not closed else ""
    return replace(
        form,
        lines=last.line + len(last.lines) - 1,
        before="" if ended else quote + form.newline,
        plain=headed and ended and closed,
    )


def _people(row: RawRow, columns: Mapping[str, int]) -> Iterator[tuple[str, Suppression]]:
    address, keys = person_in(row, columns.get("address", 0))
    if len(row.lines) > 1:
        # A quotation mark never closed may have swallowed rows: whoever they name stays suppressed.
        for text in (text for line in row.lines for text in _named(line)):
            for key in keys_of(text):
                yield key, Suppression(text, line=row.line)
    if address:
        values = {
            n: intern(
                without_mark(clean(row.cells[i]))
            )  # a million lines have a few reasons, days and sources
            for n, i in columns.items()
            if n != "address" and i < len(row.cells)
        }
        entry = Suppression(address, **values, line=row.line)
        for key in keys:
            yield (address if key == address else key), entry


def _holds_person(row: RawRow) -> bool:
    return any("@" in cell or cell.strip().lower().startswith(HASH) for cell in row.cells)


def _columns(header: RawRow) -> dict[str, int]:
    """Where each column stands; the usual order where the first row is already a person."""
    if _holds_person(header):
        return {name: index for index, name in enumerate(HEADER)}
    columns: dict[str, int] = {}
    for index, cell in enumerate(header.cells):
        name = "address" if _is_header_word(cell) else plain(cell)
        if name in HEADER:
            columns.setdefault(name, index)
    return columns


# ---- rows that suppress nobody --------------------------------------------------------------------------------


def _complaints(row: RawRow, form: Form) -> Iterator[Complaint]:
    """What is wrong with a row. In doubt there is something: whoever wrote it thinks of somebody."""
    index = form.columns.get("address", 0)
    if len(row.lines) > 1 and not row.well_quoted(form.delimiter):
        for number, line in enumerate(row.lines, row.line):
            pieces = map(clean, re.split(r'[,;|\t"]', line))
            if any(map(_claims, pieces)) and not any(map(_usable, _named(line))):
                what = (
                    f"“{shortened(line)}” names nobody: the quotation mark on line {row.line} is not closed"
                )
                yield Complaint(number, what)
        return
    if len(row.cells) > form.width > 1 and sum("@" in cell for cell in row.cells) > 1:
        what = "more cells than the header, and a second address: two rows in one, or missing quotation marks"
        yield Complaint(row.line, what)
        return
    if index < len(row.cells) and plain_address(row.cells[index]):
        return  # nearly every row
    cells = [clean(cell) for cell in row.cells]
    own = cells[index] if index < len(cells) else ""
    if own and (form.named or _claims(own)):
        if form.named and _is_header_word(own):
            return  # the header once more: two files were joined
        odd = [piece for piece in _pieces(own) if not _usable(piece)]
    else:
        odd = [] if any(cell and all(map(_usable, _pieces(cell))) for cell in cells) else [" ".join(cells)]
    yield from (Complaint(row.line, _why(piece)) for piece in odd)


def _of_header(row: RawRow) -> Iterator[Complaint]:
    """A first row without columns that we know, in which somebody has named whom they mean."""
    if not any(_is_header_word(cell) or plain(cell) in HEADER for cell in row.cells):
        yield from (Complaint(row.line, _why(clean(cell))) for cell in row.cells if _claims(clean(cell)))


def _pieces(cell: str) -> list[str]:
    if _usable(cell):
        return [cell]
    return [address for _, address in split_addresses(cell)] or [cell]


def _usable(text: str) -> bool:
    """Whether a text is one address, or the hash of one."""
    if text.lower().startswith(HASH):
        return _HASHED.fullmatch(text.lower()) is not None
    try:
        return bool(parse_address(text))
    except AddressError:
        return False


def _claims(cell: str) -> bool:
    """Whether a cell seems to be there to name somebody."""
    if "@" in cell or cell.lower().startswith(HASH):
        return True
    return len(cell) <= LONGEST and bool(_DOMAIN.fullmatch(cell) or _MASKED.search(cell))


def _why(piece: str) -> str:
    shown = f"“{shortened(piece)}” suppresses nobody"
    if piece.lower().startswith(HASH):
        return f"{shown}: a hash must have 64 digits"
    if len(piece) <= LONGEST and _DOMAIN.fullmatch(piece):
        return f"{shown}: a whole domain can't be suppressed, only addresses"
    try:
        parse_address(piece)
    except AddressError as error:
        return f"{shown}: {error}"
    return shown


def _named(line: str) -> list[str]:
    """Whoever is named anywhere in a line, by address or by hash."""
    return mentioned(line) + re.findall(rf"(?i){HASH}[0-9a-f]+", line)


def _names_addresses(row: RawRow) -> bool:
    return not _holds_person(row) and any(map(_is_header_word, row.cells))


def _is_header_word(cell: str) -> bool:
    return role_of(cell) == "email" or plain(cell) == "address"
