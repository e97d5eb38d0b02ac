"""No release file keeps its reader busy: what takes a parser for ever is refused with its line, the rest is read.

Each is read and rendered by a process that the system ends after `MOST` seconds of its processor. That measures no
speed: they take about a second, and most of them took minutes to hours.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.forking import in_a_fork
from support.own_office import make_own_office

from mailer.errors import ReleaseError
from mailer.model import MERGE_SLOT
from mailer.release import read_release
from mailer.release.body import parse_body
from mailer.release.bounds import DEEPEST, DEEPEST_INLINE, MOST_BLOCKS, MOST_COLUMNS, MOST_SIGNS
from mailer.render import render
from mailer.workspace import Workspace

MOST = 20
SIZE = 200_000
"""Characters."""

READ = "read"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("bounds") / "office")


def put_to_a_process(office: Workspace, header: str, body: str) -> str:
    """What became of a release: READ, or why it was refused; "" where its process had to be ended."""
    if not sys.platform.startswith("linux"):
        pytest.skip("a process's seconds are limited as on Linux")
    sample = (office.root / "releases" / "harbour-report.md").read_text("utf-8")
    path = office.root / "releases" / "from-a-colleague.md"
    header = header or sample.split("---\n", 2)[1]
    path.write_text(f"---\n{header}---\n\n{body}\n", "utf-8")
    became = office.root / "became"
    became.write_text("")
    in_a_fork(lambda: _read_and_render(office, became))
    return became.read_text("utf-8")


def _read_and_render(office: Workspace, became: Path) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (MOST, MOST))
    try:
        edition = read_release(office, "from-a-colleague").original
        render(edition, office.theme(edition.theme))
        became.write_text(READ)
    except ReleaseError as error:
        became.write_text(str(error), "utf-8")


def many(piece: str, size: int = SIZE) -> str:
    return piece * (size // len(piece))


PIECES = {
    "quotations": ">", "slots": "{{ ", "notes": "[^", "highlights": "**a ", "brackets": "[", "pictures": "![",
    "emphases": "_a ", "code": "`a", "angles": "<", "addresses": "http://a.b ", "mail": "a@b.co ", "letters": "a",
    "items": "+ ", "stars": "x***", "low lines": " x___", "strokes": "~", "entities": "&amp;", "backslashes": "\\",
    "links": "[a](", "quotations of items": "> - ", "citations": "[^1]", "Chinese": "漢", "schemes": "://",
}  # fmt: skip


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_one_thing_again_and_again_is_refused_with_its_line(office: Workspace, piece: str) -> None:
    assert "releases/from-a-colleague.md:12: " in put_to_a_process(office, "", many(piece))


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_paragraphs_of_it_are_read_or_refused(office: Workspace, piece: str) -> None:
    """Each just short of what one may hold."""
    paragraph = many(piece, min(19_000, 400 * len(piece)))
    assert put_to_a_process(office, "", many(f"{paragraph}\n\n"))


REFUSED = {
    "columns": "|a" * 50_000 + "\n" + "|-" * 50_000,
    "cells that are filled in": "|a" * 50 + "\n" + "|-" * 50 + "\n" + "|\n" * 50_000,
    "tables": "|a\n|-\n|a\n\n" * 20_000,
    "lists by their indents": "".join("  " * depth + "- a\n" for depth in range(400)),
    "quotations in one another": "> " * (DEEPEST + 1) + "a",
    "emphases in one another": "*a " * (DEEPEST_INLINE + 1) + "b*" * (DEEPEST_INLINE + 1),
    "stars in a row": "a" + "*" * 19_000,
    "headings": "## a\n\n" * 20_000,
    "notes": "".join(f"[^{number}]: a\n\n" for number in range(20_000)),
    "citations in paragraphs": "[^1]: a\n\n" + "a[^1]\n\n" * 20_000,
    "buttons": "[READ](https://example.org/a)\n\n" * 10_000,
    "a book": "Some words. " * 50_000,
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_no_release_has_is_refused(office: Workspace, body: str) -> None:
    said = put_to_a_process(office, "", body)
    assert "more than" in said or "deeper than" in said


AS_READ = {
    "quotations as deep as may be": ("> " * DEEPEST + "a\n\n") * 100,
    "a slot of blanks": "{{ a" + " " * 19_000 + "x",
    "a fallback of blanks": "{{ a |" + " " * 19_000 + "x",
    "lines of blanks": "a\n\n" + (" " * 190_000 + "a\n\n"),
    "lines of dashes": "a\n\n" + ("-" * 19_000 + "a\n\n") * 10,
    "a long text": ("Some words, forty thousand in all. " * 30 + "\n\n") * 200,
    "a large table": "|a" * 5 + "\n" + "|-" * 5 + "\n" + ("|a" * 5 + "\n") * 300,
    "many headings": "## a\n\n" * (MOST_BLOCKS - 10),
}


@pytest.mark.parametrize("body", AS_READ.values(), ids=AS_READ)
def test_what_is_long_but_ordinary_is_read(office: Workspace, body: str) -> None:
    assert put_to_a_process(office, "", body) == READ


HEADERS = {
    "fields": "".join(f"Field{number}: a\n" for number in range(20_000)),
    "lines of a field": "Subhead: a\n" + "  a\n" * 20_000,
    "contacts": "Contacts:\n" + "- name: Edda\n" * 20_000,
    "a line": "Subhead: " + "a" * SIZE + "\n",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_that_nobody_wrote_is_refused(office: Workspace, header: str) -> None:
    assert "more than" in put_to_a_process(office, header, "Words.")


def test_a_boilerplate_named_a_thousand_times_is_printed_once(office: Workspace) -> None:
    sample = (office.root / "releases" / "harbour-report.md").read_text("utf-8").split("---\n", 2)[1]
    assert put_to_a_process(office, f"{sample}About: {'Petrel, ' * 2000}\n", "Words.") == READ
    assert len(read_release(office, "from-a-colleague").original.about) == 1


@pytest.mark.parametrize(
    "body",
    [
        "> " * DEEPEST + "a",
        "*a " * DEEPEST_INLINE + "b*" * DEEPEST_INLINE,
        "|a" * MOST_COLUMNS + "\n" + "|-" * MOST_COLUMNS + "\n",
        "[a] " * MOST_SIGNS,
    ],
)
def test_as_much_as_may_be_is_read(body: str) -> None:
    assert parse_body(body, "r.md", 1).tree.children


@pytest.mark.parametrize(
    ("slot", "field", "fallback"),
    [
        ("{{ first name }}", "first name", None),
        ("{{first-name|you}}", "first-name", "you"),
        ("{{  outlet  |  your own  paper  }}", "outlet", "your own  paper"),
        ("{{ a | }}", "a", ""),
        ("{{\na\n|\nb\n}}", "a", "b"),
        ("{{ a |\u00a0b\u00a0c\u00a0}}", "a", "b\u00a0c"),
    ],
)
def test_a_slot_is_read_as_it_was(slot: str, field: str, fallback: str | None) -> None:
    match = MERGE_SLOT.fullmatch(slot)
    assert match and (match["field"], match["fallback"]) == (field, fallback)


@pytest.mark.parametrize("text", ["{{ 1a }}", "{{ a | b\nc }}", "{{ a b | {c} }}", "{{ }}", "{{ a, b }}"])
def test_what_was_no_slot_is_none(text: str) -> None:
    assert not MERGE_SLOT.search(text)
