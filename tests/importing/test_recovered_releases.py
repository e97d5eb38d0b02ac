"""Whole releases: those in the shapes of real offices, the real one, and whatever else blocks may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from conftest import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st
from support.benchmark import benchmark
from support.drafts import account

from mailer.importing.document import (
    Block,
    Figure,
    Listing,
    Margin,
    Paragraph,
    Rule,
    Run,
    SourceDocument,
    Table,
)
from mailer.importing.draft import CallToAction
from mailer.importing.sources import markdown, plain
from mailer.importing.structure import Office, recover
from mailer.model import Contact, Kind
from mailer.release.body import parse_body
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.release.values import parse_date

OFFICE = Office(
    name="Lantern Coast Foundation",
    language="en",
    region="GB",
    zone="Europe/London",
    boilerplates={
        "About Lantern Coast Foundation": "Lantern Coast Foundation looks after 140 kilometres of shore with the people "
        "who live on it. It measures the water, publishes what it finds, and helps harbour towns to act on it."
    },
    today=date(2026, 11, 24),
)


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned by", "held out"])
def test_releases_in_the_shapes_of_real_offices(held_out: bool) -> None:
    """In short; `benchmarks/importing/measure.py` takes 200."""
    releases, measure = benchmark("importing/releases.py"), benchmark("importing/measure.py")
    shapes = benchmark("importing/held_out.py").HELD_OUT if held_out else releases.SHAPES
    samples = list(releases.samples(shapes, len(shapes), seed=7))
    counts, misses, _ = measure.measure(samples)
    assert not [(sample.shape, seen) for sample, what, seen in misses if what == "words"]
    assert not [(sample.shape, seen) for sample, what, seen in misses if what == "embargo"]
    for what in ("headline", "date", "dateline", "contact"):
        assert counts[what] <= len(samples) * (0.2 if held_out else 0.03), misses


@pytest.mark.parametrize("source", [plain, markdown], ids=["text", "Markdown"])
def test_the_real_release(source: object) -> None:
    """The text that an office sent becomes what its release file says, field by field and paragraph by paragraph."""
    folder = REPOSITORY.parent / "shared" / "real"
    if not (folder / "press-release.txt").is_file():
        pytest.skip("the real release does not stand beside this checkout")
    written = (folder / "press-release.md").read_text("utf-8")
    header = read_header(written, "press-release.md", RELEASE_FIELDS, RECORDS)
    document = source.read((folder / "press-release.txt").read_bytes(), "press-release.txt")  # type: ignore[attr-defined]
    draft = recover(document, replace(OFFICE, name="", region="US", zone="America/New_York"))

    assert draft.kind == Kind(header.text("kind").lower())
    assert (draft.headline, draft.date, draft.dateline) == tuple(
        header.text(name) for name in ("headline", "date", "dateline")
    )
    record = header.records["contacts"][0].fields
    assert draft.contacts == (Contact(**{name: value.text for name, value in record.items()}),)
    assert [part.label for part in draft.body if isinstance(part, CallToAction)] == [
        "READ THE MEMO",
        "READ THE EXECUTIVE SUMMARY",
    ]
    body = parse_body(header.body, "press-release.md", 1)
    assert len(draft.notes) == len(body.notes) == 8
    assert _as_markdown(draft) == _squeezed(header.body)
    assert account(document, draft) == ""


def _as_markdown(draft: object) -> str:
    """Enough Markdown to compare the text with: highlights, citations, links."""
    lines = []
    for part in draft.body:  # type: ignore[attr-defined]
        if isinstance(part, CallToAction):
            lines.append(f"{part.label}: <{part.address}>")
        else:
            lines.append("".join(_marked(run) for run in part.runs))
    for number, note in enumerate(draft.notes, start=1):  # type: ignore[attr-defined]
        lines.append(f"[^{number}]: " + "".join(_marked(run) for run in note[0].runs))
    return _squeezed("\n\n".join(lines))


def _marked(run: Run) -> str:
    if run.note:
        return f"[^{run.note}]"
    text = f"<{run.text}>" if run.href else run.text
    return f"**{text}**" if run.bold else text


def _squeezed(text: str) -> str:
    return " ".join(text.split())


WORDS = st.sampled_from(
    """FOR IMMEDIATE RELEASE|PRESS RELEASE|Embargoed until 3 June 2024, 00:01 GMT|July 24, 2018|Madrid, 3 de mayo de 2024|Contact:|
    Jane Doe|Press Officer|+44 20 7946 0142|press@example.org|###|-30-|ENDS|-more-|Page 2 of 3|About Us|Notes to editors|References|
    1. A note|[1] A note|¹ A note|A sentence with a mark.¹|A sentence with another.[1]|WASHINGTON, D.C. (AP) — The water is clean.|
    The water is cleaner than it was in any year since somebody began to measure it, which was a long time ago,|
    and it goes on here after a page.|READ IT: https://example.org|Headline: Water|Date: 7/8/2018|Subhead:|“A quotation.”|— Jane Doe, mayor|
    Photo: Jane Doe|Tel. 1|@|:|(|2029|Sperrfrist: bald|a\tb\tc|\t|*|**""".replace("\n    ", "").split("|")
) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)  # fmt: skip


@st.composite
def paragraphs(draw: st.DrawFn) -> Paragraph:
    runs: list[Run] = []
    for text in draw(st.lists(WORDS, min_size=0, max_size=3)):
        runs.append(Run(f" {text}", bold=draw(st.booleans())))
        if text[-1:].isalpha() and draw(st.booleans()):
            runs.append(draw(st.sampled_from([Run("", note="7"), Run("¹", note="7"), Run("1", raised=True)])))
    return Paragraph(
        tuple(runs),
        heading=draw(st.sampled_from([0, 0, 0, 1, 3])),
        style=draw(st.sampled_from(["", "", "Title", "Quote", "Caption"])),
        quoted=draw(st.booleans()) and draw(st.booleans()),
    )


def blocks() -> st.SearchStrategy[Block]:
    leaves = paragraphs() | st.builds(Rule) | st.builds(Figure, st.just("p"), st.text(max_size=9))
    cells = st.lists(st.lists(leaves, max_size=2).map(tuple), min_size=2, max_size=2).map(tuple)
    return (
        paragraphs()
        | leaves
        | st.builds(
            Listing,
            st.lists(st.lists(leaves, max_size=2).map(tuple), max_size=3).map(tuple),
            ordered=st.booleans(),
        )
        | st.builds(Table, st.lists(cells, max_size=3).map(tuple))
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(blocks(), max_size=14).map(tuple),
    st.lists(
        st.builds(Margin, st.just("text box"), st.lists(paragraphs(), max_size=3).map(tuple)), max_size=2
    ).map(tuple),
)
def test_any_blocks_make_a_draft_and_no_word_of_them_is_lost(
    blocks: tuple[Block, ...], margins: tuple[Margin, ...]
) -> None:
    document = SourceDocument(
        kind="x", blocks=blocks, margins=margins, notes={"7": (Paragraph((Run("The note."),)),)}
    )
    draft = recover(document, OFFICE)
    assert account(document, draft) == ""
    if draft.date:
        parse_date(draft.date)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=25), st.sampled_from(["\n", "\n\n"]))
def test_any_lines_of_text_make_a_draft_and_no_word_of_them_is_lost(lines: list[str], between: str) -> None:
    document = plain.read(between.join(lines).encode(), "x.txt")
    assert account(document, recover(document, OFFICE)) == ""
