"""The marks by which people cite a note, typed or raised: ¹, [1], (1), a raised 1, *, †."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from mailer.importing.document import Run
from mailer.importing.structure.runs import Runs, cut, text_of
from mailer.importing.structure.sheet import Piece

_RAISED = r"[⁰¹²³⁴-⁹]{1,3}"
_AT_START = re.compile(
    rf"\s*(?:(?P<raised>{_RAISED})|\[(?P<square>\d{{1,3}})\]|\((?P<round>\d{{1,2}})\)|(?P<sign>\*{{1,3}}|[†‡§])(?=\s?\w)"
    r"|(?P<plain>\d{1,2})(?:[.):]\s+|\s+(?=[A-ZÁÉÍÓÚÄÖÜ“\"«])))\s*"
)
_IN_TEXT = re.compile(
    rf"(?P<raised>{_RAISED})|\[(?P<square>\d{{1,3}})\]|\((?P<round>\d{{1,2}})\)|(?<=\S)(?P<sign>[†‡])"
)


def _key(match: re.Match[str]) -> tuple[str, str]:
    """How it is marked, and its number (or its sign)."""
    form = match.lastgroup or ""
    return form, unicodedata.normalize("NFKC", match[form])


def note_mark(piece: Piece) -> tuple[str, str, int] | None:
    """The mark with which a paragraph begins as a note does: form, number, and where its text begins."""
    runs = piece.runs
    raised = runs[0].text.strip().strip("[]().") if runs and runs[0].raised else ""
    if 0 < len(raised) <= 3 and (raised.isalnum() or raised in "*†‡§"):
        return "raised", raised, len(runs[0].text)
    match = _AT_START.match(piece.text)
    if not match or match.end() >= len(piece.text):
        return None
    return (*_key(match), match.end())


def citations(runs: Runs) -> list[tuple[str, str, int, int]]:
    """The marks in a text: form, number, and the characters from which to which each stands."""
    found = []
    at = 0
    for run in runs:
        number = run.text.strip().strip("[]()")
        if run.raised and 0 < len(number) <= 3 and (number.isdecimal() or number in "*†‡§"):
            found.append(("raised", number, at, at + len(run.text)))
        elif not run.note and not run.href:
            for match in _IN_TEXT.finditer(run.text):
                found.append((*_key(match), at + match.start(), at + match.end()))
        at += len(run.text)
    return found


def cited(runs: Runs, numbers: dict[tuple[str, str], str]) -> Runs:
    """Runs whose marks cite notes: (form, number) → the note's key. The blank before a mark goes."""
    made: list[Run] = []
    done = 0
    for form, number, start, end in citations(runs):
        key = numbers.get((form, number))
        if key is None or start < done:
            continue
        made += cut(runs, done, start)
        if made and not made[-1].note and form != "round":
            made[-1] = replace(made[-1], text=made[-1].text.rstrip(" \u00a0\u202f"))
        mark = text_of(cut(runs, start, end)).strip()
        made.append(Run(mark, note=key))
        done = end
    return (*made, *cut(runs, done)) if made else runs
