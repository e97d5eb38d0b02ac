"""Which line of the head is the headline: what stands above it is letterhead, what stands below it the subhead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mailer.importing.structure.contacts.lines import is_postal, names_body, says_how_to_reach
from mailer.importing.structure.head.signs import is_sentence
from mailer.importing.structure.runs import all_italic
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import any_of, kinds, phrases, plain

LETTERHEAD = "a letterhead: the mail has the office's own"
_OPEN_END = re.compile(r"[,:;–—-]$")


@dataclass(slots=True)
class Line:
    """A line of the head that says none of the signs: `after`: how many lines of signs stand above it; `labelled`: the
    kind of release stands before it, as in `Press release: …`."""

    piece: Piece
    after: int
    labelled: bool = False


def is_own_name(sheet: Sheet, text: str) -> bool:
    """Whether a line repeats the office's name, a line of its address, or its site."""
    office, said = sheet.office, plain(text).strip(" .,|–—-")
    address = plain(f"{office.postal_address}\n{office.website}")
    return bool(office.name) and (said == plain(office.name) or (len(said) >= 4 and said in address))


def _is_letterhead(sheet: Sheet, piece: Piece) -> bool:
    if is_own_name(sheet, piece.text):
        return True
    if piece.bold or len(piece.text.split()) > 12 or is_sentence(piece):
        return False
    address = is_postal(piece.text) and (
        "," in piece.text or piece.text[:1].isdecimal() or piece.text[-1:].isdecimal()
    )
    return address or says_how_to_reach(piece)


def take_headline(sheet: Sheet, lines: Sequence[Line], no_text: bool) -> list[Piece]:
    """Choose the headline; what stands above is letterhead, what stands below the subhead. Returns what is neither."""
    lines = _without_letterhead(sheet, _once(sheet, lines))
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


def _once(sheet: Sheet, lines: Sequence[Line]) -> list[Line]:
    """A subject repeats the headline: what is said twice is said once."""
    kept: dict[str, Line] = {}
    for line in lines:
        if plain(line.piece.text) in kept:
            sheet.aside(line.piece.text, "stood above the text twice", place_of(line.piece))
        else:
            kept[plain(line.piece.text)] = line
    return list(kept.values())


def _without_letterhead(sheet: Sheet, lines: Sequence[Line]) -> list[Line]:
    letterhead = [_is_letterhead(sheet, line.piece) for line in lines]
    if all(letterhead):
        return list(lines)
    for line, is_one in zip(lines, letterhead, strict=True):
        if is_one:
            sheet.aside(line.piece.text, LETTERHEAD, place_of(line.piece))
    return [line for line, is_one in zip(lines, letterhead, strict=True) if not is_one]


def _tell_headline(sheet: Sheet, units: Sequence[Sequence[Line]], chosen: int) -> None:
    sheet_words = sheet.headline[:60]
    if chosen:
        above = "; ".join(line.piece.text for unit in units[:chosen] for line in unit)
        sheet.guess(f"Above the headline stood “{above[:120]}”: it is set aside.", "headline", sheet_words)
    if len(units[chosen]) > 1:
        sheet.guess("The headline stood on more than one line: see where it ends.", "headline", sheet_words)
    if plain(sheet.headline).startswith("embargo"):
        sheet.guess(
            "The headline begins with “embargo”: if it is one, it belongs in the field Embargo.", "embargo"
        )
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


def _take_subheads(sheet: Sheet, units: Sequence[Sequence[Line]]) -> None:
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


def _units(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that are one: a headline over two lines."""
    units: list[list[Line]] = []
    for line in lines:
        if units and _continues(units[-1][-1], line):
            units[-1].append(line)
        else:
            units.append([line])
    return units


def _continues(first: Line, second: Line) -> bool:
    a, b = first.piece, second.piece
    if first.after != second.after or (a.bold, a.shouted) != (b.bold, b.shouted):
        return False
    if a.paragraph is None or b.paragraph is None or a.paragraph.style != b.paragraph.style:
        return False
    last = plain(a.text.rpartition(" ")[2])
    open_end = bool(_OPEN_END.search(a.text)) or (last.isalpha() and last in phrases("common"))
    if a.group != b.group:
        begins = plain(b.text.partition(" ")[0])
        alike = a.bold == b.bold and a.paragraph.centred == b.paragraph.centred
        return a.shouted and alike and (open_end or begins in phrases("common"))
    office = names_body(a.text) and len(a.text.split()) <= 5 and (names_body(b.text) or not first.after)
    if a.text.endswith((".", "!", "?")) or office:
        return False
    return open_end or b.text[:1].islower() or a.shouted or (len(a.text) >= 40 and _titled(a) and _titled(b))


def _titled(piece: Piece) -> bool:
    """Whether the words begin with capitals, as in English headlines."""
    words = [word for word in piece.text.split() if len(word) > 3 and word[0].isalpha()]
    return sum(word[0].isupper() for word in words) >= 0.75 * len(words)


def _score(unit: Sequence[Line], signs: int) -> float:
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
    if names_body(text) and words <= 7 and not re.search(r"\d|[$€£%]", text):
        score -= 4 if unit[0].after < signs else 2
    score -= 1 if text.endswith(".") else 0
    score -= (
        3 if len(re.findall(r"\s[/|·•]\s", text)) > 1 else 0
    )  # labels: `Peer-reviewed / Survey / Harbours`
    score -= 1.5 if all_italic(piece.runs) or paragraph.style == "Subtitle" else 0
    return score
