"""Documents that other programs than Word write: Google Docs, LibreOffice, “Strict” ones, python-docx."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
from support.messy_word import messy_document
from support.word_documents import Parts, comment, p, parts, r, saved

from mailer.importing.document import Leak, Listing, Paragraph, Run
from mailer.importing.sources.word import read

_RUN = '<w:r w:rsidDel="00000000" w:rsidR="00000000" w:rsidRPr="00000000"><w:rPr>{}<w:rtl w:val="0"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'


def g(text: str, properties: str = "") -> str:
    """A run as Google Docs writes it."""
    return _RUN.format(properties, text)


def google_document() -> bytes:
    """A release in the shape of “Download → Microsoft Word (.docx)”: invented words."""
    list_ = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr><w:ind w:left="720" w:hanging="360"/>'
    link = '<w:hyperlink r:id="rId6">{}</w:hyperlink>'.format(
        g("the study", '<w:color w:val="1155cc"/><w:u w:val="single"/>')
    )
    cited = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:customMarkFollows="0" w:id="0"/></w:r>'
    control = '<w:sdt><w:sdtPr><w:id w:val="1"/><w:tag w:val="goog_rdk_0"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'
    made = parts(
        p(g("Harbour reopens"), style="Title", properties='<w:pageBreakBefore w:val="0"/><w:rPr/>'),
        p('<w:bookmarkStart w:colFirst="0" w:colLast="0" w:name="_heading=h.gjdgxs" w:id="0"/><w:bookmarkEnd w:id="0"/>',
          g("PORT QUILL", '<w:b w:val="1"/>'), g(" — See "), link, g("."), cited),
        p(g("What changes"), style="Heading2"),
        p(g("Two ferries"), properties=list_.format(0)),
        p(g("at night"), properties=list_.format(1)),
        p(control.format('<w:commentRangeStart w:id="0"/>'), g("Quoted "), '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
          control.format('<w:ins w:author="Vera Lim" w:id="1" w:date="2026-03-02T09:30:00Z">' + g("suggested") + "</w:ins>")),
        footnotes={0: "<w:p>" + '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>' + g(" Ministry, 2025.") + "</w:p>"},
        comments=[comment(0, "Sure?")],
        links={"rId6": "https://www.google.com/url?q=https://example.org/study&amp;sa=D".replace("&amp;", "&")},
        numbering='<w:abstractNum w:abstractNumId="1">' + "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="{sign}"/></w:lvl>'
            for level, sign in enumerate("●○■●○■●○■")) + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>',
    )  # fmt: skip
    made.files["word/document.xml"] = made.files["word/document.xml"].replace(
        b"<w:body>", b'<w:background w:color="ffffff"/><w:body>'
    )
    for name in ("docProps/core.xml", "docProps/app.xml"):
        del made.files[name]
    return made.packed()


def test_a_document_of_google_docs() -> None:
    document = read(google_document(), "release.docx")
    title, text, heading, list_, last = document.blocks
    assert isinstance(title, Paragraph) and (title.text, title.style) == ("Harbour reopens", "Title")
    assert isinstance(text, Paragraph)
    assert text.runs == (
        Run("PORT QUILL", bold=True), Run(" — See "), Run("the study", href="https://example.org/study"), Run("."),
        Run("", raised=True, note="1"),
    )  # fmt: skip
    assert isinstance(heading, Paragraph) and heading.heading == 2
    assert isinstance(list_, Listing) and isinstance(list_.items[0][1], Listing)
    assert isinstance(last, Paragraph) and last.text == "Quoted suggested"
    assert [(each.kind, each.text) for each in document.leaks] == [
        ("insertion", "suggested"),
        ("comment", "Sure?"),
    ]
    assert isinstance(document.notes["1"][0], Paragraph)
    assert document.notes["1"][0].text == "Ministry, 2025."


def test_a_document_of_the_strict_kind() -> None:
    """“Strict Open XML Document” in Word's list of types: the same names in other namespaces."""
    made = parts(
        p("Open", r(" now", "<w:b/>"), '<w:ins w:id="1" w:author="A">' + r("!") + "</w:ins>"),
        header=p("Head"),
    )
    strict = {
        name: content.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main")
        .replace(b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, content in made.files.items()
    }  # fmt: skip
    assert b"purl.oclc.org" in strict["word/document.xml"]
    document, plain = read(Parts(strict).packed(), "a.docx"), read(made.packed(), "a.docx")
    assert document == plain
    assert document.leaks == (Leak("insertion", "!", "paragraph 1 (“Open now!”)", "A", "", acceptable=True),)


def test_a_document_of_python_docx() -> None:
    made = docx.Document()
    made.add_heading("Harbour", 1)
    made.add_paragraph("One", style="List Bullet")
    made.add_paragraph("Two", style="List Number")
    made.add_paragraph("Said", style="Quote")
    blocks = read(saved(made), "a.docx").blocks
    assert [type(block).__name__ for block in blocks] == ["Paragraph", "Listing", "Listing", "Paragraph"]
    assert [block.ordered for block in blocks if isinstance(block, Listing)] == [False, True]


def test_a_document_without_styles_and_numbering() -> None:
    made = parts(p("Text"))
    relationships = made.files["word/_rels/document.xml.rels"]
    made.files = {
        name: content
        for name, content in made.files.items()
        if name in ("[Content_Types].xml", "_rels/.rels", "word/document.xml")
    }
    assert relationships
    assert [block.text for block in read(made.packed(), "a.docx").blocks if isinstance(block, Paragraph)] == [
        "Text"
    ]


def test_what_libreoffice_makes_of_the_messy_file(tmp_path: Path, program: Callable[[str], str]) -> None:
    """Through LibreOffice and back, the text and all leaks are the same: it is read and written by another program."""
    (tmp_path / "messy.docx").write_bytes(messy_document())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for target, source in (("odt", "messy.docx"), ("docx", "out/messy.odt")):
        command = [
            program("soffice"),
            profile,
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(tmp_path / "out"),
            str(tmp_path / source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    before, after = (
        read(messy_document(), "a.docx"),
        read((tmp_path / "out" / "messy.docx").read_bytes(), "b.docx"),
    )
    assert [(each.kind, each.text, each.author) for each in after.leaks] == [
        (each.kind, each.text, each.author) for each in before.leaks
    ]
    assert [type(block) for block in after.blocks] == [type(block) for block in before.blocks]
    assert {each.kind for each in after.margins} == {each.kind for each in before.margins}
