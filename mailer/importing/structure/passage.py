"""A part of a text, for the middle of a release that is there already: no field is looked for in it."""

from __future__ import annotations

from dataclasses import replace

from mailer.importing.document import Block, Figure, Listing, SourceDocument, Table
from mailer.importing.draft import Draft
from mailer.importing.structure.body import make_body, make_parts
from mailer.importing.structure.endnotes import map_runs, number_notes, take_typed_notes
from mailer.importing.structure.furniture import join_broken_paragraphs
from mailer.importing.structure.office import Office
from mailer.importing.structure.runs import Runs, block_text
from mailer.importing.structure.sheet import Sheet, pieces_of


def recover_passage(document: SourceDocument, office: Office, notes_there: int = 0) -> Draft:
    """What was copied somewhere, as text of a release. Its headings stay headings, whatever they say; pictures, which
    no clipboard brings along, are set aside.

    Args:
        document: leaks are not looked at.
        notes_there: the highest number of a note that the release has: further ones are counted from there.
    """
    pictures: list[str] = []
    sheet = Sheet(office=office, pieces=pieces_of(without_figures(document.blocks, pictures)))
    for words in pictures:
        sheet.aside(words, "a picture: save it from the source, and put it beside the release")
    for margin in document.margins:
        sheet.aside(" ".join(map(block_text, margin.blocks)), margin.kind)
    notes = {**document.notes, **take_typed_notes(sheet)}
    join_broken_paragraphs(sheet)
    blocks, in_order = number_notes(sheet, make_body(sheet), notes)
    body, _ = make_parts(
        sheet, [map_runs(block, lambda runs: _counted_on(runs, notes_there)) for block in blocks]
    )
    return Draft(
        headline="",
        body=body,
        notes=in_order,
        guesses=tuple(sheet.guesses),
        set_aside=tuple(sheet.set_aside),
    )


def _counted_on(runs: Runs, first: int) -> Runs:
    return tuple(replace(run, note=str(int(run.note) + first)) if run.note else run for run in runs)


def without_figures(blocks: tuple[Block, ...], words: list[str]) -> tuple[Block, ...]:
    """The same blocks without pictures.

    Args:
        words: what the pictures show is added to it.
    """
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Figure):
            words.append(block.alt)
            continue
        if isinstance(block, Listing):
            items = tuple(filter(None, (without_figures(item, words) for item in block.items)))
            block = replace(block, items=items)
        elif isinstance(block, Table):
            rows = tuple(tuple(without_figures(cell, words) for cell in row) for row in block.rows)
            block = replace(block, rows=rows)
        kept.append(block)
    return tuple(kept)
