"""The preheader: what an inbox shows after the subject is the release's own, and nothing that stands there already."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.releases import NAMES, THEMES, rendered, written

from mailer.model import Rendered
from mailer.release import read_release
from mailer.render import render
from mailer.render.flowed import columns
from mailer.render.preheader import ROOM, _cut, _sentences
from mailer.workspace import Workspace

LEDE = "Nine lamps were lit on Thursday. “It took one ladder,” said the harbour master. It took an afternoon, too, and tea."


def made(workspace: Workspace, body: str = LEDE, fields: str = "Headline: Dark No More") -> str:
    return render(written(workspace, body, fields), workspace.theme("default")).preheader


def opening(mail: Rendered) -> str:
    """The first 90 characters that an inbox can find, without blanks and capitals."""
    body = re.sub(r"(?s)<!--.*?-->", "", mail.html.partition("<body")[2].partition(">")[2])
    shown = " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())[:90]
    return re.sub(r"\s", "", shown.casefold())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_an_inbox_shows_neither_the_office_nor_the_subject_again(
    workspace: Workspace, name: str, theme: str
) -> None:
    mail = rendered(workspace, name, theme)
    assert mail.preheader
    first = opening(mail)
    assert first.startswith(re.sub(r"\s", "", mail.preheader.casefold())[:60])
    newsroom = read_release(workspace, name).original.newsroom
    for name_of_office in (newsroom.name, newsroom.sender.name):
        assert not first.startswith(re.sub(r"\s", "", name_of_office.casefold()))
    assert re.sub(r"\s", "", " ".join(mail.subject.split())[:30].casefold()) not in first


def test_what_the_author_wrote_stays(workspace: Workspace) -> None:
    assert made(
        workspace, fields="Headline: One\nSubhead: Two\nPreheader: Dear {{ first_name | colleague }}"
    ) == ("Dear \ue0000\ue001")


def test_the_subhead_first_and_then_the_lede_as_far_as_there_is_room(workspace: Workspace) -> None:
    assert made(workspace, fields="Headline: One\nSubhead: The quay is lit") == (
        "The quay is lit · Nine lamps were lit on Thursday. “It took one ladder,” said the harbour master."
    )


def test_without_a_subhead_the_lede(workspace: Workspace) -> None:
    assert (
        made(workspace)
        == "Nine lamps were lit on Thursday. “It took one ladder,” said the harbour master. It took an afternoon, too…"
    )


def test_a_long_subhead_is_cut_at_a_word(workspace: Workspace) -> None:
    got = made(workspace, fields="Headline: One\nSubhead: " + "Eleven harbours were looked at, " * 6)
    assert (
        got
        == "Eleven harbours were looked at, Eleven harbours were looked at, Eleven harbours were looked at, Eleven…"
    )


def test_dateline_marks_of_notes_and_markup_are_left_out(workspace: Workspace) -> None:
    body = "Nine *lamps* were **lit**,[^1] says [the book](https://example.org/book).\n\n[^1]: A note."
    assert made(workspace, body, "Headline: One\nDateline: Saltby") == "Nine lamps were lit, says the book."


def test_what_repeats_the_office_the_kind_or_the_headline_is_left_out(workspace: Workspace) -> None:
    name = read_release(workspace, "harbour-report").original.newsroom.name
    body = f"{name} has news today. Press release: read on. Dark No More, they said. Nine lamps were lit."
    assert made(workspace, body) == "Nine lamps were lit."
    assert (
        made(workspace, "Nine lamps were lit.", "Headline: Dark no more\nSubhead: Dark No More")
        == "Nine lamps were lit."
    )


def test_a_follow_up_says_what_changed(workspace: Workspace) -> None:
    fields = "Headline: One\nKind: correction\nCorrects: harbour-report\nCorrection: It is nine, not eight."
    assert made(workspace, "Text of it.", fields) == "It is nine, not eight. Text of it."


def test_a_merge_slot_of_the_lede_is_filled_there_too(workspace: Workspace) -> None:
    got = made(workspace, "Dear {{ first_name | colleague }}, the lamps are lit.")
    assert got == "Dear \ue0000\ue001, the lamps are lit."


def test_nothing_but_a_headline(workspace: Workspace) -> None:
    assert made(workspace, "## Notes to editors\n\n- One.") == ""


@pytest.mark.parametrize("text", [
    "Dr. Ines Valdero and Mr. Brandl met in St. Austell.", "It cost 3.5 million, or 3,500 each.", "The U.S. Army left.",
    "Am 3. Oktober kam Prof. Müller z. B. nach Saltby.", "Fue a la Av. Sur con la Dra. Ruiz y el Sr. Valdero.",
    "M. Dupont et Mme. Curie sont venus.", "At 5 p.m. the lamps were lit.", "See No. 5 on the list.",
])  # fmt: skip
def test_a_point_that_ends_no_sentence(text: str) -> None:
    assert list(_sentences(f"{text} Nobody knew.")) == [text, "Nobody knew."]


@pytest.mark.parametrize("text", [
    "كم يكلف الخزان؟ نعرف.", "港はきれいです。町はまだです。", "“Is it?” He left.", "¿Y luego? Volvió.", "Fin! Then…",
])  # fmt: skip
def test_where_sentences_end_in_other_scripts(text: str) -> None:
    assert len(list(_sentences(text))) == 2


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"]), max_size=400))
def test_whatever_the_words_are_it_has_room(text: str) -> None:
    text = " ".join(text.split())
    cut = _cut(text)
    assert columns(cut) <= ROOM + 1
    assert cut == text or text.startswith(cut.rstrip("…").rstrip())


def test_a_release_as_long_as_a_book_costs_no_more(workspace: Workspace) -> None:
    """Each look at the text would be another pass over it; the time of all of them must not be its square."""
    book = "\n\n".join(["Word. " * 3_000] * 25)
    got, many = made(workspace, book), []
    text = "x" * 19_000
    many.append(made(workspace, text, f"Headline: Two\nSubhead: {text}"))
    assert got.startswith("Word. Word. ")
    assert columns(got) <= ROOM
    assert many[0] == "x" * (ROOM - 1) + "…"
