"""What programs put on the clipboard becomes blocks: each fixture has the shape of its program's HTML."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.account import words_lost
from support.shown_document import shown

from mailer.importing.sources.web import normalise

FOLDER = Path(__file__).parent / "clipboard"
FIXTURES = sorted(FOLDER.glob("*.html"))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_what_was_copied_is_read(fixture: Path) -> None:
    """The blocks that people would expect stand in the text file beside it."""
    document = normalise(fixture.read_text("utf-8"))
    assert shown(document) == fixture.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_no_word_is_lost(fixture: Path) -> None:
    assert words_lost(normalise(fixture.read_text("utf-8"))) == []


def test_there_are_ten_programs() -> None:
    assert len(FIXTURES) == 10
