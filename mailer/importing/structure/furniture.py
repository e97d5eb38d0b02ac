"""What paper needs and a mail does not: page numbers, “more” at a page's foot, end marks; and broken paragraphs."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from mailer.importing.document import Paragraph, Rule
from mailer.importing.structure.contacts.lines import says_how_to_reach
from mailer.importing.structure.headings import is_section_start
from mailer.importing.structure.marks import note_mark
from mailer.importing.structure.runs import joined
from mailer.importing.structure.sheet import Piece, Sheet, place_of
from mailer.importing.words import any_of, phrases

_SENTENCE_END = re.compile(r"[.!?…:;][\"”’»“')\]*]*\s*(?:[\d¹²³⁰-⁹]{1,2}|[\[(]\d{1,2}[\])])?$")
_LETTER_OR_COMMA = re.compile(r"[\w,\-–—’']$")
_STARS = re.compile(r"(?:[*_~]\s*){3,}|(?:[-–—=]\s*){3,}")


@cache
def _page_marks() -> re.Pattern[str]:
    page, of = any_of(phrases("page")), any_of(phrases("of"))
    more = any_of(phrases("more"))
    return re.compile(
        rf"(?:[-–—(\[*]\s*)*(?:{more})(?:\s*[-–—)\]*.]+|\s*…)+|[-–—(\[*]+\s*(?:{more})"
        rf"|(?:[-–—(\[|]\s*)*(?:{page})\.?\s+\d+(?:\s*(?:{of}|/)\s*\d+)?(?:\s*[-–—)\]|])*"
        r"|[-–—]\s*\d{1,3}\s*[-–—]|\d{1,3}\s*/\s*\d{1,3}|(\d)-\1(?:-\1)+"
        rf"|\S.{{0,60}}[-–—|,]\s*(?:{page})\.?\s+\d+(?:\s*(?:{of}|/)\s*\d+)?|(?:add|page)\s+(?:\d+|one|two|three)"
    )


@cache
def _end_marks() -> re.Pattern[str]:
    """`###`, `# # #`, `-30-`, `-ends-`, `ENDS`, `[END]`, `*** FIN ***`."""
    ends = any_of(phrases("ends"))
    return re.compile(
        rf"#(?:\s*#)+|[-–—*#(\[]*\s*30\s*[-–—*#)\]]+"
        rf"|(?:[-–—*#(\[/.]\s*)*(?:{ends})(?:\s*[-–—*#)\]/.:])*"
    )


def is_end_mark(piece: Piece) -> bool:
    return len(piece.text) <= 40 and bool(_end_marks().fullmatch(piece.plain)) and piece.text != "30"


def is_page_mark(piece: Piece) -> bool:
    return len(piece.text) <= 90 and bool(_page_marks().fullmatch(piece.plain))


def set_furniture_aside(sheet: Sheet) -> None:
    """Page marks and end marks are set aside; a row of stars or dashes between texts is a line across the page."""
    kept: list[Piece] = []
    pages, ended = 0, False
    for piece in sheet.pieces:
        piece.group += (
            pages  # what stands around a page mark is no one paragraph, with a blank line or without
        )
        if piece.paragraph is None:
            kept.append(piece)
        elif is_end_mark(piece) or piece.text == sheet.office.end_mark:
            sheet.aside(piece.text, "an end mark: the mail prints the office's own", place_of(piece))
            ended = True
            continue
        elif is_page_mark(piece):
            sheet.aside(piece.text, "belongs to the page, not to the text", place_of(piece))
            pages += 1
        elif _STARS.fullmatch(piece.text):
            kept.append(Piece(Rule(place_of(piece)), piece.group))
        elif not any(letter.isalnum() for letter in piece.text) and not any(run.note for run in piece.runs):
            continue
        else:
            kept.append(piece)
        if ended and kept and kept[-1].group == piece.group:
            kept[-1].parted, ended = True, False
    sheet.pieces = [p for n, p in enumerate(kept) if not _rule_without_use(kept, n)]


def tell_below_the_end(sheet: Sheet) -> None:
    """What stands below an end mark and was not understood may not be meant for readers: a mail's signature."""
    for piece in sheet.pieces:
        if piece.parted and piece.paragraph and not piece.paragraph.heading and not is_section_start(piece):
            sheet.guess(
                f"“{piece.text[:60]}” stood below the end mark: see whether it belongs in the text.",
                "body",
                piece.text[:60],
            )


def _rule_without_use(pieces: list[Piece], number: int) -> bool:
    """A line across the page before, after or above nothing but short lines parts no texts."""
    if not isinstance(pieces[number].block, Rule):
        return False
    before = any(len(p.text) > 140 for p in pieces[:number])
    after = number + 1 < len(pieces) and len(pieces[number + 1].text) > 140
    return not (before and after)


def join_broken_paragraphs(sheet: Sheet) -> None:
    """A paragraph that ends without a sentence's end and goes on in small letters was broken by a page."""
    made: list[Piece] = []
    for piece in sheet.pieces:
        before = made[-1] if made else None
        if before is not None and before.group != piece.group and _goes_on(before, piece):
            sheet.guess(
                "A paragraph that a page had broken in two was joined: see whether it reads on.",
                "body",
                " ".join((*before.text[-60:].split()[-3:], *piece.text[:60].split()[:3])),
            )
            assert isinstance(before.block, Paragraph)
            runs = joined(before.runs, piece.runs)
            made[-1] = Piece(replace(before.block, runs=runs), before.group)
        else:
            made.append(piece)
    sheet.pieces = made


def _goes_on(first: Piece, second: Piece) -> bool:
    a, b = first.paragraph, second.paragraph
    if a is None or b is None or a.heading or b.heading or a.quoted != b.quoted:
        return False
    return (
        len(first.text) > 70
        and second.text[:1].islower()
        and len(second.text) > 12
        and not _SENTENCE_END.search(first.text[-40:])
        and bool(_LETTER_OR_COMMA.search(first.text[-1:]))
        and not (first.bold and not second.bold)
        and not any(says_how_to_reach(piece) or note_mark(piece) for piece in (first, second))
    )
