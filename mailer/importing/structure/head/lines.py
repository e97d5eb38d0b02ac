"""The lines above the text: letterhead, kind, release line, date, headline, subhead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mailer.importing.structure.contacts.lines import is_postal, names_body, says_how_to_reach
from mailer.importing.structure.head.dateline import dateline_of, is_place, place_and_day
from mailer.importing.structure.head.said import say_day, say_place, say_signs
from mailer.importing.structure.head.signs import Signs, lead_of, read_signs
from mailer.importing.structure.runs import all_italic, cut
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import any_of, kinds, phrases, plain

_LETTERHEAD = "a letterhead: the mail has the office's own"
_OPEN_END = re.compile(r"[,:;–—-]$")


@dataclass(slots=True)
class _Line:
    """A line of the head that says none of the signs: `after`: how many lines of signs stand above it; `labelled`: the
    kind of release stands before it, as in `Press release: …`."""

    piece: Piece
    after: int
    labelled: bool = False


def take_head(sheet: Sheet) -> None:
    """Take everything above the text out of the pieces."""
    lead = lead_of(sheet)
    head, sheet.pieces = sheet.pieces[:lead], sheet.pieces[lead:]
    kept: list[Piece] = []
    lines: list[_Line] = []
    signs = 0
    for piece in head:
        if piece.paragraph is None:
            kept.append(piece)
        elif (rest := _read_line(sheet, piece)) is not piece:
            signs += 1
            if rest is not None:
                lines.append(_Line(rest, signs, labelled=True))
        else:
            lines.append(_Line(piece, signs))
    no_text = not sheet.pieces
    left = _take_headline(sheet, lines, no_text)
    order = {id(piece): number for number, piece in enumerate(head)}
    kept = sorted((*kept, *left), key=lambda piece: order.get(id(piece), 0))
    sheet.pieces = [*kept, *sheet.pieces]


def _read_line(sheet: Sheet, piece: Piece) -> Piece | None:
    """Take over what a line says by signs. Returns what is left of it: None, a part, or the very piece."""
    text = piece.text
    if len(text) > 220:
        return piece
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
    if _ends_with_kind(sheet, piece):
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
    if _is_own_name(sheet, rest.text) or (
        names_body(rest.text) and len(rest.text.split()) <= 8 and not introduced
    ):
        sheet.aside(rest.text, _LETTERHEAD, place_of(piece))
        return None
    if is_place(rest.text.strip(" .,()")) and not sheet.dateline and len(rest.text.split()) <= 4:
        say_place(sheet, rest.text.strip(" .,()"), place_of(piece))
        return None
    return rest


def _ends_with_kind(sheet: Sheet, piece: Piece) -> bool:
    """`Lantern Coast Foundation Press Release`, `POLICE NEWS RELEASE`."""
    words = piece.plain.rstrip(" .:-–—").split()
    if not 2 <= len(words) <= 10:
        return False
    for first in range(1, len(words)):
        kind = kinds().get(" ".join(words[first:]))
        before = " ".join(piece.text.split()[:first])
        clear = kind and len(words) - first >= (1 if "mitteilung" in words[-1] else 2)
        if clear and (_is_own_name(sheet, before) or names_body(before)):
            sheet.kind = sheet.kind or kind
            sheet.aside(piece.text, _LETTERHEAD, place_of(piece))
            return True
    return False


def _is_own_name(sheet: Sheet, text: str) -> bool:
    name, said = plain(sheet.office.name), plain(text).strip(" .,|–—-")
    return bool(name) and (said == name or (len(said) >= 4 and said in plain(sheet.office.postal_address)))


def _is_letterhead(sheet: Sheet, piece: Piece) -> bool:
    if _is_own_name(sheet, piece.text):
        return True
    if piece.bold or len(piece.text.split()) > 12:
        return False
    address = is_postal(piece.text) and (
        "," in piece.text or piece.text[:1].isdecimal() or piece.text[-1:].isdecimal()
    )
    return address or says_how_to_reach(piece)


def _take_headline(sheet: Sheet, lines: Sequence[_Line], no_text: bool) -> list[Piece]:
    """Choose the headline; what stands above is letterhead, what stands below the subhead. Returns what is neither."""
    lines = _without_letterhead(sheet, lines)
    units = _units(lines)
    if sheet.headline:  # a form said it
        return [line.piece for unit in units for line in unit]
    if not units:
        _headline_from_text(sheet)
        return []
    signs = max(line.after for line in lines)
    scores = [_score(unit, signs) - number * 0.3 for number, unit in enumerate(units)]
    chosen = scores.index(max(scores))
    for unit in units[:chosen]:
        for line in unit:
            sheet.aside(line.piece.text, "stood above the headline", place_of(line.piece))
    sheet.headline = " ".join(line.piece.text for line in units[chosen])
    _tell_headline(sheet, units, chosen)
    below = units[chosen + 1 :]
    if no_text:
        return [line.piece for unit in below for line in unit]
    _take_subheads(sheet, below)
    return []


def _without_letterhead(sheet: Sheet, lines: Sequence[_Line]) -> list[_Line]:
    kept = [line for line in lines if not _is_letterhead(sheet, line.piece)]
    for line in lines if kept else ():
        if line not in kept:
            sheet.aside(line.piece.text, _LETTERHEAD, place_of(line.piece))
    return kept or list(lines)


def _tell_headline(sheet: Sheet, units: Sequence[Sequence[_Line]], chosen: int) -> None:
    sheet_words = sheet.headline[:60]
    if chosen:
        above = "; ".join(line.piece.text for unit in units[:chosen] for line in unit)
        sheet.guess(f"Above the headline stood “{above[:120]}”: it is set aside.", "headline", sheet_words)
    if len(units[chosen]) > 1:
        sheet.guess("The headline stood on more than one line: see where it ends.", "headline", sheet_words)
    if sheet.headline.isupper():
        sheet.guess(
            "The headline is in capitals: write it as readers should see it.", "headline", sheet_words
        )
    named = _kind_named().match(plain(sheet.headline))
    if named and sheet.kind is None:
        sheet.kind = kinds()[" ".join((named[1] or named[2]).split())]
        sheet.guess(f"By its headline this is a {sheet.kind}.", "kind")


@cache
def _kind_named() -> re.Pattern[str]:
    """Headlines such as `Joint Statement on …`, `Erklärung zur …`. A word alone means many things: a declaration of
    tax, a call for proposals."""
    several = {
        phrase
        for kind in ("statement", "media_advisory")
        for phrase in phrases(f"kinds.{kind}")
        if " " in phrase
    }
    prepositions = r"(?=by|from|on|of|regarding|concerning|zu|zur|zum|von|des|der)"
    return re.compile(rf"({any_of(several)})\b|({any_of(phrases('kinds.statement'))})\s+{prepositions}\b")


def _take_subheads(sheet: Sheet, units: Sequence[Sequence[_Line]]) -> None:
    subheads = [" ".join(line.piece.text for line in unit) for unit in units]
    if not subheads:
        return
    said = [sheet.subhead] if sheet.subhead else []
    sheet.subhead = "; ".join((*said, *subheads))
    if len(subheads) > 1:
        sheet.guess(
            f"{len(subheads)} lines below the headline were taken as the subhead.",
            "subhead",
            subheads[0][:60],
        )


def _headline_from_text(sheet: Sheet) -> None:
    """A source without a head: its first line is the headline, if it is no sentence of the text."""
    for number, piece in enumerate(sheet.pieces):
        if piece.paragraph is not None and len(piece.text.split()) <= 30 and len(sheet.pieces) > 1:
            sheet.headline = piece.text
            del sheet.pieces[number]
            break
        if piece.paragraph is not None:
            break
    sheet.guess(
        "No headline was found: write one."
        if not sheet.headline
        else "The first line was taken as the headline.",
        "headline",
        sheet.headline[:60],
    )


def _units(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Lines that are one: a headline over two lines."""
    units: list[list[_Line]] = []
    for line in lines:
        if units and _continues(units[-1][-1], line):
            units[-1].append(line)
        else:
            units.append([line])
    return units


