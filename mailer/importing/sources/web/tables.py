"""Tables of a page: their cells in rows, merged ones too."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

from mailer.importing.document import Block
from mailer.importing.sources.shaping.tables import Cell, table_or_blocks

_MOST_COLUMNS, _MOST_CELLS = 100, 20_000
ReadCell = Callable[[Any], Cell]


def table_of(element: Any, read: ReadCell, skipped: Container[Any], place: str) -> tuple[Block, ...]:
    """A `table` as a table of data, or as the blocks of its cells in reading order.

    Args:
        read: the blocks of a cell.
        skipped: rows, cells and captions that are not shown.
    """
    rows = [
        (row, [cell for cell in row if cell.tag in ("td", "th") and cell not in skipped])
        for row in _rows(element, skipped)
    ]
    shown = (child for child in element if child.tag == "caption" and child not in skipped)
    captions = tuple(block for child in shown for block in read(child))
    if not rows:
        return captions
    said: bool | None = None
    if (element.get("role") or "").lower() in ("presentation", "none"):
        said = False
    elif any(cell.tag == "th" for _, cells in rows for cell in cells):
        said = True
    grid = _grid([cells for _, cells in rows], read)
    return (
        *captions,
        *table_or_blocks(grid, place, headed=said is not False and _headed(*rows[0]), data=said),
    )


def _rows(element: Any, skipped: Container[Any]) -> Iterator[Any]:
    for child in element:
        if child in skipped:
            continue
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr" and row not in skipped)


def _span(cell: Any, which: str) -> int:
    said = (cell.get(which) or "1").strip()
    return max(1, min(int(said[:4]), _MOST_COLUMNS)) if said.isascii() and said.isdecimal() else 1


def _grid(rows: list[list[Any]], read: ReadCell) -> list[list[Cell]]:
    """Each row's cells; what a merged cell covers is empty."""
    grid: list[list[Cell]] = []
    below: dict[int, int] = {}
    """For each column: in how many rows from here it is covered from above."""
    cells = 0
    for row in rows:
        line: list[Cell] = []
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


def _covered(line: list[Cell], below: dict[int, int]) -> None:
    while (rest := below.get(len(line), 0)) > 0:
        below[len(line)] = rest - 1
        line.append(())


def _headed(first: Any, cells: list[Any]) -> bool:
    if first.getparent().tag == "thead" or (cells and all(cell.tag == "th" for cell in cells)):
        return True
    return any(cell.get("role") == "columnheader" for cell in cells)  # Word in a browser
