"""Windows and macOS hide endings: a file that staff can see, and mailer can't find, is named with what to do about it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from support.terminal import mailer

from mailer.workspace import Workspace
from mailer.workspace.endings import instead_of


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (there, said)
        for there in ("adv2.md.txt", "adv2.txt", "adv2.md.md", "adv2.markdown", "adv2")
        for said in ("adv2", "adv2.md", "releases/adv2.md")
        if not there == said == "adv2"  # a file of just that name is read
    ],
)
def test_a_release_with_another_ending_than_is_seen(workspace: Workspace, there: str, said: str) -> None:
    shutil.copyfile(workspace.releases / "harbour-report.md", workspace.releases / there)
    ran = mailer("check", said, cwd=workspace.root)
    assert ran.code == 2
    assert f"There is {there}: rename it to adv2.md." in ran.err


def test_a_release_in_other_capitals(workspace: Workspace) -> None:
    (workspace.releases / "harbour-report.md").rename(workspace.releases / "Adv2.md")
    ran = mailer("check", "adv2", cwd=workspace.root)
    assert (ran.code, "There is Adv2.md: capitals matter, so write Adv2." in ran.err) == (2, True)


@pytest.mark.parametrize(("there", "kind"), [
    ("adv2.docx", "a Word document"), ("adv2.md.docx", "a Word document"), ("adv2.pages", "a Pages document"), ("adv2.rtf", "rich text"),
])  # fmt: skip
def test_a_release_that_a_word_processor_keeps_for_itself(
    workspace: Workspace, there: str, kind: str
) -> None:
    (workspace.releases / there).write_bytes(b"x")
    ran = mailer("check", "adv2", cwd=workspace.root)
    assert ran.code == 2
    assert f"There is {there}, " in ran.err and kind in ran.err
    cure = "save it as a Word document" if there.endswith(".pages") else f"mailer import releases/{there}"
    assert cure in ran.err


@pytest.mark.parametrize("there", ["new.csv.txt", "new.csv.csv", "new.CSV.csv"])
def test_a_list_with_another_ending_than_is_seen(workspace: Workspace, there: str) -> None:
    shutil.copyfile(workspace.lists / "press.csv", workspace.lists / there)
    ran = mailer("check", "harbour-report", "--list", "new", cwd=workspace.root)
    assert (ran.code, f"There is {there}: rename it to new.csv." in ran.err) == (2, True)


def test_a_list_that_is_no_csv(workspace: Workspace) -> None:
    (workspace.lists / "new.xlsb").write_bytes(b"x")
    ran = mailer("lists", "show", "new", cwd=workspace.root)
    assert "There is new.xlsb, an Excel binary workbook: " in ran.err
    assert "CSV UTF-8" in ran.err


def test_the_newsroom_itself(workspace: Workspace) -> None:
    workspace.newsroom.rename(workspace.root / "newsroom.md.txt")
    ran = mailer("check", "harbour-report", cwd=workspace.releases)
    assert (ran.code, "There is newsroom.md.txt: rename it to newsroom.md." in ran.err) == (2, True)


def test_where_nothing_is_like_it_all_there_is_is_named(workspace: Workspace) -> None:
    ran = mailer("check", "adv2", cwd=workspace.root)
    assert "There are: harbour-report" in ran.err
    assert instead_of("adv2.md", (workspace.releases, workspace.root / "nowhere")) == ""


def zipped(path: Path, member: str, content: bytes = b"x") -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype" if "opendocument" in member else "first", member)
        archive.writestr(member if "opendocument" not in member else "content.xml", content)
    return path.read_bytes()


FOREIGN = {
    "a Word document": "word/document.xml",
    "an Excel workbook": "xl/workbook.xml",
    "a LibreOffice document": "application/vnd.oasis.opendocument.text",
    "a Pages document": "Index/Document.iwa",
    "a zip archive": "photo.jpg",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_document_renamed_to_md_is_named_as_what_it_is(workspace: Workspace, kind: str) -> None:
    """It was "not UTF-8 text (byte 14)"."""
    content = zipped(workspace.root / "x.zip", FOREIGN[kind])
    (workspace.releases / "adv2.md").write_bytes(content)
    ran = mailer("check", "adv2", cwd=workspace.root)
    assert ran.code == 2
    assert f"releases/adv2.md: this is {kind}, although its name ends in .md — " in ran.err
    imported = kind in ("a Word document", "a LibreOffice document")
    assert (
        "mailer import releases/adv2.md" if imported else "open it in the program it was written in"
    ) in ran.err


@pytest.mark.parametrize(("content", "kind"), [
    (rb"{\rtf1\ansi Harbours}", "a rich text document"), (b"%PDF-1.7 \xff", "a PDF"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "a Word document"),
    (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "a web page"), (b"<HTML lang=en>", "a web page"),
    ("\ufeff---\nHeadline: x\n---\n".encode("utf-16-le"), "UTF-16 text"),
])  # fmt: skip
def test_so_is_everything_else_that_is_no_plain_text(workspace: Workspace, content: bytes, kind: str) -> None:
    (workspace.releases / "harbour-report.es.md").write_bytes(content)
    workspace.newsroom.with_name("newsroom.es.md").write_bytes(content)
    ran = mailer("check", "harbour-report", cwd=workspace.root)
    assert f"releases/harbour-report.es.md: this is {kind}, although its name ends in .md" in ran.err


def test_text_of_another_encoding_is_named_with_its_line(workspace: Workspace) -> None:
    (workspace.releases / "adv2.md").write_bytes("---\nHeadline: Größe\n---\n\nText.\n".encode("cp1252"))
    ran = mailer("check", "adv2", cwd=workspace.root)
    assert "releases/adv2.md:2: it is not UTF-8 text" in ran.err


@pytest.mark.parametrize(
    "there", ["harbour-report.es.md.txt", "harbour-report.es.txt", "harbour-report.es.docx"]
)
def test_a_translation_that_is_not_read_is_told(workspace: Workspace, there: str) -> None:
    """The release would have left without its Spanish text, and nobody would have known."""
    (workspace.releases / "harbour-report.es.md").rename(workspace.releases / there)
    (workspace.releases / "harbour-report.notes.txt").write_text("Ask Mira.", "utf-8")
    ran = mailer("check", "harbour-report", cwd=workspace.root)
    assert f"releases/{there}\n  warning  {there} is not read" in ran.out
    assert "call it harbour-report.es.md" in ran.out
    assert ran.out.count("misnamed-file") == 1
