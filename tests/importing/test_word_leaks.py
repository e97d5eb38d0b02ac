"""What an author did not mean to publish stops an import, and is named: tracked changes, comments, hidden text."""

from __future__ import annotations

import pytest
from support.word_documents import (
    WHO,
    comment,
    commented,
    deleted,
    footnote,
    inserted,
    p,
    parts,
    r,
    t,
    table,
    text_box,
    word,
)

from mailer.importing.document import Leak, Paragraph, SourceDocument
from mailer.importing.sources.word import read

VERA, WHEN = "Vera Lim", "2026-03-02T09:30:00Z"


def lines(document: SourceDocument) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def test_an_insertion_says_what_where_who_and_when() -> None:
    document = read(word(p("First."), p("The harbour is ", inserted("not "), "open.")), "a.docx")
    assert document.leaks == (
        Leak("insertion", "not", "paragraph 2 (“The harbour is not open.”)", VERA, WHEN, acceptable=True),
    )


def test_accepted_changes_are_listed_and_no_leaks() -> None:
    body = p("The harbour is ", inserted("wide "), deleted("not "), "open.")
    document = read(word(body), "a.docx", accept_changes=True)
    assert document.leaks == ()
    assert [(each.kind, each.text) for each in document.accepted] == [
        ("insertion", "wide"),
        ("deletion", "not"),
    ]
    assert lines(document) == ["The harbour is wide open."]


def test_pieces_of_one_change_are_one() -> None:
    """Word makes a change of every run."""
    document = read(word(p("A", inserted("har"), inserted("bour "), deleted("d"))), "a.docx")
    assert [(each.kind, each.text) for each in document.leaks] == [
        ("insertion", "harbour"),
        ("deletion", "d"),
    ]


def test_pieces_with_text_between_them_are_told_with_a_gap() -> None:
    document = read(word(p(inserted("two"), " words ", inserted("apart"))), "a.docx")
    assert [each.text for each in document.leaks] == ["two … apart"]


def test_two_authors_are_two_changes() -> None:
    tom = WHO.replace("Vera Lim", "Tom Ode")
    document = read(word(p(inserted("b"), inserted("c", tom))), "a.docx")
    assert [each.author for each in document.leaks] == ["Vera Lim", "Tom Ode"]


def test_what_one_inserted_and_another_deleted_is_gone() -> None:
    body = p("Open", f"<w:ins {WHO}>{deleted(' not')}</w:ins>", ".")
    document = read(word(body), "a.docx", accept_changes=True)
    assert lines(document) == ["Open."]
    assert [(each.kind, each.text) for each in document.accepted] == [("deletion", "not")]


GONE = f"<w:rPr><w:del {WHO}/></w:rPr>"
NEW = f"<w:rPr><w:ins {WHO}/></w:rPr>"


def test_a_deleted_end_of_a_paragraph_joins_it_with_the_next() -> None:
    document = read(word(p("One ", properties=GONE), p("line.")), "a.docx", accept_changes=True)
    assert lines(document) == ["One line."] == [document.words]
    assert [each.text for each in document.accepted] == ["¶"]


def test_a_paragraph_that_was_deleted_is_gone() -> None:
    document = read(word(p("Stays."), p(deleted("Goes."), properties=GONE), p("Too.")), "a.docx")
    assert lines(document) == ["Stays.", "Too."]
    assert [(each.kind, each.text) for each in document.leaks] == [("deletion", "Goes.")]


def test_a_paragraph_that_was_inserted_is_there() -> None:
    document = read(word(p("Stays."), p(inserted("New."), properties=NEW)), "a.docx")
    assert lines(document) == ["Stays.", "New."]
    assert [(each.kind, each.text) for each in document.leaks] == [("insertion", "New.")]


