"""What is written of a draft is read back as the draft: its blocks, its runs, its fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.tree import SyntaxTreeNode
from support.wild_text import RUN

from mailer.importing.document import Block, Figure, Listing, Paragraph, Picture, Rule, Run, Table
from mailer.importing.draft import CallToAction, Captioned, Draft, Guess, Part, Quotation
from mailer.importing.written import write
from mailer.importing.written.read_back import as_seen, runs_of
from mailer.importing.written.runs import on_one_line, tidied
from mailer.model import Contact, Kind
from mailer.release import read_release
from mailer.release.block_rules import outlined
from mailer.release.body import Body, parse_body
from mailer.workspace import Workspace

PICTURE = Picture(b"\x89PNG", "image/png")
PARAGRAPH = st.builds(
    Paragraph, st.lists(RUN.map(lambda r: Run(r.text, r.bold, href=r.href)), max_size=3).map(tuple)
)
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
FIGURE = st.builds(
    Figure,
    st.just("p"),
    alt=st.sampled_from(["", "A tank", "[x] *y* a_b_ \\]", "](z)", "!", "&amp; {{ x }}"]),
)
INNER: st.SearchStrategy[Any] = st.recursive(
    PARAGRAPH,
    lambda inner: st.builds(
        Listing,
        st.lists(st.lists(inner, max_size=3).map(tuple), max_size=3).map(tuple),
        ordered=st.booleans(),
        first=st.integers(0, 12),
    ),
    max_leaves=5,
)
CELL = st.lists(PARAGRAPH, max_size=2).map(tuple)
TABLE = st.integers(1, 3).flatmap(
    lambda width: st.builds(
        Table,
        st.lists(st.lists(CELL, min_size=width, max_size=width).map(tuple), max_size=3).map(tuple),
        headed=st.just(True),
    )
)
WORD = Paragraph((Run("a"),))
NUMBERED = Listing(((WORD,),), ordered=True)
LIST_THEN_WORDS = Listing(((Listing(((WORD,),)), WORD),))
PART = st.one_of(
    PARAGRAPH,
    st.builds(Paragraph, PARAGRAPH.map(lambda p: p.runs), heading=st.integers(1, 6)),
    INNER,
    TABLE,
    FIGURE,
    st.just(Rule()),
    st.builds(Quotation, st.lists(INNER, max_size=2).map(tuple), st.lists(RUN, max_size=2).map(tuple)),
    st.builds(CallToAction, st.sampled_from(["READ", "READ: IT", "1. x", "# a@b.org", "*", "“x”:"]), st.just("https://example.org/a_b")),
)  # fmt: skip


def shape(part: Part) -> Iterator[Any]:
    """A part as it should be read, without what is empty."""
    if isinstance(part, Paragraph):
        runs = tidied([replace(r, bold=False) for r in on_one_line(part.runs)] if part.heading else part.runs)
        if runs and not part.heading:
            yield from links_alone(as_seen(runs)) or [("p", as_seen(runs))]
        elif runs:
            yield (f"h{min(max(part.heading, 2), 6)}", as_seen(runs))
    elif isinstance(part, Listing):
        items = [found for item in part.items if (found := [s for b in item for s in plain_shape(b)])]
        if items:
            yield ("ol" if part.ordered else "ul", items)
    elif isinstance(part, Quotation):
        blocks = [s for b in part.blocks for s in plain_shape(b)]
        said = tidied(on_one_line(part.attribution, ", "))
        if blocks or said:
            yield ("quote", blocks, bool(said))
    elif isinstance(part, Table):
        rows = [[[s[1] for b in cell for s in plain_shape(b)] for cell in row] for row in part.rows]
        rows = [row for row in rows if any(row)]
        if rows:
            yield ("table", len(rows), len(rows[0]))
    elif isinstance(part, Figure):
        yield ("figure", part.alt or "TODO what this picture shows")
    elif isinstance(part, Rule):
        yield ("hr",)
    elif isinstance(part, CallToAction):
        yield ("link", part.label.rstrip(": "), part.address)


def links_alone(runs: Sequence[Run]) -> list[Any]:
    """Where each line is a link and nothing else, it may be read as a button: it leads there all the same."""
    lines: list[dict[str, str]] = [{}]
    for run in runs:
        first, *rest = run.text.split("\n")
        for number, text in enumerate([first, *rest]):
            if number:
                lines.append({})
            if text or run.note:
                lines[-1][run.href] = lines[-1].get(run.href, "") + text
    alone = all(len(line) == 1 and "" not in line for line in lines)
    return [("link", text, href) for line in lines for href, text in line.items()] if alone else []


def plain_shape(block: Block) -> Iterator[Any]:
    """As `shape`; a link alone in a list is no button."""
    if isinstance(block, Paragraph):
        if runs := tidied(block.runs):
            yield ("p", as_seen(runs))
    else:
        yield from shape(block)


def found(nodes: Sequence[SyntaxTreeNode], top: bool = True) -> Iterator[Any]:
    for node in nodes:
        if node.type == "section":
            yield from found(node.children)
        elif node.type in ("paragraph", "heading"):
            runs = as_seen(list(runs_of(node.children[0])))
            yield from (top and node.tag == "p" and links_alone(runs)) or [(node.tag, runs)]
        elif node.type in ("bullet_list", "ordered_list"):
            yield (node.tag, [list(found(item.children, False)) for item in node.children])
        elif node.type == "blockquote":
            said = node.children[-1].type == "attribution"
            yield ("quote", list(found(node.children[: -1 if said else None], False)), said)
        elif node.type == "table":
            rows = [row for part in node.children for row in part.children]
            yield ("table", len(rows), len(rows[0].children))
        elif node.type == "figure":
            yield ("figure", node.content)
        elif node.type == "call_to_action":
            yield ("link", node.content, node.attrs["href"])
        else:
            yield (node.type,)


def read(text: str) -> Body:
    end = text.index("\n---\n", 4) + 5
    return parse_body(text[end:], "r.md", text.count("\n", 0, end) + 1)


@given(st.lists(PART, max_size=5))
@example([LIST_THEN_WORDS])
@example([Quotation((LIST_THEN_WORDS,), ())])
@example([NUMBERED, Paragraph(()), NUMBERED])
@example([NUMBERED, Listing((), ordered=True), NUMBERED])
@example([Quotation((), (Run("https://example.org/a_b"),))])
@example([Quotation((), (Run("https://example.org/a_b\n"),))])
@example([Listing(((WORD, Listing(((WORD,),), ordered=True, first=3)),))])
def test_a_wild_body_is_read_as_it_was_meant(parts: list[Part]) -> None:
    body = read(write(Draft(headline="One", body=tuple(parts), pictures={"p": PICTURE}), "one").text)
    wanted = [each for part in parts for each in shape(part)]
    levels = iter(outlined(int(tag[1]) for tag, *_ in wanted if tag in HEADINGS))
    wanted = [(f"h{next(levels)}", *rest) if tag in HEADINGS else (tag, *rest) for tag, *rest in wanted]
    assert list(found(body.tree.children)) == wanted
    assert {f.id for f in body.findings} <= {
        "unused-note",
        "missing-note",
    }  # these drafts cite notes that they lack


def test_the_file_is_in_the_manner_of_the_house() -> None:
    draft = Draft(
        headline="Harbour water is cleaner:  ten-year\u00ad study",
        kind=Kind.STATEMENT,
        language="en",
        date="November 23, 2026",
        dateline="Portmellon",
        contacts=(Contact("Mira Okafor", "Press officer", "+44 20 7946 0142", email="press@example.org"),),
        fields={"preheader": "Dear {{ first_name }}"},
        body=(
            Paragraph((Run("Eight of eleven harbours are clean."), Run("", note="1"), Run(" "), Run("“At last,” ", bold=True),
                       Run("said Ines.", bold=False))),
            Paragraph((Run("We know what a tank costs."),), quoted=True),
            Quotation((Paragraph((Run("We know where it comes from."),)),), (Run("Tomas Brandl, harbour master"),)),
            CallToAction("READ THE STUDY", "https://example.org/report"),
            Figure("p", alt="A tank"),
            Paragraph((Run("Notes to editors"),), heading=2),
            Listing(((Paragraph((Run("One"),)), Listing(((Paragraph((Run("Nested"),)),),), ordered=True)), (Paragraph((Run("Two"),)),))),
            Table((((Paragraph((Run("Harbour"),)),), (Paragraph((Run("Class"),)),)), ((Paragraph((Run("Saltby"),)),), ())), headed=True),
        ),
        notes=((Paragraph((Run("See "), Run("the study", href="https://example.org/study"), Run("."))), Paragraph((Run("Chapter 7."),))),),
        captioned=(Captioned(Figure("p", alt="A tank"), caption="A tank: half full", credit="M. Okafor"),),
        pictures={"p": PICTURE},
    )  # fmt: skip
    assert write(draft, "harbour").text == HARBOUR


HARBOUR = """\
---
Kind: Statement
Headline: Harbour water is cleaner: ten-year study
Preheader: Dear { { first_name } }
Date: November 23, 2026
Dateline: Portmellon
Lang: en
Contacts:
  - name: Mira Okafor
    role: Press officer
    phone: +44 20 7946 0142
    email: press@example.org
