"""What the lists hold about a person, and taking it out of them (privacy law: access and erasure).

Lists only: what the ledger holds is the ledger's to show and to erase.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import SourceError
from mailer.press.addresses import MENTION, AddressError, canonical, mentioned, parse_address, split_addresses
from mailer.press.clean_text import clean
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.read import PressList, read_list
from mailer.press.list_files.write import line_of, locked, lossless_rows, newline_of, rewrite
from mailer.press.suppressions.suppressions import Suppressions
from mailer.workspace import Workspace, same_file
from mailer.workspace.ledger_place import files_of

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A row of a list in which a person occurs: the list's path as staff would name it, its line, its cells."""

    path: str
    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What `forget` did.

    Attributes:
        removed: rows taken out, with the cells they had.
        by_hand: rows that only a person can take out: those of workbooks, of files whose rows are quoted as a
            whole, and lists that can't be read
            (line 0), with the complaint.
    """

    removed: tuple[Occurrence, ...]
    by_hand: tuple[Occurrence, ...]


def kept_about(workspace: Workspace, address: str) -> Iterator[Occurrence]:
    """Every row of every list, suppressed.csv too, that names an address in any of its cells.

    Raises:
        AddressError: it is no address.
    """
    wanted = _Wanted(address)
    for path in _files(workspace):
        shown = workspace.shown(path)
        try:
            yield from _rows(read_list(path, shown=shown, asking=False), shown, wanted)
        except SourceError:
            # No header that we know: what it holds is shown all the same.
            yield from (Occurrence(shown, r.line, _numbered(r.cells)) for r in _raw(path, wanted))
    entry = Suppressions(workspace.suppressed).get(address)
    if entry is not None:
        cells = {"address": entry.address, "reason": entry.reason, "date": entry.date, "source": entry.source}
        yield Occurrence(workspace.shown(workspace.suppressed), entry.line, cells)


def forget(
    workspace: Workspace,
    address: str,
    *,
    reason: str = "forgotten",
    source: str = "",
    suppressions: Suppressions | None = None,
) -> Forgotten:
    """Takes a person out of every list, and keeps them suppressed under a hash of their address.

    A row goes where the address is its person's. Where it stands beside others', or in another column, the
    address alone is taken out of the cell. No other byte of a file changes.

    Raises:
        AddressError: it is no address.
        ListError: a file can't be written.
    """
    wanted = _Wanted(address)
    # First: should the rest fail, nobody can be mailed who asked to be forgotten.
    if suppressions is None:  # one that names nobody is false
        suppressions = Suppressions(workspace.suppressed)
    suppressions.forget(wanted.address, reason, source)
    removed: list[Occurrence] = []
    by_hand: list[Occurrence] = []
    for path in _files(workspace):
        shown = workspace.shown(path)
        try:
            press_list = read_list(path, shown=shown, asking=False)
            rows = _rows(press_list, shown, wanted)
        except SourceError as error:
            if _raw(path, wanted):
                by_hand.append(Occurrence(shown, 0, {"": error.faults[0].message}))
            continue
        if rows and (press_list.dialect is None or press_list.dialect.wrapped):
            by_hand += rows
        elif rows:
            _take_out(press_list, wanted)
            removed += rows
    return Forgotten(tuple(removed), tuple(by_hand))


def _files(workspace: Workspace) -> Iterator[Path]:
    """Every file of lists/ that may name a person, also one from which nobody is mailed; but not suppressed.csv."""
    for path in workspace.list_files():
        if path.is_file() and not same_file(path, workspace.suppressed):
            yield path


class _Wanted:
    """The person to be found: by exact canonical address, in whatever form a cell has it."""

    def __init__(self, address: str) -> None:
        self.address = parse_address(address)
        self.key = canonical(self.address)
        self._local = self.key.partition("@")[0]

    def named_in(self, cells: list[str]) -> bool:
        # Nearly every row is dismissed by this first look, without parsing addresses.
        text = "\n".join(cells).lower()
        return self._local in text and any(self.key in _keys(cell) for cell in cells)

    def without(self, cell: str) -> str:
        """A cell without this person's address: the other addresses, or the text around it."""
        people = split_addresses(cell)
        if self.key in {_key(address) for _, address in people}:
            rest = [(name, address) for name, address in people if _key(address) != self.key]
            return "; ".join(f"{name} <{address}>" if name else address for name, address in rest)
        return MENTION.sub(lambda found: "" if _key(found[0]) == self.key else found[0], cell)


