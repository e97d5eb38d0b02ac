"""Tables of a page: those that hold data stay tables, those that only place things give back what is in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from mailer.importing.document import Block, Figure, Listing, Paragraph, Rule, Table

_MOST_COLUMNS, _MOST_CELLS = 100, 20_000
ReadCell = Callable[[Any], tuple[Block, ...]]


def table_of(element: Any, read: ReadCell, place: str) -> tuple[Block, ...]:
    """A `table` as a table of data, or as the blocks of its cells in reading order.

    Args:
        read: the blocks of a cell.
    """
    rows = [(row, [cell for cell in row if cell.tag in ("td", "th")]) for row in _rows(element)]
    grid = _grid([cells for _, cells in rows], read)
    captions = tuple(block for child in element if child.tag == "caption" for block in read(child))
    grid = [row for row in grid if any(row)]
    if not grid or _only_places(element, rows, grid):
        return (*captions, *(block for row in grid for cell in row for block in cell))
    width = max(map(len, grid))
    padded = tuple((*row, *[()] * (width - len(row))) for row in grid)
    return (*captions, Table(padded, _headed(rows, padded), place))


def _rows(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _span(cell: Any, which: str) -> int:
    said = (cell.get(which) or "1").strip()
    return max(1, min(int(said[:4]), _MOST_COLUMNS)) if said.isascii() and said.isdecimal() else 1


def _grid(rows: list[list[Any]], read: ReadCell) -> list[list[tuple[Block, ...]]]:
    """Each row's cells; what a merged cell covers is empty."""
    grid: list[list[tuple[Block, ...]]] = []
    below: dict[int, int] = {}
    """For each column: in how many rows from here it is covered from above."""
    cells = 0
    for row in rows:
        line: list[tuple[Block, ...]] = []
        for cell in row:
            _covered(line, below)
            at, wide, high = len(line), _span(cell, "colspan"), _span(cell, "rowspan")
            blocks = read(cell)
            wide = min(wide, max(1, _MOST_COLUMNS - at)) if cells < _MOST_CELLS else 1
            line += [blocks, *[()] * (wide - 1)]
            if high > 1:
                below |= dict.fromkeys(range(at, at + wide), high - 1)
            cells += wide
        _covered(line, below)
        grid.append(line)
    return grid


def _covered(line: list[tuple[Block, ...]], below: dict[int, int]) -> None:
    while (rest := below.get(len(line), 0)) > 0:
        below[len(line)] = rest - 1
        line.append(())


def _only_places(
    element: Any, rows: list[tuple[Any, list[Any]]], grid: list[list[tuple[Block, ...]]]
) -> bool:
    if (element.get("role") or "").lower() in ("presentation", "none"):
        return True
    if any(cell.tag == "th" for _, cells in rows for cell in cells):
        return False
    if max(sum(bool(cell) for cell in row) for row in grid) <= 1:
        return True
    return any(_is_page(cell) for row in grid for cell in row)


def _is_page(cell: tuple[Block, ...]) -> bool:
    """Whether a cell holds what cells of data don't."""
    if len(cell) > 3:
        return True
    return any(
        isinstance(block, Listing | Table | Rule | Figure) or (isinstance(block, Paragraph) and block.heading)
        for block in cell
    )


def _headed(rows: list[tuple[Any, list[Any]]], grid: tuple[tuple[tuple[Block, ...], ...], ...]) -> bool:
    """The first row is a head where it says so, or where it is the only one that is bold throughout."""
    first, cells = rows[0]
    if first.getparent().tag == "thead" or (cells and all(cell.tag == "th" for cell in cells)):
        return True
    return len(grid) > 1 and _bold(grid[0]) and not any(map(_bold, grid[1:]))


def _bold(row: tuple[tuple[Block, ...], ...]) -> bool:
    runs = [run for cell in row for block in cell if isinstance(block, Paragraph) for run in block.runs]
    return bool(runs) and all(run.bold for run in runs if re.search(r"\w", run.text))
