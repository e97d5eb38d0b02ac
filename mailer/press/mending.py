"""Making the changes to a list that somebody has agreed to: the file keeps every other byte."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.press.addresses import AddressError, canonical, parse_address
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.read import PressList
from mailer.press.list_files.write import line_of, locked, newline_of, rewrite
from mailer.workspace.private import private_file

Change = tuple[str, str]
"""Whose row it is, by their address as mailed; and the address that it gets, "" = the row goes."""


_PLAIN = re.compile(r"[\w.+-]+@[\w.-]+")
"""An address that needs no quotation marks, whatever the delimiter."""


def can_be_mended(press_list: PressList) -> bool:
    """Whether its rows can be changed one by one: no workbook, no file whose rows are quoted as a whole."""
    return press_list.dialect is not None and not press_list.dialect.wrapped


def mend(press_list: PressList, changes: Mapping[int, Change], keep: Path) -> None:
    """Changes these rows of a list, all of them or none.

    Args:
        changes: by line.
        keep: where a copy of the file as it was is kept, for the owner's eyes only.

    Raises:
        ListError: a row is not what it was when the changes were agreed to; or the file can't be written.
    """
    assert press_list.dialect is not None
    delimiter, column = press_list.dialect.delimiter, press_list.header.columns.address
    left = dict(changes)

    def edit(row: RawRow) -> list[str]:
        if row.line not in left:
            return row.lines
        address, becomes = left.pop(row.line)
        cell = row.cells[column] if column < len(row.cells) else ""
        if _key(cell) != canonical(address):
            raise _changed(press_list, row.line, address)
        return _with_address(row, column, delimiter, becomes) if becomes else []

    with locked(press_list.path):
        private_file(keep)
        shutil.copyfile(press_list.path, keep)
        rewrite(press_list.path, delimiter, edit)
        # Nothing is written before the last row was seen: `rewrite` replaces the file when `edit` is through.


def _key(cell: str) -> str:
    try:
        return canonical(parse_address(cell))
    except AddressError:
        return ""


def _changed(press_list: PressList, line: int, address: str) -> ListError:
    what = f"this is no longer the row of {address}: somebody has changed the list meanwhile"
    return ListError(
        [Fault(press_list.shown, line, what, "nothing was changed; look at the proposals again")]
    )


def _with_address(row: RawRow, column: int, delimiter: str, becomes: str) -> list[str]:
    """The row with another address. Where the old one, or its domain, stands once, no other character changes."""
    text = "".join(row.lines)
    local, _, domain = becomes.rpartition("@")
    old_local, _, old = _key(row.cells[column]).rpartition("@")
    same = local.lower() == old_local
    pattern = (
        rf"@{re.escape(old)}(?![\w.-])"
        if same
        else rf"(?<![\w.+-]){re.escape(f'{old_local}@{old}')}(?![\w.-])"
    )
    written = list(re.finditer(pattern, text, re.IGNORECASE))
    if len(written) == 1 and (same or _PLAIN.fullmatch(becomes)):
        start, end = written[0].span()
        return [f"{text[:start]}{f'@{domain}' if same else becomes}{text[end:]}"]
    cells = [becomes if index == column else cell for index, cell in enumerate(row.cells)]
    return [line_of(cells, delimiter, newline_of(row.lines[-1]))]
