"""What is in a document and nobody sees stops an import, in whatever way its author's program hides it."""

from __future__ import annotations

import pytest
from support.text_documents import document, text_style
from support.word_documents import WHO, p, r, word

from mailer.importing.document import SourceDocument
from mailer.importing.sources import read_document

SECRET = "not for print"
WORD = {
    "in the theme's white": '<w:color w:val="auto" w:themeColor="background1"/>',
    "white, whatever else is said": '<w:color w:val="000000" w:themeColor="background1"/>',
    "black on black": '<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>',
    "under a black marker": '<w:color w:val="000000"/><w:highlight w:val="black"/>',
    "filled with white": '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="FFFFFF"/></w14:solidFill></w14:textFill>',
    "filled with the theme's white": '<w14:textFill><w14:solidFill><w14:schemeClr w14:val="bg1"/></w14:solidFill></w14:textFill>',
    "transparent": '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/>'
    "</w14:srgbClr></w14:solidFill></w14:textFill>",
    "of one percent's width": '<w:w w:val="1"/>',
    "of two points": '<w:sz w:val="4"/>',
}  # fmt: skip
PARAGRAPHS = {
    "in a frame beside the page": '<w:framePr w:w="100" w:x="-20000" w:hAnchor="page"/>',
    "far left of the page": '<w:ind w:left="-30000"/>',
    "in lines without height": '<w:spacing w:line="1" w:lineRule="exact"/>',
}
CSS = (
    "position:absolute;left:-9999px", "text-indent:-99em;display:inline-block", "position:absolute;clip:rect(0,0,0,0)",
    "clip-path:inset(100%)", "color:transparent", "color:rgba(0,0,0,0)", "font-size:1px", "font:0/0 a", "opacity:0.01",
    "opacity:0%", "opacity:.0", "display:/**/none", "height:0;overflow:hidden", "max-height:0;overflow:hidden",
    "transform:scale(0)", "filter:opacity(0)", "content-visibility:hidden", "font-size:calc(0px)",
)  # fmt: skip
SHEETS = (
    "#q{display:none}",
    "@media screen{.q{display:none}}",
    "@media all { .q { visibility: hidden } }",
    "i.q{font-size:0.1pt}",
)


def hidden(read: SourceDocument) -> list[str]:
    return [leak.text for leak in read.leaks if leak.kind == "hidden text"]


@pytest.mark.parametrize("properties", WORD.values(), ids=WORD)
def test_words_that_word_does_not_show(properties: str) -> None:
    assert hidden(read_document("a.docx", word(p("Open ", r(SECRET, properties), " now")))) == [SECRET]


@pytest.mark.parametrize("properties", PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_paragraphs_that_word_does_not_show(properties: str) -> None:
    assert hidden(read_document("a.docx", word(p(SECRET, properties=properties), p("x")))) == [SECRET]


def test_what_can_be_seen_is_no_leak() -> None:
    seen = (
        '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>', '<w:sz w:val="12"/>', '<w:w w:val="90"/>',
        '<w:color w:val="FFFFFF" w:themeColor="background1"/><w:shd w:val="clear" w:fill="1F3864"/>',
        '<w:color w:val="A6A6A6" w:themeColor="background1" w:themeShade="A6"/>', '<w:shd w:val="clear" w:fill="000000"/>',
    )  # fmt: skip
    shown = word(
        *(p("Open ", r("now", each)) for each in seen), p("Indented.", properties='<w:ind w:left="-720"/>')
    )
    assert hidden(read_document("a.docx", shown)) == []


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (f"<m:r><w:rPr><w:ins {WHO}/></w:rPr><m:t>x</m:t></m:r>", "insertion"),
        (f"<m:r><w:del {WHO}/><m:t>x</m:t></m:r>", "deletion"),
        (f"<m:f><m:fPr><m:ctrlPr><w:ins {WHO}/></m:ctrlPr></m:fPr><m:num><m:r><m:t>x</m:t></m:r></m:num></m:f>", "insertion"),
        ("<m:r><w:rPr><w:vanish/></w:rPr><m:t>x</m:t></m:r>", "hidden text"),
    ],
)  # fmt: skip
def test_formulas_hold_changes_and_hidden_text_too(formula: str, kind: str) -> None:
    read = read_document("a.docx", word(p("y = ", f"<m:oMath>{formula}</m:oMath>")))
    assert [(leak.kind, leak.text) for leak in read.leaks] == [(kind, "x")]


@pytest.mark.parametrize("field", ["AUTHOR", "FILENAME \\p", "DOCPROPERTY Company", "LASTSAVEDBY"])
def test_what_word_fills_in_about_its_author_is_told(field: str) -> None:
    simple = f'<w:fldSimple w:instr="{field}">{r("Ana Mora")}</w:fldSimple>'
    (remark,) = read_document("a.docx", word(p("By ", simple))).remarks
    assert "“Ana Mora” is what Word says of the document or its author" in remark


