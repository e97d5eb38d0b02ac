"""Lines that open a part of their own: notes to editors, “About X”, the list of notes."""

from __future__ import annotations

import re
from functools import cache

from mailer.importing.structure.sheet import Piece
from mailer.importing.words import any_of, phrases

_EDGES = "[\\s*_#:.–—-]*"


@cache
def _titles(key: str) -> re.Pattern[str]:
    return re.compile(rf"{_EDGES}(?:{any_of(phrases(key))}){_EDGES}")


@cache
def _editors() -> re.Pattern[str]:
    return re.compile(rf"[\s*_]*(?:{any_of(phrases('editors'))})[*_]*\s*[:.–—-]\s*")


@cache
def _about() -> re.Pattern[str]:
    words = any_of(phrases("about"))
    return re.compile(
        rf"[\s*_#–—-]*(?P<title>(?:{words})(?:\s+|(?<=['’]))(?P<who>[^:\n]{{2,90}}?))(?P<sign>\s*:|\s*$)"
    )


def opens_editors_notes(piece: Piece) -> bool:
    return len(piece.text) <= 60 and bool(_titles("editors").fullmatch(piece.plain))


def editors_label(piece: Piece) -> int:
    """Where the text begins in `Notes to editors: text …`; 0 where the line is none."""
    match = _editors().match(piece.plain)
    return match.end() if match and match.end() < len(piece.text) else 0


def opens_notes(piece: Piece) -> bool:
    return len(piece.text) <= 40 and bool(_titles("notes").fullmatch(piece.plain))


def about_title(piece: Piece) -> tuple[str, int] | None:
    """The title of a boilerplate, and where its text begins on the same line; None where the line opens none."""
    if piece.paragraph is None:
        return None
    match = _about().match(piece.plain)
    if not match:
        return None
    who = piece.text[match.start("who") : match.end("who")].strip(" *_")
    short = len(who.split()) <= 10 and (who[:1].isupper() or piece.bold or bool(piece.paragraph.heading))
    own_line = not match["sign"].strip() and len(piece.text) <= 100 and not who.endswith((".", ",", "?"))
    led = match["sign"].strip() == ":" and len(piece.text) > match.end()
    if not short or not (own_line or led or (match["sign"].strip() and match.end() == len(piece.text))):
        return None
    title = piece.text[match.start("title") : match.end("title")].strip(" *_:")
    return title, match.end()


def is_section_start(piece: Piece) -> bool:
    return (
        opens_editors_notes(piece)
        or bool(editors_label(piece))
        or opens_notes(piece)
        or about_title(piece) is not None
    )