Images:
  - file: harbour-1.png
    alt: A tank
    caption: A tank: half full
    credit: M. Okafor
---

Eight of eleven harbours are clean.[^1] **“At last,”** said Ines.

> We know what a tank costs.

> We know where it comes from.
>
> — Tomas Brandl, harbour master

READ THE STUDY: <https://example.org/report>

![A tank](harbour-1.png)

## Notes to editors

- One
  1. Nested
- Two

| Harbour | Class |
| --- | --- |
| Saltby |  |

[^1]: See [the study](https://example.org/study).

    Chapter 7.
"""


@pytest.mark.parametrize(
    ("guess", "line"),
    [
        (Guess("is that the day?", "date", "November 23"), 5),
        (Guess("is that the number?", "contacts", "0142"), 9),
        (Guess("whose words?", "body", "“At last,” said"), 16),
        (Guess("whose words?", "body", "words that are nowhere"), 0),
        (Guess("no embargo was found", "embargo"), 0),
    ],
)
def test_a_guess_names_the_line_of_the_new_file(guess: Guess, line: int) -> None:
    draft = Draft(
        headline="Harbour water is cleaner",
        subhead="Ten-year study",
        date="November 23, 2026",
        contacts=(
            Contact("Mira Okafor", "Press officer", "+44 20 7946 0142"),
            Contact("Ines Valdero", mobile="0143"),
        ),
        body=(
            Paragraph((Run("Eight are clean."),)),
            Paragraph((Run("“At last,”", bold=True), Run(" said Ines."))),
        ),
        guesses=(guess,),
    )
    written = write(draft, "harbour")
    assert [each.line for each in written.to_check] == [line], written.text


def test_what_markdown_cant_hold_is_said(workspace: Workspace) -> None:
    draft = Draft(
        headline="One",
        body=(
            Paragraph((Run("the chapter", href="#_Toc1"),)),
            Table((((Paragraph((Run("a"),)),),), ((Paragraph((Run("b"),)),),))),
            Figure("p"),
            CallToAction("READ", "ftp://example.org"),
        ),
        notes=((),),
        pictures={"p": PICTURE},
    )
    written = write(draft, "one")
    (workspace.releases / "one.md").write_text(written.text, "utf-8")
    (workspace.releases / "one-1.png").write_bytes(PICTURE.content)
    lines = written.text.split("\n")
    said = {lines[each.line - 1]: each.message for each in written.to_check}
    assert "#_Toc1 was left out" in said["the chapter"]
    assert "no head" in said["| a |"]
    assert "no description" in said["![TODO what this picture shows](one-1.png)"]
    assert "no address" in said["READ: ftp://example.org"]
    assert "no text" in said["[^1]: TODO the text of this note"]
    assert read_release(workspace, "one").original.headline == "One"


def test_what_is_raised_and_can_not_be_written_so_is_to_be_checked() -> None:
    """10 to the power of 2.5 would stand there as 102.5."""
    body = (Paragraph((Run("It is 10"), Run("2.5", raised=True), Run(", 10"), Run("−6", raised=True), Run(" or 1"),
                       Run("st", raised=True))),)  # fmt: skip
    written = write(Draft(headline="One", body=body), "one")
    assert "10⁻⁶ or 1st" in written.text
    assert [check.message for check in written.to_check if "raised" in check.message] == [
        "“2.5” is raised in the document, and here it can't be: say it in words."
    ]


def test_a_paragraph_below_a_list_inside_of_an_item_stays_a_paragraph() -> None:
    """Without a blank line it would go on in the inner list's last item (CommonMark §5.2, lazy continuation)."""
    inner = Listing(((Paragraph((Run("inside"),)),),))
    body = (Listing(((inner, Paragraph((Run("below"),))),)),)
    assert "- - inside\n\n  below\n" in write(Draft(headline="One", body=body), "one").text
