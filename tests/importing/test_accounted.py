"""The account of words: what a release and the list of what was set aside lack of the source is named, and can't hide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.importing.accounted import lost_words
from mailer.importing.document import Listing, Paragraph, Run, SourceDocument
from mailer.importing.draft import CallToAction, Draft, SetAside
from mailer.importing.written import write
from mailer.model import Contact

WORDS = """\
PRESS RELEASE
November 23, 2026
Harbour Water Is Cleaner
Portmellon — Eight of the eleven harbours meet the stan-
dard for the water.1 The office’s 41,600 samples say so.
“Never,” said Ines. Tanks stay clean.
1. one
2. two
READ IT: https://example.org/report
Mira Okafor, 020 7946 0142
-ENDS-
1 See the study.
Page 1
"""


def paragraph(text: str, note: str = "") -> Paragraph:
    return Paragraph((Run(text), *([Run("", note=note)] if note else [])))


DOCUMENT = SourceDocument(
    kind="text",
    blocks=(),
    words=WORDS,
)
DRAFT = Draft(
    headline="Harbour Water Is Cleaner",
    date="November 23, 2026",
    dateline="Portmellon",
    contacts=(Contact("Mira Okafor", phone="020 7946 0142"),),
    body=(
        paragraph("Eight of the eleven harbours meet the standard for the water.", "1"),
        paragraph("The office’s 41,600 samples say so."),
        paragraph("“Never,” said Ines. Tanks stay clean."),
        Listing(((paragraph("one"),), (paragraph("two"),)), ordered=True),
        CallToAction("READ IT", "https://example.org/report"),
    ),
    notes=((paragraph("See the study."),),),
    set_aside=(
        SetAside("PRESS RELEASE", "the mail says it from the Kind field"),
        SetAside("-ENDS-", "the mail prints its own"),
        SetAside("1", "numbers of the notes"),
        SetAside("Page 1", "stood in a page footer"),
    ),
)


def lost(draft: Draft, document: SourceDocument = DOCUMENT) -> list[str]:
    return [each.words for each in lost_words(document, draft, write(draft, "one").text)]


def test_a_release_that_has_every_word_passes() -> None:
    assert lost(DRAFT) == []


def without(draft: Draft, word: str) -> Draft:
    """The draft as a careless import would have made it: without one of the body's words."""
    body = []
    for part in draft.body:
        if word and isinstance(part, Paragraph) and word in part.text.split():
            kept = " ".join(part.text.split()).replace(word, "", 1)
            part, word = Paragraph((Run(kept), *(run for run in part.runs if run.note))), ""
        body.append(part)
    assert not word
    return replace(draft, body=tuple(body))


@pytest.mark.parametrize(
    "word", ["Eight", "of", "eleven", "harbours", "meet", "for", "41,600", "samples", "say", "said", "stay"]
)
def test_a_single_word_that_is_lost_is_named(word: str) -> None:
    assert lost(without(DRAFT, word)) == [word]


@pytest.mark.parametrize(
    ("saboteur", "named"),
    [
        (replace(DRAFT, set_aside=DRAFT.set_aside[:1] + DRAFT.set_aside[2:]), "ENDS"),
        (replace(DRAFT, set_aside=DRAFT.set_aside[:3]), "Page 1"),
        (replace(DRAFT, contacts=()), "Mira Okafor, 020 7946 0142"),
        (replace(DRAFT, dateline=""), "Portmellon"),
        (replace(DRAFT, date=""), "November 23, 2026"),
        (replace(DRAFT, body=DRAFT.body[:-1]), "READ IT: https://example.org/report"),
        (replace(DRAFT, notes=((paragraph("See."),),)), "the study"),
        (replace(DRAFT, body=DRAFT.body[:2] + DRAFT.body[3:]), "Never,” said Ines. Tanks stay clean"),
    ],
)
def test_a_part_that_is_lost_is_named(saboteur: Draft, named: str) -> None:
    assert lost(saboteur) == [named]


def test_of_a_word_that_stands_there_often_the_right_place_is_named() -> None:
    (found,) = lost_words(DOCUMENT, without(DRAFT, "The"), write(without(DRAFT, "The"), "one").text)
    assert (found.words, found.around) == ("The", "for the water.1 The office’s 41,600")


@pytest.mark.parametrize(
    ("source", "kept", "named"),
    [
        ("It was -5 degrees.", "It was 5 degrees.", "-"),
        ("It was −5 degrees.", "It was 5 degrees.", "−"),
        ("A profit of –$5.", "A profit of $5.", "–"),
        ("Costs rose by 5 %.", "Costs rose by 5.", "%"),
        ("Costs rose by 5%.", "Costs rose by 5.", "%"),
        ("It costs €7.", "It costs 7.", "€"),
        ("It costs 7 £.", "It costs 7.", "£"),
        ("It is 5 °C.", "It is 5 C.", "°"),
        ("Give or take ±3.", "Give or take 3.", "±"),
        ("10² metres.", "102 metres.", "10 ²"),
    ],
)
def test_a_sign_without_which_a_number_says_something_else_is_missed(
    source: str, kept: str, named: str
) -> None:
    document = SourceDocument(kind="text", blocks=(), words=f"One\n{source}")
    found = lost(Draft(headline="One", body=(paragraph(kept),)), document)
    assert [each.replace(" ", "") for each in found] == [named.replace(" ", "")]
    assert lost(Draft(headline="One", body=(paragraph(source),)), document) == []


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("It was −5 degrees.", "It was -5 degrees."),
        ("Pages 5-7, 020-79 and 5 – 7.", "Pages 5–7, 020 79 and 5—7."),
        ("Portmellon - 5 boats.", "Portmellon 5 boats."),
        ("5 % of it.", "5% of it."),
        ("102 metres, by the looks of it 10².", "10² metres, by the looks of it 10²."),
    ],
)
def test_how_a_sign_is_written_is_nothing_that_is_lost(source: str, kept: str) -> None:
    document = SourceDocument(kind="text", blocks=(), words=f"One\n{source}")
    assert lost(Draft(headline="One", body=(paragraph(kept),)), document) == []


@given(
    st.lists(
        st.text(st.characters(categories=("L", "N", "P", "S", "Z")), max_size=12), min_size=1, max_size=8
    ),
    st.data(),
)
def test_whatever_is_cut_out_of_the_words_of_a_source_is_missed(
    texts: list[str], data: st.DataObject
) -> None:
    document = SourceDocument(kind="text", blocks=(), words="\n".join(["One", *texts]))
    draft = Draft(headline="One", body=tuple(paragraph(text) for text in texts))
    assert lost(draft, document) == []
    at = data.draw(st.integers(0, len(texts) - 1))
    cut = replace(draft, body=draft.body[:at] + draft.body[at + 1 :])
    assert bool(lost(cut, document)) == any(letter.isalnum() for letter in texts[at])
