"""One document, written as a page of Google Docs, as .docx, .odt and .rtf, is read as the same blocks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st
from support.account import words_lost
from support.shown_document import blocks_shown
from support.word_documents import from_blocks
from support.written_as import google_docs, odt, rtf

from mailer.importing.document import Block, Listing, Paragraph, Run, Table
from mailer.importing.sources import read_document

FORMATS: dict[str, Callable[..., bytes]] = {
    "page.html": google_docs,
    "text.docx": from_blocks,
    "text.odt": odt,
    "text.rtf": rtf,
}

NOTES = {
    "1": (
        Paragraph(
            (Run("Harbor survey, "), Run("Shore to Shore", italic=True), Run(", 2025.")),
        ),
    ),
    "2": (
        Paragraph(
            (Run("See "), Run("the law", href="https://law.example.org/7"), Run(".")),
        ),
    ),
}
RELEASE: tuple[Block, ...] = (
    Paragraph((Run("Harbor Authority opens “night ferry”"),), heading=1),
    Paragraph((Run("Every 40 minutes, all night"),), centred=True),
    Paragraph(
        (
            Run("PORT ELLERY, July 24, 2026 — ", bold=True),
            Run("The authority’s ferry runs at 4"),
            Run("th", raised=True),
            Run(" Street"),
            Run("", note="1"),
            Run(", says "),
            Run("its timetable", href="https://harbor.example.org/ferry?id=7"),
            Run(". Ça va, Zoë \\o/ {here} 🚢."),
            Run("", note="2"),
        )
    ),
    Listing(
        (
            (
                Paragraph(
                    (Run("free "), Run("of charge", bold=True, italic=True)),
                ),
                Listing(((Paragraph((Run("on Sundays"),)),),)),
            ),
            (Paragraph((Run("heated"),)),),
        )
    ),
    Paragraph((Run("How to board"),), heading=2),
    Listing(((Paragraph((Run("Queue."),)),), (Paragraph((Run("Board."),)),)), ordered=True, first=3),
    Table(
        (
            ((Paragraph((Run("Pier", bold=True),)),), (Paragraph((Run("First boat", bold=True),)),)),
            ((Paragraph((Run("Pier 4"),)),), (Paragraph((Run("10:40 p.m."),)),)),
        ),
        headed=True,
    ),
    Paragraph((Run("Contact:\tAna Mora\n555-0144"),)),
)


@pytest.mark.parametrize("name", FORMATS)
def test_a_release_is_read_alike(name: str) -> None:
    document = read_document(name, FORMATS[name](RELEASE, NOTES))
    assert blocks_shown(document.blocks) == blocks_shown(RELEASE)
    assert {key: blocks_shown(note) for key, note in document.notes.items()} == {
        key: blocks_shown(note) for key, note in NOTES.items()
    }
    assert not document.leaks
    assert words_lost(document) == []


LETTERS = st.text("abcXYZ äßé,.–—“”’()%&<>{}\\/:;0123456789漢🙂", min_size=1, max_size=20)
LOOKS = st.builds(
    Run,
    LETTERS,
    bold=st.booleans(),
    italic=st.booleans(),
    raised=st.booleans(),
    href=st.sampled_from(["", "", "https://example.org/a", "mailto:press@example.org"]),
)
PARAGRAPHS = st.builds(
    Paragraph, st.lists(LOOKS, min_size=1, max_size=6).map(tuple), heading=st.sampled_from([0, 0, 1, 2])
)


def letters(block: Block) -> list[tuple[str, Run]]:
    """Each character with its looks; blanks have none that one would see."""
    assert isinstance(block, Paragraph)
    return [
        (character, replace(run, text=""))
        for run in block.runs
        for character in run.text
        if not character.isspace()
    ]


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40)
@given(paragraphs=st.lists(PARAGRAPHS, min_size=1, max_size=3))
def test_every_character_keeps_its_looks(name: str, paragraphs: list[Paragraph]) -> None:
    shown = [p for p in paragraphs if p.text.strip()]
    # A heading that is bold throughout is bold by its style, as far as rich text tells.
    shown = [
        replace(p, runs=tuple(replace(run, bold=False) for run in p.runs)) if p.heading else p for p in shown
    ]
    marker = Paragraph((Run("Begin"),))  # so that no paragraph opens a list
    written = [block for p in shown for block in (p, marker)]
    document = read_document(name, FORMATS[name](written or [marker], {}))
    assert [letters(block) for block in document.blocks] == [letters(block) for block in written or [marker]]


@pytest.mark.parametrize("name", FORMATS)
def test_a_real_release_is_read_alike(name: str) -> None:
    """What is read of its plain text, written in another format and read again."""
    path = REPOSITORY.parent / "shared" / "real" / "press-release.txt"
    if not path.exists():
        pytest.skip("the real release is not beside this checkout")
    text = read_document(path.name, path.read_bytes())
    document = read_document(name, FORMATS[name](text.blocks, text.notes))
    assert blocks_shown(document.blocks) == blocks_shown(text.blocks)
    assert words_lost(document) == []


MARKDOWN = """# Harbor opens “night ferry”

**PORT ELLERY, July 24** — The *Ellery* runs at 4^th^ Street[^1], says [its timetable](https://harbor.example.org/ferry?id=7).

- free
- heated

1.  Queue.
2.  Board.

Contact\\
555-0144

[^1]: Harbor survey, *Shore*.
"""


@pytest.mark.parametrize("form", ["odt", "rtf", "html"])
def test_what_another_program_writes_is_read_alike(
    form: str, program: Callable[[str], str], tmp_path: Path
) -> None:
    """pandoc knows nothing of us."""
    path = tmp_path / f"release.{form}"
    command = [program("pandoc"), "-s", "-f", "markdown", "-M", "pagetitle=x", "-o", path]
    subprocess.run(command, input=MARKDOWN.encode(), check=True)
    document = read_document(path.name, path.read_bytes())
    assert blocks_shown(document.blocks) == [
        "# Harbor opens “night ferry”",
        "**PORT ELLERY, July 24** — The _Ellery_ runs at 4^th^ Street[^1], says "
        "[its timetable](https://harbor.example.org/ferry?id=7).",
        "- free",
        "- heated",
        "1. Queue.",
        "2. Board.",
        "Contact⏎555-0144",
    ]
    assert blocks_shown(document.notes["1"]) == ["Harbor survey, _Shore_."]
    assert words_lost(document) == []
