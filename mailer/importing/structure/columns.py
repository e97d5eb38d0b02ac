"""What somebody made with tabs: two columns above the text or below it, or a table within it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from mailer.importing.document import Block, Paragraph, Table
from mailer.importing.structure.contacts.lines import reaches
from mailer.importing.structure.head.signs import lead_of
from mailer.importing.structure.runs import Runs, cut, joined, text_of, trimmed
from mailer.importing.structure.sheet import Piece, Sheet, place_of

_APART = 10_000
"""Columns of a paragraph become paragraphs of their own: so far apart are their numbers."""


def untabulate(sheet: Sheet) -> None:
    """Above the text, and where a contact stands, each column is read from top to bottom; elsewhere rows of as many
    cells are a table."""
    lead = lead_of(sheet)
    made: list[Piece] = []
    number = 0
    for _, group in groupby(sheet.pieces, key=lambda piece: piece.group):
        pieces = list(group)
        number += len(pieces)
        if not all(piece.paragraph for piece in pieces) or not any("\t" in piece.text for piece in pieces):
            made += pieces
        elif number <= lead or any(reaches(piece.plain) for piece in pieces):
            made += _columns(pieces)
        else:
            made = _with_table(sheet, made, pieces)
    sheet.pieces = made


def _cells(piece: Piece) -> list[Runs]:
    text, start, cells = text_of(piece.runs), 0, []
    for cell in text.split("\t"):
        if cell.strip():
            cells.append(trimmed(cut(piece.runs, start, start + len(cell))))
        start += len(cell) + 1
    return cells


def _columns(pieces: Sequence[Piece]) -> list[Piece]:
    if rows := _labelled_rows(pieces):
        return rows
    columns: list[list[Piece]] = []
    for piece in pieces:
        for column, cell in enumerate(_cells(piece), start=int(piece.indented)):
            while len(columns) <= column:
                columns.append([])
            part = piece.with_runs(cell)
            part.group = piece.group + _APART * column
            columns[column].append(part)
    return [piece for column in columns for piece in column]


def _labelled_rows(pieces: Sequence[Piece]) -> list[Piece]:
    """`Date:` and `Contact:` in the first column, and in the second what they name: a row is read after the other."""
    rows = [(piece, _cells(piece)) for piece in pieces]
    labels = [cells[0] for piece, cells in rows if len(cells) == 2 and not piece.indented]
    if not labels or not all(text_of(label).endswith(":") for label in labels):
        return []
    if any(len(cells) > 2 for _, cells in rows):
        return []
    return [
        piece.with_runs(joined(cells[0], cells[1]) if len(cells) == 2 else cells[0]) for piece, cells in rows
    ]


def _with_table(sheet: Sheet, made: list[Piece], pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with a table at their end, or with the lines as they are where they make none."""
    rows = [_cells(piece) for piece in pieces]
    width = len(rows[0])
    before = made[-1].block if made else None
    head = before if isinstance(before, Table) and before.headed and len(before.rows[0]) == width else None
    if width < 2 or any(len(row) != width for row in rows) or (len(rows) < 2 and not _leads(pieces, sheet)):
        return [*made, *pieces]
    cells: tuple[tuple[tuple[Block, ...], ...], ...] = tuple(
        tuple((Paragraph(cell, place=place_of(pieces[0])),) for cell in row) for row in rows
    )
    if head:
        return [*made[:-1], Piece(Table((*head.rows, *cells), headed=True, place=head.place), made[-1].group)]
    headed = not any(letter.isdecimal() for cell in rows[0][1:] for letter in text_of(cell))
    sheet.guess(
        "A table was made of lines with tabs: see whether it reads well.", "body", text_of(rows[0][0])
    )
    return [*made, Piece(Table(cells, headed=headed, place=place_of(pieces[0])), pieces[0].group)]


def _leads(pieces: Sequence[Piece], sheet: Sheet) -> bool:
    """Whether a line alone is the head of the rows that follow a blank line."""
    after = next((p for p in sheet.pieces if p.group > pieces[0].group), None)
    return after is not None and after.paragraph is not None and len(_cells(after)) == len(_cells(pieces[0]))
