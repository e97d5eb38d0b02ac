"""Pages: saved web pages, exports of Google Docs, fragments of HTML."""

from __future__ import annotations

import base64
import io
from zipfile import ZipFile

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from support.account import words_lost
from support.shown_document import blocks_shown, shown

from mailer.errors import DocumentError
from mailer.importing.document import SourceDocument
from mailer.importing.sources.web import normalise, read


def blocks(html: str) -> list[str]:
    """The blocks of a fragment, a line each; no word may be lost."""
    document = normalise(html)
    assert words_lost(document) == []
    return blocks_shown(document.blocks)


def page(html: str, encoding: str = "utf-8") -> SourceDocument:
    return read(html.encode(encoding), "page.html")


PNG = io.BytesIO()
Image.new("RGB", (4, 3), (200, 30, 30)).save(
    PNG, "PNG", pnginfo=(lambda info: (info.add_text("Author", "Ana Mora"), info)[1])(PngInfo())
)


# Looks


@pytest.mark.parametrize(
    ("html", "shown_as"),
    [
        ("<p>a <b>b</b> <strong>c</strong></p>", "a **b** **c**"),
        ('<p>a <span style="font-weight:700">b</span></p>', "a **b**"),
        ('<p><b style="font-weight:normal">a</b></p>', "a"),
        ('<p><b>a <span style="font-weight:400">b</span></b></p>', "**a **b"),
        ('<p><span style="font-style: italic !important">a</span> <em>b</em></p>', "_a_ _b_"),
        ('<p>m<sup>2</sup> 8<span style="vertical-align:super">th</span></p>', "m^2^ 8^th^"),
        (
            "<style>.c3{font-weight:700} p.c4{font-style:italic}</style><p class=c4>a <span class=c3>b</span></p>",
            "_a _**_b_**",
        ),
        ("<style>@media print{.c3{font-weight:700}}</style><p><span class=c3>b</span></p>", "b"),
        ("<p>a<br>b<br><br>c</p>", "a⏎b"),
        ("<p>  a \n b&nbsp; c </p>", "a b c"),
        ("<pre>a\nb\tc</pre>", "a⏎b⇥c"),
        ("<p>He said <q>yes</q></p>", "He said “yes”"),
    ],
)
def test_looks_by_tag_by_style_by_class(html: str, shown_as: str) -> None:
    # Where italic and bold meet, both marks are shown.
    assert blocks(html)[0].replace("**_b_**", "_**b**_") == shown_as.replace("**_b_**", "_**b**_")


def test_an_empty_line_divides_paragraphs() -> None:
    assert blocks("<div>One<br>line<br><br>Two</div>Three") == ["One⏎line", "Two", "Three"]


def test_headings_quotations_captions_rules() -> None:
    html = (
        "<h2>Head</h2><blockquote><p>Quote</p></blockquote><hr><p class=MsoTitle>Title</p>"
        "<div role=heading aria-level=3>Third</div><p align=center>Middle</p>"
    )
    assert blocks(html) == ["## Head", "> Quote", "---", "Title {Title}", "### Third", "Middle {centred}"]


# Lists that were typed


def test_typed_bullets_become_lists() -> None:
    assert blocks("<p>•\tone</p><p>• two</p>") == ["- one", "- two"]
    assert blocks("<p>· one</p><p>Text</p>") == ["- one", "Text"]
    assert blocks("<p>- one</p><p>- two</p>") == ["- one", "- two"]
    assert blocks("<p>o&nbsp;&nbsp; one</p><p>o&nbsp;&nbsp; two</p>") == ["- one", "- two"]
    assert blocks("<p>1. one</p><p>2. two</p>") == ["1. one", "2. two"]
    assert blocks("<p>•\tone</p><p>–&nbsp;&nbsp; inner</p><p>•\ttwo</p>") == ["- one", "  - inner", "- two"]
    assert blocks("<p>a) one</p><p>b) two</p>") == ["a) one", "b) two"]


@pytest.mark.parametrize(
    "html",
    [
        "<p>- PARIS: the minister said</p><p>More</p>",
        "<p>— ¿Por qué?</p><p>— Porque sí.</p>",
        "<p>– Wer ist da?</p><p>– Ich.</p>",
        "<p>2024 was a good year.</p><p>2025 was better.</p>",
        "<p>1. One alone</p><p>Text</p>",
        "<p>7. Seven</p><p>9. Nine</p>",
        "<p>o senhor presidente</p><p>o ministro</p>",
        "<p>-30-</p><p>-ENDS-</p>",
    ],
)
def test_paragraphs_that_merely_begin_so_stay_paragraphs(html: str) -> None:
    document = normalise(html)
    assert all(type(block).__name__ == "Paragraph" for block in document.blocks)


