"""What is drawn or stands in the margins of a Word document: kept, offered, or told."""

from __future__ import annotations

import pytest
from support.word_documents import (
    drawn,
    field_code,
    p,
    parts,
    picture,
    r,
    t,
    text_box,
    word,
)

from mailer.importing.document import Figure, Margin, Paragraph, SourceDocument
from mailer.importing.sources.word import read


def margins(document: SourceDocument) -> list[tuple[str, str, list[str]]]:
    return [(each.kind, each.place, lines(each)) for each in document.margins]


def lines(margin: Margin) -> list[str]:
    return [block.text for block in margin.blocks if isinstance(block, Paragraph)]


# Text boxes


@pytest.mark.parametrize(
    "old", [False, True], ids=["twice, for newer and older programs", "for older programs alone"]
)
def test_a_text_box_is_a_margin_and_there_once(old: bool) -> None:
    document = read(
        word(p("Text ", text_box(p("Contact"), p("+1 555 0100"), only_old=old), "goes on.")), "a.docx"
    )
    assert margins(document) == [("text box", "text box in paragraph 1", ["Contact", "+1 555 0100"])]
    assert [block.text for block in document.blocks if isinstance(block, Paragraph)] == ["Text goes on."]
    assert document.words == "Text goes on.\nContact\n+1 555 0100"


def test_a_text_box_that_says_a_sentence_of_the_text_again_is_told() -> None:
    document = read(
        word(p("“We are proud of the new harbour.”", text_box(p("We are proud of the new harbour")))),
        "a.docx",
    )
    assert document.margins == ()
    assert any("says again" in remark for remark in document.remarks)
    assert document.words.count("proud") == 1


def test_what_is_there_for_older_programs_alone_is_not_read_where_the_newer_form_says_something() -> None:
    box = text_box(p("New")).replace("New</w:t>", "Old</w:t>").replace("Old</w:t>", "New</w:t>", 1)
    document = read(word(p("Text", box)), "a.docx")
    assert [each for _, _, each in margins(document)] == [["New"]]
    assert document.words == "Text\nNew"


def test_a_text_box_in_a_text_box() -> None:
    document = read(word(p("Text", text_box(p("Outer", text_box(p("Inner")))))), "a.docx")
    assert [each for _, _, each in margins(document)] == [["Outer"], ["Inner"]]


# Page headers and footers


def test_headers_are_offered_and_page_numbers_are_not() -> None:
    footer = p(
        "Page ",
        field_code(" PAGE ", r("1")),
        " of ",
        f'<w:fldSimple w:instr=" NUMPAGES ">{r("3")}</w:fldSimple>',
    )
    document = read(word(p("Text"), header=p("Press office"), footer=footer), "a.docx")
    assert margins(document) == [("page header", "page header", ["Press office"])]
    assert document.words == "Text\nPress office"


def with_header(which: str, section: str = "", settings: str = "") -> SourceDocument:
    made = parts(p("Text"), section=f'<w:headerReference w:type="{which}" r:id="rIdH"/>{section}')
    made.xml("word/header9.xml", "hdr", p("Vera Lim, +1 555 0100"))
    made.relate("header", "header9.xml", "rIdH")
    made.files["word/settings.xml"] = made.files["word/settings.xml"].replace(
        b"</w:settings>", f"{settings}</w:settings>".encode()
    )
    return read(made.packed(), "a.docx")


def test_the_header_of_a_first_page() -> None:
    document = with_header("first", "<w:titlePg/>")
    assert margins(document) == [("page header", "page header of a first page", ["Vera Lim, +1 555 0100"])]


@pytest.mark.parametrize("which", ["first", "even"])
def test_a_header_that_word_does_not_show_is_told(which: str) -> None:
    document = with_header(which)
    assert document.margins == ()
    assert "Vera Lim, +1 555 0100" in document.remarks[0]
    assert document.words == "Text"


def test_the_header_of_even_pages() -> None:
    assert (
        margins(with_header("even", settings="<w:evenAndOddHeaders/>"))[0][1] == "page header of even pages"
    )


# Pictures

DECORATIVE = '<a:extLst><a:ext><adec:decorative val="1"/></a:ext></a:extLst>'
PICTURES = {
    "in a line": (picture("rIdA", "A quay"), "A quay"),
    "anchored": (picture("rIdA", "A quay").replace("wp:inline", "wp:anchor"), "A quay"),
    "decoration": (picture("rIdA", "Blue line", inside=DECORATIVE), ""),
    "an old one": ('<w:r><w:pict><v:shape alt="A quay"><v:imagedata r:id="rIdA"/></v:shape></w:pict></w:r>', "A quay"),
    "what another program showed": (
        '<w:r><w:object><v:shape><v:imagedata r:id="rIdA" o:title="A sheet"/></v:shape><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>',
        "A sheet"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "alt"), PICTURES.values(), ids=PICTURES)
