"""A messy Word file: each of its features is kept, or it is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from support.messy_word import messy_document

from mailer.importing.document import (
    Block,
    Figure,
    Leak,
    Listing,
    Paragraph,
    Rule,
    Run,
    SourceDocument,
    Table,
)
from mailer.importing.sources.word import read


@cache
def messy() -> SourceDocument:
    return read(messy_document(), "harbour.docx")


def paragraphs(document: SourceDocument) -> list[Paragraph]:
    return [block for block in document.blocks if isinstance(block, Paragraph)]


def run_of(document: SourceDocument, text: str) -> Run:
    return next(run for each in paragraphs(document) for run in each.runs if run.text.strip(" .,") == text)


def paragraph(document: SourceDocument, words: str) -> Paragraph:
    return next(each for each in paragraphs(document) if words in each.text)


def blocks(document: SourceDocument, kind: type[Block]) -> list[Block]:
    return [block for block in document.blocks if isinstance(block, kind)]


def items(listing: Block) -> list[str]:
    assert isinstance(listing, Listing)
    return [item[0].text for item in listing.items if isinstance(item[0], Paragraph)]


def leaks(document: SourceDocument, kind: str) -> list[Leak]:
    return [leak for leak in document.leaks if leak.kind == kind]


def cited(document: SourceDocument, kind: str) -> str:
    keys = [run.note for each in paragraphs(document) for run in each.runs if run.note]
    (note,) = next(note for note in (document.notes[key] for key in keys) if note[0].place.startswith(kind))
    assert isinstance(note, Paragraph)
    return note.text


def margin(document: SourceDocument, kind: str) -> list[str]:
    return [
        block.text
        for each in document.margins
        if each.kind == kind
        for block in each.blocks
        if isinstance(block, Paragraph)
    ]


def remarked(document: SourceDocument, words: str) -> bool:
    return any(words in remark for remark in document.remarks)


FEATURES: dict[str, Callable[[SourceDocument], object]] = {
    "footnote": lambda d: cited(d, "footnote") == "Ministry of Ports, “Quays”, 2025.",
    "endnote": lambda d: cited(d, "endnote") == "Measured at low water.",
    "split bold runs": lambda d: run_of(d, "harbour is open").bold,
    "character style": lambda d: run_of(d, "Ministry").bold,
    "title and subtitle": lambda d: [each.style for each in paragraphs(d)[:2]] == ["Title", "Subtitle"],
    "heading": lambda d: paragraph(d, "What changes").heading == 2,
    "field hyperlink": lambda d: run_of(d, "our page").href == "https://example.org/harbour#map",
    "hyperlink": lambda d: run_of(d, "the study").href == "https://example.org/study",
    "simple field hyperlink": lambda d: run_of(d, "the annex").href == "https://example.org/more",
    "superscript": lambda d: run_of(d, "2").raised,
    "superscript by a style": lambda d: run_of(d, "3").raised,
    "list": lambda d: items(blocks(d, Listing)[0]) == ["Two ferries a day", "A third in summer"],
    "list in a list": lambda d: items(blocks(d, Listing)[0].items[0][1]) == ["One of them at night"],  # type: ignore[union-attr]
    "numbered list": lambda d: items(blocks(d, Listing)[1]) == ["Book", "Board"],
    "list that begins anew": lambda d: (blocks(d, Listing)[2].ordered, blocks(d, Listing)[2].first) == (True, 1),  # type: ignore[union-attr]
    "table": lambda d: [len(row) for row in blocks(d, Table)[0].rows] == [2, 2] and blocks(d, Table)[0].headed,  # type: ignore[union-attr]
    "picture and what it shows": lambda d: blocks(d, Figure) == [Figure("picture-1", "The new quay at dawn", "", "paragraph 18")],
    "picture's metadata": lambda d: [b"secret" in each.content for each in d.pictures.values()] == [False],
    "quotation": lambda d: paragraph(d, "proud").quoted,
    "text box": lambda d: margin(d, "text box") == ["Press desk: +1 555 0100"],
    "page header": lambda d: margin(d, "page header") == ["Ministry of Ports · Press office"],
    "page footer, without the number": lambda d: margin(d, "page footer") == ["press@example.org"],
    "insertion": lambda d: [each.text for each in leaks(d, "insertion")] == ["now"],
    "deletion": lambda d: [each.text for each in leaks(d, "deletion")] == ["never"],
    "move": lambda d: [(each.text, each.author) for each in leaks(d, "move")] == [("Tickets cost nothing.", "Tom Ode")],
    "changed formatting": lambda d: [each.text for each in leaks(d, "formatting")] == ["Slanted since Monday."],
    "comment": lambda d: [each.text for each in leaks(d, "comment")] == ["No, ask Vera"],
    "hidden text": lambda d: leaks(d, "hidden text")[0].text == "– the mayor must not know –",
    "white text": lambda d: leaks(d, "hidden text")[1].text == "Budget: 9 million.",
    "content control": lambda d: paragraph(d, "is open").text.startswith("PORT QUILL — The"),
    "content control that nobody filled in": lambda d: remarked(d, "“Click here to enter a date.”"),
    "no-break space": lambda d: "40\u00a0000" in paragraph(d, "passengers").text,
    "no-break hyphen": lambda d: "555\u20110100" in paragraph(d, "passengers").text,
    "soft hyphens": lambda d: "the harbourmaster." in paragraph(d, "passengers").text and remarked(d, "2 soft hyphens"),
    "sign of a symbol font": lambda d: paragraph(d, "Done").text == "Done ✓",
    "line break and tab": lambda d: paragraph(d, "One line").text == "One line\nand the next\tafter a tab",
    "line across the page": lambda d: isinstance(d.blocks[-2], Rule),
    "centred end mark": lambda d: paragraph(d, "###").centred,
    "language": lambda d: d.language == "en-US",
    "document's properties": lambda d: "secret" not in repr(d),
}  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_kept_or_told(feature: str) -> None:
    assert FEATURES[feature](messy())


def test_there_are_more_than_thirty() -> None:
    assert len(FEATURES) >= 30


def test_nothing_is_told_twice() -> None:
    assert len(messy().leaks) == len(set(messy().leaks)) == 7


def test_accepting_changes_leaves_what_nobody_can_accept() -> None:
    accepted = read(messy_document(), "harbour.docx", accept_changes=True)
    assert {leak.kind for leak in accepted.leaks} == {"comment", "hidden text"}
    assert [leak.kind for leak in accepted.accepted] == ["insertion", "deletion", "move", "formatting"]
    assert accepted.blocks == messy().blocks
