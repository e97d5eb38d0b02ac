"""Notes that were typed: ¹ or [1] in the text and a numbered list at its end become `[^1]` and `[^1]: …`.

They are notes beyond doubt where the marks in the text, in their order, are those of the list, each of them once or
more. Otherwise nothing is changed: ² may be a power, and [1] an omission.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mailer.importing.house_style.page import Page, protected
from mailer.importing.words import phrases, plain
from mailer.release.body import END_MARK

NOTES = "typed notes made notes"
_DEFINITION = re.compile(
    r" {0,3}(?:\[(?P<bracketed>\d{1,2})\]:?|(?P<raised>[⁰¹²³⁴-⁹]{1,2})|(?P<plain>\d{1,2})[.)])\s*(?P<text>\S.*)"
)
_MARKS = (
    re.compile(r"[ \u00a0]?(?P<mark>\[\d{1,2}\])(?![(:\[])"),
    re.compile(r"(?<=[^\s\d])(?P<mark>[⁰¹²³⁴-⁹]{1,2})"),
)
_POWER = re.compile(r"(?<![^\W\d_])[kcdm]?m$")
"""What stands before a raised digit that is a power: 5 m², km³."""


@dataclass(frozen=True, slots=True)
class _Note:
    number: int
    lines: tuple[str, ...]


def with_notes(page: Page) -> None:
    """The page with its typed notes as notes."""
    body = "\n".join(page.lines[page.body :])
    if "[^" in body:
        return
    start, end, notes = _listed(page)
    text = "\n".join(page.lines[page.body : start])
    mask = protected(text)
    for pattern in _MARKS:
        marks = [m for m in pattern.finditer(text) if _is_mark(text, mask, m)]
        numbers = list(dict.fromkeys(_number(m["mark"]) for m in marks))
        if notes and numbers == [note.number for note in notes]:
            _put(page, text, marks, start, end, notes)
            return
        if len(numbers) > 1 and numbers[0] == 1:
            line = page.body + text.count("\n", 0, marks[0].start())
            page.doubt(
                line, f"Marks of notes were typed here ({_said(numbers)}), and no list of notes fits them."
            )
            return


def _said(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:6])) + (" …" if len(numbers) > 6 else "")


def _number(mark: str) -> int:
    return int(unicodedata.normalize("NFKC", mark).strip("[]"))


def _is_mark(text: str, mask: list[bool], match: re.Match[str]) -> bool:
    start = match.start("mark")
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if any(mask[start : match.end("mark")]) or not line.strip(" >*_-"):
        return False
    return match["mark"].startswith("[") or not _POWER.search(line[-8:])


def _listed(page: Page) -> tuple[int, int, list[_Note]]:
    """The list of notes at the end of the body: where it begins and ends, and the notes."""
    paragraphs = list(page.paragraphs())
    while paragraphs and all(END_MARK.fullmatch(page.lines[index]) for index in paragraphs[-1]):
        paragraphs.pop()
    end = paragraphs[-1].stop if paragraphs else page.body
    start, notes = end, list[_Note]()
    while paragraphs and _DEFINITION.fullmatch(page.lines[paragraphs[-1].start]):
        lines = paragraphs.pop()
        start = lines.start
        notes = [*_notes_in(page.lines[lines.start : lines.stop]), *notes]
    if [note.number for note in notes] != list(range(1, len(notes) + 1)):
        return page.body, page.body, []
    if notes and paragraphs and len(paragraphs[-1]) == 1 and _heads_notes(page.lines[paragraphs[-1].start]):
        start = paragraphs[-1].start
    return start, end, notes


def _heads_notes(line: str) -> bool:
    return plain(line.strip(" #*_:")) in phrases("notes")


def _notes_in(lines: list[str]) -> list[_Note]:
    notes: list[_Note] = []
    for line in lines:
        match = _DEFINITION.fullmatch(line)
        if match:
            number = _number(match["bracketed"] or match["raised"] or match["plain"])
            notes.append(_Note(number, (match["text"],)))
        else:
            notes[-1] = _Note(notes[-1].number, (*notes[-1].lines, line.strip()))
    return notes


def _put(page: Page, text: str, marks: list[re.Match[str]], start: int, end: int, notes: list[_Note]) -> None:
    pieces, at = [], 0
    for match in marks:
        pieces += [text[at : match.start()], f"[^{_number(match['mark'])}]"]
        at = match.end()
    written = ["\n    ".join([f"[^{note.number}]: {note.lines[0]}", *note.lines[1:]]) for note in notes]
    head = "".join([*pieces, text[at:]]).split("\n")
    page.lines[page.body : end] = [*head, *"\n\n".join(written).split("\n")]
    page.changed(NOTES, len(notes), at=page.body + text.count("\n", 0, marks[0].start()))