def test_a_moved_sentence_is_told_once_where_it_was_and_stands_where_it_is() -> None:
    move = '<w:move{0}RangeStart w:id="1" w:name="m"/><w:move{0} {1}>{2}</w:move{0}><w:move{0}RangeEnd w:id="1"/>'
    body = (
        p("A. ", move.format("From", WHO, r("Moved. "))),
        p("B. ", move.format("To", WHO, r("Moved. ")), "C."),
    )
    document = read(word(*body), "a.docx")
    assert lines(document) == ["A.", "B. Moved. C."]
    assert [(each.kind, each.text, each.place) for each in document.leaks] == [
        ("move", "Moved.", "paragraph 1 (“A.”)")
    ]


def test_deleted_rows_and_cells_are_gone_and_told() -> None:
    gone = f"<w:tr><w:trPr><w:del {WHO}/></w:trPr><w:tc>{p('Old')}</w:tc><w:tc>{p('row')}</w:tc></w:tr>"
    body = table(["Route", "Fare"], ["Quill", "3"]).replace("</w:tbl>", f"{gone}</w:tbl>")
    document = read(word(body), "a.docx", accept_changes=True)
    assert [(each.kind, each.text) for each in document.accepted] == [("deletion", "Old row")]
    assert "Old" not in document.words and "Old" not in repr(document.blocks)


FORMATTING = {
    "of a run": p(f"<w:r><w:rPr><w:b/><w:rPrChange {WHO}><w:rPr/></w:rPrChange></w:rPr>{t('Quay')}</w:r>"),
    "of a paragraph": p("Quay", properties=f"<w:pPrChange {WHO}><w:pPr/></w:pPrChange>"),
    "of a list": p("Quay", properties=f'<w:numPr><w:numId w:val="0"/><w:ins {WHO}/></w:numPr>'),
    "of a cell": table([f"<w:tcPr><w:tcPrChange {WHO}><w:tcPr/></w:tcPrChange></w:tcPr>{p('Quay')}", "x"]),
}


@pytest.mark.parametrize("body", FORMATTING.values(), ids=FORMATTING)
def test_changed_formatting_is_told(body: str) -> None:
    document = read(word(body), "a.docx", accept_changes=True)
    assert [(each.text, each.author, each.acceptable) for each in document.accepted] == [("Quay", VERA, True)]


def test_a_changed_format_of_the_page_is_told() -> None:
    (leak,) = read(
        word(p("A"), section=f"<w:sectPrChange {WHO}><w:sectPr/></w:sectPrChange>"), "a.docx"
    ).leaks
    assert (leak.kind, leak.text, leak.place) == (
        "formatting",
        "(the format of the page)",
        "the whole document",
    )


CHANGED = inserted("secretly"), deleted("secretly")
ELSEWHERE = {
    "in a footnote": (word(p("A", footnote(1)), footnotes={1: p(*CHANGED)}), "footnote 1"),
    "in an endnote": (word(p("A", footnote(1, "endnote")), endnotes={1: p(*CHANGED)}), "endnote 1"),
    "in a page header": (word(p("A"), header=p(*CHANGED)), "page header"),
    "in a page footer": (word(p("A"), footer=p(*CHANGED)), "page footer"),
    "in a text box": (word(p("A", text_box(p(*CHANGED)))), "text box in paragraph 1"),
    "in a cell": (word(p("A"), table([p(*CHANGED), "b"], ["c", "d"])), "paragraph 2"),
    "in a content control": (
        word(p("A"), f"<w:sdt><w:sdtContent>{p(*CHANGED)}</w:sdtContent></w:sdt>"),
        "paragraph 2",
    ),
}


