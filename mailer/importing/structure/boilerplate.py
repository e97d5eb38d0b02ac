"""Standing texts at a release's end: newsroom.md's own are left out, others stay and are offered for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from mailer.importing.document import Paragraph, Run
from mailer.importing.draft import Standing
from mailer.importing.structure.headings import about_title, is_section_start
from mailer.importing.structure.marks import note_mark
from mailer.importing.structure.runs import cut
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import plain

_ALIKE, _THE_SAME = 0.75, 0.97
_FEWEST_WORDS = 12
_LONGEST = 3
"""Paragraphs that a boilerplate is taken to have at most."""
_WHY = "newsroom.md's own “{}”, which the mail prints"


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))


def _likeness(text: str, standing: str) -> float:
    """The share of a text's words that stand in a boilerplate, in its order."""
    ours, theirs = _words(text), _words(standing)
    if len(ours) < _FEWEST_WORDS and ours != theirs:
        return 0.0
    if len(set(ours) & set(theirs)) < 0.5 * len(set(ours)):
        return 0.0
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(ours))


def _known(sheet: Sheet, text: str) -> tuple[str, float]:
    """Which of newsroom.md's boilerplates a text is, and how alike they are."""
    best = max(
        ((_likeness(text, standing), title) for title, standing in sheet.office.boilerplates.items()),
        default=(0.0, ""),
    )
    return (best[1], best[0]) if best[0] >= _ALIKE else ("", 0.0)


def take_boilerplates(sheet: Sheet) -> None:
    """Leave out what newsroom.md has; make a section of what it lacks."""
    made: list[Piece] = []
    number = 0
    last_third = len(sheet.pieces) * 2 // 3
    while number < len(sheet.pieces):
        piece = sheet.pieces[number]
        title = about_title(piece)
        if title:
            end = _end(sheet.pieces, number, piece.text[title[1] :].strip())
            made += _section(sheet, sheet.pieces[number:end], *title)
            number = end
            continue
        if number >= last_third - 2 and piece.paragraph is not None:
            known, alike = _known(sheet, piece.text)
            if known:
                _left_out(sheet, [piece], known, alike)
                number += 1
                continue
        made.append(piece)
        number += 1
    sheet.pieces = made


def _end(pieces: Sequence[Piece], first: int, inline: str) -> int:
    end = first + 1
    paragraphs = 1 if inline else 0
    while end < len(pieces) and paragraphs < _LONGEST:
        piece = pieces[end]
        if piece.paragraph is None or piece.paragraph.heading or is_section_start(piece) or note_mark(piece):
            break
        if inline and piece.group != pieces[first].group:
            break
        end += 1
        paragraphs += 1
    return end


def _section(sheet: Sheet, pieces: Sequence[Piece], title: str, start: int) -> list[Piece]:
    head = pieces[0]
    assert head.paragraph is not None
    inline = [head.with_runs(cut(head.runs, start))] if head.text[start:].strip() else []
    text = [*inline, *pieces[1:]]
    known, alike = _known(sheet, " ".join(piece.text for piece in text))
    if known:
        _left_out(sheet, pieces, known, alike)
        return []
    heading = Piece(Paragraph((Run(title),), heading=2, place=place_of(head)), -head.group - 1)
    if text:
        sheet.offered.append(Standing(title, tuple(piece.block for piece in text)))
        sheet.guess(f"newsroom.md has no “{title}”: if it is the office's own, move it there.", "body", title)
    return [heading, *text]


def _left_out(sheet: Sheet, pieces: Sequence[Piece], known: str, alike: float) -> None:
    for piece in pieces:
        sheet.aside(piece.text, _WHY.format(known), place_of(piece))
    if known not in sheet.about:
        sheet.about.append(known)
    if alike < _THE_SAME:
        sheet.guess(f"The source's “{known}” differs from newsroom.md's, which the mail prints.", "about")
