"""Finding the header row among the first rows, and the one column whose addresses are mailed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from mailer.errors import Fault, ListError
from mailer.model import Finding, Where
from mailer.press.clean_text import shortened
from mailer.press.list_files.cell_values import activity
from mailer.press.list_files.columns import Columns, name_columns, plain, role_of, sounds_like_address
from mailer.press.list_files.raw_rows import RawRow

DEEPEST = 40
"""Rows among which a header is looked for: titles, dates of export and empty rows may stand above it."""

ADDRESS_LIKE = re.compile(r"(?<![^\s@<>;,])[^\s@<>;,]++@[^\s@<>;,]+\.[^\W\d_]{2,}")

_WRITTEN = re.compile(r"\w")

_TEACH = "name the columns in the first row, for example: email;name;outlet;language;tags"


@dataclass(frozen=True, slots=True)
class Header:
    """What the first rows say. `line` is the header row's, 0 where there is none and none is needed."""

    line: int
    columns: Columns
    findings: tuple[Finding, ...] = ()


def recognised(cells: Sequence[str]) -> int:
    """How many cells are headers we know, if one of them is for addresses and none is an address; else 0."""
    if any("@" in cell for cell in cells):
        return 0
    roles = [role_of(cell) for cell in cells]
    return sum(map(bool, roles)) if "email" in roles else 0


def header_row(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many headers we know the header row has, and its index; (0, 0) where there is none.

    It is the row with the most among the first `DEEPEST`, and a header stands above what it names: below the
    first address that has one above it, a row of such words is somebody's row.
    """
    known, at = 0, 0
    for index, cells in enumerate(rows[:DEEPEST]):
        here = recognised(cells)
        if here > known:
            known, at = here, index
        elif known and any(map(ADDRESS_LIKE.search, cells)):
            break
    return known, at


def find_header(sample: Sequence[RawRow], path: str, column: str = "") -> Header:
    """The header row of a list.

    Args:
        sample: the first rows; the header is looked for among the first `DEEPEST`, the rest shows what
            the columns hold.
        column: the header or 1-based number of the address column, where staff have said it.

    Raises:
        ListError: no address column can be found, or several; asks the question that decides.
    """
    filled = [row for row in sample if any(map(_WRITTEN.search, row.cells))]
    if not filled:
        raise ListError([Fault(path, 0, "the file is empty", "export it again")])
    known, at = header_row([row.cells for row in filled])
    if not known:
        return _by_content(filled, path, column)
    return _named(filled[at], filled[at + 1 :], path, column)


def _named(header: RawRow, rows: Sequence[RawRow], path: str, column: str) -> Header:
    cells = header.cells
    known = [i for i, cell in enumerate(cells) if role_of(cell) == "email"]
    further = [
        i
        for i, c in enumerate(cells)
        if i not in known and sounds_like_address(c) and _addresses(rows, i) > 0.5
    ]
    address, others = _the_one(header, sorted(known + further), rows, path, column)
    return _header(header, rows, address, others, path)


def _by_content(filled: Sequence[RawRow], path: str, column: str) -> Header:
    """No header that we know: the column is the one that holds addresses."""
    first = next((i for i, r in enumerate(filled) if any(ADDRESS_LIKE.search(c) for c in r.cells)), None)
    if first is None:
        seen = ", ".join(f"“{shortened(c)}”" for c in filled[0].cells[:8] if c.strip())
        raise ListError(
            [Fault(path, filled[0].line, f"none of these columns is known to hold addresses: {seen}", _TEACH)]
        )
    rows = filled[first:]
    holding = [i for i in range(max(len(r.cells) for r in rows)) if _addresses(rows, i) >= 0.5]
    if first == 0:
        if max(len(r.cells) for r in rows) == 1:
            return Header(0, Columns(("email",), 0))
        raise ListError([Fault(path, filled[0].line, "the first row is a person, not a header", _TEACH)])
    header = filled[first - 1]
    holding = [i for i in holding if i < len(header.cells) and header.cells[i].strip()]
    if not holding:
        raise ListError([Fault(path, header.line, "the column of addresses has no header", _TEACH)])
    address, others = _the_one(header, holding, rows, path, column)
    return _header(header, rows, address, others, path)


def _the_one(
    header: RawRow, candidates: Sequence[int], rows: Sequence[RawRow], path: str, column: str
) -> tuple[int, tuple[int, ...]]:
    """The address column among several, and the others; asks where only staff can know."""
    if column:
        chosen = _said(header, column, path)
        return chosen, tuple(i for i in candidates if i != chosen)
    filled = {i: [c.lower() for r in rows if (c := _cell(r, i))] for i in candidates}
    used = [i for i in candidates if filled[i]] or list(candidates[:1])
    if len(used) > 1 and any(filled[i] != filled[used[0]] for i in used[1:]):
        names = " and ".join(f"“{shortened(header.cells[i])}” (column {i + 1})" for i in used)
        raise ListError(
            [
                Fault(
                    path,
                    header.line,
                    f"which column should be mailed? {names} all hold addresses",
                    "rename or remove the others, or import the list with the right one: "
                    + taken_in(path, f"--column {used[0] + 1}"),
                )
            ]
        )
    return used[0], tuple(i for i in candidates if i != used[0])


def _said(header: RawRow, column: str, path: str) -> int:
    if column.isdecimal() and 0 < int(column) <= len(header.cells):
        return int(column) - 1
    for index, cell in enumerate(header.cells):
        if plain(cell) == plain(column):
            return index
    names = ", ".join(f"“{shortened(cell)}”" for cell in header.cells if cell.strip())
    raise ListError([Fault(path, header.line, f"there is no column “{column}”", f"the columns are {names}")])


def _header(
    header: RawRow, rows: Sequence[RawRow], address: int, others: tuple[int, ...], path: str
) -> Header:
    where = Where(path, header.line)
    findings = []
    ungated = []
    for index, cell in enumerate(header.cells):
        if role_of(cell) == "status":
            values = [value for row in rows if (value := _cell(row, index))]
            if values and all(activity(value) is None for value in values):
                ungated.append(index)
                seen = f"“{shortened(cell)}” contains “{shortened(values[0])}”"
                message = f"{seen}, so it is not read as saying who may be mailed"
                findings.append(Finding("status-not-read", "warning", message, where=where))
    if not role_of(header.cells[address]) and plain(header.cells[address]) not in (
        "address",
        "adresse",
        "direccion",
    ):
        message = (
            f"“{shortened(header.cells[address])}” is taken as the address column, because it holds addresses"
        )
        findings.append(
            Finding("column-inferred", "warning", message, "Rename it “email” to be sure.", where)
        )
    columns = name_columns(header.cells, address, others, ungated)
    return Header(header.line, columns, tuple(findings))


def _cell(row: RawRow, index: int) -> str:
    return row.cells[index].strip() if index < len(row.cells) else ""


def _addresses(rows: Sequence[RawRow], index: int) -> float:
    """Which share of a column's filled cells look like addresses."""
    cells = [cell for row in rows if (cell := _cell(row, index))]
    return sum(ADDRESS_LIKE.search(cell) is not None for cell in cells) / len(cells) if cells else 0.0


def taken_in(shown: str, option: str) -> str:
    """The command that takes a list in as this option says. Commands that send read a list as it is."""
    name = PurePath(shown.replace("\\", "/")).stem
    file, name = (f'"{text}"' if " " in text else text for text in (shown, f"{name}-clean"))
    return f"mailer lists add {file} --as {name} {option}"
