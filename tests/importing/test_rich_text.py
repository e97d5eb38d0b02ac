"""Rich text (.rtf) of TextEdit, WordPad and Word."""

from __future__ import annotations

import binascii
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from support.account import words_lost
from support.shown_document import blocks_shown

from mailer.errors import DocumentError
from mailer.importing.document import SourceDocument
from mailer.importing.sources.rich_text import read

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0\deflang1034{\fonttbl{\f0\fnil\fcharset0 Calibri;}{\f1\fnil\fcharset2 Symbol;}"
    rb"{\f2\fnil\fcharset204 Times New Roman Cyr;}}{\stylesheet{\s0 Normal;}{\s1\b heading 1;}{\s2\qc Title;}}"
    rb"{\*\revtbl {Unknown;}{Ana Mora;}}{\info{\author Secret}{\company Secret}}{\*\generator Secret;}"
)


def of(body: bytes, *, accept: bool = False) -> SourceDocument:
    """A document with this body, as it is read; no word may be lost."""
    found = read(HEAD + body + b"}", "release.rtf", accept_changes=accept)
    assert words_lost(found) == []
    assert "Secret" not in found.words
    return found


def blocks(body: bytes) -> list[str]:
    return blocks_shown(of(body).blocks)


def test_looks() -> None:
    assert blocks(rb"\pard\plain a {\b b} {\i c} \b d\b0  m{\super 2}\nosupersub  {\up6 3}x\par") == [
        "a **b** _c_ **d** m^2^ ^3^x"
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (rb"\'93Ay\'94 \'96 5 \'80", "“Ay” – 5 €"),
        (rb"caf\u233\'e9 \u8212?", "café —"),
        (rb"{\uc0 caf\u233 }s", "cafés"),
        (rb"{\uc2 caf\u233\'c3\'a9}s", "cafés"),
        (rb"\u-10179?\u-8704?", "😀"),
        (rb"{\f2 \'cf\'f0\'e8}", "При"),
        (rb"\emdash\endash\ldblquote x\rdblquote\bullet", "—–“x”•"),
        (rb"\{a\} \\", "{a} \\"),
        (rb"a\~b", "a⍽b"),
        (rb"a\line b\tab c", "a⏎b⇥c"),
        (b"a\r\nb", "ab"),
        (rb"{\upr{ANSI}{\*\ud{Uni}}}", "Uni"),
    ],
)
def test_characters(written: bytes, shown: str) -> None:
    assert blocks(rb"\pard\plain .." + written + rb"\par") == [".." + shown]


def test_textedit_ends_paragraphs_by_a_backslash() -> None:
    assert blocks(b"One\\\nTwo\\\n\\\nThree") == ["One", "Two", "Three"]


def test_headings_and_titles() -> None:
    body = rb"\pard\plain\s2\qc Title\par\pard\plain\s1\outlinelevel0\b Head\par\pard\plain Text\par"
    assert blocks(body) == ["Title {Title} {centred}", "# Head", "Text"]


def test_links() -> None:
    link = rb'\pard {\field{\*\fldinst{HYPERLINK "%s"}}{\fldrslt{\ul the page}}}\par'
    assert blocks(link % b"https://www.google.com/url?q=https://example.org/a") == [
        "[the page](https://example.org/a)"
    ]
    assert blocks(link % b"file:///C:/Users/amora/plan.docx") == ["the page"]
    assert blocks(rb'\pard {\field{\*\fldinst HYPERLINK \\l "top"}{\fldrslt up}}\par') == ["up"]


def test_notes() -> None:
    body = (
        rb"\pard One{\super\chftn}{\footnote\pard\plain{\super\chftn} Foot {\i note}.\par Second.} two"
        rb"{\super\chftn}{\footnote\ftnalt\pard\plain{\super\chftn} End.}.\par"
    )
    found = of(body)
    assert blocks_shown(found.blocks) == ["One[^1] two[^2]."]
    assert [blocks_shown(note) for note in found.notes.values()] == [["Foot _note_.", "Second."], ["End."]]


def test_lists_of_word_and_of_textedit() -> None:
    body = (
        rb"{\listtext\pard\plain\f1 \'b7\tab}\pard\plain\ls1\ilvl0 one\par{\listtext\f1 o\tab}\ls1\ilvl1 inner\par"
        rb"{\listtext\f1\'b7\tab}\ls1\ilvl0 two\par\pard Text\par"
        rb"{\pntext\f0 1.\tab}\pard first\par{\pntext\f0 2.\tab}second\par"
    )
    assert blocks(body) == ["- one", "  - inner", "- two", "Text", "1. first", "2. second"]