# Tables


def test_tables_of_data_stay() -> None:
    assert blocks("<table><tr><th>A<th>B<tr><td colspan=2>1</table>") == ["| A | B |", "|--", "| 1 |  |"]
    assert blocks("<table><tr><td rowspan=2>1<td>2<tr><td>3</table>") == ["| 1 | 2 |", "|  | 3 |"]


@pytest.mark.parametrize(
    "html",
    [
        "<table role=presentation><tr><td>A<td>B</table>",
        "<table><tr><td>A</td></tr><tr><td>B</td></tr></table>",
        "<table><tr><td><table><tr><td>A</table><td></td></tr><tr><td>B</table>",
    ],
)
def test_tables_that_place_things_are_unwrapped(html: str) -> None:
    assert blocks(html) == ["A", "B"]


def test_what_stands_between_cells_is_not_lost() -> None:
    assert blocks("<table>Above<tr><td>A<td>B</tr></table>") == ["Above", "| A | B |"]
    assert blocks("<ul>Loose<li>item</ul>") == ["- Loose", "- item"]


# What must not leave


@pytest.mark.parametrize(
    "hiding",
    [
        'style="display:none"',
        'style="mso-hide:all"',
        'style="font-size:0"',
        "hidden",
        'style="visibility:hidden"',
        'style="opacity:0"',
    ],
)
def test_hidden_text_is_a_leak(hiding: str) -> None:
    document = normalise(f"<p>Seen</p><p><span {hiding}>price not final</span></p>")
    assert [(leak.kind, leak.text, leak.acceptable) for leak in document.leaks] == [
        ("hidden text", "price not final", False)
    ]
    assert blocks_shown(document.blocks) == ["Seen"]
    assert "price" not in document.words


def test_a_mail_theme_that_sets_size_0_around_its_columns_hides_nothing() -> None:
    document = normalise('<div style="font-size:0"><div style="font-size:16px">Seen</div></div>')
    assert blocks_shown(document.blocks) == ["Seen"]
    assert not document.leaks


def test_changes_are_leaks_until_they_are_accepted() -> None:
    html = '<p>It was <ins cite="mailto:Ana" datetime="2026-07-01">long </ins><del>never </del><s>not </s>planned.</p>'
    refused, accepted = normalise(html), normalise(html, accept_changes=True)
    assert [(leak.kind, leak.text, leak.author) for leak in refused.leaks] == [
        ("insertion", "long", "Ana"),
        ("deletion", "never", ""),
        ("deletion", "not", ""),
    ]
    assert not accepted.leaks
    assert len(accepted.accepted) == 3
    assert blocks_shown(accepted.blocks) == ["It was long planned."]


def test_comments_of_google_docs_are_leaks() -> None:
    html = (
        '<html><body class="doc-content"><p>Free<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup>.</p>'
        '<div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a><span>Ask finance</span></p></div></body></html>'
    )
    document = page(html)
    assert [(leak.kind, leak.text) for leak in document.leaks] == [("comment", "Ask finance")]
    assert blocks_shown(document.blocks) == ["Free."]


# Links and pictures


def test_links_that_may_not_travel_keep_their_words() -> None:
    document = normalise(
        '<p><a href="file:///C:/Users/amora/plan.docx">the plan</a>, <a href="javascript:x()">more</a></p>'
    )
    assert blocks_shown(document.blocks) == ["the plan, more"]
    assert len(document.remarks) == 2
    assert "amora" not in shown(document)


def test_pictures_in_the_page_come_along_without_their_metadata() -> None:
    data = base64.b64encode(PNG.getvalue()).decode()
    document = normalise(f'<p>Text</p><img alt="A pier" src="data:image/png;base64,{data}">')
    assert blocks_shown(document.blocks) == ["Text", "![A pier](picture-1)"]
    assert document.pictures["picture-1"].media_type == "image/png"
    assert b"Ana Mora" in PNG.getvalue()
    assert b"Ana Mora" not in document.pictures["picture-1"].content


def test_pictures_of_the_web_are_named_and_never_fetched() -> None:
    document = normalise(
        '<p>Text</p><img alt="A pier" src="https://example.org/pier.jpg"><img src="https://x.example/1" width=1>'
    )
    assert blocks_shown(document.blocks) == ["Text", "![A pier](https://example.org/pier.jpg)"]
    assert any("was not fetched" in remark for remark in document.remarks)
    assert any("one pixel" in remark for remark in document.remarks)


