"""`mailer fix`: a release is tidied after somebody saw the changes and said yes; the file as it was is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.terminal import Terminal, mailer

from mailer.release import digest, read_release
from mailer.workspace import Workspace

UNTIDY = """\
---
Headline: Harbours  are clean
Dateline: Portmellon
Lang: en
---

Portmellon — "Clean," she said -- at last.¹

1. The study, <https://example.org/a--b>.
"""
TIDY = """\
---
Headline: Harbours are clean
Dateline: Portmellon
Lang: en
---

“Clean,” she said—at last.[^1]

[^1]: The study, <https://example.org/a--b>.
"""


@pytest.fixture
def untidy(workspace: Workspace) -> Path:
    path = workspace.releases / "untidy.md"
    path.write_text(UNTIDY, "utf-8")
    return path


def test_the_changes_are_shown_and_the_file_as_it_was_is_kept(workspace: Workspace, untidy: Path) -> None:
    mode = untidy.stat().st_mode
    ran = mailer("fix", "untidy", "--yes", cwd=workspace.root)
    assert ran.code == 0, ran.err
    assert untidy.read_text("utf-8") == TIDY
    assert untidy.stat().st_mode == mode
    assert 'releases/untidy.md:7\n  - Portmellon — "Clean," she said -- at last.¹\n' in ran.out
    assert "  + “Clean,” she said—at last.[^1]\n" in ran.out
    (kept,) = (workspace.private / "releases-before").iterdir()
    assert kept.read_text("utf-8") == UNTIDY
    assert str(kept.relative_to(workspace.root)) in ran.err
    assert len(read_release(workspace, "untidy").original.notes) == 1
    again = mailer("fix", "untidy", "--yes", cwd=workspace.root)
    assert (again.code, again.out, "is tidy: nothing to change" in again.err) == (0, "", True)


def test_without_a_terminal_and_without_yes_nothing_is_changed(workspace: Workspace, untidy: Path) -> None:
    ran = mailer("fix", "untidy", cwd=workspace.root)
    assert (ran.code, "nothing was changed" in ran.err) == (2, True)
    assert untidy.read_text("utf-8") == UNTIDY
    assert not (workspace.private / "releases-before").exists()


@pytest.mark.parametrize(("typed", "text"), [("n\n", UNTIDY), ("y\n", TIDY)])
def test_somebody_is_asked(workspace: Workspace, untidy: Path, typed: str, text: str) -> None:
    with Terminal("fix", "untidy", cwd=workspace.root) as terminal:
        terminal.until("Make these changes?")
        terminal.type(typed.strip())
        assert terminal.code() == (0 if text == TIDY else 130)
    assert untidy.read_text("utf-8") == text


def test_a_doubt_is_told_and_left(workspace: Workspace) -> None:
    path = workspace.releases / "doubt.md"
    path.write_text('---\nHeadline: One\n---\n\nA "pipe" long" here.\n', "utf-8")
    before = path.read_bytes()
    ran = mailer("fix", "doubt", "--yes", cwd=workspace.root)
    assert (ran.code, ran.out) == (1, "")
    assert 'releases/doubt.md:5: The " of this paragraph do not take turns' in ran.err
    assert path.read_bytes() == before


def test_a_translation_follows_the_tidied_text(workspace: Workspace, untidy: Path) -> None:
    spanish = workspace.releases / "untidy.es.md"
    spanish.write_text(f"---\nHeadline: Uno\nOriginal: {digest(untidy)}\n---\n\nLimpio.\n", "utf-8")
    ran = mailer("fix", "untidy", "--yes", cwd=workspace.root)
    assert "releases/untidy.es.md follows the tidied text" in ran.err
    assert f"Original: {digest(untidy)}\n" in spanish.read_text("utf-8")
    assert not [
        f for f in read_release(workspace, "untidy").editions[1].findings if f.id == "outdated-translation"
    ]


def test_line_ends_of_windows_stay(workspace: Workspace, untidy: Path) -> None:
    untidy.write_bytes(UNTIDY.replace("\n", "\r\n").encode())
    assert mailer("fix", "untidy", "--yes", cwd=workspace.root).code == 0
    assert untidy.read_bytes() == TIDY.replace("\n", "\r\n").encode()


def test_the_house_dash_is_taken_from_the_newsroom(workspace: Workspace, untidy: Path) -> None:
    newsroom = workspace.newsroom.read_text("utf-8")
    lines = [line for line in newsroom.split("\n") if not line.startswith("Dash:")]
    workspace.newsroom.write_text("\n".join([lines[0], 'Dash: " – "', *lines[1:]]), "utf-8")
    assert mailer("fix", "untidy", "--yes", cwd=workspace.root).code == 0
    assert "she said – at last" in untidy.read_text("utf-8")


def test_blanks_that_come_and_go_can_be_seen(workspace: Workspace) -> None:
    """Otherwise both lines would look the same."""
    path = workspace.releases / "eau.md"
    path.write_text("---\nHeadline: Eau\nLang: fr\n---\n\nVraiment ?\n", "utf-8")
    ran = mailer("fix", "eau", "--yes", cwd=workspace.root)
    assert "  - Vraiment·?\n  + Vraiment␣?\n" in ran.out
    assert "Vraiment\u202f?" in path.read_text("utf-8")
