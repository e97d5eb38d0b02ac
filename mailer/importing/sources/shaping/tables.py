"""Tables: those that hold data stay tables, those that only place things give back what is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailer.importing.document import Block, Figure, Listing, Paragraph, Rule, Table

Cell = tuple[Block, ...]


def table_or_blocks(
    grid: Sequence[Sequence[Cell]], place: str, *, headed: bool = False, data: bool | None = None
) -> tuple[Block, ...]:
    """A table as a table of data, or as the blocks of its cells in reading order.

    Args:
        grid: its rows of cells; what merged cells cover is empty. Rows may differ in length.
        place: where it stands.
        headed: its first row says that it is a head. One that is the only bold row is a head too.
        data: whether it holds data, where the source says so; else its shape decides: one cell in each row, or cells
            that hold lists, headings or half a page, only place things.
    """
    rows = [row for row in grid if any(row)]
    if not rows or data is False or (data is None and not headed and _only_places(rows)):
        return tuple(block for row in rows for cell in row for block in cell)
    width = max(map(len, rows))
    padded = tuple((*row, *[()] * (width - len(row))) for row in rows)
    bold = len(padded) > 1 and _bold(padded[0]) and not any(map(_bold, padded[1:]))
    return (Table(padded, (headed and bool(grid[0]) and any(grid[0])) or bold, place),)


def _only_places(rows: Sequence[Sequence[Cell]]) -> bool:
    if max(sum(bool(cell) for cell in row) for row in rows) <= 1:
        return True
    return any(_is_page(cell) for row in rows for cell in row)


def _is_page(cell: Cell) -> bool:
    """Whether a cell holds what cells of data don't."""
    if len(cell) > 3:
        return True
    return any(
        isinstance(block, Listing | Table | Rule | Figure) or (isinstance(block, Paragraph) and block.heading)
        for block in cell
    )


def _bold(row: Sequence[Cell]) -> bool:
    runs = [run for cell in row for block in cell if isinstance(block, Paragraph) for run in block.runs]
    return bool(runs) and all(run.bold for run in runs if re.search(r"\w", run.text))
