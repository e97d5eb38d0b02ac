"""Where something stands in a Word document, in words for staff: paragraphs have no numbers there, so that their first
words are said too."""

from __future__ import annotations

from collections.abc import Iterable

from mailer.importing.sources.word.names import Element, ancestor, descendants, q, text
from mailer.importing.sources.word.parts import Story

PLACE, _WORDS = "place", "first-words"
"""Attributes that every paragraph gets: no name of Word's is without a prefix."""
_FIRST_WORDS = 40


def number_paragraphs(stories: Iterable[Story]) -> None:
    """Says in every paragraph where it is, before anything is taken out or put elsewhere."""
    for story in stories:
        count = 0
        for paragraph in descendants(story.root, "w:p"):
            paragraph.set(_WORDS, first_words(_shown(paragraph)))
            inside = ancestor(paragraph, "w:txbxContent")
            if inside is not None:
                around = ancestor(inside, "w:p")
                outer = "" if around is None else around.get(PLACE, "")
                paragraph.set(PLACE, outer if outer.startswith("text box") else f"text box in {outer}")
                continue
            count += text(paragraph) != ""
            paragraph.set(PLACE, story.place or f"paragraph {max(count, 1)}")


def place_of(element: Element) -> str:
    """The paragraph that an element is or stands in: “paragraph 3 (“The Ministry said …”)”."""
    paragraph = element if element.tag == q("w:p") else ancestor(element, "w:p")
    if paragraph is None:
        paragraph = next(element.iter(q("w:p")), None)
    if paragraph is None:
        return "the whole document"
    words, place = paragraph.get(_WORDS, ""), str(paragraph.get(PLACE, ""))
    return f"{place} (“{words}”)" if words else place


def _shown(paragraph: Element) -> str:
    """What is read in a paragraph: not what was deleted, nor what stands in a box beside it."""
    gone = tuple(map(q, ("w:del", "w:moveFrom", "w:txbxContent")))
    pieces = []
    for each in paragraph.iter(q("w:t"), q("w:tab"), q("w:br")):
        around = each.iterancestors(q("w:p"), *gone)
        if next(around, None) is paragraph:
            pieces.append(each.text or "" if each.tag == q("w:t") else " ")
    return " ".join("".join(pieces).split())


def first_words(text: str, most: int = _FIRST_WORDS) -> str:
    """As many whole words as fit, and “…” where there are more."""
    if len(text) <= most:
        return text
    return f"{text[:most].rsplit(' ', 1)[0]} …"
