"""What stands in lists/ need not be a list, nor a file: each is complained of, and the others are read all the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.limited import mailer_within
from support.terminal import mailer

from mailer.workspace import Workspace

MEGABYTES = 300


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def large_and_empty(path: Path) -> None:
    """A file that takes no room on the disk, and a day to be read."""
    with path.open("wb") as file:
        file.truncate(1 << 42)


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "a folder, not a file"),
    "a pipe": (lambda path: os.mkfifo(path), "a device or a pipe, not a file"),
    "an endless device": (lambda path: path.symlink_to("/dev/zero"), "a device or a pipe, not a file"),
    "a terminal": (lambda path: path.symlink_to("/dev/tty"), "not a file"),
    "a link to itself": (loop, "can't be read"),
    "a link to nowhere": (lambda path: path.symlink_to("nowhere"), "can't be read"),
    "a hole of 4 TB": (large_and_empty, "larger than 500 MB"),
}


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_does_not_stop_the_others(kind: str, workspace: Workspace) -> None:
    make, complaint = NO_FILES[kind]
    make(workspace.lists / "aaa.csv")
    listed = mailer("lists", cwd=workspace.root)
    assert listed.code == 0
    first, *others = listed.out.splitlines()
    assert first.startswith("aaa\tcan't be read: ")
    assert complaint in first
    assert [line.split("\t")[0] for line in others] == ["press", "regional"]
    checked = mailer("lists", "check", cwd=workspace.root)
    assert checked.code == 1
    assert complaint in checked.out
    assert "lists/press.csv: 11 recipients" in checked.out
    assert "Traceback" not in checked.err


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_can_not_be_mailed(kind: str, workspace: Workspace) -> None:
    make, _ = NO_FILES[kind]
    make(workspace.lists / "aaa.csv")
    release = next(workspace.releases.glob("*.md")).stem
    for command in (("lists", "show", "aaa"), ("send", release, "--list", "aaa", "--dry-run")):
        run = mailer(*command, cwd=workspace.root)
        assert run.code == 2
        assert "aaa" in run.err
        assert "bug in mailer" not in run.err


def test_a_file_s_name_can_not_steer_the_terminal(workspace: Workspace) -> None:
    (workspace.lists / "a\x1b]0;owned\x07\u202e.csv").write_text("email\nana@example.net\n")
    for command in (("lists",), ("lists", "check"), ("lists", "show", "nobody")):
        run = mailer(*command, cwd=workspace.root)
        assert not set(run.out + run.err) & set("\x1b\x07\u202e")
        assert r"a\x1b]0;owned\x07\u202e" in run.out + run.err


def repeated(before: str, piece: str, times: int) -> Iterator[bytes]:
    yield before.encode()
    block = (piece * 1000).encode()
    for _ in range(times // 1000):
        yield block


HEADER = "email,name,outlet\nana@example.net,Ana,The Tide\n"
TEXT_BOMBS: dict[str, tuple[Callable[[], Iterator[bytes]], str]] = {
    "a line of 100 MB": (lambda: repeated(HEADER, "a" * 100, 1_000_000), "can't be read|more than 1,000,000 characters"),
    "nothing but a line of 100 MB": (lambda: repeated("", "a" * 100, 1_000_000), "is known to hold addresses"),
    "ten million commas": (lambda: repeated(HEADER, ",", 10_000_000), "more than 1,000,000 characters"),
    "ten million quotes": (lambda: repeated(HEADER, '"",', 10_000_000), "quotation mark|more than 1,000,000 characters"),
    "2,000 cells in a row": (lambda: repeated(HEADER, ",", 2_000), "2,001 cells, more than 1,000"),
    "100,000 columns": (lambda: repeated("email", ",name", 100_000), "cells, more than 1,000"),
    "100,000 columns of one name": (lambda: repeated("email", "\tx", 100_000), "cells, more than 1,000"),
    "an open quote before 50 MB": (lambda: repeated(HEADER + '"', "bo@example.org,Bo,x\n", 2_500_000), "quotation mark"),
    "open quotes and cells without end": (
        lambda: repeated(HEADER, '"' + "a\n" * 60_000 + '",', 1_000), "quotation mark"),
    "a cell without end in rows that are quoted as a whole": (
        lambda: iter([b'"email,name"\n"ana@example.net,Ana"\n' * 20, b'"%b"\x1f"%b"\n' % (b"a" * 100_000, b"a" * 100_000)]),
        "quotation mark"),
    "NULs": (lambda: repeated("", "\0" * 100, 1_000_000), "the file is empty|known to hold addresses|1,000,000 characters"),
    "NULs below a header": (lambda: repeated(HEADER, "\0" * 100, 1_000_000), "1,000,000 characters"),
    "a million line ends": (lambda: repeated("", "\r\n", 1_000_000), "the file is empty"),
    "a line of 100 MB in UTF-16": (
        lambda: (piece.decode().encode("utf-16-le") for piece in repeated("\ufeffemail,name\n", "a" * 50, 1_000_000)),
        "more than 1,000,000 characters"),
    "a mark of UTF-32 before other bytes": (lambda: iter([b"\xff\xfe\0\0", b"\xff" * 1_000_000]), "known to hold addresses"),
    "a mark of UTF-16 before an odd byte": (lambda: iter([b"\xff\xfe", b"ana\n" * 99_999, b"x"]), "known to hold addresses"),
    "surrogates without their half": (lambda: iter([b"\xff\xfe", b"\0\xd8\n\0" * 100_000]), "known to hold addresses"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", TEXT_BOMBS)
def test_a_text_file_that_has_no_end_is_refused(bomb: str, tmp_path: Path) -> None:
    content, complaints = TEXT_BOMBS[bomb]
    with (tmp_path / "list.csv").open("wb") as file:
        for piece in content():
            file.write(piece)
    ran = mailer_within("lists", "show", "list.csv", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert any(complaint in ran.err for complaint in complaints.split("|")), ran.err[:500]
    assert ran.err.startswith("Error: list.csv")
    assert "bug in mailer" not in ran.err
    assert len(ran.err) < 2_000, "nor is it shown"
    assert ran.peak < MEGABYTES


NOT_DECODED = "+AGEAbgBhAEAAZQB4AGEAbQBwAGwAZQAuAG4AZQB0-"
"""ana@example.net in UTF-7, which old mail programs guessed."""


def test_utf_7_is_never_guessed(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"email,name\n{NOT_DECODED},+ADw-script+AD4-\nbo@example.org,Bo\n")
    ran = mailer("lists", "show", "list.csv", cwd=tmp_path)
    assert ran.out == "bo@example.org\tBo\t\t\t\n"


@pytest.mark.parametrize(
    "encoding",
    ["zip", "rot13", "hex", "undefined", "idna", "punycode", "unicode_escape", "utf-7", "utf-16", "x" * 5000],
)
def test_an_encoding_that_does_not_fit_is_no_defect(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(
        b"email,name\nana@example.net,Jos\xe9\\x0d\\x0aBcc: eve@example.com\n"
    )
    ran = mailer("lists", "show", "list.csv", "--encoding", encoding, cwd=tmp_path)
    assert ran.code in (0, 2)
    assert "bug in mailer" not in ran.err
    assert "eve@" not in ran.out


def test_two_encodings_in_one_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(
        "email,name\nana@example.net,José\n".encode() + "bo@example.org,Zoë\n".encode("cp1252")
    )
    ran = mailer("lists", "show", "list.csv", cwd=tmp_path)
    assert ran.out == "ana@example.net\tJosé\t\t\t\nbo@example.org\tZoë\t\t\t\n"
    assert "mixed with Windows-1252" in ran.err
