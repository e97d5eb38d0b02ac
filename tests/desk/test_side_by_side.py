"""Two states of a mail beside each other: only words are marked, and all that either says is still there."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from mailer.desk.side_by_side import COMES, GOES, marked

WORDS = st.lists(
    st.sampled_from(["harbour", "water", "1987", "clean", "né", "<b>", "&amp;", "»"]), max_size=12
)
PIECES = st.lists(st.tuples(st.sampled_from(["p", "b", "td", "div"]), WORDS, WORDS), max_size=6)


def mail(pieces: list[tuple[str, list[str], list[str]]]) -> str:
    inner = "".join(f"<{tag}>{' '.join(words)}</{tag}>{' '.join(after)} " for tag, words, after in pieces)
    return f"<html><head><title>t</title><style>p{{}}</style></head><body><p>x</p>{inner}</body></html>"


def read(page: str) -> str:
    return "".join(html.document_fromstring(page).body.itertext())


def of_style(page: str, style: str) -> list[str]:
    marks = html.document_fromstring(page).iter("mark")
    return [mark.text or "" for mark in marks if mark.get("style") == style]


@given(PIECES, PIECES)
def test_what_is_read_stays_what_it_was(before: list, now: list) -> None:
    was, becomes = mail(before), mail(now)
    old, new = marked(was, becomes)
    assert read(old) == read(was)
    assert read(new) == read(becomes)
    left = ["".join(read(re.sub(r"<mark[^>]*>.*?</mark>", "", page)).split()) for page in (old, new)]
    assert left[0] == left[1], "what is not marked is the same"


def test_the_words_that_differ_are_marked() -> None:
    old, new = marked(
        "<p>Clean since <b>1987</b>, a study of ten years finds.</p>",
        "<p>Clean since <b>1988</b>, a long study of ten years says.</p>",
    )
    assert of_style(old, GOES) == ["1987", "finds."]
    assert of_style(new, COMES) == ["1988", "long", "says."]


def test_a_thousand_changes_in_one_paragraph_are_in_order() -> None:
    words = [f"w{number}" for number in range(2000)]
    changed = [word if number % 2 else f"{word}x" for number, word in enumerate(words)]
    _, new = marked(f"<p>{' '.join(words)}</p>", f"<p>{' '.join(changed)}</p>")
    assert read(new).split() == changed
    assert of_style(new, COMES) == changed[::2]


def test_a_mail_without_a_counterpart_stays_as_it_is() -> None:
    assert marked("", "<p>New</p>") == ("", "<p>New</p>")
