"""Cells that a spreadsheet would take for a formula (CWE-1236).

A list is what others have typed into a form, and staff open it in Excel. A cell that begins with one of a few signs is
calculated there: `=HYPERLINK(…)` sends what stands beside it to whoever asked for it, `=cmd|…` starts a program. OWASP
(“CSV Injection”) names the signs and the cure: an apostrophe in front, with which it is text. It stays in the file, so
whoever reads a list takes it off again.
"""

from __future__ import annotations

import re

_SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""By which a formula begins; the last four are wide, as Japanese programs write them."""
_BREAKS = ("\t", "\r", "\n")
"""Which programs drop, so that the formula comes first."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*|[-+]+")
_PHONE = re.compile(r"\+(?=(?:\D*\d){6})[\d ().\-/]+", re.ASCII)


def as_text(cell: str) -> str:
    """A cell for a file that a spreadsheet may open: what would be a formula there is marked as text. Phone numbers,
    other numbers and dashes stay as they are."""
    if not cell.startswith(_BREAKS) and not cell.lstrip().startswith(_SIGNS):
        return cell
    return cell if _NUMBER.fullmatch(cell) or _PHONE.fullmatch(cell) else f"'{cell}"


def without_mark(cell: str) -> str:
    """A cell as it was before `as_text`, or another program of that habit, has marked it."""
    marked = cell[:1] == "'" and (cell[1:].startswith(_BREAKS) or cell[1:].lstrip().startswith(_SIGNS))
    return cell[1:] if marked else cell
