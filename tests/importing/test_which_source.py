"""Which source reads a document: what is in it decides, its ending only where that says nothing."""

from __future__ import annotations

import io
from zipfile import ZIP_STORED, ZipFile

import pytest
from support.text_documents import document

from mailer.errors import DocumentError
from mailer.importing.sources import read_document, source_of


def zipped(*names: str, mimetype: str = "") -> bytes:
    written = io.BytesIO()
    with ZipFile(written, "w") as file:
        if mimetype:
            file.writestr("mimetype", mimetype, ZIP_STORED)
        for name in names:
            file.writestr(name, "<html><body><p>Text</p></body></html>")
    return written.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(100)


MAIL = b"Received: from x\r\nSubject: Release\r\nMIME-Version: 1.0\r\n\r\nText\r\n"

READ = {
    "a Word document": ("x.docx", zipped("word/document.xml"), "word"),
    "one whose name says it is text": ("x.txt", zipped("word/document.xml"), "word"),
    "LibreOffice": ("x.odt", document("<text:p>Text</text:p>"), "open_document"),
    "rich text": ("x.rtf", b"{\\rtf1 Text}", "rich_text"),
    "rich text in the clothes of Word": ("x.doc", b"{\\rtf1 Text}", "rich_text"),
    "a page": ("x.html", b"<!DOCTYPE html><p>Text", "web"),
    "a page in the clothes of Word": ("x.doc", b"<html xmlns:w='urn:x'><p>Text", "web"),
    "a page without a head": ("x.txt", b"<div class='a'>Text</div>", "web"),
    "a page by its name alone": ("x.htm", b"Text &amp; more", "web"),
    "Google Docs' export": ("Release.zip", zipped("Release.html", "images/image1.png"), "web"),
    "a mail": ("x.eml", MAIL, "message"),
    "a mail by its fields": ("x.txt", MAIL, "message"),
    "a saved page with its pictures": ("x.mhtml", b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n\r\n", "message"),
    "Markdown": ("x.md", b"# Headline", "markdown"),
    "text": ("x.txt", b"For immediate release", "plain"),
    "text that begins like a mail": ("x.txt", b"Subject: Ferry\n\nThe ferry runs.", "plain"),
    "text without an ending": ("release", "Año nuevo".encode(), "plain"),
    "text in UTF-16": ("x.txt", "Año nuevo".encode("utf-16"), "plain"),
    "text in UTF-16 that does not say so": ("x.txt", "For release today".encode("utf-16-le"), "plain"),
    "text with a sign": ("x.txt", b"< 5 % of ferries were late", "plain"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "source"), READ.values(), ids=READ)
def test_what_is_in_it_decides(name: str, content: bytes, source: str) -> None:
    assert source_of(name, content) == source


REFUSED = {
    "PDF": ("x.pdf", b"%PDF-1.7\n", "ask for the Word file"),
    "PDF called text": ("x.txt", b"%PDF-1.4\n", "mailer import --clipboard"),
    "old Word": ("x.doc", ole("WordDocument"), "save it as .docx"),
    "a password": ("x.docx", ole("EncryptedPackage"), "remove the password"),
    "a mail of Outlook": ("x.msg", ole("__substg1.0_"), ".eml"),
    "an old list": ("x.xls", ole("Workbook"), "mailer lists add"),
    "a list": ("x.xlsx", zipped("xl/workbook.xml"), "mailer lists add"),
    "Pages": ("x.pages", zipped("Index/Document.iwa"), "Export To → Word"),
    "WordPerfect": ("x.wpd", b"\xffWPC\x10\x00", ".docx"),
    "a picture": ("x.png", b"\x89PNG\r\n\x1a\n", "images:"),
    "a photo": ("x.jpg", b"\xff\xd8\xff\xe0", "images:"),
    "an archive": ("x.zip", zipped("a.docx", "b.docx"), "unpack it"),
    "an archive with two pages": ("x.zip", zipped("a.html", "b.html"), "unpack it"),
    "an archive of another kind": ("x.7z", b"7z\xbc\xaf\x27\x1c", "unpack it"),
    "a spreadsheet": ("x.ods", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "copy the text"),
    "a flat document": ("x.fodt", b"<?xml version='1.0'?><office:document xmlns:office='x'>", "save it as .odt"),
    "Safari's archive": ("x.webarchive", b"bplist00\xd1", ".html"),
    "bytes": ("x.txt", b"ab\x00cd" * 20, "copy the text"),
    "nothing": ("x.txt", b" \r\n", "was it saved"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "advice"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_read_says_what_to_do(name: str, content: bytes, advice: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_document(name, content)
    assert str(refused.value).startswith(f"{name}: ")
    assert advice in str(refused.value)


def test_a_page_without_text_is_not_imported() -> None:
    """As one is that a script fills."""
    with pytest.raises(DocumentError, match="no text in it"):
        read_document("x.html", b"<html><body><div id=root></div><script>app()</script></body></html>")


def test_what_nobody_sees_is_taken_out_and_counted() -> None:
    page = "<p>Minis\u00adte\u00adrium \ufeffof\u200b Tides</p><p>\u202eRiver</p>"
    read = read_document("x.html", page.encode())
    assert [block.text for block in read.blocks] == ["Ministerium of Tides", "River"]  # type: ignore[union-attr]
    assert read.words == "Ministerium of Tides River"
    assert "2 soft hyphens were taken out." in read.remarks
    assert "1 direction mark was taken out." in read.remarks
