"""Where the text begins and where it ends: the dateline before it, the lines that some offices put below it."""

from __future__ import annotations

import re

from mailer.importing.structure.head.dateline import dateline_of, is_place, place_and_day
from mailer.importing.structure.head.days import Day, days_in
from mailer.importing.structure.head.said import say_day, say_place, say_signs
from mailer.importing.structure.head.signs import is_prose, read_signs
from mailer.importing.structure.runs import cut
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import plain

_PLACE_ALONE = re.compile(r"([^\W\d_][\w/-]{2,}(?: [^\W\d_][\w-]+)?)\.\s(?=[A-ZÀ-Þ„“«])")
"""`Hamburg. Acht der elf Häfen …`: a place, or a sentence of one word."""


def take_dateline(sheet: Sheet) -> None:
    """Take the dateline off the first paragraph."""
    number = next((n for n, piece in enumerate(sheet.pieces) if piece.paragraph is not None), None)
    if number is None:
        return
    piece = sheet.pieces[number]
    found = dateline_of(piece.text, sheet.office)
    if (
        found is None
        and not sheet.dateline
        and (alone := _PLACE_ALONE.match(piece.text))
        and is_place(alone[1])
    ):
        sheet.guess(
            f"“{alone[1]}” may be the place: if so, write it in the field Dateline.", "body", piece.text[:60]
        )
    if found is None or (
        found.place and sheet.dateline and not found.sure and plain(found.place) != plain(sheet.dateline)
    ):
        return
    place = place_of(piece)
    if found.place:
        say_place(sheet, found.place, place)
    if found.day:
        say_day(sheet, found.day, found.written, place)
    sheet.aside(found.tag, "a wire's tag", place)
    if not found.sure:
        sheet.guess(f"“{found.place}” was taken as the dateline.", "dateline", found.place)
    rest = piece.with_runs(cut(piece.runs, found.end))
    sheet.pieces[number : number + 1] = [rest] if rest.text or rest.runs else []


def _is_another_day(sheet: Sheet, day: Day) -> bool:
    """Whether a day below the text is none of the release's, but of what it tells: `Date: December 5`."""
    said = days_in(sheet.date, sheet.office)
    return bool(said) and said[0].value != day.value


def take_signs_below(sheet: Sheet) -> None:
    """What some offices say below the text: place and day, release line; and an embargo wherever it stands."""
    last = max((n for n, piece in enumerate(sheet.pieces) if is_prose(piece)), default=-1)
    kept: list[Piece] = []
    for number, piece in enumerate(sheet.pieces):
        below, short = number > last, piece.paragraph is not None and len(piece.text) <= 200
        signs = read_signs(piece.text, sheet.office) if short else None
        placed = place_and_day(piece.text, sheet.office) if below and short else None
        # a kind alone is no sign here: “Update” may be the heading of a paragraph
        another = bool(signs and signs.day and not signs.release and _is_another_day(sheet, signs.day))
        if (
            signs
            and signs.rest < 0
            and (signs.embargo or (below and (signs.release or signs.day) and not another))
        ):
            say_signs(sheet, piece, signs)
        elif placed:
            say_place(sheet, placed[0], place_of(piece))
            say_day(sheet, placed[1], piece.text[placed[1].start : placed[1].end], place_of(piece))
        else:
            kept.append(piece)
    sheet.pieces = kept