def test_a_picture_stands_where_it_was(content: str, alt: str) -> None:
    document = read(word(p("Before."), p(content), p("After."), media={"rIdA": drawn()}), "a.docx")
    assert [type(block).__name__ for block in document.blocks] == ["Paragraph", "Figure", "Paragraph"]
    figure = document.blocks[1]
    assert isinstance(figure, Figure)
    assert figure.alt == alt
    assert document.pictures[figure.picture].media_type == "image/png"


def test_a_link_of_a_picture_is_told() -> None:
    linked = f'<w:hyperlink r:id="rIdL">{picture("rIdA", "A quay")}</w:hyperlink>'
    document = read(word(p(linked), media={"rIdA": drawn()}, links={"rIdL": "https://example.org"}), "a.docx")
    assert "A picture leads to https://example.org" in document.remarks[0]


def test_one_picture_shown_twice_is_kept_once() -> None:
    document = read(
        word(p(picture("rIdA", "One"), picture("rIdA", "Two")), media={"rIdA": drawn()}), "a.docx"
    )
    assert [(each.picture, each.alt) for each in document.blocks if isinstance(each, Figure)] == [
        ("picture-1", "One"),
        ("picture-1", "Two"),
    ]
    assert len(document.pictures) == 1


@pytest.mark.parametrize("form", ["BMP", "TIFF"])
def test_a_picture_that_mails_do_not_show_becomes_a_png(form: str) -> None:
    document = read(word(p(picture("rIdA")), media={"rIdA": drawn(form)}), "a.docx")
    assert [each.media_type for each in document.pictures.values()] == ["image/png"]


# What else is drawn


def test_a_chart_is_told_and_its_words_are_offered() -> None:
    made = parts(
        p(
            "Text ",
            '<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><c:chart r:id="rIdC"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>',
        )
    )
    made.files["word/charts/chart1.xml"] = (
        b'<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        b"<a:p><a:r><a:t>Ferries a year</a:t></a:r></a:p><c:strCache><c:pt><c:v>Quill</c:v></c:pt></c:strCache></c:chartSpace>"
    )
    made.relate("chart", "charts/chart1.xml", "rIdC")
    document = read(made.packed(), "a.docx")
    assert "A chart can't be taken over" in document.remarks[0]
    assert [each for _, _, each in margins(document)] == [["Ferries a year", "Quill"]]
    assert document.words == "Text\nFerries a year\nQuill"


def test_a_diagram_is_told_and_its_words_are_offered() -> None:
    """What Word calls SmartArt: its words are in a part of their own."""
    graphic = '<a:graphic><a:graphicData><dgm:relIds r:dm="rIdD"/></a:graphicData></a:graphic>'
    made = parts(p("Text", f"<w:r><w:drawing><wp:inline>{graphic}</wp:inline></w:drawing></w:r>"))
    made.files["word/diagrams/data1.xml"] = (
        b'<d:dataModel xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        b'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:t><a:p><a:r><a:t>Book</a:t></a:r></a:p></d:t>'
        b"<d:t><a:p><a:r><a:t>Board</a:t></a:r></a:p></d:t></d:dataModel>"
    )
    made.relate("diagramData", "diagrams/data1.xml", "rIdD")
    document = read(made.packed(), "a.docx")
    assert "A diagram (SmartArt) can't be taken over" in document.remarks[0]
    assert [each for _, _, each in margins(document)] == [["Book", "Board"]]
    assert document.words == "Text\nBook\nBoard"


def test_drawn_letters_are_offered() -> None:
    """WordArt, and the watermark across a page."""
    drawing = '<w:r><w:pict><v:shape><v:textpath string="CONFIDENTIAL"/></v:shape></w:pict></w:r>'
    document = read(word(p("Text"), header=p(drawing)), "a.docx")
    assert [each for _, _, each in margins(document)] == [["CONFIDENTIAL"]]
    assert "CONFIDENTIAL" in document.words


def test_a_shape_without_words_is_told() -> None:
    drawing = f"<w:r><w:drawing><wp:anchor><wps:wsp/></wp:anchor></w:drawing>{t('Text')}</w:r>"
    assert read(word(p(drawing)), "a.docx").remarks == ("A drawn shape was left out (paragraph 1 (“Text”)).",)


def test_a_drawing_inside_of_something_unknown_in_its_run_is_read() -> None:
    """Programs wrap what they draw; what follows in the same run stays behind it."""
    drawn = text_box(p("In the box"), only_old=True).replace("<w:pict>", "<w:r><w:bdo><w:pict>").replace(
        "</w:pict>", "</w:pict></w:bdo><w:t>behind</w:t></w:r>"
    )  # fmt: skip
    document = read(word(p("Before ", drawn)), "a.docx")
    assert "behind" in repr(document.blocks)
    assert "In the box" in repr(document.margins)