# Files


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="utf-8">', "utf-8"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">', "cp1252"),
        ('<meta charset="iso-8859-1">', "cp1252"),
        ('<meta charset="utf-8">', "cp1252"),
        ('<meta charset="idna">', "cp1252"),
        ("", "cp1252"),
        ('<meta charset="windows-1250">', "cp1250"),
        ('<meta charset="shift_jis">', "shift_jis"),
    ],
)
def test_characters_are_read_as_the_page_says(head: str, encoding: str) -> None:
    text = (
        "東京"
        if encoding == "shift_jis"
        else "“Äußerst schön” – 5 €"
        if encoding != "cp1250"
        else "Příliš žluťoučký"
    )
    assert blocks_shown(
        page(f"<html><head>{head}</head><body><p>{text}</p></body></html>", encoding).blocks
    ) == [text]


def test_googles_export_comes_with_its_pictures() -> None:
    written = io.BytesIO()
    with ZipFile(written, "w") as file:
        file.writestr(
            "Release.html",
            '<html><body class="doc-content"><p>Text</p><p><img alt="A pier" src="images/image1.png"></p></body></html>',
        )
        file.writestr("images/image1.png", PNG.getvalue())
    document = read(written.getvalue(), "Release.zip")
    assert document.kind == "page from Google Docs"
    assert blocks_shown(document.blocks) == ["Text", "![A pier](picture-1)"]


SAVED = """<!DOCTYPE html>
<!-- saved from url=(0038)https://ministry.example.org/news/pier/ -->
<html lang="en-gb"><head><title>Pier | Ministry</title></head><body>
<div id="cookie-banner">We use cookies. Accept</div>
<header><nav><a href="/">Home</a> <a href="/news">News</a></nav></header>
<main>
<h1>Ministry buys the pier</h1>
<article><p>CAPE LORNE – The ministry bought the pier, <a href="/deed">the deed</a> shows, and will open it in May for all.</p>
<aside>Read also: lighthouses</aside>
<div class="share-buttons">Share Post</div>
<p>It is 300 m long.</p></article>
</main>
<footer>Ministry, 1 Quay Street <a href="/imprint">Imprint</a></footer>
<script>var secret = "x"</script>
</body></html>"""


def test_the_text_of_a_saved_page_is_found_and_the_rest_set_aside() -> None:
    document = page(SAVED)
    assert document.kind == "web page"
    assert document.language == "en-GB"
    assert blocks_shown(document.blocks) == [
        "# Ministry buys the pier",
        "CAPE LORNE – The ministry bought the pier, [the deed](https://ministry.example.org/deed) shows, and will open it in May for all.",
        "It is 300 m long.",
    ]
    margins = {margin.kind: " / ".join(blocks_shown(margin.blocks)) for margin in document.margins}
    assert "We use cookies. Accept" in margins["page header"]
    assert "Home" in margins["page header"]
    assert margins["text box"] == "Read also: lighthouses / Share Post"
    assert "1 Quay Street" in margins["page footer"]
    assert words_lost(document) == []
    assert any("was set aside" in remark for remark in document.remarks)


def test_a_page_without_an_article_is_read_whole() -> None:
    assert blocks_shown(page("<html><body><h1>Head</h1><p>Text</p></body></html>").blocks) == [
        "# Head",
        "Text",
    ]


def test_lines_of_a_pdf_that_preview_copied_are_paragraphs_again() -> None:
    """Preview on a Mac writes each printed line as a paragraph, by the same writer as TextEdit."""
    lines = [
        "Inspectors of the roads department looked at every cable of",
        "the bridge and found none that must be replaced, the director",
        "said on Monday.",
        "The bridge carries 31,000 cars a day. It was closed for two",
        "nights, and traffic went over the old ferry road.",
        "Contact: Jo Lind",
        "jo.lind@roads.example.org",
    ]
    html = '<meta name="Generator" content="Cocoa HTML Writer">' + "".join(
        f'<p class="p1">{line}</p>' for line in lines
    )
    assert blocks(html) == [" ".join(lines[:3]), " ".join(lines[3:5]), *lines[5:]]


def test_too_deep_and_too_large_is_refused() -> None:
    with pytest.raises(DocumentError, match="deep"):
        normalise("<div>" * 5_000 + "x")
    with pytest.raises(DocumentError, match="8,000,000 characters"):
        normalise("<p>" + "x" * 8_100_000)
