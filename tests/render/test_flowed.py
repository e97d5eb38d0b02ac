"""The text part: 72 columns, as any program shows it, and paragraphs that one that knows flowed text sets anew."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.releases import NAMES, THEMES, rendered, written
from wcwidth import wcswidth

from mailer.render import render
from mailer.workspace import Workspace

WORD = "harbour "
JAPANESE = (
    "港の水は一九八七年以来もっともきれいになったと、海岸財団が発表した。「十年前は匂いでわかった」と語った。"
    * 3
)
LONG = "https://example.org/" + "a-long-path/" * 12


def text(workspace: Workspace, body: str, fields: str = "Headline: One") -> str:
    mail = render(written(workspace, body, fields), workspace.theme("default"))
    return re.sub("\ue000\\d+\ue001", "x" * 16, mail.text)


def reflowed(text: str) -> list[str]:
    """Paragraphs and fixed lines as RFC 3676 §4.1 and §4.2 read them."""
    lines, joined = [], ""
    for line in text.split("\n"):
        soft = line.endswith(" ") and line != "-- "
        joined += line
        if not soft:
            lines.append(joined)
            joined = ""
    return lines


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_72_columns_but_for_an_address(
    workspace: Workspace, name: str, theme: str
) -> None:
    for line in rendered(workspace, name, theme).text.split("\n"):
        assert wcswidth(line) <= 72 or re.fullmatch(r" *\S*https?://\S+", line), line


def test_a_paragraph_flows(workspace: Workspace) -> None:
    got = text(workspace, WORD * 40)
    lines = [line for line in got.split("\n") if line.startswith("harbour")]
    assert len(lines) == 5
    assert all(line.endswith(" ") for line in lines[:-1])
    assert (WORD * 40).strip() in reflowed(got)


def test_items_quotations_and_notes_hang_in_fixed_lines(workspace: Workspace) -> None:
    """Flowed text has no indents: joined, the blanks of one would stand between two words."""
    body = f"One.[^1]\n\n- {WORD * 15}\n  - {WORD * 15}\n\n9. nine\n10. {WORD * 15}\n\n> {'said ' * 20}\n>\n> — Tomas Brandl\n\n[^1]: {WORD * 15}"
    got = text(workspace, body)
    starts = {"- ": 2, "  - ": 4, "10. ": 4, "[1] ": 4}
    for start, hanging in starts.items():
        lines = got.split("\n")
        first = next(n for n, line in enumerate(lines) if line.startswith(f"{start}harbour"))
        assert lines[first + 1].startswith(" " * hanging + "harbour"), start
        assert not any(line.endswith(" ") for line in lines[first : first + 2])
    assert re.search(r"\n    (said ){12}said\n    (said ){6}said\n    — Tomas Brandl\n", got)


def test_headings_are_underlined_as_far_as_they_reach(workspace: Workspace) -> None:
    got = text(
        workspace, "## Notes to editors\n\n### Détails\n\nText.", f"Headline: {'Grüße aus Saltby ' * 5}"
    )
    assert "\nNotes to editors\n----------------\n" in got
    assert "\nDétails\n~~~~~~~\n" in got
    headline = ("Grüße aus Saltby " * 5).strip()
    at = reflowed(got).index(headline)
    assert re.fullmatch("={60,72}", reflowed(got)[at + 1])


def test_a_table_has_columns(workspace: Workspace) -> None:
    table = "| Harbour | Lamps |\n|:--|--:|\n| Saltby | 41 |\n| 東京港 | 112 |"
    assert "Harbour  Lamps\n-------  -----\nSaltby      41\n東京港     112\n" in text(workspace, table)


def test_a_wide_table_has_a_line_for_each_value(workspace: Workspace) -> None:
    table = f"| Harbour | What was found | |\n|---|---|---|\n| Saltby | {WORD * 9}| {WORD}|\n| Grey Haven | nothing | |"
    got = reflowed(text(workspace, table))
    at = got.index("Harbour: Saltby")
    assert got[at : at + 6] == [
        "Harbour: Saltby", f"What was found: {(WORD * 9).strip()}", "harbour", "", "Harbour: Grey Haven", "What was found: nothing",
    ]  # fmt: skip


def test_an_address_is_never_broken(workspace: Workspace) -> None:
    got = text(
        workspace,
        f"See {LONG} for more.\n\n- {WORD * 7}{LONG}\n\nREAD: <{LONG}>\n\n{JAPANESE}<{LONG}>を見る。",
    )
    assert got.count(LONG) == 4


def test_words_with_hyphens_and_two_hyphens_are_not_parted(workspace: Workspace) -> None:
    got = text(workspace, "a -- b-c " * 60)
    assert "-- \n" not in got.partition("\nENDS\n")[0]
    assert ("a -- b-c " * 60).strip() in reflowed(got)


@pytest.mark.parametrize(
    "words", [JAPANESE, "9f86d081884c7d65" * 8, "someone@" + "archives." * 9 + "example.org"],
    ids=["a sentence in Japanese", "a checksum", "an email address"],
)  # fmt: skip
def test_a_text_that_can_not_be_broken_at_blanks_is_a_line_a_paragraph(
    workspace: Workspace, words: str
) -> None:
    """Nothing but blanks may be put into it, and flowed text has at most 78 columns (RFC 3676 §4.2)."""
    body = f"See {words} for more.\n\nA line of {WORD * 20}\n\n- {WORD * 20}"
    mail = render(written(workspace, body), workspace.theme("default"))
    assert not mail.flows
    lines = mail.text.split("\n")
    assert f"See {words} for more." in lines
    assert f"A line of {WORD * 20}".strip() in lines
    assert f"- {WORD * 20}".strip() in lines
    assert not [line for line in lines if line.endswith(" ") and line != "-- "]


def test_addresses_of_the_web_are_no_reason_not_to_flow(workspace: Workspace) -> None:
    mail = render(written(workspace, f"See {LONG}.\n\n{WORD * 40}"), workspace.theme("default"))
    assert mail.flows
    assert rendered(workspace, "arabic").flows
    assert rendered(workspace, "full").flows


def test_a_slot_keeps_room_and_begins_no_line(workspace: Workspace) -> None:
    mail = render(written(workspace, "word {{ first_name | x }}, " * 30), workspace.theme("default"))
    lines = mail.text.split("\n")
    assert not [line for line in lines[:-2] if line.startswith("\ue000")]
    filled = [re.sub("\ue000\\d+\ue001", "Maximiliano José", line) for line in lines]
    assert max(map(len, filled)) <= 72


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Co", "Cf"], exclude_characters="\u2028\u2029"),
        max_size=500,
    )
)
def test_whatever_the_paragraph_is_its_words_come_through(words: str) -> None:
    from mailer.render.flowed import SIGNATURE, flowed

    paragraph = " ".join(words.split())
    got, flows = flowed(f"x {paragraph}")
    assert " ".join(reflowed(got)[0].split()) == f"x {paragraph}".strip()
    assert SIGNATURE not in got.split("\n")
    assert not flows or all(wcswidth(line) <= 78 for line in got.split("\n") if "://" not in line)