def _continues(first: _Line, second: _Line) -> bool:
    a, b = first.piece, second.piece
    if first.after != second.after or (a.bold, a.shouted) != (b.bold, b.shouted):
        return False
    if a.paragraph is None or b.paragraph is None or a.paragraph.style != b.paragraph.style:
        return False
    last = plain(a.text.rpartition(" ")[2])
    open_end = bool(_OPEN_END.search(a.text)) or (last.isalpha() and last in phrases("common"))
    if a.group != b.group:
        return a.shouted and open_end
    office = names_body(a.text) and len(a.text.split()) <= 5 and (names_body(b.text) or not first.after)
    if a.text.endswith((".", "!", "?")) or office:
        return False
    return open_end or b.text[:1].islower() or a.shouted or (len(a.text) >= 40 and _titled(a) and _titled(b))


def _titled(piece: Piece) -> bool:
    """Whether the words begin with capitals, as in English headlines."""
    words = [word for word in piece.text.split() if len(word) > 3 and word[0].isalpha()]
    return sum(word[0].isupper() for word in words) >= 0.75 * len(words)


def _score(unit: Sequence[_Line], signs: int) -> float:
    """How much a line of the head looks like the headline."""
    piece = unit[0].piece
    paragraph = piece.paragraph
    assert paragraph is not None
    text = " ".join(line.piece.text for line in unit)
    words = len(text.split())
    score = -4.0 if words <= 2 else -2.0 if words == 3 else 1.0 if words == 4 else 2.8 if words <= 6 else 3.0
    score -= 3 if words > 35 else 0
    score += 8 if paragraph.heading == 1 or paragraph.style == "Title" else 4 if paragraph.heading else 0
    score += 2 if piece.bold else 0
    score += 2 if piece.shouted and words >= 4 else 0
    score += 1 if paragraph.centred else 0
    score += 4 if unit[0].labelled else 1.5 if unit[0].after else 0
    if names_body(text) and words <= 7:
        score -= 4 if unit[0].after < signs else 2
    score -= 1 if text.endswith(".") else 0
    score -= 1.5 if all_italic(piece.runs) or paragraph.style == "Subtitle" else 0
    return score
