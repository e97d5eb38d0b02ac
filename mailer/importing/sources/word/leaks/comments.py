"""Comments: what was said, by whom, about what. Nobody has to accept them: they have to be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.importing.document import Leak
from mailer.importing.sources.word.leaks import DELETE_COMMENTS
from mailer.importing.sources.word.names import Element, descendants, q, remove, text, value
from mailer.importing.sources.word.parts import WordParts
from mailer.importing.sources.word.places import place_of


def take_comments(parts: WordParts) -> Iterator[Leak]:
    """All comments of a document: open, answered, and resolved, also those that nothing in the text points to.

    Takes their marks out of the text.
    """
    places: dict[str, str] = {}
    for story in parts.stories:
        for each in descendants(story.root, "w:commentRangeStart", "w:commentReference"):
            places.setdefault(value(each, "w:id"), place_of(each))
    for root in parts.comments:
        for comment in root.iter(q("w:comment")):
            place = places.get(value(comment, "w:id"), "nowhere in the text")
            if _last_paragraph(comment) in parts.resolved:
                place += ", resolved"
            said = text(comment)
            author, when = value(comment, "w:author"), value(comment, "w:date")
            yield Leak("comment", said, place, author, when, remedy=DELETE_COMMENTS)
    for story in parts.stories:
        for each in descendants(story.root, "w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"):
            remove(each)


def _last_paragraph(comment: Element) -> str:
    paragraphs = descendants(comment, "w:p")
    return value(paragraphs[-1], "w14:paraId") if paragraphs else ""
