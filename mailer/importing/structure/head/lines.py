"""The lines above the text: letterhead, kind, release line, date, headline, subhead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailer.importing.structure.contacts.lines import names_body
from mailer.importing.structure.head.dateline import dateline_of, is_place, place_and_day
from mailer.importing.structure.head.forms import field_of
from mailer.importing.structure.head.headline import LETTERHEAD, Line, is_own_name, take_headline
from mailer.importing.structure.head.said import say_day, say_place, say_signs
from mailer.importing.structure.head.signs import Signs, lead_of, read_signs
from mailer.importing.structure.runs import cut
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import kinds

_DASH = re.compile(r"\s[–—|·•-]\s")


def take_head(sheet: Sheet) -> None:
    """Take everything above the text out of the pieces."""
    lead = lead_of(sheet)
    head, sheet.pieces = sheet.pieces[:lead], sheet.pieces[lead:]
    kept: list[Piece] = []
    lines: list[Line] = []
    signs = 0
    for number, piece in enumerate(head):
        if piece.paragraph is None or (lines and _leads_on(head, number)):
            kept.append(piece)
        elif (rest := _read_line(sheet, piece)) is not piece:
            signs += 1
            if rest is not None:
                lines.append(Line(rest, signs, labelled=True))
        else:
            lines.append(Line(piece, signs))
    no_text = not sheet.pieces
    left = take_headline(sheet, lines, no_text)
    order = {id(piece): number for number, piece in enumerate(head)}
    kept = sorted((*kept, *left), key=lambda piece: order.get(id(piece), 0))
    sheet.pieces = [*kept, *sheet.pieces]


def _leads_on(head: Sequence[Piece], number: int) -> bool:
    """Whether a line introduces what follows it, a list or the text: `The Minister has issued this statement:`."""
    text = head[number].text
    last = number + 1 == len(head) or head[number + 1].paragraph is None
    return last and text.endswith(":") and len(text.split()) >= 3 and not field_of(head[number])[0]


def _read_line(sheet: Sheet, piece: Piece) -> Piece | None:
    """Take over what a line says by signs. Returns what is left of it: None, a part, or the very piece."""
    text = piece.text
    if len(text) > 220:
        return piece
    field, start = field_of(piece)
    if field == "subject" and not sheet.headline and "subject" not in sheet.fields:
        sheet.aside(text[:start], "a label of the source's form", place_of(piece))
        rest = piece.with_runs(cut(piece.runs, start))
        return rest if (again := _read_line(sheet, rest)) is rest else again
    signs = read_signs(text, sheet.office)
    if signs.rest < 0 and signs.any:
        say_signs(sheet, piece, signs)
        return None
    placed = place_and_day(text, sheet.office)
    if placed:
        say_place(sheet, placed[0], place_of(piece))
        say_day(sheet, placed[1], text[placed[1].start : placed[1].end], place_of(piece))
        return None
    if signs.any and _parted(text, signs):
        say_signs(sheet, piece, signs)
        return _remainder(sheet, piece, signs.rest)
    if _ends_with_kind(sheet, piece) or _ends_with_signs(sheet, piece):
        return None
    found = dateline_of(text, sheet.office)
    if found and found.end >= len(text.rstrip()) and found.sure and (found.tag or found.day):
        say_dateline_alone(sheet, piece)
        return None
    return piece


def say_dateline_alone(sheet: Sheet, piece: Piece) -> None:
    """A dateline on a line of its own: `Hamburg (ots)`."""
    found = dateline_of(piece.text, sheet.office)
    assert found is not None
    if found.place:
        say_place(sheet, found.place, place_of(piece))
    if found.day:
        say_day(sheet, found.day, found.written, place_of(piece))
    sheet.aside(found.tag, "a wire's tag", place_of(piece))


def _parted(text: str, signs: Signs) -> bool:
    """Whether a sign parts what it says from the rest: `PRESS RELEASE: …`, `24 July 2018 | …`."""
    before = text[: signs.rest].rstrip('(["“«„ ')
    return (
        signs.release
        or signs.number
        or before.endswith((":", "–", "—", "-", "|", "·", "•", "/", "\t", "_", ")"))
        or "\t" in text[: signs.rest]
    )


def _remainder(sheet: Sheet, piece: Piece, start: int) -> Piece | None:
    """What stands beside the signs: a place, the office's name, or head line."""
    rest = piece.with_runs(cut(piece.runs, start))
    introduced = piece.text[:start].rstrip().endswith(":")  # `Press release: Board approves …`
    if is_own_name(sheet, rest.text) or (
        names_body(rest.text) and len(rest.text.split()) <= 8 and not introduced
    ):
        sheet.aside(rest.text, LETTERHEAD, place_of(piece))
        return None
    if is_place(rest.text.strip(" .,()")) and not sheet.dateline and len(rest.text.split()) <= 4:
        say_place(sheet, rest.text.strip(" .,()"), place_of(piece))
        return None
    return rest


def _ends_with_signs(sheet: Sheet, piece: Piece) -> bool:
    """`Lantern Coast Foundation – press release of 3 May 2024`: an office's name, a dash, and nothing but signs."""
    for dash in _DASH.finditer(piece.text):
        before, after = piece.text[: dash.start()].strip(), piece.with_runs(cut(piece.runs, dash.end()))
        signs = read_signs(after.text, sheet.office)
        named = is_own_name(sheet, before) or (names_body(before) and len(before.split()) <= 8)
        if named and signs.rest < 0 and (signs.kind or signs.release):
            sheet.aside(before, LETTERHEAD, place_of(piece))
            say_signs(sheet, after, signs)
            return True
    return False


def _ends_with_kind(sheet: Sheet, piece: Piece) -> bool:
    """`Lantern Coast Foundation Press Release`, `POLICE NEWS RELEASE`."""
    words = piece.plain.rstrip(" .:-–—").split()
    if not 2 <= len(words) <= 10:
        return False
    for first in range(1, len(words)):
        kind = kinds().get(" ".join(words[first:]))
        before = " ".join(piece.text.split()[:first])
        clear = kind and len(words) - first >= (1 if "mitteilung" in words[-1] else 2)
        if clear and (is_own_name(sheet, before) or names_body(before)):
            sheet.kind = sheet.kind or kind
            sheet.aside(piece.text, LETTERHEAD, place_of(piece))
            return True
    return False
