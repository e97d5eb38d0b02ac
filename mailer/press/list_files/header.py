"""Finding the header row among the first rows, the one column whose addresses are mailed, and who must not be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailer.errors import Fault, ListError
from mailer.model import Finding, Where
from mailer.press.clean_text import shortened
from mailer.press.list_files.answers import Answers
from mailer.press.list_files.cell_values import LONGEST
from mailer.press.list_files.columns import Columns, name_columns, rank_of, role_of, sounds_like_address
from mailer.press.list_files.gates import GATES, question, read_gate
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.words import plain

DEEPEST = 40
"""Rows among which a header is looked for: titles, dates of export and empty rows may stand above it."""

ADDRESS_LIKE = re.compile(r"(?<![^\s@<>;,])[^\s@<>;,]++@[^\s@<>;,]+\.[^\W\d_]{2,}")

_WRITTEN = re.compile(r"\w")

_TEACH = "name the columns in the first row, for example: email;name;outlet;language;tags"


_CALLED_ADDRESS = tuple(map(plain, (
    "address", "adresse", "dirección", "indirizzo", "adres", "adress", "endereço", "адрес", "адреса", "διεύθυνση",
    "アドレス", "地址", "주소", "العنوان",
)))  # fmt: skip
"""Headers that may also stand over streets."""

_NOTHING = Answers()


@dataclass(frozen=True, slots=True)
class Header:
    """What the first rows say.

    Attributes:
        line: the header row's, 0 where there is none and none is needed.
        questions: what only staff can know; nobody is mailed before it is answered.
    """

    line: int
    columns: Columns
    findings: tuple[Finding, ...] = ()
    questions: tuple[Fault, ...] = ()


def filled_width(cells: Sequence[str]) -> int:
    """How many cells a row has up to its last one with something in it: rows may end in delimiters."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1].strip()), 0)


def recognised(cells: Sequence[str], answers: Answers = _NOTHING) -> int:
    """How many cells are headers we know, if one of them is for addresses and none is an address; else 0."""
    if any("@" in cell for cell in cells):
        return 0
    roles = [_role(cell, answers) for cell in cells]
    said = answers.address and any(plain(cell) == plain(answers.address) for cell in cells)
    return max(1, sum(map(bool, roles))) if said or "email" in roles else 0


def _role(cell: str, answers: Answers) -> str:
    said = answers.role(cell) if answers.columns else None
    return role_of(cell) if said is None else said


def header_row(rows: Sequence[Sequence[str]], answers: Answers = _NOTHING) -> tuple[int, int]:
    """How many headers we know the header row has, and its index; (0, 0) where there is none.

    It is the row with the most among the first `DEEPEST`, and a header stands above what it names: below the
    first address that has one above it, a row of such words is somebody's row.
    """
    known, at = 0, 0
    for index, cells in enumerate(rows[:DEEPEST]):
        here = recognised(cells, answers)
        if here > known:
            known, at = here, index
        elif known and any(map(ADDRESS_LIKE.search, cells)):
            break
    return known, at


def find_header(sample: Sequence[RawRow], path: str, answers: Answers = _NOTHING) -> Header:
    """The header row of a list.

    Args:
        sample: the first rows; the header is looked for among the first `DEEPEST`, the rest shows what
            the columns hold.
        answers: what staff have said about the list.

    Raises:
        ListError: no address column can be found.
    """
    filled = [row for row in sample if any(map(_WRITTEN.search, row.cells))]
    if not filled:
        raise ListError([Fault(path, 0, "the file is empty", "export it again")])
    known, at = header_row([row.cells for row in filled], answers)
    if known:
        return _Columns(filled[at], filled[at + 1 :], path, answers).named()
    return _by_content(filled, path, answers)


def _by_content(filled: Sequence[RawRow], path: str, answers: Answers) -> Header:
    """No header that we know: the column is the one that holds addresses."""
    first = next((i for i, r in enumerate(filled) if any(ADDRESS_LIKE.search(c) for c in r.cells)), None)
    if first is None:
        seen = ", ".join(f"“{shortened(c)}”" for c in filled[0].cells[:8] if c.strip())
        raise ListError(
            [Fault(path, filled[0].line, f"none of these columns is known to hold addresses: {seen}", _TEACH)]
        )
    rows = filled[first:]
    if first == 0:
        if max(filled_width(r.cells) for r in rows) == 1:
            return Header(0, Columns(("email",), 0), questions=tuple(answers.misnamed(())))
        raise ListError([Fault(path, filled[0].line, "the first row is a person, not a header", _TEACH)])
    header = filled[first - 1]
    holding = [i for i in range(len(header.cells)) if _addresses(rows, i) >= 0.5 and header.cells[i].strip()]
    if not holding:
        raise ListError([Fault(path, header.line, "the column of addresses has no header", _TEACH)])
    return _Columns(header, rows, path, answers).of(holding)


