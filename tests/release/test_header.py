"""The header of a release: verbatim, forgiving in form, strict in names, and every fault at once."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.errors import ReleaseError
from mailer.release import read_release
from mailer.release.field_names import ALIASES, NEWSROOM_FIELDS, RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.workspace import Workspace

BODY = "\nA paragraph.\n"


def header(text: str, fence: str = "---"):
    return read_header(f"{fence}\n{text}\n{fence}\n{BODY}", "r.md", RELEASE_FIELDS, RECORDS)


def write(workspace: Workspace, fields: str, name: str = "test", body: str = BODY) -> str:
    (workspace.releases / f"{name}.md").write_text(f"---\n{fields}\n---\n{body}", "utf-8")
    return name


HEADLINES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Co", "Zl", "Zp")), min_size=1, max_size=120
).map(str.strip).filter(bool)  # fmt: skip
WILD = (
    "Study: water is cleaner: what now?", "# not a heading", "“Quoted” and 'quoted'", "[Update] 50% off @ the harbour",
    "no", "1e5", "012", "~", "null", "- a dash", "{{ braces }}", "a # comment?", "& more", "*stars*", "`ticks`", "---x",
    "Ends with a colon:", "!important", "| pipes |", "> arrow", "2018-07-24", "Yes: no: maybe",
)  # fmt: skip


@given(HEADLINES)
def test_a_wild_headline_comes_through_verbatim(headline: str) -> None:
    assert header(f"Headline: {headline}").text("headline") == headline


@pytest.mark.parametrize("headline", WILD)
def test_what_yaml_would_have_changed_stays_as_it_is(headline: str, workspace: Workspace) -> None:
    release = read_release(workspace, write(workspace, f"Headline: {headline}"))
    assert release.original.headline == headline


@pytest.mark.parametrize("fence", ["---", "----", "—", "–-", "-–", "——", "--- "])
def test_what_word_makes_of_a_fence_is_a_fence(fence: str) -> None:
    found = header("Headline: One", fence)
    assert (found.text("headline"), found.faults) == ("One", [])


@pytest.mark.parametrize("name", ["Reply-to", "reply_to", "REPLY TO", "Reply  To"])
def test_case_blanks_hyphens_and_underscores_are_equal_in_names(name: str) -> None:
    found = read_header(f"---\n{name}: x\n---\n", "newsroom.md", NEWSROOM_FIELDS, RECORDS)
    assert found.text("reply_to") == "x"


@pytest.mark.parametrize(("alias", "name"), sorted(ALIASES.items()))
def test_every_alias_stands_for_its_field(alias: str, name: str) -> None:
    known = RELEASE_FIELDS if name in RELEASE_FIELDS else NEWSROOM_FIELDS
    found = read_header(f"---\n{alias.replace('_', ' ')}: - name: x\n---\n", "f.md", known, RECORDS)
    assert name in {**found.values, **found.records}


def test_a_wide_colon_ends_a_name_too() -> None:
    """What a keyboard for Chinese or Japanese types (U+FF1A)."""
    found = header(
        "Headline：港の水質：調査結果\nSubhead: 見出し：続き\nContacts：\n- name：山田 花\n  email：hana@example.org"
    )
    assert found.text("headline") == "港の水質：調査結果"
    assert found.text("subhead") == "見出し：続き"
    fields = found.records["contacts"][0].fields
    assert {name: value.text for name, value in fields.items()} == {
        "name": "山田 花",
        "email": "hana@example.org",
    }
    assert not found.faults


def test_indented_lines_continue_a_value_and_records_are_lists() -> None:
    found = header(
        "Subhead: one line\n  and another\nContacts:\n  - name: Mira Okafor\n    phone: 020 7946 0142\n  - name: Ines\n"
        "Lists: press, regional"
    )
    assert found.text("subhead") == "one line and another"
    assert [{k: v.text for k, v in r.fields.items()} for r in found.records["contacts"]] == [
        {"name": "Mira Okafor", "phone": "020 7946 0142"}, {"name": "Ines"},
    ]  # fmt: skip
    assert [r.text for r in found.records["lists"]] == ["press", "regional"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_of_any_editor(newline: str, mark: str) -> None:
    text = mark + newline.join(["---", "Headline: One", "---", "Text"])
    found = read_header(text, "r.md", RELEASE_FIELDS, RECORDS)
    assert (found.text("headline"), found.body.strip(), found.body_line) == ("One", "Text", 4)


def test_ten_faults_are_reported_at_once_each_with_its_line(workspace: Workspace) -> None:
    name = write(
        workspace,
        "\n".join((
            "Headlin: A typo",  # 2
            "Kind: pres release",  # 3
            "Date: 7/8/2018",  # 4
            "Embargo: July 24, 2018, 10:00 EST",  # 5
            "Lang: english",  # 6
            "This is no field at all",  # 7
            "Subhead: one",  # 8
            "Subhead: two",  # 9
            "Contacts:",  # 10
            "  - nmae: Mira",  # 11
            "Images:",  # 12
            "  - file: images/none.png",  # 13: no such file, and no alt
            "About: Somebody Else",  # 14
        )),
    )  # fmt: skip
    with pytest.raises(ReleaseError) as caught:
        read_release(workspace, name)
    faults = {fault.line: str(fault) for fault in caught.value.faults}
    assert set(faults) >= {2, 3, 4, 5, 6, 7, 9, 11, 13, 14}
    assert len(caught.value.faults) >= 11
    assert "did you mean headline?" in faults[2]
    assert "did you mean press release?" in faults[3]
    assert "ambiguous" in faults[4]
    assert "America/New_York" in faults[5]
    assert all(text.startswith(f"releases/test.md:{line}: ") for line, text in faults.items() if line)


@given(st.text(st.sampled_from(string.printable + "—–“”éあ\ufeff"), max_size=300))
@example("---\n: x\n---")
@example("---\n  indented\n- item\n---")
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    found = read_header(text, "r.md", RELEASE_FIELDS, RECORDS)
    assert all(fault.line >= 0 for fault in found.faults)
