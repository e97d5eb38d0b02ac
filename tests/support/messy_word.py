"""A Word file as it comes out of a ministry at six in the evening: all that Word can do, in one press release."""

from __future__ import annotations

from support.word_documents import (
    BULLETS,
    NUMBERING,
    NUMBERS,
    WHO,
    comment,
    commented,
    deleted,
    field_code,
    footnote,
    inserted,
    item,
    p,
    parts,
    photo,
    picture,
    r,
    t,
    table,
    text_box,
)

STYLES = """
<w:style w:type="character" w:styleId="Loud"><w:name w:val="Loud"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Raised"><w:name w:val="Raised"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Points"><w:name w:val="Points"/>
  <w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="11"/></w:numPr></w:pPr></w:style>
"""

_MOVED = '<w:move{} w:id="5" w:author="Tom Ode" w:date="2026-03-02T10:00:00Z">{}</w:move{}>'
_CONTROL = (
    '<w:sdt><w:sdtPr><w:alias w:val="City"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'
    "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
)


def messy_document() -> bytes:
    """Invented, and all of it wrong in the way that real ones are."""
    bold = "<w:b/>"
    body = (
        p("Harbour of Port Quill reopens", style="Title"),
        p("Ferries sail again from Monday", style="Subtitle"),
        p(_CONTROL.format(r("PORT QUILL"), r("Click here to enter a date.")), " — The ", r("har", bold), r("bour", bold),
          r(" is open", bold), ", the ", r("Ministry", "<w:rStyle w:val='Loud'/>"), " said.", footnote(2)),
        p("Details are on ", field_code(' HYPERLINK "https://example.org/harbour" \\l "map" ', r("our page")), ", in ",
          '<w:hyperlink r:id="rIdLink">' + r("the study") + "</w:hyperlink>", " and in ",
          '<w:fldSimple w:instr=" HYPERLINK &quot;https://example.org/more&quot; ">' + r("the annex") + "</w:fldSimple>", "."),
        p("A quay of 1,200 m", r("2", '<w:vertAlign w:val="superscript"/>'), " and a shed", r("3", "<w:rStyle w:val='Raised'/>"),
          " were built.", footnote(4, "endnote")),
        p("What changes", style="Heading2"),
        item("Two ferries a day", BULLETS), item("One of them at night", BULLETS, 1),
        p("A third in summer", style="Points"),
        item("Book", NUMBERS), item("Board", NUMBERS),
        p("Or:"),
        item("Walk", 22),
        table(["Route", "Minutes"], ["Quill–Ness", "35"], head=True),
        p(picture("rIdPhoto", "The new quay at dawn")),
        p("“We are proud,” said the minister.", style="Quote"),
        p("The ministry ", inserted("now "), deleted("never "), "expects 40", r("\u00a0"), "000 passengers; call 555",
          "<w:r><w:noBreakHyphen/>", t("0100"), "</w:r>", " or the har", "<w:r><w:softHyphen/></w:r>", "bour\u00admaster."),
        p(_MOVED.format("From", r("Tickets cost nothing."), "From"), "First."),
        p(_MOVED.format("To", r("Tickets cost nothing."), "To"), "Last."),
        p(f'<w:r><w:rPr><w:i/><w:rPrChange {WHO}><w:rPr/></w:rPrChange></w:rPr>{t("Slanted since Monday.")}</w:r>'),
        p(commented(0, r("Is the figure right?"))),
        p("The end", r(" – the mayor must not know –", "<w:rStyle w:val='Secret'/>"), " of it."),
        p("Last line.", r(" Budget: 9 million.", '<w:color w:val="FFFFFF"/>')),
        p("Done ", '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', text_box(p("Press desk: +1 555 0100"))),
        p("One line", "<w:r><w:br/></w:r>", "and the next", "<w:r><w:tab/></w:r>", "after a tab"),
        p("", properties='<w:pBdr><w:bottom w:val="single" w:sz="6"/></w:pBdr>'),
        p("###", properties='<w:jc w:val="center"/>'),
    )  # fmt: skip
    made = parts(
        *body,
        footnotes={2: "Ministry of Ports, “Quays”, 2025."},
        endnotes={4: "Measured at low water."},
        comments=[comment(0, "No, ask Vera")],
        header=p("Ministry of Ports · Press office"),
        footer=p("Page ", field_code(" PAGE ", r("1"))) + p("press@example.org"),
        numbering=NUMBERING,
        styles=STYLES,
        links={"rIdLink": "https://example.org/study"},
        media={"rIdPhoto": photo()},
    )
    made.files["docProps/core.xml"] = made.files["docProps/core.xml"].replace(
        b"</cp:coreProperties>", b"<cp:category>secret-department</cp:category></cp:coreProperties>"
    )
    return made.packed()