@pytest.mark.parametrize(("content", "place"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_changes_are_found_everywhere(content: bytes, place: str) -> None:
    leaks = read(content, "a.docx").leaks
    assert [(each.kind, each.text, each.place) for each in leaks] == [
        ("insertion", "secretly", f"{place} (“secretly”)"),
        ("deletion", "secretly", f"{place} (“secretly”)"),
    ]


def test_each_leak_says_how_it_is_taken_out_in_word() -> None:
    body = p(inserted("a"), commented(0, r("b")), r("c", "<w:vanish/>"), r("d", '<w:color w:val="FFFFFF"/>'))
    remedies = {
        each.text: each.remedy for each in read(word(body, comments=[comment(0, "why")]), "a.docx").leaks
    }
    assert "Accept All Changes" in remedies["a"]
    assert "Delete All Comments" in remedies["why"]
    assert "Inspect Document" in remedies["c"]
    assert "colour" in remedies["d"]


# Comments


def test_a_comment_says_what_about_which_paragraph_and_is_never_accepted() -> None:
    body = p("Costs were ", commented(3, r("9 million")), ".")
    document = read(word(body, comments=[comment(3, "Says who?")]), "a.docx", accept_changes=True)
    assert document.leaks == (
        Leak("comment", "Says who?", "paragraph 1 (“Costs were 9 million.”)", VERA, WHEN, acceptable=False),
    )
    assert lines(document) == ["Costs were 9 million."]


def test_a_resolved_comment_travels_too() -> None:
    made = parts(p(commented(0, r("Text"))), comments=[comment(0, "Done?", "0A0A0A0A")])
    made.files["word/commentsExtended.xml"] = (
        b'<w15:commentsEx xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml">'
        b'<w15:commentEx w15:paraId="0A0A0A0A" w15:done="1"/></w15:commentsEx>'
    )
    (leak,) = read(made.packed(), "a.docx").leaks
    assert leak.place == "paragraph 1 (“Text”), resolved"


def test_comments_that_nothing_points_to_are_found() -> None:
    made = parts(p("Text"))
    made.xml("word/comments2.xml", "comments", comment(0, "Forgotten"))
    (leak,) = read(made.packed(), "a.docx").leaks
    assert (leak.text, leak.place) == ("Forgotten", "nowhere in the text")


def test_a_comment_in_a_footnote_has_its_place() -> None:
    notes = {1: p(commented(0, r("Source")))}
    (leak,) = read(
        word(p("A", footnote(1)), footnotes=notes, comments=[comment(0, "Which?")]), "a.docx"
    ).leaks
    assert leak.place == "footnote 1 (“Source”)"


# Hidden text

STYLES = """
<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:basedOn w:val="Base"/></w:style>
<w:style w:type="character" w:styleId="Base"><w:name w:val="Base"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Away"><w:name w:val="Away"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="table" w:styleId="Dark"><w:name w:val="Dark"/><w:tblStylePr w:type="firstRow"><w:tcPr>
  <w:shd w:val="clear" w:fill="1F3864"/></w:tcPr></w:tblStylePr></w:style>
<w:style w:type="paragraph" w:styleId="Banner"><w:name w:val="Banner"/><w:pPr><w:shd w:val="clear" w:fill="000000"/></w:pPr></w:style>
"""
WHITE = '<w:color w:val="FFFFFF"/>'
UNSEEN = {
    "hidden": (p("Seen. ", r("Unseen.", "<w:vanish/>")), "formatted as hidden"),
    "hidden by a character style and what that is based on": (
        p("Seen. ", r("Unseen.", '<w:rStyle w:val="Secret"/>')), "formatted as hidden"),
    "hidden by the paragraph's style": (p("Seen.") + p("Unseen.", style="Away"), "formatted as hidden"),
    "white on white": (p("Seen. ", r("Unseen.", WHITE)), "white on white"),
    "nearly white": (p("Seen. ", r("Unseen.", '<w:color w:val="FDFDFE"/>')), "white on white"),
    "too small": (p("Seen. ", r("Unseen.", '<w:sz w:val="2"/>')), "1 pt small"),
    "without a colour": (
        p("Seen. ", r("Unseen.", "<w14:textFill><w14:noFill/></w14:textFill>")), "without colour"),
    "under a merged cell": (
        p("Seen.") + table([f'<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("a")}', "b"],
        [f"<w:tcPr><w:vMerge/></w:tcPr>{p('Unseen.')}", "c"]), "under a merged cell"),
    "a hidden row": (
        p("Seen.") + table(["a", "b"], ["c", "d"]).replace("</w:tbl>",
        f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{p('Unseen.')}</w:tc></w:tr></w:tbl>"), "a hidden row of a table"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "how"), UNSEEN.values(), ids=UNSEEN)
def test_hidden_text_stops_an_import_and_is_not_in_it(body: str, how: str) -> None:
    document = read(word(body, styles=STYLES), "a.docx", accept_changes=True)
    assert [(each.kind, each.text, each.acceptable) for each in document.leaks] == [
        ("hidden text", "Unseen.", False)
    ]
    assert document.leaks[0].place.endswith(f", {how}")
    assert "Seen." in repr(document.blocks) and "Unseen." not in repr(document.blocks)


SEEN = {
    "switched off": p(r("Seen.", '<w:vanish w:val="0"/>')),
    "switched off against its style": p(r("Seen.", '<w:vanish w:val="false"/>'), style="Away"),
    "hidden twice is shown (ECMA-376-1 §17.7.3)": p(r("Seen.", '<w:rStyle w:val="Secret"/>'), style="Away"),
    "hidden from the web view alone": p(r("Seen.", "<w:webHidden/>")),
    "white on a shaded run": p(r("Seen.", WHITE + '<w:shd w:val="clear" w:fill="C00000"/>')),
    "white on a highlighted run": p(r("Seen.", WHITE + '<w:highlight w:val="black"/>')),
    "white in a shaded paragraph": p(r("Seen.", WHITE), properties='<w:shd w:val="clear" w:fill="000080"/>'),
    "white in a paragraph that its style shades": p(r("Seen.", WHITE), style="Banner"),
    "white in a shaded cell": table([f'<w:tcPr><w:shd w:val="clear" w:fill="333333"/></w:tcPr>{p(r("Seen.", WHITE))}', "b"]),
    "white in a table with a dark style": table([p(r("Seen.", WHITE)), "b"]).replace(
        "<w:tblPr/>", '<w:tblPr><w:tblStyle w:val="Dark"/></w:tblPr>'),
    "white in a text box, which may be coloured": p("A", text_box(p(r("Seen.", WHITE)))),
    "colour left to the program": p(r("Seen.", '<w:color w:val="auto"/>')),
    "small and legible": p(r("Seen.", '<w:sz w:val="12"/>')),
}  # fmt: skip


@pytest.mark.parametrize("body", SEEN.values(), ids=SEEN)
def test_text_that_can_be_seen_is_no_false_alarm(body: str) -> None:
    document = read(word(body, styles=STYLES), "a.docx")
    assert document.leaks == ()
    assert "Seen." in repr((document.blocks, document.margins))


def test_white_text_on_a_coloured_page_can_be_seen() -> None:
    made = parts(p(r("Seen.", WHITE)))
    made.files["word/document.xml"] = made.files["word/document.xml"].replace(
        b"<w:body>", b'<w:background w:color="102030"/><w:body>'
    )
    assert read(made.packed(), "a.docx").leaks == ()


def test_the_documents_default_may_hide() -> None:
    made = parts(p("Unseen."), p(r("Seen.", '<w:vanish w:val="0"/>')))
    made.files["word/styles.xml"] = made.files["word/styles.xml"].replace(
        b"<w:rPrDefault><w:rPr>", b"<w:rPrDefault><w:rPr><w:vanish/>"
    )
    document = read(made.packed(), "a.docx")
    assert [each.text for each in document.leaks] == ["Unseen."]
    assert lines(document) == ["Seen."]


def test_a_style_separator_joins_two_paragraphs() -> None:
    """Word's Ctrl+Alt+Enter: the end of the first paragraph is hidden, and its text is not."""
    body = (
        p("Run-in head.", style="Heading2", properties="<w:rPr><w:vanish/><w:specVanish/></w:rPr>"),
        p("Text."),
    )
    document = read(word(*body), "a.docx")
    assert lines(document) == ["Run-in head. Text."]
    assert document.leaks == ()