def _keys(cell: str) -> set[str]:
    """Every address that a cell names, alone or in the middle of a text."""
    if "@" not in cell:
        return set()
    return {_key(text) for text in (*(a for _, a in split_addresses(cell)), *mentioned(cell))}


def _key(address: str) -> str:
    try:
        return canonical(parse_address(address))
    except AddressError:
        return canonical(address)


def _take_out(press_list: PressList, wanted: _Wanted) -> None:
    dialect, index = press_list.dialect, press_list.header.columns.address
    assert dialect is not None

    def edit(row: RawRow) -> list[str]:
        if not wanted.named_in(row.cells):
            return row.lines
        own = row.cells[index] if index < len(row.cells) else ""
        if _keys(own) == {wanted.key}:
            return []
        cells = [wanted.without(cell) for cell in row.cells]
        return [line_of(cells, dialect.delimiter, newline_of(row.lines[-1]))]

    with locked(press_list.path):
        rewrite(press_list.path, dialect.delimiter, edit)


def _rows(press_list: PressList, shown: str, wanted: _Wanted) -> list[Occurrence]:
    """The rows of a list that name somebody. All at once: no list is open while somebody changes it."""
    return [
        Occurrence(shown, row.line, _labelled(press_list, row))
        for row in press_list.raw_rows()
        if wanted.named_in(row.cells)
    ]


def _raw(path: Path, wanted: _Wanted) -> list[RawRow]:
    """The lines that name somebody, each as one cell, of a file that is no list we can read."""
    found: list[RawRow] = []
    try:
        with lossless_rows(path, "") as rows:
            found += (row for row in rows if wanted.named_in(row.cells))
    except (OSError, UnicodeError, SourceError):
        pass  # what was read so far
    return found


def _labelled(press_list: PressList, row: RawRow) -> dict[str, str]:
    headers = press_list.columns
    named = {headers[i] or f"column {i + 1}" if i < len(headers) else f"column {i + 1}": cell
             for i, cell in enumerate(row.cells)}  # fmt: skip
    return {name: clean(cell) for name, cell in named.items() if cell.strip()}


def _numbered(cells: list[str]) -> dict[str, str]:
    return {f"column {i}": clean(cell) for i, cell in enumerate(cells, 1) if cell.strip()}


def files_naming(workspace: Workspace, address: str) -> list[Path]:
    """Files of `.mailer/` that name an address in plain bytes: rehearsals, proofs, the copy that is kept of an older
    ledger. The ledger itself is not among them, nor its locks.

    Raises:
        AddressError: it is no address.
    """
    wanted = parse_address(address).lower().encode()
    ledger = {
        place.with_name(f"{place.name}{suffix}")
        for place in files_of(workspace.ledger)[:1]
        for suffix in ("", "-wal", "-shm")
    }
    files = (
        path
        for path in workspace.private.rglob("*")
        if path.is_file() and path not in ledger and path.suffix != ".lock"
    )
    return [path for path in sorted(files) if _holds(path, wanted)]


def _holds(path: Path, wanted: bytes) -> bool:
    """Whether these octets, in small letters, are anywhere in a file, of which little is held at a time: the copy of a
    ledger is as large as that was."""
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            looked_at = tail + piece
            if wanted in looked_at.lower():
                return True
            tail = looked_at[-len(wanted) :]
    return False