def test_tables() -> None:
    row = rb"\trowd%s\cellx100\cellx200\pard\plain\intbl %s\cell %s\cell\row"
    body = row % (rb"\trhdr", b"A", b"B") + row % (b"", b"1", rb"2\par more") + rb"\pard Text\par"
    assert blocks(body) == ["| A | B |", "|--", "| 1 | 2 / more |", "Text"]


def test_pictures() -> None:
    png = io.BytesIO()
    Image.new("RGB", (4, 3), (200, 30, 30)).save(png, "PNG")
    digits = binascii.hexlify(png.getvalue())
    properties = rb"{\*\picprop{\sp{\sn wzDescription}{\sv A pier}}}"
    body = (
        rb"\pard Text{\*\shppict{\pict"
        + properties
        + rb"\pngblip\picw4\pich3 "
        + digits[:40]
        + b"\n"
        + digits[40:]
        + b"}}"
        rb"{\nonshppict{\pict\wmetafile8 0100}}\par{\pict\pngblip\bin%d "
        % len(png.getvalue())
        + png.getvalue()
        + rb"}\par"
    )
    found = of(body)
    assert blocks_shown(found.blocks) == ["Text", "![A pier](picture-1)", "![](picture-1)"]
    assert found.pictures["picture-1"].media_type == "image/png"


def test_page_heads_feet_and_boxes_are_margins() -> None:
    body = (
        rb"{\header\pard\plain Press office\par}{\footerf\pard\plain 555-0144, {\field{\*\fldinst PAGE}{\fldrslt 1}}\par}"
        rb"\pard\plain Text{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt\pard\plain Contact: Ana\par}}{\shprslt old}}\par"
    )
    found = of(body)
    assert blocks_shown(found.blocks) == ["Text"]
    assert [(margin.kind, blocks_shown(margin.blocks)) for margin in found.margins] == [
        ("page header", ["Press office"]),
        ("page footer", ["555-0144,"]),
        ("text box", ["Contact: Ana"]),
    ]


CHANGED = (
    rb"\pard\plain It was {\revised\revauth1\revdttm1984308874 long }{\deleted\revauthdel1\revdttmdel0 never }"
    rb"{\mvf\mvauth1 once }planned.\par"
)


def test_tracked_changes_are_leaks_until_they_are_accepted() -> None:
    refused, accepted = of(CHANGED), of(CHANGED, accept=True)
    assert [(leak.kind, leak.text, leak.author) for leak in refused.leaks] == [
        ("insertion", "long", "Ana Mora"),
        ("deletion", "never", "Ana Mora"),
        ("move", "once", "Ana Mora"),
    ]
    assert not accepted.leaks
    assert len(accepted.accepted) == 3
    assert blocks_shown(accepted.blocks) == ["It was long planned."]


@pytest.mark.parametrize(
    ("body", "kind", "words", "author"),
    [
        (rb"\pard A{\v price}\par", "hidden text", "price", ""),
        (rb"\pard A\v price\v0\par", "hidden text", "price", ""),
        (rb"\pard A{\strike old}\par", "deletion", "old", ""),
        (
            rb"\pard A{\*\atnid AM}{\*\atnauthor Ana Mora}\chatn{\*\annotation{\*\atndate 1}\pard\plain sure?}\par",
            "comment",
            "sure?",
            "Ana Mora",
        ),
    ],
)
def test_what_must_not_leave(body: bytes, kind: str, words: str, author: str) -> None:
    found = of(body)
    assert [(leak.kind, leak.text, leak.author) for leak in found.leaks] == [(kind, words, author)]
    assert blocks_shown(found.blocks) == ["A"]


def test_language() -> None:
    assert of(rb"\pard Texto\par").language == "es-ES"


def test_what_is_none_is_refused() -> None:
    with pytest.raises(DocumentError, match="called rich text and is none"):
        read(b"Text", "release.rtf")
    with pytest.raises(DocumentError, match="deep inside one another"):
        read(b"{\\rtf1" + b"{" * 100_000, "release.rtf")


PIECES = st.sampled_from(
    [b"{", b"}", b"\\par ", b"\\'e9", b"\\u233?", b"\\u-10179", b"\\cell ", b"\\row ", b"\\intbl ", b"{\\footnote ", b"{\\*\\annotation ",
     b"{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt ", b"{\\pict ", b"{\\listtext ", b"\\bin9 ", b"\\v ", b"\\deleted ", b"\\plain ",
     b"{\\upr{", b"{\\*\\ud ", b"\\uc9 ", b"\\f1 ", b"{\\fonttbl", b"\\ansicpg0 ", b"\\cpg99999 ", b"word ", b"\xff", b"{\\shptxt "]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40))
def test_no_bytes_make_it_fail(pieces: list[bytes]) -> None:
    found = read(b"{\\rtf1" + b"".join(pieces), "release.rtf")
    assert isinstance(found, SourceDocument)