@pytest.mark.parametrize("style", CSS)
def test_words_that_a_page_does_not_show(style: str) -> None:
    page = f"<h1>Open</h1><p>Open</p><p>Open <i style='{style}'>{SECRET}</i> now</p>"
    assert hidden(read_document("a.html", page.encode())) == [SECRET]


@pytest.mark.parametrize("sheet", SHEETS)
def test_words_that_a_style_sheet_hides(sheet: str) -> None:
    page = f"<style>{sheet}</style><h1>Open</h1><p>Open <i id=q class=q>{SECRET}</i> now</p>"
    assert hidden(read_document("a.html", page.encode())) == [SECRET]


def test_what_a_page_shows_is_no_leak() -> None:
    styles = (
        "opacity:1", "font-size:12px", "left:-5px;position:relative", "text-indent:-18pt", "transform:scale(0.9)",
        "height:300px;overflow:hidden", "background-color:transparent", "font:bold 12px/1 serif", "color:rgb(0,0,0)",
        "color:transparent;-webkit-background-clip:text", "clip-path:inset(0)", "font-size:80%",
    )  # fmt: skip
    page = "<h1>Open</h1>" + "".join(f"<p style='{each}'>Open {each}</p>" for each in styles)
    assert hidden(read_document("a.html", page.encode())) == []


def test_white_words_of_a_word_processor_and_of_a_page() -> None:
    """What is behind the words of a page is said by style sheets that are not there: that is for a person to see."""
    words = f"<p>Open <span style='color:#fff'>{SECRET}</span> <font color=white>{SECRET}</font></p>"
    button = "<table><tr><td bgcolor='#003366'><span style='color:#ffffff'>Read it</span></td></tr></table>"
    office = read_document(
        "a.html", f"<meta name=Generator content='Microsoft Word 15'>{words}{button}".encode()
    )
    assert hidden(office) == [SECRET, SECRET]
    page = read_document("a.html", f"{words}{button}".encode())
    assert hidden(page) == []
    assert [each for each in page.remarks if "is white" in each]


def test_a_comment_in_a_page_of_word_needs_no_link_to_be_one() -> None:
    page = "<p>Open</p><div style='mso-element:comment-list'><div style='mso-element:comment'><p class=MsoCommentText>Ask Ana</p></div></div>"
    (leak,) = read_document("a.html", page.encode()).leaks
    assert (leak.kind, leak.text) == ("comment", "Ask Ana")


@pytest.mark.parametrize("look", ['fo:color="#ffffff"', 'fo:font-size="1pt"'])
def test_words_that_libreoffice_does_not_show(look: str) -> None:
    body = f'<text:p>Open <text:span text:style-name="T1">{SECRET}</text:span> now</text:p>'
    assert hidden(read_document("a.odt", document(body, automatic=text_style("T1", look)))) == [SECRET]


def test_white_words_on_a_colour_are_seen() -> None:
    body = '<text:p>Open <text:span text:style-name="T1">now</text:span></text:p>'
    look = text_style("T1", 'fo:color="#ffffff" fo:background-color="#003366"')
    assert hidden(read_document("a.odt", document(body, automatic=look))) == []


@pytest.mark.parametrize("how", ["collapse", "filter"])
def test_rows_that_libreoffice_does_not_show(how: str) -> None:
    rows = "".join(
        f'<table:table-row{each}><table:table-cell><text:p>{words}</text:p></table:table-cell></table:table-row>'
        for words, each in (("Open", ""), (SECRET, f' table:visibility="{how}"'))
    )  # fmt: skip
    assert hidden(read_document("a.odt", document(f"<table:table>{rows}</table:table>"))) == [SECRET]


def test_fields_of_libreoffice_are_told_or_left_out() -> None:
    body = (
        "<text:p>By <text:author-name>Ana Mora</text:author-name> <text:placeholder>&lt;Name&gt;</text:placeholder>"
        "<text:script>Macro()</text:script> <text:ruby><text:ruby-base>東京</text:ruby-base>"
        "<text:ruby-text>Tokyo</text:ruby-text></text:ruby></text:p>"
    )
    read = read_document("a.odt", document(body))
    assert [block.text for block in read.blocks] == ["By Ana Mora 東京 (Tokyo)"]  # type: ignore[union-attr]
    assert [each.partition(" ")[0] for each in read.remarks] == ["“Ana", "A"]


@pytest.mark.parametrize("look", [r"\cf1", r"\fs2"])
def test_words_that_rich_text_does_not_show(look: str) -> None:
    rich = rf"{{\rtf1{{\colortbl;\red255\green255\blue255;\red0\green51\blue102;}} Open {{{look} {SECRET}}} {{\cf1\cb2 now}}\par}}"
    assert hidden(read_document("a.rtf", rich.encode())) == [SECRET]
