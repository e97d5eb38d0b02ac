"""Text documents of LibreOffice (.odt): looks, notes, lists, tables, pictures; what must not leave; what stands beside."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from support.account import words_lost
from support.shown_document import blocks_shown
from support.text_documents import NAMES, document, text_style

from mailer.errors import DocumentError
from mailer.importing.document import SourceDocument
from mailer.importing.sources.open_document import read

PNG = io.BytesIO()
Image.new("RGB", (4, 3), (200, 30, 30)).save(PNG, "PNG")

INFO = "<office:change-info><dc:creator>Ana Mora</dc:creator><dc:date>2026-07-01T10:00:00</dc:date></office:change-info>"


def of(body: str, *, accept: bool = False, **parts: object) -> SourceDocument:
    """A document with this body, as it is read; no word may be lost."""
    found = read(document(body, **parts), "release.odt", accept_changes=accept)  # type: ignore[arg-type]
    assert words_lost(found) == []
    return found


def blocks(body: str, **parts: object) -> list[str]:
    return blocks_shown(of(body, **parts).blocks)


def test_looks_are_inherited() -> None:
    """A style says what its parents don't say otherwise."""
    styles = text_style("Strong", 'fo:font-weight="bold"')
    automatic = (
        text_style("T1", 'fo:font-style="italic"', parent="Strong")
        + text_style("T2", 'fo:font-weight="normal"', parent="T1")
        + text_style("P1", 'fo:font-weight="bold"', family="paragraph")
    )
    body = (
        '<text:p><text:span text:style-name="T1">both</text:span> <text:span text:style-name="T2">slanted</text:span></text:p>'
        '<text:p text:style-name="P1">bold</text:p>'
    )
    assert blocks(body, styles=styles, automatic=automatic) == ["_**both**_ _slanted_", "**bold**"]


@pytest.mark.parametrize(
    ("position", "raised"),
    [("super 58%", True), ("33% 58%", True), ("sub 58%", False), ("-8% 58%", False), ("0% 100%", False)],
)
def test_raised(position: str, raised: bool) -> None:
    body = '<text:p>m<text:span text:style-name="T1">2</text:span></text:p>'
    automatic = text_style("T1", f'style:text-position="{position}"')
    assert blocks(body, automatic=automatic) == ["m^2^" if raised else "m2"]


def test_the_style_of_a_heading_makes_no_bold_words() -> None:
    styles = text_style("Heading_20_1", 'fo:font-weight="bold"', family="paragraph")
    body = '<text:h text:style-name="Heading_20_1" text:outline-level="1">Head</text:h>'
    assert blocks(body, styles=styles) == ["# Head"]


def test_names_of_styles() -> None:
    styles = text_style("Title", "", family="paragraph") + text_style("Quotations", "", family="paragraph")
    automatic = text_style("P1", 'fo:color="#000000"', family="paragraph", parent="Title")
    body = '<text:p text:style-name="P1">Head</text:p><text:p text:style-name="Quotations">Words</text:p>'
    assert blocks(body, styles=styles, automatic=automatic) == ["Head {Title}", "Words {Quote}"]


def test_blanks_tabs_and_line_breaks() -> None:
    assert blocks('<text:p>a<text:s text:c="4"/>b<text:tab/>c<text:line-break/>d\n   e</text:p>') == [
        "a b⇥c⏎d e"
    ]


def test_notes() -> None:
    body = (
        '<text:p>One<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        '<text:p>Foot</text:p></text:note-body></text:note> two<text:note text:note-class="endnote">'
        "<text:note-citation>i</text:note-citation><text:note-body><text:p>End</text:p><text:p>More</text:p></text:note-body>"
        "</text:note>.</text:p>"
    )
    found = of(body)
    assert blocks_shown(found.blocks) == ["One[^1] two[^2]."]
    assert [blocks_shown(note) for note in found.notes.values()] == [["Foot"], ["End", "More"]]


def test_links() -> None:
    body = '<text:p><text:a xlink:href="https://www.google.com/url?q=https://example.org/a">one</text:a> <text:a xlink:href="../plan.odt">two</text:a></text:p>'
    found = of(body)
    assert blocks_shown(found.blocks) == ["[one](https://example.org/a) two"]
    assert len(found.remarks) == 1


def test_numbered_headings_are_headings() -> None:
    body = '<text:list><text:list-item><text:h text:outline-level="2">Head</text:h></text:list-item></text:list><text:p>Text</text:p>'
    assert blocks(body) == ["## Head", "Text"]


def test_a_list_that_goes_on_counts_on() -> None:
    automatic = '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>'
    item = "<text:list-item><text:p>{}</text:p></text:list-item>"
    body = (
        f'<text:list text:style-name="L1">{item.format("one")}{item.format("two")}</text:list><text:p>Between</text:p>'
        f'<text:list text:style-name="L1" text:continue-numbering="true">{item.format("three")}</text:list>'
    )
    assert blocks(body, automatic=automatic) == ["1. one", "2. two", "Between", "3. three"]


