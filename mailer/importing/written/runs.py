"""Runs as they go into a release: cleaned of what nobody sees, with styles that begin and end where Markdown's can.

The rules, each of which changes how a paragraph looks as little as can be:

- What a word processor hides (soft hyphens, blanks without width) is left out; what a file can't hold is U+FFFD.
- Blanks beside one another are one. A no-break space stays unless it stands beside a blank or at a line's end.
- Bold and italic begin and end with a word: blanks at their ends are plain, those between two of them go along. So
  two bold runs with a blank between become one.
- Italics that begin or end with a quotation mark in the midst of a word leave that mark out: Markdown has no way to
  write it (CommonMark §6.2).
- Raised digits become ¹²³; other raised letters stand on the line.
- An address in the text (https://…, name@example.org) is a link: a release reads it as one.
- A link leads to the web, an address or a telephone number. Any other is text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from mailer.importing.document import Run
from mailer.release.body import SCHEMES, addresses_in
from mailer.release.source import as_read

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_NO_BREAK = {"\u00a0", "\u202f", "\u2007"}


@dataclass(slots=True)
class _Letter:
    """One character with its looks; where a note is cited, no character and the note's number."""

    text: str
    bold: bool
    italic: bool
    href: str
    note: str = ""

    @property
    def blank(self) -> bool:
        return not self.note and self.text.isspace()


def tidied(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs by the rules of this page; those that look alike are one."""
    letters = [letter for run in runs for letter in _letters(run)]
    letters = _without_idle_blanks(letters)
    _link_addresses(letters)
    _style_blanks_and_notes(letters)
    _end_italics_outside_words(letters)
    return _as_runs(letters)


def changes_on_the_line(run: Run) -> bool:
    """Whether a run is raised, says something by it (10 to the power of 2.5, not 102.5), and can't be written so."""
    return (
        run.raised and bool(re.search(r"[\d+−=-]", run.text)) and any(ord(c) not in _RAISED for c in run.text)
    )


def on_one_line(runs: Sequence[Run], between: str = " ") -> list[Run]:
    """Runs without line ends; `between` stands for each."""
    return [replace(run, text=_LINE_ENDS.sub("\n", run.text).replace("\n", between)) for run in runs]


def plain(text: str) -> str:
    """Text for a header's field or a picture's words: cleaned, on one line."""
    cleaned = as_read(_LINE_ENDS.sub("\n", text))
    return re.sub(r"[ \t\n\u00a0]*[ \t\n][ \t\n\u00a0]*", " ", cleaned).strip()


def sound_link(href: str) -> str:
    """An address as a release can hold it, or "": where it leads to is not for a mail."""
    href = as_read(href.strip())
    if not href.lower().startswith(SCHEMES) or not href.partition(":")[2].strip("/ "):
        return ""
    return re.sub(
        r"[\s\x00-\x20\x7f\"<>\\^`{|}*]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), href
    )


def _letters(run: Run) -> list[_Letter]:
    if run.note:
        return [_Letter("", run.bold, run.italic, "", run.note)]
    text = as_read(_LINE_ENDS.sub("\n", run.text))
    if run.raised and all(ord(c) in _RAISED for c in text):
        text = text.translate(_RAISED)
    href = sound_link(run.href) if run.href else ""
    return [_Letter(" " if c == "\t" else c, run.bold, run.italic, href) for c in text]


def _without_idle_blanks(letters: list[_Letter]) -> list[_Letter]:
    """Between two words one blank: a line's end, else a plain one, else the no-break one that stands there."""
    kept: list[_Letter] = []
    for blank, group in groupby(letters, lambda letter: letter.blank):
        if not blank:
            kept += group
            continue
        blanks = list(group)
        said = {letter.text for letter in blanks}
        text = "\n" if "\n" in said else blanks[0].text if said <= _NO_BREAK else " "
        hrefs = {letter.href for letter in blanks}
        kept.append(replace(blanks[0], text=text, href=hrefs.pop() if len(hrefs) == 1 else ""))
    return kept[bool(kept and kept[0].blank) : len(kept) - bool(kept and kept[-1].blank)]


def _link_addresses(letters: list[_Letter]) -> None:
    text = "".join("\0" if letter.href or letter.note else letter.text for letter in letters)
    for start, end, address in addresses_in(text):
        href = sound_link(address)
        if href:
            for letter in letters[start:end]:
                letter.href = href


def _style_blanks_and_notes(letters: list[_Letter]) -> None:
    """A blank or a note looks like what stands on both its sides; at an end, like nothing."""
    solid = [n for n, letter in enumerate(letters) if not letter.blank and not letter.note]
    before = -1
    for after in (*solid, -1):
        first, last = (letters[n] if n >= 0 else None for n in (before, after))
        for letter in letters[before + 1 : after if after >= 0 else len(letters)]:
            letter.bold = bool(first and last and first.bold and last.bold)
            letter.italic = bool(first and last and first.italic and last.italic)
            if not (first and last and first.href == last.href == letter.href):
                letter.href = ""
        before = after


def _end_italics_outside_words(letters: list[_Letter]) -> None:
    for step in (1, -1):
        order = letters[::step]
        for n, letter in enumerate(order):
            outside = order[n - 1] if n else None
            if letter.italic and outside and not outside.italic and _marks(letter) and _is_of_a_word(outside):
                letter.italic = False


def _marks(letter: _Letter) -> bool:
    return bool(letter.note) or unicodedata.category(letter.text)[0] in "PS"


def _is_of_a_word(letter: _Letter) -> bool:
    return not letter.blank and not _marks(letter)


def _as_runs(letters: list[_Letter]) -> tuple[Run, ...]:
    return joined(Run(each.text, each.bold, each.italic, href=each.href, note=each.note) for each in letters)


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Runs of which none looks like the one before; each note's mark is one."""
    made: list[Run] = []
    for looks, group in groupby(runs, lambda run: replace(run, text="")):
        alike = list(group)
        made += alike if looks.note else [replace(looks, text="".join(run.text for run in alike))]
    return tuple(made)
