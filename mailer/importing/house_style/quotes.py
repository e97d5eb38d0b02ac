"""Straight quotation marks and apostrophes become those of the language, where it is plain which one is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailer.importing.house_style.page import protected

_MARKS = {
    "en": "“”‘’", "pt": "“”‘’", "es": "“”‘’", "fr": "«»“”", "de": "„“‚‘",
}  # fmt: skip
"""Double and single marks by language: https://www.unicode.org/cldr/charts/latest/by_type/core_data.alphabetic_information.punctuation.html"""

_OPENS_AFTER = "([{—–-/“‘«„‚¿¡"
_MEASURE = re.compile(r"\d'\s?\d+(?:[.,]\d+)?\"?|°\s?\d+'|\d'\d")
"""Feet and inches, minutes and seconds of an angle, thousands as the Swiss write them: no quotations."""
_LEFT_OUT = re.compile(r"(?:n['’]|(?:s|t|tis|twas|twere|twill|em|til)(?![^\W_]))", re.IGNORECASE)
"""Words that begin with an apostrophe: rock ’n’ roll, ’tis, ’s-Hertogenbosch."""
_YEAR = re.compile(r"\d\d(?!\d)")
_EITHER = "A ' could be a quotation mark or an apostrophe: it was left alone."
_SEEN_THROUGH = "*_"
"""Signs of Markdown: what stands on their other side decides."""


@dataclass(slots=True)
class _Found:
    """A straight mark: where it stands, and what its neighbours make of it."""

    at: int
    opens: bool
    closes: bool


def with_quotes(text: str, language: str) -> tuple[str, int, str]:
    """A paragraph with the marks of its language: the text, how many were set, and what is doubtful, or "".

    Args:
        language: BCP 47. Of a language that is not known here, nothing is changed.
    """
    marks = _marks(text, language)
    if not marks:
        return text, 0, ""
    letters, mask = list(text), protected(text)
    for measure in _MEASURE.finditer(text):
        mask[measure.start() : measure.end()] = [True] * (measure.end() - measure.start())
    doubts = [
        _double(letters, [_found(text, at) for at, c in enumerate(text) if c == '"' and not mask[at]], marks),
        _single(letters, [_found(text, at) for at, c in enumerate(text) if c == "'" and not mask[at]], marks),
    ]
    new = "".join(letters)
    number = sum(before != after[:1] for before, after in zip(text, letters, strict=True))
    return new, number, next(filter(None, doubts), "")


def _marks(text: str, language: str) -> str:
    tag = language.split("-")[0].lower()
    if tag in ("es", "pt") and "«" in text:
        return "«»“”"
    return _MARKS.get(tag, "")


def _found(text: str, at: int) -> _Found:
    before, behind = _beside(text, at, -1), _beside(text, at, 1)
    opens = (
        (not before or before.isspace() or before in _OPENS_AFTER) and bool(behind) and not behind.isspace()
    )
    if text[at - 1 : at] in ("*", "_") and behind.isalnum() and before and not before.isalnum():
        opens = True  # said.**"Never,"**
    closes = bool(before) and not before.isspace() and (not behind or not behind.isalnum())
    return _Found(at, opens, closes)


def _beside(text: str, at: int, step: int) -> str:
    """The next character that is no sign of Markdown; "" at an end of the text."""
    at += step
    while 0 <= at < len(text) and text[at] in _SEEN_THROUGH:
        at += step
    line = text[:at].rpartition("\n")[2] if 0 <= at < len(text) else ""
    if step < 0 and at >= 0 and text[at] == ">" and not line.strip(" >"):
        return ""
    return text[at] if 0 <= at < len(text) else ""


def _double(letters: list[str], found: list[_Found], marks: str) -> str:
    """Opening and closing must take turns; the last may stay open: its quotation goes on in the next paragraph.
    Behind a number, a mark that closes nothing says inches."""
    opened = False
    meant = []
    for each in found:
        if each.closes and not opened and letters[each.at - 1].isdigit():
            continue
        if each.closes == each.opens:
            return 'A " could open or close a quotation: it was left alone.' if found else ""
        if each.opens == opened:
            return 'The " of this paragraph do not take turns: they were left alone.'
        opened = each.opens
        meant.append(each)
    for each in meant:
        letters[each.at] = marks[0] if each.opens else marks[1]
    return ""


def _single(letters: list[str], found: list[_Found], marks: str) -> str:
    """Apostrophes within and behind words, and where the beginning of a word or a year is left out; elsewhere at their
    beginning only where a quotation is closed behind. Behind a number, a mark that closes nothing says feet."""
    doubt, kept = "", -1
    opened = False
    text = "".join(letters)
    for number, each in enumerate(found):
        before, behind = text[each.at - 1 : each.at], text[each.at + 1 : each.at + 2]
        closed_behind = [f.closes and not f.opens for f in found[number + 1 :]]
        if number == kept:
            continue
        if (before.isalnum() and behind.isalnum()) or _is_left_out(text, each):
            letters[each.at] = "’"
        elif each.opens and _YEAR.match(text, each.at + 1):
            if any(closed_behind[:1]):  # '12 monkeys' or the sailors' of '12: the other mark waits as well
                doubt, kept = _EITHER, number + 1
            else:
                letters[each.at] = "’"
        elif each.opens and not each.closes and any(closed_behind):
            letters[each.at], opened = marks[2], True
        elif each.closes and not each.opens and opened:
            letters[each.at], opened = marks[3], False
        elif each.closes and not each.opens and before.isalpha():
            letters[each.at] = "’"
        elif not before.isdigit():
            doubt = _EITHER
    return doubt


def _is_left_out(text: str, mark: _Found) -> bool:
    """Whether letters or a century are left out here: ’n’, ’tis, the ’90s."""
    if text[max(mark.at - 2, 0) : mark.at].lower() in ("'n", "’n"):
        return True
    return mark.opens and bool(re.match(r"\d0s", text[mark.at + 1 :]) or _LEFT_OUT.match(text, mark.at + 1))
