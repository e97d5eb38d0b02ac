"""Two columns that somebody made with tabs: each is read from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from mailer.importing.structure.head.signs import lead_of
from mailer.importing.structure.runs import cut
from mailer.importing.structure.sheet import Piece, Sheet

_APART = 10_000
"""Columns of a paragraph become paragraphs of their own: so far apart are their numbers."""


def untabulate(sheet: Sheet) -> None:
    """Take lines with tabs apart, above the text and below it; within the text they stay as they are."""
    lead = lead_of(sheet)
    last = max((n for n, piece in enumerate(sheet.pieces) if len(piece.text) > 160), default=-1)
    made: list[Piece] = []
    number = 0
    for _, group in groupby(sheet.pieces, key=lambda piece: piece.group):
        pieces = list(group)
        outside = number + len(pieces) <= lead or number > last
        tabbed = any("\t" in piece.text for piece in pieces)
        made += _columns(pieces) if outside and tabbed and all(p.paragraph for p in pieces) else pieces
        number += len(pieces)
    sheet.pieces = made


def _columns(pieces: Sequence[Piece]) -> list[Piece]:
    columns: list[list[Piece]] = []
    for piece in pieces:
        runs = piece.runs
        start, column = 0, int(piece.indented)
        text = "".join(run.text for run in runs)
        for cell in text.split("\t"):
            if cell.strip():
                while len(columns) <= column:
                    columns.append([])
                part = piece.with_runs(cut(runs, start, start + len(cell)))
                part.group = piece.group + _APART * column
                columns[column].append(part)
                column += 1
            start += len(cell) + 1
    return [piece for column in columns for piece in column]
