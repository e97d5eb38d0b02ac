"""What paragraphs and runs look like, as far as a release can keep it; and what is told of how they look."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from mailer.importing.sources.word.formatting.numbering import DEEPEST, Item, Numbering
from mailer.importing.sources.word.formatting.styles import Styles
from mailer.importing.sources.word.names import Element, child, descendants, is_on, number, q, text, value
from mailer.importing.sources.word.places import place_of

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_QUOTES = frozenset(("quote", "intense quote", "block text", "quotations", "block quotation"))
_NAMED = {
    "title": "Title",
    "subtitle": "Subtitle",
    "caption": "Caption",
    "quote": "Quote",
    "intense quote": "Quote",
    "quotations": "Quote",
    "block text": "Quote",
}
_UNNAMED = frozenset(
    (
        "list paragraph",
        "normal",
        "standard",
        "default paragraph style",
        "frame contents",
        "table contents",
        "footnote",
        "endnote",
        "text body",
        "header",
        "footer",
        "no spacing",
        "normal (web)",
        "body text",
        "footnote text",
        "endnote text",
    )
)
_MOST_TOLD = 20
_RAISED_BY = 4
"""Half-points: what is raised so far by hand is meant as a superscript."""


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """As `document.Paragraph` has it, and:

    Attributes:
        item: what it is in a list, or None.
        ruled: a line across the page follows.
    """

    heading: int
    style: str
    quoted: bool
    centred: bool
    item: Item | None
    ruled: bool


@dataclass(slots=True)
class Looks:
    """What a document's text looks like.

    Attributes:
        languages: characters in each language (BCP 47), as the document declares them.
    """

    styles: Styles
    numbering: Numbering
    languages: Counter[str] = field(default_factory=Counter)
    _passages: list[tuple[tuple[str, str], list[str]]] = field(default_factory=list)
    _numbered: list[str] = field(default_factory=list)

    def of_paragraph(self, paragraph: Element) -> ParagraphLook:
        """The look of the next paragraph; to be asked once for each, in order, as lists count."""
        names = self.styles.names(paragraph)
        lowered = [name.lower() for name in names]
        heading = self._heading(paragraph, lowered)
        item = self.numbering.item(paragraph)
        if item is not None and (not item.plain or (heading and item.ordered)):
            self._tell_number(bool(heading))
        if item is not None and item.level > DEEPEST:
            item = Item(DEEPEST, item.ordered, item.number, item.plain)
        align = value(self.styles.of_paragraph(paragraph, "jc"))
        style = next((_NAMED[name] for name in lowered if name in _NAMED), "")
        if not style and names and not heading and not self.styles.is_standard(paragraph):
            style = names[0] if lowered[0] not in _UNNAMED else ""
        return ParagraphLook(
            heading=heading,
            style=style,
            quoted=any(name in _QUOTES for name in lowered) and not heading,
            centred=align == "center",
            item=None if heading else item,
            ruled=_ruled(paragraph),
        )

    def _heading(self, paragraph: Element, names: list[str]) -> int:
        """By its place in an outline (ECMA-376-1 §17.3.1.20). Built-in styles have English names everywhere."""
        if any(name in ("title", "subtitle") for name in names):
            return 0
        for name in names:
            if found := _HEADING.fullmatch(name):
                return min(int(found[1]), 6)
        level = self.styles.of_paragraph(paragraph, "outlineLvl")
        return min(number(value(level), 9) + 1, 6) if level is not None and number(value(level), 9) < 9 else 0

    def of_run(self, run: Element, paragraph: ParagraphLook) -> list[str]:
        """The properties that a run's text has in the end: "w:b", "w:i", "w:vertAlign" for a superscript.

        That all of a heading is bold says nothing; what is bold in it beyond that does.
        """
        words = text(run)
        if words:
            self._tell(run, words)
        around = next(run.iterancestors(q("w:p")), None)
        found = []
        styled = bool(paragraph.heading or paragraph.style in _NAMED.values())
        for name in ("b", "i"):
            own = child(run, "w:rPr", f"w:{name}")
            by_style = styled and around is not None and self.styles.on_by_paragraph_style(around, name)
            if self.styles.is_set(run, name) and not (by_style and (own is None or is_on(own))):
                found.append(f"w:{name}")
        raised = value(self.styles.of_run(run, "vertAlign"))
        by_hand = number(value(self.styles.of_run(run, "position"))) >= _RAISED_BY
        if raised == "superscript" or (by_hand and not raised and len(words) <= 3):
            found.append("w:vertAlign")
        return found

    def _tell(self, run: Element, words: str) -> None:
        language = value(self.styles.of_run(run, "lang"))
        if language and language != "x-none":
            self.languages[language] += len(words)
        if self.styles.is_set(run, "strike") or self.styles.is_set(run, "dstrike"):
            self._note("Struck out in the document, and kept", run, words)
        marker = value(self.styles.of_run(run, "highlight"), default="none")
        if marker not in ("none", "white"):
            self._note("Highlighted in the document, as what is still to be checked", run, words)

    def _note(self, what: str, run: Element, words: str) -> None:
        """What goes on in the next run is one passage."""
        key = (what, place_of(run))
        if self._passages and self._passages[-1][0] == key:
            self._passages[-1][1].append(words)
        else:
            self._passages.append((key, [words]))

    def remarks(self) -> list[str]:
        """What a release can't show, and somebody may have meant something by."""
        told = [
            f"{what}: “{' '.join(words)}” ({place})." for (what, place), words in self._passages[:_MOST_TOLD]
        ]
        more = len(self._passages) - _MOST_TOLD
        return [
            *told,
            *([f"{more} more passages are struck out or highlighted."] if more > 0 else []),
            *self._numbered,
        ]

    def _tell_number(self, heading: bool) -> None:
        sentence = (
            "Headings are numbered by Word; their numbers were left out."
            if heading
            else "Lists are lettered or numbered in another way in the document; in the release they count 1, 2, 3."
        )
        if sentence not in self._numbered:
            self._numbered.append(sentence)


def _ruled(paragraph: Element) -> bool:
    """Whether a line is drawn below a paragraph, as Word makes one of “---”; a frame around it is none."""
    border = child(paragraph, "w:pPr", "w:pBdr")
    drawn = [
        each.tag.rpartition("}")[2]
        for each in (() if border is None else border)
        if value(each) not in ("nil", "none")
    ]
    empty = not text(paragraph) and not descendants(paragraph, "w:drawing")
    return drawn == ["bottom"] or (empty and drawn == ["top"])
