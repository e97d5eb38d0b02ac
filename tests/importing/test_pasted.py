"""What was copied, for a release that is being written: a passage of its text, or the file where it was only begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import REPOSITORY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.written_as import google_docs

from mailer.importing.document import Block, Listing, Paragraph, Run, Table
from mailer.importing.pasted import paste
from mailer.release.body import parse_body
from mailer.workspace import Workspace

WRITTEN = "---\nHeadline: x\n---\n\nThree pairs.[^1]\n\n[^1]: A count.\n[^7]: Another.\n"
BEGUN = "---\nKind: Statement\nHeadline: TODO\nLists: press\nDate: July 7, 2026\n---\n\nTODO Who did what.\n"


def test_notes_are_counted_on(workspace: Workspace) -> None:
    """From the highest number that there is, whatever the order."""
    html = google_docs(
        [Paragraph((Run("One"), Run("", note="a"), Run(" and two"), Run("", note="b"), Run(".")))] * 2,
        {"a": (Paragraph((Run("First."),)),), "b": (Paragraph((Run("Second."),)),)},
    ).decode()
    made = paste(workspace, html, WRITTEN, name="x")
    assert made.text == "One[^8] and two[^9].\n\nOne[^8] and two[^9]."
    assert made.notes == "[^8]: First.\n\n[^9]: Second."


def test_a_passage_takes_no_field(workspace: Workspace) -> None:
    """A headline, a date, a contact in the middle of a text are text."""
    html = "<h1>More news</h1><p>July 7, 2026</p><p>Contact: Ana Mora, 555-0144</p><p>-30-</p>"
    made = paste(workspace, html, WRITTEN, name="x")
    assert not made.whole
    assert made.text == "## More news\n\nJuly 7, 2026\n\nContact: Ana Mora, 555-0144\n\n\\-30-"
    assert made.lost == ()


@pytest.mark.parametrize("body", ["", "\n\n", "TODO Who did what.\n\n## Notes to editors\n\n- TODO who\n"])
def test_a_release_that_was_only_begun_is_filled(workspace: Workspace, body: str) -> None:
    """What was chosen for it stays: its kind, its lists."""
    html = "<h1>Ferry runs all night</h1><p>PORT ELLERY, July 24, 2026 – The ferry runs.</p><p>It does.</p>"
    made = paste(workspace, html, BEGUN.replace("TODO Who did what.\n", body), name="x")
    assert made.whole
    assert made.text.startswith("---\nKind: Statement\nHeadline: Ferry runs all night\nDate: July 24, 2026\n")
    assert "Lists: press\n" in made.text
    assert made.text.endswith("\n---\n\nThe ferry runs.\n\nIt does.\n")


def test_words_alone_fill_no_release(workspace: Workspace) -> None:
    assert not paste(workspace, "<p>Just a line.</p>", BEGUN, name="x").whole


def test_a_release_that_has_a_text_is_never_replaced(workspace: Workspace) -> None:
    html = "<h1>Ferry runs all night</h1><p>The ferry runs.</p>"
    assert not paste(workspace, html, BEGUN.replace("TODO Who", "We"), name="x").whole
    assert paste(workspace, html, BEGUN.replace("TODO Who", "We"), name="x", everything=True).whole


def test_behind_other_words_nothing_is_escaped_that_only_begins_a_paragraph(workspace: Workspace) -> None:
    made = paste(workspace, "<p>- (perhaps four)</p>", WRITTEN, name="x")
    assert made.inside == "- (perhaps four)"
    assert parse_body(made.text, "", 1).tree.children[0].type == "paragraph"


def test_of_a_page_that_would_take_for_ever_nothing_is_read(workspace: Workspace) -> None:
    from mailer.errors import DocumentError

    with pytest.raises(DocumentError):
        paste(workspace, "<div>" * 2000 + "deep", WRITTEN, name="x")


def test_a_picture_stays_behind_and_its_words_are_told(workspace: Workspace) -> None:
    html = '<p>One.</p><p><img src="file:///C:/a.png" alt="The ferry at night"></p>'
    made = paste(workspace, html, WRITTEN, name="x")
    assert made.text == "One."
    assert any("“The ferry at night” was set aside" in each for each in made.told)


# The word ledger

LETTERS = st.text("abcXYZ äßé,.–—“”’()%&<>{}[]*_#`\\/:;|!0123456789-+漢🙂", min_size=1, max_size=20)
RUNS = st.builds(
    Run,
    LETTERS,
    bold=st.booleans(),
    italic=st.booleans(),
    href=st.sampled_from(["", "", "https://example.org/a"]),
)
PARAGRAPHS = st.builds(
    Paragraph, st.lists(RUNS, min_size=1, max_size=4).map(tuple), heading=st.sampled_from([0, 0, 2])
)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    PARAGRAPHS,
    st.builds(
        Listing,
        st.lists(st.tuples(PARAGRAPHS.map(lambda each: Paragraph(each.runs))), min_size=1, max_size=3).map(
            tuple
        ),
        st.booleans(),
    ),
    st.builds(
        Table,
        st.lists(
            st.tuples(*[st.tuples(PARAGRAPHS.map(lambda each: Paragraph(each.runs)))] * 2),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(blocks=st.lists(BLOCKS, min_size=1, max_size=4))
@pytest.mark.parametrize("text", [WRITTEN, BEGUN], ids=["written", "begun"])
def test_no_word_is_lost_whatever_was_copied(workspace: Workspace, text: str, blocks: list[Block]) -> None:
    assert paste(workspace, google_docs(blocks, {}).decode(), text, name="x").lost == ()


@pytest.mark.skipif(
    not (REPOSITORY.parent / "shared" / "real").is_dir(), reason="the real release is not there"
)
def test_the_real_release_into_the_middle(workspace: Workspace) -> None:
    from mailer.importing.sources import read_document

    path = REPOSITORY.parent / "shared" / "real" / "press-release.txt"
    document = read_document(path.name, path.read_bytes())
    made = paste(workspace, google_docs(document.blocks, document.notes).decode(), WRITTEN, name="x")
    assert made.lost == ()
    assert made.counts["notes"] == made.notes.count("[^") > 0


def test_fixtures_of_ten_programs(workspace: Workspace) -> None:
    for path in sorted(Path(__file__).parent.glob("clipboard/*.html")):
        for text in (WRITTEN, BEGUN):
            assert paste(workspace, path.read_text("utf-8"), text, name="x").lost == (), path.name
