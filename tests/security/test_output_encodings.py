"""Output in the encodings of Windows' pipes and of old terminals: never a crash, and nothing lost that can be said.

Every family of commands runs with names that no code page has, in cp437, cp1252, UTF-16 and ASCII.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest
from support.smtp_hostile import HostileServer
from support.terminal import RanInOctets, octets_of, on_a_terminal

from mailer.cli import FAMILIES
from mailer.cli.terminal.streams import never_fail_at_a_character
from mailer.workspace import Workspace

NAMES = ("Łódź Dziennik", "✓ Ελένη", "عمر حداد", "李娜", "📣 Siobhán", "“Ana” – ‘Luz’…", "ß ÿ ½")
ENCODINGS = ("cp437", "cp1252:strict", "ascii", "utf-16", "utf-8")
HEADLINE = "Łódź ✓ 📣 عمر: harbour water is cleaner"


def run(*arguments: str, cwd: Path, **settings: str) -> RanInOctets:
    """A command in pipes. Where the encoding is said, nothing else of an interpreter's start counts: tests/cli/test_forked.py
    holds that a fork writes the same octets then."""
    said = octets_of(*arguments, cwd=cwd, **settings)
    for text in (
        b"Traceback",
        b"UnicodeEncodeError",
        b"bug in mailer",
        "bug in mailer".encode("cp037"),
        "bug in mailer".encode("utf-16-le"),
    ):
        assert text not in said.out + said.err, said
    return said


NOT_SAID = {"PYTHONUTF8": "0"}
"""Without the UTF-8 mode that the other tests have; each such command is an interpreter of its own."""


@pytest.fixture
def worldly(workspace: Workspace) -> Workspace:
    """Names of all the world: of people, a list, a release, a theme, an organisation."""
    rows = [
        f'n{number}@example.net,"{name}","{name}",en,{name.split()[0]}' for number, name in enumerate(NAMES)
    ]
    (workspace.lists / "Łódź.csv").write_text(
        "\n".join(("email,name,outlet,language,tags", *rows, "nobody,✓,✓,en,✓")) + "\n", "utf-8"
    )
    release = (workspace.releases / "harbour-report.md").read_text("utf-8")
    lines = [
        f"Headline: {HEADLINE}" if line.startswith("Headline:") else line for line in release.splitlines()
    ]
    (workspace.releases / "łódź.md").write_text("\n".join(lines) + "\n\n📣 TODO **\n", "utf-8")
    (workspace.releases / "wrong.md").write_text(f"---\n{HEADLINE}\nŁ: ✓\nKind: 📣\n---\n", "utf-8")
    (workspace.releases / "ok.md").write_text("\n".join(lines) + "\n", "utf-8")
    (workspace.root / "łx.txt").write_text("Łódź ✓ 📣 – a headline\n\nText: عمر.\n", "utf-8")
    theme = workspace.root / "templates" / "✓📣"
    theme.mkdir(parents=True)
    (theme / "theme.txt").write_text("Łódź ✓ عمر\n", "utf-8")
    return workspace


COMMANDS = (
    ("--help",), ("send", "--help"), ("nosuch-ł",), ("check", "łódź", "--list", "Łódź"), ("check", "łódź", "--json"), ("check", "wrong"),
    ("check", "nosuch-ł"), ("render", "ok", "--list", "Łódź", "--for", "n0@example.net"), ("render", "ok", "--theme", "✓"), ("themes",),
    ("lists",), ("lists", "show", "Łódź"), ("lists", "show", "Łódź", "--json"), ("lists", "check"), ("lists", "diff", "Łódź", "press"),
    ("lists", "add", "lists/Łódź.csv", "--as", "✓"), ("lists", "export", "n1@example.net"), ("suppress", "n2@example.net", "--reason", "✓ ł"),
    ("unsuppress", "n2@example.net"), ("forget", "n3@example.net", "--yes"), ("new", "Łódź ✓"), ("init", "büro-ł"),
    ("send", "ok", "--list", "Łódź", "--dry-run"), ("send", "ok", "--list", "Łódź"), ("status",), ("bounces", "--mbox", "✓"),
    ("send", "ok", "--at", "✓"), ("doctor",), ("fix", "łódź"), ("theme", "check", "✓📣"), ("people", "n1@example.net"), ("schedule",),
    ("ledger", "adopt"), ("login",), ("logout",), ("import", "łx.txt", "-o", "✓y.md"), ("lists", "clean", "Łódź"),
)  # fmt: skip
AFTERWARDS = (
    ("status", "ok", "--recipients"), ("status",), ("archive", "ok"), ("publish", "ok"), ("log", "ok"), ("people", "n1@example.net"),
    ("diff", "ok", "--out", "✓.html"), ("correct", "ok"), ("follow-up", "ok"), ("check", "ok-correction"), ("discard", "ok"),
    ("resume", "ok"), ("approve", "ok", "--by", "Łucja ✓"), ("post",), ("schedule", "cancel", "ok"), ("work", "--once"),
)  # fmt: skip
"""What can be said once it was sent."""

WITH_TESTS_OF_THEIR_OWN = {"demo", "desk", "preview", "unsubscribe-server"}
"""The first is below. The others print the address of a page, and run until they are stopped."""


FEW = (
    ("nosuch-ł",),
    ("check", "łódź", "--list", "Łódź"),
    ("check", "wrong"),
    ("lists", "show", "Łódź"),
    ("doctor",),
)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_command_fails_at_a_letter(worldly: Workspace, encoding: str) -> None:
    reply = "250 2.0.0 przyjęto ✓ 📣\r\n".encode()
    with HostileServer(
        replies={"dot": reply, "EHLO": "250-ł✓\r\n250-Xł✓\r\n250 SIZE 10000000\r\n".encode()}
    ) as server:
        how = server.settings(PYTHONIOENCODING=encoding)
        for command in COMMANDS if encoding == "cp437" else FEW:
            run(*command, cwd=worldly.root, **how)
        sent = run(
            "send", "ok", "--list", "Łódź", "--yes", "--csv", "✓.csv", cwd=worldly.root, **how, **NOT_SAID
        )
        assert (sent.code, len(server.accepted)) == (0, len(NAMES) - (encoding == "cp437")), (
            sent
        )  # one was forgotten
        told = run("status", "ok", "--recipients", cwd=worldly.root, **how)
        for command in AFTERWARDS if encoding in ("cp437", "ascii") else AFTERWARDS[1:5]:
            run(*command, cwd=worldly.root, **how)
    asked = encoding.partition(":")[0]
    text = told.out.decode("utf-8" if asked == "ascii" else asked)
    said = "✓" if asked in ("utf-8", "utf-16", "ascii") else "+"
    assert "n0@example.net\taccepted\t250 2.0.0 przyj" in text and said in text


def test_every_command_is_among_them() -> None:
    here = {words[0] for words in (*COMMANDS, *AFTERWARDS)} | WITH_TESTS_OF_THEIR_OWN
    assert {name for _, names in FAMILIES for name in names} <= here


@pytest.mark.parametrize("encoding", ["cp437", "ascii", "utf-8"])
def test_the_question_and_the_bar_on_a_terminal(worldly: Workspace, encoding: str) -> None:
    with HostileServer() as server:
        how = server.settings(PYTHONIOENCODING=encoding, TERM="xterm-256color")
        shown = on_a_terminal("send", "ok", "--list", "Łódź", cwd=worldly.root, typed=str(len(NAMES)), **how)
        assert (shown.code, len(server.accepted)) == (0, len(NAMES)), shown.out


def test_demo(tmp_path: Path) -> None:
    """rich draws its table and its bar."""
    for encoding in ("cp437", "ascii"):
        said = run(
            "demo", "--no-browser", "--dir", f"office-ł-{encoding}", cwd=tmp_path, PYTHONIOENCODING=encoding
        )
        assert said.code == 0, said
        assert b"11 messages arrived" in said.out


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "ascii", "utf-8", "cp037"])
def test_json_is_json_whatever_the_encoding(worldly: Workspace, encoding: str) -> None:
    for command in (("lists", "show", "Łódź", "--json"), ("lists", "check", "--json"), ("check", "łódź", "--list", "Łódź", "--json"),
                    ("lists", "export", "n0@example.net")):  # fmt: skip
        said = run(*command, cwd=worldly.root, PYTHONIOENCODING=encoding)
        text = said.out.decode("cp037") if encoding == "cp037" else said.out.decode("utf-8")
        json.loads(text)
        if command[:2] == ("lists", "show"):
            assert [person["name"] for person in json.loads(text)["recipients"]][:4] == list(NAMES[:4])


def test_our_own_signs_are_plain_where_they_can_not_be_shown(worldly: Workspace) -> None:
    said = run("status", "never", cwd=worldly.root, PYTHONIOENCODING="cp437")
    assert said.err.decode("cp437").startswith('Error: "never" was never sent from here.')
    said = run("lists", "show", "Łódź", cwd=worldly.root, PYTHONIOENCODING="cp1252")
    assert "n0@example.net\t\\u0141ód\\u017a Dziennik\t" in said.out.decode("cp1252")


def test_nothing_said_means_utf_8(worldly: Workspace) -> None:
    """LC_ALL=C, with everything switched off by which Python makes UTF-8 of it."""
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", **NOT_SAID}
    said = run("lists", "show", "press", cwd=worldly.root, **plain)
    assert "Søren" in said.out.decode("utf-8") or said.code == 0
    run("check", "ok", cwd=worldly.root, **plain)
    run("lists", cwd=worldly.root, **plain)
    run("themes", cwd=worldly.root, **plain)
    run("send", "harbour-report", "--dry-run", cwd=worldly.root, **plain)
    for command in (("new", "Łódź ✓"), ("check", "łódź"), ("lists", "show", "Łódź")):
        said = run(*command, cwd=worldly.root, **plain)
        assert said.code == 2 and b"is not valid text in this system's character set" in said.err


@pytest.mark.parametrize(
    ("asked", "expected"), [("", "Łódź – ✓".encode()), ("cp1252", b"\\u0141\xf3d\\u017a \x96 +")]
)
def test_a_pipe_on_windows(monkeypatch: pytest.MonkeyPatch, asked: str, expected: bytes) -> None:
    """Where nobody has asked for the code page, it is not used."""
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", errors="strict", write_through=True)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stdout", pipe)
    monkeypatch.setenv("PYTHONIOENCODING", asked)
    never_fail_at_a_character()
    pipe.write("Łódź – ✓")
    assert pipe.buffer.getvalue() == expected


def test_names_of_files_that_are_not_text(worldly: Workspace) -> None:
    """A file name may be any bytes on Linux; they are shown as escapes."""
    (worldly.lists / os.fsdecode(b"li\xffst.csv")).write_text("email\nn1@example.net\n", "utf-8")
    (worldly.releases / os.fsdecode(b"re\xff.md")).write_text("x", "utf-8")
    (worldly.root / "templates" / os.fsdecode(b"th\xff")).mkdir()
    for command in (
        ("lists",),
        ("lists", "check"),
        ("lists", "check", "--json"),
        ("themes",),
        ("check", "nosuch"),
        ("lists", "show", "nosuch"),
    ):
        run(*command, cwd=worldly.root, **NOT_SAID)
    said = run("lists", "show", os.fsdecode(b"li\xffst"), cwd=worldly.root, **NOT_SAID)
    assert said.code == 2 and rb"li\udcffst" in said.err


@pytest.mark.parametrize("typed", ["ł✓\n".encode().decode("latin-1"), "11\n", "\udcff\n", ""], ids=ascii)
@pytest.mark.parametrize("encoding", ["cp437", "utf-8:strict"])
def test_what_is_typed_may_be_anything(worldly: Workspace, typed: str, encoding: str) -> None:
    """Without a terminal nothing is asked; what stands in stdin all the same does no harm."""
    how = {"PYTHONIOENCODING": encoding, "SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none"}
    ran = octets_of(
        "send",
        "ok",
        "--list",
        "Łódź",
        cwd=worldly.root,
        typed=typed.encode("utf-8", "surrogateescape"),
        **how,
    )
    assert ran.code == 2
    assert b"no terminal to confirm on" in ran.err
