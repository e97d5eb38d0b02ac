"""What nobody sees in a release is named with its place, and does not reach a reader."""

from __future__ import annotations

import pytest
from support.terminal import mailer

from mailer.release import read_release
from mailer.workspace import Workspace

HEAD = "---\nHeadline: Clean {0}harbours\nDate: 2026-11-23\nDateline: Portmellon\n---\n\nThe water {0}is clean.\n"


def checked(workspace: Workspace, character: str):
    (workspace.releases / "odd.md").write_text(HEAD.format(character), "utf-8", newline="")
    return mailer("check", "odd", cwd=workspace.root)


@pytest.mark.parametrize(
    "character",
    [
        "\u202e",
        "\u2066",
        "\u202a",
        "\x07",
        "\x1b",
        "\x7f",
        "\x9b",
        "\ufff9",
        "\U000e0041",
        "\x0b",
        "\x85",
        "\u2028",
        "\u2029",
        "\u115f",
        "\u1160",
        "\u3164",
        "\uffa0",
        "\u2800",
    ],
    ids=ascii,
)
def test_a_character_that_steers_is_an_error_with_line_and_column(
    workspace: Workspace, character: str
) -> None:
    ran = checked(workspace, character)
    assert ran.code == 1
    assert "releases/odd.md:2" in ran.out
    assert "releases/odd.md:7" in ran.out
    assert "Column 17" in ran.out
    assert "Column 11" in ran.out
    assert f"U+{ord(character):04X}" in ran.out
    edition = read_release(workspace, "odd").original
    assert character not in edition.headline


@pytest.mark.parametrize("character", ["\u200b", "\ufeff", "\u2060", "\u00ad", "\u034f", "\u2065"], ids=ascii)
def test_what_has_no_width_is_left_out_and_said(workspace: Workspace, character: str) -> None:
    """It comes with what is pasted from a web page or Word: nobody put it there, and nobody can find it."""
    ran = checked(workspace, character)
    assert ran.code == 0
    assert "releases/odd.md:2" in ran.out
    assert "column 17" in ran.out
    assert read_release(workspace, "odd").original.headline == "Clean harbours"


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهم", "\u200fשלום", "👩\u200d🔬", "naïve café", "Zürich", "⠓⠊⠀⠽⠕⠥", "⠀⠀⠓⠊⠀⠀⠀⠽⠕⠥", "❤\ufe0f"],
)
def test_what_belongs_to_a_language_stays(workspace: Workspace, text: str) -> None:
    ran = checked(workspace, text)
    assert "odd-character" not in ran.out
    assert text in read_release(workspace, "odd").original.headline


@pytest.mark.parametrize(
    "left", ["```", "~~struck~~", "- [ ] to do", "- [x] done", "{% if x %}", "{# note #}", "`code`"]
)
def test_markup_that_a_mail_has_not_is_named_instead_of_printed(workspace: Workspace, left: str) -> None:
    (workspace.releases / "odd.md").write_text(HEAD.format("") + f"\nOne.\n\n{left}\n", "utf-8")
    ran = mailer("check", "odd", cwd=workspace.root)
    assert ran.code == 1
    assert "leftover-markup" in ran.out
    assert "releases/odd.md:11" in ran.out


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c"], ids=ascii)
def test_an_address_with_a_direction_mark_in_it_is_none(workspace: Workspace, mark: str) -> None:
    """Mail programs and Windows put them around what is copied there; nobody could write to that address."""
    header = f"Contacts:\n  - name: Mira\n    email: {mark}mira@example.org\n"
    (workspace.releases / "odd.md").write_text(
        HEAD.format("").replace("\n---\n", f"\n{header}---\n", 1), "utf-8"
    )
    ran = mailer("check", "odd", cwd=workspace.root)
    assert ran.code == 2
    assert f"releases/odd.md:7: “\\u{ord(mark):04x}mira@example.org” is not an email address" in ran.err
