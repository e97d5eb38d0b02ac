"""Blocks with something done to each of their runs, however deep it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from mailer.importing.document import Block, Listing, Paragraph, Run, Table


def with_runs(blocks: Iterable[Block], change: Callable[[Run], Run]) -> tuple[Block, ...]:
    """The same blocks with each run changed; runs that become empty and cite no note are gone, and empty paragraphs."""
    made: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            runs = tuple(run for run in map(change, block.runs) if run.text or run.note)
            if any(run.note or run.text.strip() for run in runs):
                made.append(replace(block, runs=runs))
        elif isinstance(block, Listing):
            items = tuple(filter(None, (with_runs(item, change) for item in block.items)))
            if items:
                made.append(replace(block, items=items))
        elif isinstance(block, Table):
            rows = tuple(tuple(with_runs(cell, change) for cell in row) for row in block.rows)
            made.append(replace(block, rows=rows))
        else:
            made.append(block)
    return tuple(made)


def paragraphs(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    """Every paragraph, those in lists and tables too, in reading order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        elif isinstance(block, Listing):
            for item in block.items:
                yield from paragraphs(item)
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from paragraphs(cell)
