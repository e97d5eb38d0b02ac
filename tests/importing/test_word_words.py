"""No word of a Word document gets lost, whatever stands around it: what hypothesis nests, and counts again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.word_documents import (
    NUMBERING,
    commented,
    deleted,
    field_code,
    inserted,
    item,
    p,
    parts,
    r,
    t,
    table,
    text_box,
    word,
)

from mailer.importing.document import Block, Listing, Paragraph, SourceDocument, Table
from mailer.importing.sources.word import read


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z]+\d+[a-z]*", text))


def said(blocks: Iterable[Block]) -> str:
    lines = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Listing):
            lines += [said(each) for each in block.items]
        elif isinstance(block, Table):
            lines += [said(cell) for row in block.rows for cell in row]
    return "\n".join(lines)


def kept(document: SourceDocument) -> Counter[str]:
    """All words that have a place in what was read."""
    everywhere = [document.blocks, *document.notes.values(), *(margin.blocks for margin in document.margins)]
    return words("\n".join(map(said, everywhere)))


AROUND_RUNS: dict[str, Callable[[str], str]] = {
    "a content control": lambda inner: f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>",
    "a smart tag": lambda inner: f'<w:smartTag w:element="place">{inner}</w:smartTag>',
    "custom XML": lambda inner: f'<w:customXml w:element="x">{inner}</w:customXml>',
    "an order of letters": lambda inner: f'<w:bdo w:val="rtl">{inner}</w:bdo>',
    "a direction": lambda inner: f'<w:dir w:val="ltr">{inner}</w:dir>',
    "a link to another place": lambda inner: f'<w:hyperlink w:anchor="top">{inner}</w:hyperlink>',
    "a short field": lambda inner: f'<w:fldSimple w:instr=" REF x ">{inner}</w:fldSimple>',
    "a link field": lambda inner: field_code(' HYPERLINK "https://example.org" \\o "no"', inner),
    "a field": lambda inner: field_code(" IF 1 = 1 ", inner),
    "an insertion": lambda inner: f'<w:ins w:id="1" w:author="a">{inner}</w:ins>',
    "a move": lambda inner: f'<w:moveTo w:id="1" w:author="a">{inner}</w:moveTo>',
    "a comment": lambda inner: commented(1, inner),
    "something of a later Word": lambda inner: f"<w:unknown>{inner}</w:unknown>",
}
AROUND_BLOCKS: dict[str, Callable[[str], str]] = {
    "a content control": lambda inner: f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>",
    "custom XML": lambda inner: f'<w:customXml w:element="x">{inner}</w:customXml>',
    "something of a later Word": lambda inner: f"<w:unknown>{inner}</w:unknown>",
    "a table of one cell": lambda inner: table([inner + p("")]),
    "a table": lambda inner: table([inner + p(""), p("cell7")], [p("cell8"), p("cell9")]),
}


@pytest.mark.parametrize("around", AROUND_RUNS.values(), ids=AROUND_RUNS)
def test_words_in_a_paragraph_are_kept_whatever_is_around_them(around: Callable[[str], str]) -> None:
    document = read(
        word(p("before1 ", around(r("inside2 ")), around(around(r("deep3"))))), "a.docx", accept_changes=True
    )
    assert said(document.blocks) == document.words == "before1 inside2 deep3"


@pytest.mark.parametrize("around", AROUND_BLOCKS.values(), ids=AROUND_BLOCKS)
def test_paragraphs_are_kept_whatever_is_around_them(around: Callable[[str], str]) -> None:
    document = read(word(p("before1"), around(p("inside2") + p("deep3")), p("after4")), "a.docx")
    assert words(said(document.blocks)) == words(document.words)
    assert {"before1", "inside2", "deep3", "after4"} <= set(words(said(document.blocks)))


_numbers = count(10_000)


def word_of(kind: str) -> str:
    return f"{kind}{next(_numbers)}"


@st.composite
def runs(draw: st.DrawFn, depth: int = 2) -> str:
    """Something in a paragraph, with words that are all different."""
    kinds = (
        "plain",
        "split",
        "deleted",
        "inserted",
        "ruby",
        "formula",
        "box",
        "old box",
        "hyphen",
        *["around"] * 6,
    )
    kind = draw(st.sampled_from(kinds if depth else kinds[:5]))
    if kind == "around":
        return draw(st.sampled_from(list(AROUND_RUNS.values())))(
            "".join(draw(st.lists(runs(depth - 1), min_size=1, max_size=3)))
        )
    one = word_of("w") + " "
    match kind:
        case "split":
            return r(one[:3], "<w:b/>") + r(one[3:], "<w:i/>")
        case "deleted":
            return deleted(word_of("gone"))
        case "inserted":
            return inserted(one)
        case "ruby":
            above = f"<w:rt>{r(word_of('above'))}</w:rt>"
            return f"<w:r><w:ruby>{above}<w:rubyBase>{r(one)}</w:rubyBase></w:ruby>{t(' ')}</w:r>"
        case "formula":
            return f"<m:oMath><m:r><m:t>{one.strip()}</m:t></m:r></m:oMath>{r(' ')}"
        case "box" | "old box":
            return text_box(p(f"boxed {word_of('box')} {word_of('box')}"), only_old=kind == "old box")
        case "hyphen":
            return f"<w:r>{t(one[:2])}<w:softHyphen/>{t(one[2:])}</w:r>"
    return r(one)


@st.composite
def blocks(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(("p", "p", "item", "around", "around") if depth else ("p", "item")))
    if kind == "around":
        return draw(st.sampled_from(list(AROUND_BLOCKS.values())))(
            "".join(draw(st.lists(blocks(depth - 1), min_size=1, max_size=2)))
        )
    if kind == "item":
        return item(word_of("item"), level=draw(st.integers(0, 8)))
    return p(*draw(st.lists(runs(), max_size=3)))


@given(st.lists(blocks(), min_size=1, max_size=4))
def test_every_word_has_a_place_and_is_counted_by_the_other_reading(body: list[str]) -> None:
    made = parts(*body, numbering=NUMBERING)
    made.xml("word/styles.xml", "styles", "")  # python-docx's take most of the time
    document = read(made.packed(), "release.docx", accept_changes=True)
    written = words(re.sub(r"<w:del .*?</w:del>|<mc:Fallback>.*?</mc:Fallback>", "", re.sub(
        r"</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">|</w:t><w:softHyphen/><w:t xml:space=\"preserve\">",
        "", "".join(body))))  # fmt: skip
    assert kept(document) == written
    assert words(document.words) == written


def test_what_is_read_twice_is_one_text() -> None:
    document = read(
        word(p("The harbour", inserted(" wall"), deleted(" wal"), " is open.")), "a.docx", accept_changes=True
    )
    assert said(document.blocks) == document.words == "The harbour wall is open."
