"""The text of a Word document: looks, styles, links, lists, tables, notes, and the small things between letters."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.word_documents import (
    BULLETS,
    LETTERS,
    NUMBERING,
    NUMBERS,
    field_code,
    footnote,
    item,
    p,
    parts,
    r,
    t,
    table,
    word,
)

from mailer.importing.document import Block, Listing, Paragraph, Rule, Run, SourceDocument, Table
from mailer.importing.sources.word import read


def document(*body: str, **more: object) -> SourceDocument:
    return read(word(*body, numbering=NUMBERING, **more), "a.docx")


def one(*content: str, style: str = "", properties: str = "", **more: object) -> Paragraph:
    """The one paragraph of a document."""
    (block,) = document(p(*content, style=style, properties=properties), **more).blocks
    assert isinstance(block, Paragraph)
    return block


def shape(blocks: Sequence[Block]) -> list[object]:
    """Blocks as a test can write them: texts, lists and tables of them."""
    return [
        block.text
        if isinstance(block, Paragraph)
        else ("1." if block.ordered else "•", block.first, [shape(each) for each in block.items])
        if isinstance(block, Listing)
        else [[shape(cell) for cell in row] for row in block.rows]
        if isinstance(block, Table)
        else type(block).__name__
        for block in blocks
    ]


# Looks

STYLES = """
<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Stronger"><w:name w:val="Stronger"/><w:basedOn w:val="Strong"/></w:style>
<w:style w:type="paragraph" w:styleId="Lead"><w:name w:val="Lead"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Zwischen"><w:name w:val="Zwischentitel"/><w:basedOn w:val="berschrift2"/></w:style>
<w:style w:type="paragraph" w:styleId="Beschriftung"><w:name w:val="caption"/></w:style>
<w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Intense Quote"/></w:style>
<w:style w:type="paragraph" w:styleId="Punkte"><w:name w:val="Punkte"/><w:pPr><w:numPr><w:numId w:val="11"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Keine"><w:name w:val="Keine"/><w:basedOn w:val="Punkte"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>
"""

LOOKS = {
    "bold": (r("x", "<w:b/>"), Run("x", bold=True)),
    "italic": (r("x", "<w:i/>"), Run("x", italic=True)),
    "bold by a character style": (r("x", '<w:rStyle w:val="Strong"/>'), Run("x", bold=True)),
    "bold by what a style is based on": (r("x", '<w:rStyle w:val="Stronger"/>'), Run("x", bold=True)),
    "bold switched off": (r("x", '<w:rStyle w:val="Strong"/><w:b w:val="0"/>'), Run("x")),
    "superscript": (r("x", '<w:vertAlign w:val="superscript"/>'), Run("x", raised=True)),
    "raised by hand": (r("2", '<w:position w:val="6"/><w:sz w:val="14"/>'), Run("2", raised=True)),
    "subscript": (r("x", '<w:vertAlign w:val="subscript"/>'), Run("x")),
}


@pytest.mark.parametrize(("run", "expected"), LOOKS.values(), ids=LOOKS)
def test_a_run_looks_as_its_own_properties_and_its_styles_say(run: str, expected: Run) -> None:
    assert one(run, styles=STYLES).runs == (expected,)


def test_runs_that_look_the_same_are_one() -> None:
    """Word splits runs wherever somebody has edited; a bold passage is one."""
    assert one(r("One ", "<w:b/>"), r("bold ", "<w:b/>"), r("passage", "<w:b/>")).runs == (
        Run("One bold passage", bold=True),
    )


PARAGRAPHS = {
    "a heading in any language": ("berschrift2", (2, "", False, False)),
    "a style based on a heading": ("Zwischen", (2, "", False, False)),
    "a title": ("Title", (0, "Title", False, False)),
    "a caption": ("Beschriftung", (0, "Caption", False, False)),
    "a quotation": ("Zitat", (0, "Quote", True, False)),
    "a style of the office's own": ("Lead", (0, "Lead", False, True)),
    "plain text": ("", (0, "", False, False)),
}


@pytest.mark.parametrize(("style", "expected"), PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_a_paragraph_is_what_its_style_says(style: str, expected: tuple[object, ...]) -> None:
    made = parts(p("Text", style=style))
    made.files["word/styles.xml"] = made.files["word/styles.xml"].replace(
        b"</w:docDefaults>", b"</w:docDefaults>" + STYLES.encode()
    )
    (block,) = read(made.packed(), "a.docx").blocks
    assert isinstance(block, Paragraph)
    assert (block.heading, block.style, block.quoted, block.centred) == expected


def test_that_a_heading_is_bold_by_its_style_says_nothing() -> None:
    assert one("Text", style="Heading1").runs == (Run("Text"),)


def test_what_a_release_cannot_show_and_may_be_meant_is_told() -> None:
    remarks = document(p(r("9 million", "<w:strike/>"), r("XX", '<w:highlight w:val="yellow"/>'))).remarks
    assert remarks == (
        "Struck out in the document, and kept: “9 million” (paragraph 1 (“9 millionXX”)).",
        "Highlighted in the document, as what is still to be checked: “XX” (paragraph 1 (“9 millionXX”)).",
    )


def test_a_passage_in_pieces_is_told_once() -> None:
    marked = '<w:highlight w:val="yellow"/>'
    assert len(document(p(r("9 ", marked), r("million", marked + "<w:b/>"))).remarks) == 1


def test_of_many_passages_the_first_are_told() -> None:
    remarks = document(*(p(r(f"word {index}", "<w:strike/>")) for index in range(30))).remarks
    assert len(remarks) == 21
    assert remarks[-1] == "10 more passages are struck out or highlighted."


def test_the_language_is_that_of_most_of_the_text() -> None:
    body = p(r("Kurz", '<w:lang w:val="de-DE"/>'), r("Ein comunicado largo", '<w:lang w:val="es-MX"/>'))
    assert document(body).language == "es-MX"


# Links

LINKS = {
    "a field": (field_code(' HYPERLINK "https://example.org/a" ', r("here")), "https://example.org/a"),
    "a field without quotation marks": (field_code(" HYPERLINK https://example.org/a ", r("here")), "https://example.org/a"),
    "a field in pieces": (
        field_code(' HYPER', r("here")).replace('HYPER</w:instrText></w:r>', 'HYPER</w:instrText></w:r><w:r><w:instrText>LINK "https://example.org/a"</w:instrText></w:r>'),
        "https://example.org/a"),
    "a field with a place and a tip": (
        field_code(' HYPERLINK "https://example.org/a" \\l "b" \\o "Click here" \\t "_blank" ', r("here")), "https://example.org/a#b"),
    "a short field": (f'<w:fldSimple w:instr="HYPERLINK &quot;mailto:press@example.org&quot;">{r("here")}</w:fldSimple>', "mailto:press@example.org"),
    "a hyperlink": (f'<w:hyperlink r:id="rIdA">{r("he")}{r("re")}</w:hyperlink>', "https://example.org/a"),
    "a hyperlink with a place": (f'<w:hyperlink r:id="rIdA" w:anchor="b">{r("here")}</w:hyperlink>', "https://example.org/a#b"),
    "a place in the document": (f'<w:hyperlink w:anchor="b">{r("here")}</w:hyperlink>', ""),
    "a field to a place in the document": (field_code(' HYPERLINK \\l "_Toc1" ', r("here")), ""),
}  # fmt: skip


@pytest.mark.parametrize(("content", "address"), LINKS.values(), ids=LINKS)
def test_links_lead_where_word_says(content: str, address: str) -> None:
    assert one(content, links={"rIdA": "https://example.org/a"}).runs == (Run("here", href=address),)


def test_a_link_goes_on_in_the_next_paragraph() -> None:
    start, end = field_code(' HYPERLINK "https://example.org" ', r("one"), "|", r("two")).split("|")
    blocks = document(p(start), p(end)).blocks
    assert [
        [(run.text, run.href) for run in block.runs] for block in blocks if isinstance(block, Paragraph)
    ] == [
        [("one", "https://example.org")],
        [("two", "https://example.org")],
    ]


def test_a_field_shows_its_result_and_not_how_it_is_worked_out() -> None:
    inner = field_code(" DATE ", r("12 May"))
    assert one("On ", field_code(' IF "x" ', inner)).text == "On 12 May"
    instruction = field_code(" QUOTE ", r("shown")).replace(
        " QUOTE </w:instrText></w:r>", f" QUOTE </w:instrText></w:r>{inner}"
    )
    assert one(instruction).text == "shown"


# Lists


def test_lists_nest_and_count() -> None:
    body = [
        item("a"),
        item("b", level=1),
        item("c", level=2),
        item("d"),
        item("One", NUMBERS),
        item("Two", NUMBERS),
    ]
    assert shape(document(*body).blocks) == [
        ("•", 1, [["a", ("•", 1, [["b", ("•", 1, [["c"]])]])], ["d"]]),
        ("1.", 1, [["One"], ["Two"]]),
    ]


def test_a_list_goes_on_counting_behind_a_paragraph() -> None:
    blocks = document(item("One", NUMBERS), p("Between"), item("Two", NUMBERS)).blocks
    assert shape(blocks) == [("1.", 1, [["One"]]), "Between", ("1.", 2, [["Two"]])]


def test_two_lists_behind_each_other_are_two() -> None:
    assert shape(document(item("One", NUMBERS), item("Anew", 22)).blocks) == [
        ("1.", 1, [["One"]]),
        ("1.", 1, [["Anew"]]),
    ]


def test_a_style_makes_lists_and_takes_them_back() -> None:
    blocks = document(p("In", style="Punkte"), p("Out", style="Keine"), styles=STYLES).blocks
    assert shape(blocks) == [("•", 1, [["In"]]), "Out"]


def test_letters_become_numbers_and_that_is_told() -> None:
    read_ = document(item("A", LETTERS))
    assert shape(read_.blocks) == [("1.", 1, [["A"]])]
    assert "lettered" in read_.remarks[0]


def test_a_level_deeper_than_five_is_kept_on_the_fifth() -> None:
    blocks = document(item("a"), item("deep", BULLETS, 8)).blocks
    assert "deep" in repr(blocks)


# Tables


def test_a_table_keeps_its_head_and_what_is_merged() -> None:
    wide = f'<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("Fares")}'
    tall = f'<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("Quill")}'
    below = f"<w:tcPr><w:vMerge/></w:tcPr>{p('')}"
    (block,) = document(table(["Port", wide], [tall, "1", "2"], [below, "3", "4"], head=True)).blocks
    assert isinstance(block, Table) and block.headed
    assert shape([block]) == [[[["Port"], ["Fares"], []], [["Quill"], ["1"], ["2"]], [[], ["3"], ["4"]]]]


def test_a_table_that_only_places_things_is_their_text() -> None:
    assert shape(document(table([p("One") + p("Two")])).blocks) == ["One", "Two"]


# Notes


def test_notes_stand_in_the_order_in_which_they_are_cited() -> None:
    read_ = document(
        p("A", footnote(7), "B", footnote(1, "endnote"), "C", footnote(3)),
        footnotes={3: "third", 7: "seventh", 9: "never cited"},
        endnotes={1: "end"},
    )
    assert [(key, shape(note)) for key, note in read_.notes.items()] == [
        ("1", ["seventh"]), ("2", ["end"]), ("3", ["third"]),
    ]  # fmt: skip
    assert [run.note for block in read_.blocks for run in block.runs if run.note] == list(read_.notes)  # type: ignore[union-attr]
    assert "never cited" not in read_.words


def test_a_note_of_paragraphs_and_links() -> None:
    note = p("One") + p(field_code(' HYPERLINK "https://example.org" ', r("Two")))
    read_ = document(p("A", footnote(1)), footnotes={1: note})
    assert shape(read_.notes["1"]) == ["One", "Two"]
    assert "https://example.org" in repr(read_.notes)


def test_a_note_cited_twice_is_there_once() -> None:
    read_ = document(p("A", footnote(1), "B", footnote(1)), footnotes={1: "note"})
    assert [run.note for run in read_.blocks[0].runs if run.note] == ["1"] * 2  # type: ignore[union-attr]
    assert list(read_.notes) == ["1"]


def test_a_mark_of_the_authors_own_gives_way_to_ours() -> None:
    own = f'<w:r><w:footnoteReference w:customMarkFollows="1" w:id="1"/>{t("*")}</w:r>'
    assert [(run.text, run.note) for run in one("A", own, footnotes={1: "note"}).runs] == [
        ("A", ""),
        ("", "1"),
    ]


def test_a_note_that_is_not_there_is_no_reference() -> None:
    assert one("A", footnote(5)).runs == (Run("A"),)


# Between letters

SMALL = {
    "a no-break space": (r("40\u00a0%"), "40\u00a0%"),
    "a no-break hyphen": (f"<w:r>{t('555')}<w:noBreakHyphen/>{t('0100')}</w:r>", "555\u20110100"),
    "a soft hyphen": (f"<w:r>{t('har')}<w:softHyphen/><w:t>bo\u00adur</w:t></w:r>", "harbour"),
    "a tab": (f"<w:r>{t('WHO:')}<w:tab/>{t('Vera')}</w:r>", "WHO:\tVera"),
    "an aligned tab": (f"<w:r>{t('WHO:')}<w:ptab/>{t('Vera')}</w:r>", "WHO:\tVera"),
    "a line's end": (f"<w:r>{t('a')}<w:br/>{t('b')}</w:r>", "a\nb"),
    "an old line's end": (f"<w:r>{t('a')}<w:cr/>{t('b')}</w:r>", "a\nb"),
    "a page's end": (f'<w:r>{t("a")}<w:br w:type="page"/>{t("b")}</w:r>', "a\nb"),
    "a sign of Wingdings": ('<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>', "☺"),
    "a letter of Symbol": ('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "α"),
    "a letter of Symbol in text": (r("\uf061", '<w:rFonts w:ascii="Symbol"/>'), "α"),
    "a line that the file breaks": (r("two\nwords"), "two words"),
    "ruby": (f"<w:r><w:ruby><w:rt>{r('みなと')}</w:rt><w:rubyBase>{r('港')}</w:rubyBase></w:ruby></w:r>", "港 (みなと)"),
    "a fraction": ("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>", "1/2"),
    "a ticked box": (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>' + r(" yes"), "☒ yes"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "text"), SMALL.values(), ids=SMALL)
def test_what_stands_between_letters(content: str, text: str) -> None:
    assert one(content).text == text


def test_a_sign_that_nobody_knows_is_told() -> None:
    read_ = document(p("Price: ", '<w:r><w:sym w:font="House Icons" w:char="F0A1"/></w:r>'))
    assert "House Icons" in read_.remarks[0]
    assert "\ufffd" in repr(read_.blocks)


def test_a_large_first_letter_is_part_of_its_word() -> None:
    read_ = document(p("T", properties='<w:framePr w:dropCap="drop" w:lines="3"/>'), p("he harbour is open."))
    assert shape(read_.blocks) == ["The harbour is open."] == [read_.words]


def test_lines_across_the_page() -> None:
    border = '<w:pBdr><w:bottom w:val="single" w:sz="6"/></w:pBdr>'
    box = (
        "<w:pBdr>"
        + "".join(f'<w:{side} w:val="single"/>' for side in ("top", "left", "bottom", "right"))
        + "</w:pBdr>"
    )
    assert shape(document(p("a", properties=border), p("", properties=border), p("b", properties=box)).blocks) == [
        "a", "Rule", "Rule", "b",
    ]  # fmt: skip
    (rule,) = document(p('<w:r><w:pict><v:rect o:hr="t"/></w:pict></w:r>')).blocks
    assert isinstance(rule, Rule)


def test_bullets_and_numbers_that_somebody_typed_are_lists() -> None:
    """As they are in every other source."""
    tab = "<w:r><w:tab/></w:r>"
    lines = (p("•", tab, "Ferries"), p("•", tab, "Gulls"), p("1.", tab, "Book"), p("2.", tab, "Board"))
    bullets, numbers = document(*lines).blocks
    assert isinstance(bullets, Listing)
    assert isinstance(numbers, Listing)
    assert (bullets.ordered, len(bullets.items), numbers.ordered, len(numbers.items)) == (False, 2, True, 2)
