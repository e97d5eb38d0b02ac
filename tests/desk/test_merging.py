"""The file was changed in another program while the page had text of its own: both are put together, by words, and
whatever is not certain is a person's to decide. No word of either side is ever lost."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.desk.rooms.writing.merging import Conflict, merge, opcodes, settled

WAS = (
    "The harbour is clean.\n\nEight of eleven towns meet the standard, and three do not.\n\n- rain\n- waste\n"
)


def merged(mine: str, theirs: str, was: str = WAS) -> str:
    text = settled(merge(was, mine, theirs))
    assert text is not None, merge(was, mine, theirs)
    return text


def test_changes_of_two_paragraphs_are_both_taken() -> None:
    assert merged(WAS.replace("clean", "cleaner"), WAS.replace("rain", "storms")) == WAS.replace(
        "clean", "cleaner"
    ).replace("rain", "storms")


def test_changes_of_two_words_of_one_line_are_both_taken() -> None:
    mine, theirs = WAS.replace("Eight", "Nine"), WAS.replace("do not", "don’t")
    assert merged(mine, theirs) == WAS.replace("Eight", "Nine").replace("do not", "don’t")


def test_what_only_one_side_deleted_is_deleted() -> None:
    theirs = WAS.replace("- waste\n", "")
    assert merged(WAS.replace("clean", "cleaner"), theirs) == theirs.replace("clean", "cleaner")


def test_the_same_change_of_both_is_made_once() -> None:
    both = WAS.replace("Eight of eleven", "Nine of twelve")
    assert merged(both, both) == both


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Nine of eleven", "Seven of eleven"),  # the same word
        ("Eight of twelve", "Eight of"),  # a word that the other deleted
        ("Nine of eleven", "Eight in eleven"),  # neighbours: who knows what the two would say together
        ("Eight or nine of eleven", "Eight and more of eleven"),  # two insertions in one place
    ],
)
def test_changes_of_one_place_are_left_to_a_person(mine: str, theirs: str) -> None:
    pieces = merge(WAS, WAS.replace("Eight of eleven", mine), WAS.replace("Eight of eleven", theirs))
    assert settled(pieces) is None
    assert [chosen(pieces, side) for side in ("mine", "theirs")] == [
        WAS.replace("Eight of eleven", mine),
        WAS.replace("Eight of eleven", theirs),
    ]


def test_a_file_that_somebody_emptied_takes_nothing_along() -> None:
    pieces = merge(WAS, WAS.replace("clean", "cleaner"), "")
    assert settled(pieces) is None
    assert "cleaner" in chosen(pieces, "mine")


def test_both_can_be_taken() -> None:
    assert Conflict("a", "b", "c").both == "b c"
    assert Conflict("a\n", "b\n", "c\n").both == "b\nc\n"
    assert Conflict("a", "", "c").both == "c"


# What holds of any three texts

WORDS = st.sampled_from(
    ["clean", "water", "Eight", "of", "towns", "1", "ñ", "**", "[^1]", "-", "\n", "\n\n", " ", ": "]
)
TEXTS = st.lists(WORDS, max_size=40).map("".join)


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """A text as somebody leaves it who changed a few places of it."""
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + draw(st.lists(WORDS, max_size=4).map("".join)) + text[end:]
    return text


@st.composite
def of_one(draw: st.DrawFn) -> tuple[str, str, str]:
    was = draw(TEXTS)
    return was, draw(st.one_of(edited(was), TEXTS)), draw(st.one_of(edited(was), TEXTS))


def chosen(pieces: tuple[str | Conflict, ...], side: str) -> str:
    return "".join(piece if isinstance(piece, str) else getattr(piece, side) for piece in pieces)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+|[^\w\s]", text))


@given(of_one())
@example(("a b", "a b a", "b"))
@example(("clean\n", "clean water\n", "\n"))
def test_no_word_that_somebody_wrote_is_lost(texts: tuple[str, str, str]) -> None:
    """Whatever a person chooses, the words that a side added are there if it is that side's that are kept."""
    was, mine, theirs = texts
    pieces = merge(was, mine, theirs)
    for side, text in (("mine", mine), ("theirs", theirs), ("both", mine), ("both", theirs)):
        result = glued_apart(pieces, side)
        assert not (words(text) - words(was)) - words(result), (side, pieces)


def glued_apart(pieces: tuple[str | Conflict, ...], side: str) -> str:
    """What is chosen; both are held apart here, so that two halves of a word count as what they were."""
    return "".join(
        piece
        if isinstance(piece, str)
        else f"{piece.mine}\n{piece.theirs}"
        if side == "both"
        else getattr(piece, side)
        for piece in pieces
    )


@given(of_one())
def test_who_alone_changed_something_gets_it_word_for_word(texts: tuple[str, str, str]) -> None:
    was, mine, _ = texts
    assert merged(mine, was, was) == mine
    assert merged(was, mine, was) == mine
    assert merged(mine, mine, was) == mine


@given(of_one())
def test_it_is_the_same_from_either_side(texts: tuple[str, str, str]) -> None:
    was, mine, theirs = texts
    one, other = merge(was, mine, theirs), merge(was, theirs, mine)
    assert [chosen(one, "mine"), chosen(one, "theirs")] == [chosen(other, "theirs"), chosen(other, "mine")]


def test_texts_that_would_take_minutes_to_compare_are_one_change() -> None:
    was, now = ["so", *["tra", " "] * 2000], ["so", "la", *["tra", " "] * 1999, "la"]
    assert [tag for tag, *_ in opcodes(was, now)] == ["equal", "replace", "equal"]


def test_blanks_alone_are_nothing_that_stayed() -> None:
    """Two sentences without a word in common are one change, and not one change a word."""
    [piece] = merge("one two three", "four five six", "seven eight nine")
    assert piece == Conflict("one two three", "four five six", "seven eight nine")
    assert [tag for tag, *_ in opcodes(["one", " ", "two"], ["four", " ", "five"])].count("replace") == 1
