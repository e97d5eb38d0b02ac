"""A page, a LibreOffice document, rich text or a mail that somebody else made can't take the computer down, fetch anything,
read a file of ours, or bring along what names a person. Word documents: test_word_documents.py.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.breadth import some
from support.terminal import mailer
from support.text_documents import document

from mailer.errors import DocumentError
from mailer.importing import import_document, save
from mailer.importing.document import Picture, SourceDocument
from mailer.importing.sources import read_document
from mailer.workspace import Workspace

MEGABYTES = 400

PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))  # so that a bomb hits the test and not the computer
from pathlib import Path
from mailer.errors import DocumentError
from mailer.importing.sources import read_document
path = Path(sys.argv[1])
try:
    print(len(read_document(path.name, path.read_bytes()).blocks), "blocks")
except DocumentError as error:
    print(error)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def packed(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return written.getvalue()


def laughing() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return document("<text:p>&l9;</text:p>", prologue=f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>')


def head(more: bytes) -> bytes:
    return b"MIME-Version: 1.0\r\n" + more


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a billion laughs": ("x.odt", laughing, "declares entities"),
    "a part of 80 megabytes": ("x.odt", lambda: document("<text:p>" + " " * (80 << 20) + "</text:p>"), "unpacks to more"),
    "a million elements": ("x.odt", lambda: document("<text:p/>" * 1_200_000), "elements"),
    "elements in elements": ("x.odt", lambda: document("<text:section>" * 500 + "</text:section>" * 500), "deep"),
    "a repeated cell": (
        "x.odt",
        lambda: document(
            "<table:table>" + '<table:table-row><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
            "</table:table-cell></table:table-row>" * 5_000 + "</table:table>"
        ),
        "blocks",
    ),
    "a page of 80 megabytes in a zip": ("x.zip", lambda: packed("x.html", b"x" * (80 << 20)), "unpacks to more"),
    "a page of many elements": ("x.html", lambda: b"<p>x</p>" + b"<i></i>" * 900_000, "400,000 elements"),
    "a page of elements in elements": ("x.html", lambda: b"<div>" * 100_000 + b"x", "deep"),
    "a table that spans": (
        "x.html",
        lambda: b"<table>" + b"<tr><td colspan=99999 rowspan=99999>x</td></tr>" * 5_000 + b"</table>",
        "blocks",
    ),
    "a comment that opens for ever": ("x.html", lambda: b"<p>x</p>" + b"<!--" * 1_500_000, "blocks"),
    "a style sheet without a rule": ("x.html", lambda: b"<p>x</p><style>" + b"a" * 3_000_000, "blocks"),
    "notes that cite one another": (
        "x.html",
        lambda: b"".join(b"<p id=n%d><a href='#n%d'>1</a></p>" % (n, (n + 1) % 5_000) for n in range(5_000)),
        "blocks",
    ),
    "lines that go on for ever": (
        "x.html",
        lambda: b"<meta name=Generator content='Cocoa HTML Writer'>" + b"<p>aa-bb cc</p>" * 10_000,
        "blocks",
    ),
    "dashes by turns": ("x.html", lambda: b"<p>- x</p><p>+ x</p>" * 5_000, "blocks"),
    "groups in groups": ("x.rtf", lambda: b"{\\rtf1" + b"{" * 1_000_000, "deep"),
    "a million commands": ("x.rtf", lambda: b"{\\rtf1" + b"\\b" * 1_000_000, "400,000 commands"),
    "a picture of 60 megabytes": ("x.rtf", lambda: b"{\\rtf1 x{\\pict\\pngblip " + b"0" * 60_000_000 + b"}}", "blocks"),
    "parts in parts": (
        "x.eml",
        lambda: head(b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000))),
        "deep",
    ),
    "mails in mails": ("x.eml", lambda: head(b"Content-Type: message/rfc822\n\n" * 3_000), "deep"),
    "twenty thousand parts": (
        "x.eml",
        lambda: head(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000),
        "500 parts",
    ),
    "a subject of four megabytes": ("x.eml", lambda: head(b"Subject: " + b"=?utf-8?q?x?= " * 300_000 + b"\n\nx"), "blocks"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "make", "said"), some(BOMBS.values(), 8), ids=some(BOMBS, 8))
def test_bombs_are_read_or_refused_within_memory(
    name: str, make: Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("a process's peak of memory is read from Linux's /proc")
    path = tmp_path / name
    path.write_bytes(make())
    ran = subprocess.run([sys.executable, "-c", PROGRAM, path], capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.err[-2000:]
    *lines, peak = ran.stdout.splitlines()
    assert said in "\n".join(lines)
    assert int(peak) // 1024 < MEGABYTES


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server on this computer, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched(listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    page = (
        f"<!DOCTYPE html SYSTEM '{address}/dtd'><link rel=stylesheet href='{address}/css'><base href='{address}/'>"
        f"<p>x<img src='{address}/img'><img src='/relative'><iframe src='{address}/frame'></iframe></p>"
        f"<style>@import url({address}/import);p{{background:url({address}/bg)}}</style><object data='{address}/o'></object>"
    )
    frame = f'<text:p>x<draw:frame><draw:image xlink:href="{address}/img"/></draw:frame></text:p>'
    rich = (
        f'{{\\rtf1 x{{\\field{{\\*\\fldinst INCLUDEPICTURE "{address}/img"}}}}{{\\*\\template {address}/t}}}}'
    )
    mail = f"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n{page}"
    for name, content in (
        ("x.html", page.encode()),
        ("x.odt", document(frame)),
        ("x.rtf", rich.encode()),
        ("x.eml", mail.encode()),
    ):
        assert read_document(name, content).blocks
    assert asked == []


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/hostname">',
    ],
)
def test_no_file_of_ours_is_read(prologue: str) -> None:
    with pytest.raises(DocumentError, match="declares entities"):
        read_document(
            "x.odt",
            document(
                "<text:p>&f;</text:p>" if "ENTITY" in prologue else "<text:p>x</text:p>", prologue=prologue
            ),
        )
    page = f"{prologue}<html><body><p>x&f;</p><img src='file:///etc/hostname'><img src='/etc/hostname'></body></html>"
    document_ = read_document("x.html", page.encode())
    assert not document_.pictures
    hostname = Path("/etc/hostname")
    assert not hostname.exists() or hostname.read_text().strip() not in repr(document_)


def test_a_picture_outside_of_its_document_is_not_read(tmp_path: Path) -> None:
    """Names lead only to parts of the document itself."""
    frame = '<text:p>x<draw:frame><draw:image xlink:href="../../../../etc/hostname"/></draw:frame></text:p>'
    assert not read_document("x.odt", document(frame)).pictures


def test_who_wrote_it_does_not_travel() -> None:
    meta = "<office:document-meta><dc:creator>Ana Mora</dc:creator></office:document-meta>"
    documents = [
        read_document("x.odt", document("<text:p>x</text:p>", more={"meta.xml": meta.encode()})),
        read_document("x.rtf", b"{\\rtf1{\\info{\\author Ana Mora}{\\company Ana Mora}}{\\*\\template C:\\\\Users\\\\Ana Mora}x}"),
        read_document("x.html", b"<meta name=Author content='Ana Mora'><!-- Ana Mora --><p>x</p><a href='file:///C:/Users/Ana Mora/x'>y</a>"),
    ]  # fmt: skip
    for each in documents:
        assert each.blocks
        assert "Ana Mora" not in repr(each)


STARTS = st.sampled_from(
    [b"", b"<p>", b"<html>", b"{\\rtf1 ", b"MIME-Version: 1.0\r\n\r\n", b"PK\x03\x04", b"%PDF-", b"\xff\xfe", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
     b"<?xml version='1.0'?>", b"---\n", b"Subject: x\n"]
)  # fmt: skip
NAMES = st.sampled_from(["x.html", "x.odt", "x.rtf", "x.eml", "x.txt", "x.zip", "x.doc", "x", "x.md"])


@given(NAMES, STARTS, st.binary(max_size=300))
@example("x.html", b"", b"<!--")
@example("x.eml", b"", b"Subject: \xff\xfe\nMIME-Version: 1.0\n\nx")
def test_no_bytes_raise_anything_but_what_staff_can_read(name: str, start: bytes, rest: bytes) -> None:
    try:
        found = read_document(name, start + rest)
    except DocumentError as refused:
        assert refused.faults
    else:
        assert isinstance(found, SourceDocument)


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes and devices that are files")
def test_only_files_are_opened(workspace: Workspace) -> None:
    """A pipe begins when somebody writes into it, a device may never end. Others in the folder are imported."""
    folder = workspace.root / "drafts"
    folder.mkdir()
    os.mkfifo(folder / "a.docx")
    (folder / "b.txt").write_text("Harbours Are Clean\n\nPORTMELLON — They are.\n", "utf-8")
    ran = mailer("import", "drafts", cwd=workspace.root)
    assert "drafts/a.docx is no file." in ran.err
    assert "1 document imported, 1 document refused." in ran.err
    assert "/dev/zero is no file." in mailer("import", "/dev/zero", cwd=workspace.root).err


def test_a_file_of_any_size_takes_no_memory(workspace: Workspace) -> None:
    with (workspace.root / "large.txt").open("wb") as file:
        file.truncate(3 << 30)
    ran = mailer("import", "large.txt", cwd=workspace.root)
    assert ran.code
    assert "large.txt has more than 64 MB." in ran.err


def test_what_is_interrupted_leaves_no_part_of_a_release(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"Harbours Are Clean\n\nPORTMELLON \xe2\x80\x94 They are.\n"
    imported = replace(
        import_document(workspace, text, "a.txt"), pictures={"a.png": Picture(b"x", "image/png")}
    )
    before, opened = sorted(workspace.releases.iterdir()), Path.open

    def interrupted(path: Path, *mode: str) -> object:
        file = opened(path, *mode)
        if path.suffix == ".md":
            signal.raise_signal(signal.SIGINT)
        return file

    monkeypatch.setattr(Path, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(workspace, imported, workspace.releases / "a.md")
    monkeypatch.undo()
    assert [
        path for path in sorted(workspace.releases.iterdir()) if path not in before and path.suffix == ".png"
    ] == []