def test_tables_with_merged_cells() -> None:
    body = (
        "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell>"
        "<table:table-cell><text:p>B</text:p></table:table-cell></table:table-row></table:table-header-rows>"
        '<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>1</text:p></table:table-cell>'
        "<table:covered-table-cell/></table:table-row></table:table>"
    )
    assert blocks(body) == ["| A | B |", "|--", "| 1 |  |"]


def test_pictures_with_their_words() -> None:
    frame = '<draw:frame><draw:image xlink:href="Pictures/a.png"/><svg:desc>A pier</svg:desc></draw:frame>'
    captioned = f"<text:p><draw:frame><draw:text-box><text:p>{frame}The pier at night</text:p></draw:text-box></draw:frame></text:p>"
    found = of(f"<text:p>Text{frame}</text:p>{captioned}", more={"Pictures/a.png": PNG.getvalue()})
    assert blocks_shown(found.blocks) == [
        "Text",
        "![A pier](picture-1)",
        "The pier at night {Caption}",
        "![A pier](picture-1)",
    ]
    assert not found.margins


def test_a_picture_that_is_none_is_told() -> None:
    found = of('<text:p>Text<draw:frame><draw:image xlink:href="Pictures/a.svm"/></draw:frame></text:p>')
    assert any("was left out" in remark for remark in found.remarks)


def test_page_heads_feet_and_boxes_are_margins() -> None:
    masters = (
        '<style:master-page style:name="Standard"><style:header><text:p>Press <text:span>office</text:span></text:p></style:header>'
        "<style:footer><text:p>555-0144, page <text:page-number>1</text:page-number></text:p></style:footer></style:master-page>"
        '<style:master-page style:name="First"><style:header><text:p>Press office</text:p></style:header></style:master-page>'
    )
    body = "<text:p>Text<draw:frame><draw:text-box><text:p>Contact: Ana</text:p></draw:text-box></draw:frame></text:p>"
    found = of(body, masters=masters)
    assert [(margin.kind, blocks_shown(margin.blocks)) for margin in found.margins] == [
        ("text box", ["Contact: Ana"]),
        ("page header", ["Press office"]),
        ("page footer", ["555-0144, page"]),
    ]


CHANGED = (
    f'<text:tracked-changes><text:changed-region text:id="c1"><text:insertion>{INFO}</text:insertion></text:changed-region>'
    f'<text:changed-region xml:id="c2"><text:deletion>{INFO}<text:p>never</text:p></text:deletion></text:changed-region>'
    "</text:tracked-changes>"
    '<text:p>It was <text:change-start text:change-id="c1"/>long <text:change-end text:change-id="c1"/>'
    '<text:change text:change-id="c2"/>planned.</text:p>'
)


def test_tracked_changes_are_leaks_until_they_are_accepted() -> None:
    refused, accepted = of(CHANGED), of(CHANGED, accept=True)
    assert [(leak.kind, leak.text, leak.author, leak.when) for leak in refused.leaks] == [
        ("insertion", "long", "Ana Mora", "2026-07-01T10:00:00"),
        ("deletion", "never", "Ana Mora", "2026-07-01T10:00:00"),
    ]
    assert not accepted.leaks
    assert len(accepted.accepted) == 2
    assert blocks_shown(accepted.blocks) == ["It was long planned."]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ('<text:p>A<text:span text:style-name="H">price</text:span></text:p>', "hidden text", "price"),
        ('<text:p>A</text:p><text:p text:style-name="HP">price</text:p>', "hidden text", "price"),
        ('<text:p>A</text:p><text:section text:display="none"><text:p>price</text:p></text:section>', "hidden text", "price"),
        ('<text:p>A</text:p><text:section text:display="condition" text:is-hidden="true"><text:p>price</text:p></text:section>', "hidden text", "price"),
        ('<text:p>A<text:hidden-text text:is-hidden="true" text:string-value="price"/></text:p>', "hidden text", "price"),
        ('<text:p>A</text:p><text:p><text:hidden-paragraph text:is-hidden="true"/>price</text:p>', "hidden text", "price"),
        ("<text:p>A<office:annotation><dc:creator>Bo</dc:creator><text:p>sure?</text:p></office:annotation></text:p>", "comment", "sure?"),
        ('<text:p>A<text:span text:style-name="S">old</text:span></text:p>', "deletion", "old"),
    ],
)  # fmt: skip
def test_what_must_not_leave(body: str, kind: str, words: str) -> None:
    automatic = (
        text_style("H", 'text:display="none"')
        + text_style("HP", 'text:display="none"', family="paragraph")
        + text_style("S", 'style:text-line-through-style="solid"')
    )
    found = of(body, automatic=automatic)
    assert [(leak.kind, leak.text) for leak in found.leaks] == [(kind, words)]
    assert blocks_shown(found.blocks) == ["A"]


def test_language() -> None:
    styles = '<style:default-style style:family="paragraph"><style:text-properties fo:language="es" fo:country="MX"/></style:default-style>'
    assert of("<text:p>Texto</text:p>", styles=styles).language == "es-MX"


def test_a_password_is_told() -> None:
    manifest = f"<manifest:manifest {NAMES}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    with pytest.raises(DocumentError, match=r"release\.odt: it has a password"):
        of("<text:p>x</text:p>", more={"META-INF/manifest.xml": manifest.encode()})
