"""What programs put on the clipboard becomes blocks: each fixture has the shape of its program's HTML."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.account import words_lost
from support.shown_document import blocks_shown, shown

from mailer.errors import DocumentError
from mailer.importing.sources.clipboard import html_of_osascript, html_of_windows, read_clipboard
from mailer.importing.sources.web import normalise

FOLDER = Path(__file__).parent / "clipboard"
FIXTURES = sorted(FOLDER.glob("*.html"))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_what_was_copied_is_read(fixture: Path) -> None:
    """The blocks that people would expect stand in the text file beside it."""
    document = normalise(fixture.read_text("utf-8"))
    assert shown(document) == fixture.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_no_word_is_lost(fixture: Path) -> None:
    assert words_lost(normalise(fixture.read_text("utf-8"))) == []


def test_there_are_ten_programs() -> None:
    assert len(FIXTURES) == 10


# What systems put around it


PAGE = "<html><body>\r\n<!--StartFragment--><p>Año – “nuevo”</p><!--EndFragment-->\r\n</body></html>"


def as_windows_has_it(page: str, *, start: str = "StartHTML", end: str = "EndHTML") -> bytes:
    """HTML Format (CF_HTML): fields that count bytes of UTF-8."""
    head = f"Version:0.9\r\n{start}:%010d\r\n{end}:%010d\r\nSourceURL:https://example.org/a?b=c\r\n"
    length = len(head % (0, 0))
    return (head % (length, length + len(page.encode()))).encode() + page.encode()


def test_windows_counts_bytes() -> None:
    assert html_of_windows(as_windows_has_it(PAGE)) == PAGE
    assert html_of_windows(as_windows_has_it(PAGE) + b"\x00") == PAGE
    assert html_of_windows(as_windows_has_it(PAGE, start="StartFragment", end="EndFragment")) == PAGE


def test_windows_powershell_takes_utf_8_for_windows_1252() -> None:
    """Its characters are put right, which the counts prove."""
    clipped = as_windows_has_it("<p>Año – “nuevo”</p>".replace("”", "’"))
    spoiled = clipped.decode("cp1252").encode("utf-8")
    assert html_of_windows(spoiled) == "<p>Año – “nuevo’</p>"


@pytest.mark.parametrize(
    "clipped",
    [
        b"",
        b"\x00",
        b"<p>x</p>",
        b"Version:0.9\r\nStartHTML:-1\r\nEndHTML:-1\r\n<p>x</p>",
        b"StartHTML:99999\r\nEndHTML:99\r\n<p>x</p>",
    ],
)
def test_a_head_that_lies_is_passed_over(clipped: bytes) -> None:
    assert html_of_windows(clipped) in ("", "<p>x</p>")


@given(st.binary(max_size=200))
def test_no_bytes_of_a_clipboard_make_it_fail(clipped: bytes) -> None:
    assert isinstance(html_of_windows(clipped), str)
    assert isinstance(html_of_osascript(clipped), str)


def test_the_head_of_windows_may_be_pasted_too() -> None:
    assert blocks_shown(normalise(as_windows_has_it(PAGE).decode()).blocks) == ["Año – “nuevo”"]


def test_a_mac_prints_digits() -> None:
    printed = "«data HTML" + PAGE.encode().hex().upper() + "»\n"
    assert html_of_osascript(printed.encode()) == PAGE
    assert html_of_osascript(b"execution error") == ""


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DocumentError, match="no clipboard"):
        read_clipboard()
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(DocumentError, match="install xclip"):
        read_clipboard()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(DocumentError, match="wl-clipboard"):
        read_clipboard()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An X server of its own, with nothing on its clipboard."""
    if not (shutil.which("Xvfb") and shutil.which("xclip")):
        pytest.skip("Xvfb and xclip are not both here")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    with os.fdopen(read) as said:
        display = said.readline().strip()
    monkeypatch.setenv("DISPLAY", f":{display}")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    yield
    server.terminate()
    server.wait()


def copy(content: bytes, target: str) -> None:
    """Copies as a program does; xclip goes on in the background, as the owner of the clipboard, until its server ends."""
    command = ["xclip", "-selection", "clipboard", "-in", "-target", target]
    subprocess.run(command, input=content, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_was_copied_on_a_real_clipboard_is_read(screen: None, encoding: str) -> None:
    """Firefox copies UTF-16, others UTF-8."""
    copy(PAGE.encode(encoding), "text/html")
    assert blocks_shown(read_clipboard().blocks) == ["Año – “nuevo”"]


def test_plain_text_is_read_where_there_is_no_html(screen: None) -> None:
    copy("Año nuevo\n".encode(), "UTF8_STRING")
    assert blocks_shown(read_clipboard().blocks) == ["Año nuevo"]


def test_an_empty_clipboard_is_told(screen: None) -> None:
    with pytest.raises(DocumentError, match="there is no text on the clipboard"):
        read_clipboard()
