"""A Word document, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mailer.importing.document import Block, Leak, Listing, Margin, Paragraph, SourceDocument, Table
from mailer.importing.sources.package import Package
from mailer.importing.sources.shaping.typed_lists import with_typed_lists
from mailer.importing.sources.web.reading import Reading
from mailer.importing.sources.word.drawings import Drawings, Shown, choose_alternatives
from mailer.importing.sources.word.fields import Fields
from mailer.importing.sources.word.formatting.looks import Looks
from mailer.importing.sources.word.formatting.numbering import Numbering
from mailer.importing.sources.word.formatting.styles import Styles
from mailer.importing.sources.word.html import Page
from mailer.importing.sources.word.inline import Inline
from mailer.importing.sources.word.leaks.changes import take_changes
from mailer.importing.sources.word.leaks.comments import take_comments
from mailer.importing.sources.word.leaks.hidden import Hidden
from mailer.importing.sources.word.names import descendants, q, remove, text, value
from mailer.importing.sources.word.parts import Story, WordParts, parse
from mailer.importing.sources.word.pictures import Pictures
from mailer.importing.sources.word.places import first_words, number_paragraphs
from mailer.importing.sources.word.plain import PlainDocument
from mailer.importing.sources.word.words import repeats, visible_words

_MARGINS: tuple[Literal["page header", "page footer", "text box"], ...] = (
    "page header",
    "page footer",
    "text box",
)


def read_parts(content: bytes, accept_changes: bool) -> SourceDocument:
    """As `read`.

    Raises:
        PackageFault: it can't be read, or costs more than is safe.
    """
    parts = parse(Package(content))
    words = visible_words(parts)
    for story in parts.stories:
        choose_alternatives(story.root)
    number_paragraphs(parts.stories)
    changes, others = _leaks(parts)
    plain = _made_plain(parts)
    pictures = Pictures(parts.package)
    sources = [pictures.source(shown) for shown in plain.shown]
    page = Page(plain.document.document(plain.stories), plain.document.marked, sources)
    reading = Reading(notes=page.notes, resources=pictures.contents, told=page.told)
    blocks, notes = page.text(reading), page.note_texts(reading)
    margins, repeated = _margins(page, plain.stories, reading, blocks)
    blocks, words = with_typed_lists(blocks, words)
    remarks = [*plain.remarks, *pictures.remarks, *reading.remarks, *repeated, *_about(parts)]
    return SourceDocument(
        kind="Word document",
        blocks=blocks,
        notes=notes,
        pictures=reading.pictures,
        margins=margins,
        leaks=tuple(others if accept_changes else [*changes, *others]),
        accepted=tuple(changes if accept_changes else ()),
        remarks=tuple(dict.fromkeys(remarks)),
        language=plain.language,
        words=words,
    )


@dataclass(frozen=True, slots=True)
class _Plain:
    """A document that mammoth can read, and what was seen while it was made.

    Attributes:
        stories: those of the parts, and text boxes.
        shown: its pictures.
    """

    document: PlainDocument
    stories: list[Story]
    shown: list[Shown]
    language: str
    remarks: list[str]


def _made_plain(parts: WordParts) -> _Plain:
    drawings, fields, inline = Drawings(parts), Fields(), Inline()
    for story in parts.stories:
        drawings.take(story)
    stories = [*parts.stories, *drawings.boxes]
    _drop_lost_references(stories)
    styles = Styles(parts.styles)
    looks = Looks(styles, Numbering(parts.numbering, styles))
    document = PlainDocument(looks)
    for story in stories:
        inline.simplify(story.root)
        fields.resolve(story)
        document.make_plain(story)
    remarks = [*inline.told(), *drawings.remarks, *fields.remarks, *looks.remarks()]
    return _Plain(document, stories, drawings.pictures, _language(looks.languages), remarks)


def _leaks(parts: WordParts) -> tuple[list[Leak], list[Leak]]:
    """Tracked changes; and what nobody can accept."""
    comments = list(take_comments(parts))
    changes = [leak for story in parts.stories for leak in take_changes(story.root)]
    hidden = Hidden(Styles(parts.styles), parts.document)
    return changes, [*comments, *(leak for story in parts.stories for leak in hidden.take(story.root))]


def _drop_lost_references(stories: list[Story]) -> None:
    """Of notes: a reference to one that is not there goes; a mark of the author's own gives way to ours."""
    keys = {story.key for story in stories}
    for story in stories:
        for each in descendants(story.root, "w:footnoteReference", "w:endnoteReference"):
            kind = "footnote" if each.tag == q("w:footnoteReference") else "endnote"
            if value(each, "w:customMarkFollows", "0") in ("1", "true", "on"):
                for mark in list(each.itersiblings()):
                    remove(mark)
            if f"{kind}-{value(each, 'w:id')}" not in keys:
                remove(each)


def _margins(
    page: Page, stories: list[Story], reading: Reading, body: tuple[Block, ...]
) -> tuple[tuple[Margin, ...], list[str]]:
    """What stands outside of the text and says something, each text once."""
    found: dict[tuple[str, str], Margin] = {}
    remarks = []
    known = said(body)
    for index, story in enumerate(stories):
        blocks = () if story.key or not index else page.story(index, reading)
        words = said(blocks)
        if not blocks:
            continue
        if story.kind == "text box" and repeats(words, known):
            remarks.append(
                f"A text box says again what is in the text, and was left out: “{first_words(words)}”."
            )
            continue
        kind = next(kind for kind in _MARGINS if story.kind == kind)
        found.setdefault((kind, words or repr(blocks)), Margin(kind, blocks, story.place))
    return tuple(found.values()), remarks


def said(blocks: Iterable[Block]) -> str:
    """The words of blocks, each paragraph on a line."""
    return "\n".join(_lines(blocks))


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Listing):
            for item in block.items:
                yield from _lines(item)
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from _lines(cell)


def _about(parts: WordParts) -> list[str]:
    remarks = []
    for story in parts.unseen:
        if words := text(story.root):
            remarks.append(f"A {story.place} that Word does not show was left out: “{first_words(words)}”.")
    if any(name.lower().endswith("vbaproject.bin") for name in parts.package.names):
        remarks.append("The document has macros: they were neither run nor taken over.")
    return remarks


def _language(characters: Counter[str]) -> str:
    return characters.most_common(1)[0][0] if characters else ""