class _Columns:
    """What the columns under a header row are, and what is to be asked and said about them."""

    def __init__(self, header: RawRow, rows: Sequence[RawRow], path: str, answers: Answers) -> None:
        self._cells = header.cells
        self._line = header.line
        self._rows = rows
        self._path = path
        self._answers = answers
        self._questions: list[Fault] = []

    def named(self) -> Header:
        """For a header row that we know."""
        known = [i for i, cell in enumerate(self._cells) if _role(cell, self._answers) == "email"]
        return self.of(
            known + [i for i, cell in enumerate(self._cells) if i not in known and self._holds(cell, i)]
        )

    def _holds(self, cell: str, index: int) -> bool:
        if self._answers.role(cell) is not None:
            return False
        return sounds_like_address(cell) and _addresses(self._rows, index) > 0.5

    def of(self, candidates: Sequence[int]) -> Header:
        """For the columns that may be the one that is mailed."""
        address = self._address(sorted(candidates))
        others = tuple(i for i in sorted(candidates) if i != address)
        roles, gates = self._roles_and_gates({address, *others})
        columns = name_columns(self._cells, address, others, roles=roles, gates=gates)
        self._questions += self._answers.misnamed(self._cells)
        return Header(self._line, columns, self._inferred(address), tuple(self._questions))

    def _address(self, candidates: Sequence[int]) -> int:
        """The address column among several; asks where only staff can know."""
        if self._answers.address:
            return self._said(self._answers.address)
        filled = {i: [c.lower() for r in self._rows if (c := _cell(r, i))] for i in candidates}
        used = [i for i in candidates if filled[i]] or list(candidates[:1])
        if len(used) == 1 or all(filled[i] == filled[used[0]] for i in used[1:]):
            return used[0]
        ranks = {i: rank_of(self._cells[i]) for i in used}
        if all(ranks.values()) and len(set(ranks.values())) == len(used):
            return min(used, key=lambda i: ranks[i])
        names = " and ".join(f"“{shortened(self._cells[i])}” (column {i + 1})" for i in used)
        how = self._answers.how("address", shortened(self._cells[used[0]]), f"--column {used[0] + 1}")
        hint = f"rename or remove the others, or, if it is the first, {how}"
        self._ask(f"which column should be mailed? {names} all hold addresses", hint)
        return used[0]

    def _said(self, column: str) -> int:
        if column.isdecimal() and 0 < int(column) <= len(self._cells):
            return int(column) - 1
        for index, cell in enumerate(self._cells):
            if plain(cell) == plain(column):
                return index
        names = ", ".join(f"“{shortened(cell)}”" for cell in self._cells if cell.strip())
        raise ListError(
            [Fault(self._path, self._line, f"there is no column “{column}”", f"the columns are {names}")]
        )

    def _roles_and_gates(self, taken: set[int]) -> tuple[dict[int, str], list[tuple[int, str]]]:
        """What staff have said that columns are, and which say who may be mailed; asks about those that may."""
        roles: dict[int, str] = {}
        gates: list[tuple[int, str]] = []
        for index, cell in enumerate(self._cells):
            if index in taken:
                continue
            said = self._answers.role(cell)
            if said is not None:
                roles[index] = said
                gates += [(index, said)] * (said in GATES)
            else:
                values = [value[:LONGEST] for row in self._rows if (value := _cell(row, index))]
                kind, seen = read_gate(cell, values)
                if seen:
                    where = (self._path, self._line)
                    how = self._answers.how_column(shortened(cell))
                    self._questions.append(question(cell, index + 1, seen, where, how))
                elif kind:
                    gates.append((index, kind))
        return roles, gates

    def _inferred(self, address: int) -> tuple[Finding, ...]:
        header = self._cells[address]
        if self._answers.address or _role(header, self._answers) or plain(header) in _CALLED_ADDRESS:
            return ()
        message = f"“{shortened(header)}” is taken as the address column, because it holds addresses"
        where = Where(self._path, self._line)
        return (Finding("column-inferred", "warning", message, "Rename it “email” to be sure.", where),)

    def _ask(self, message: str, hint: str) -> None:
        self._questions.append(Fault(self._path, self._line, message, hint))


def _cell(row: RawRow, index: int) -> str:
    return row.cells[index].strip() if index < len(row.cells) else ""


def _addresses(rows: Sequence[RawRow], index: int) -> float:
    """Which share of a column's filled cells look like addresses."""
    cells = [cell for row in rows if (cell := _cell(row, index))]
    return sum(ADDRESS_LIKE.search(cell) is not None for cell in cells) / len(cells) if cells else 0.0
