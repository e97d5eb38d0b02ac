"""What staff or their computer did is told as that, with the file and what to do: "a bug in mailer" sends them to us.

Each of these ended so, or could: an address, a picture, a theme, a file's name, a disk.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import FaultyServer
from support.terminal import Ran, mailer

from mailer.cli import main
from mailer.cli.terminal.failures import as_told
from mailer.errors import WorkspaceError
from mailer.workspace import Workspace

SERVER = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_SECURITY": "none"}
LONG = "x" * 5000


def told(ran: Ran, *words: str) -> None:
    assert ran.code == 2, ran.err
    assert "bug in mailer" not in ran.err
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize(
    "address", ["notanaddress", "", "a@", "a@b@example.org", "a@example.org\n", "\x00"], ids=ascii
)
@pytest.mark.parametrize("command", [("send", "harbour-report", "--test"), ("render", "harbour-report", "--for"),
                                     ("suppress",), ("resume", "harbour-report", "--uncertain")],
                         ids=lambda words: words[0])  # fmt: skip
def test_an_address_that_is_none(
    workspace: Workspace, command: tuple[str, ...], address: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """`render --for ""` is as if it were not said, and an address may be pasted with a line end."""
    monkeypatch.chdir(workspace.root)
    code = main([*command, address])
    said = capsys.readouterr().err
    assert "bug in mailer" not in said
    if address.strip() not in ("", "a@example.org"):
        assert code == 2
        assert "ADDRESS" in said or "not valid text" in said


@pytest.mark.parametrize(
    "field", ["Sender: Petrel Bay News Desk <newsdesk@example.org>", "Reply-to: newsdesk@example.org", "email: newsdesk@example.org"]
)  # fmt: skip
def test_a_mailbox_of_the_newsroom_that_is_none(workspace: Workspace, field: str) -> None:
    newsroom = workspace.newsroom.read_text("utf-8")
    line = 1 + next(number for number, text in enumerate(newsroom.splitlines()) if field in text)
    workspace.newsroom.write_text(newsroom.replace(field, f"{field.partition(':')[0]}: garbage"), "utf-8")
    told(mailer("check", "harbour-report", cwd=workspace.root), f"newsroom.md:{line}: “garbage” is")


def attaching(file: str) -> str:
    return f"---\nHeadline: One\nAttachments:\n  - file: {file}\n    send: attach\n---\n\nText.\n"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (".", "releases/one.md:4"),
        (LONG, "releases/one.md:4: “xxx"),
        ("a/" * 3000, "can't be the name of a file"),
    ],
    ids=["the workspace itself", "a long name", "a deep path"],
)
def test_an_attachment_that_can_be_no_file(workspace: Workspace, file: str, said: str) -> None:
    (workspace.releases / "one.md").write_text(attaching(file), "utf-8")
    told(mailer("check", "one", cwd=workspace.root), said, "put it beside the release")


THEMES = {
    "no page": ("release.html.j2", "", "templates/mine/release.html.j2: it doesn't make a page"),
    "only a comment": ("release.html.j2", "<!-- x -->", "templates/mine/release.html.j2: it doesn't make a page"),
    "an XML declaration": ("release.html.j2", '<?xml version="1.0" encoding="utf-16"?><html/>', "it doesn't make a page"),
    "any error in it": ("release.html.j2", "\n{{ cycler() }}", "templates/mine/release.html.j2:2: at least one item"),
    "also in the text": ("release.txt.j2", "{{ cycler() }}", "templates/mine/release.txt.j2:1: at least one item"),
    "a macro without end": ("release.txt.j2", "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "calls itself endlessly"),
    "a file that is missing": ("release.html.j2", "{% include 'gone.j2' %}", "gone.j2"),
    "a number that is none": ("layout.css", ".a {\n  color: red;\n  color: rgb(999999,);\n}", "templates/mine/layout.css:3: “color: rgb(999999,)”"),
}  # fmt: skip


@pytest.mark.parametrize("case", THEMES)
def test_a_theme_that_is_wrong(workspace: Workspace, case: str) -> None:
    file, code, said = THEMES[case]
    folder = workspace.templates / "mine"
    folder.mkdir(parents=True)
    (folder / file).write_text(code, "utf-8")
    told(mailer("render", "harbour-report", "--theme", "mine", cwd=workspace.root), said)


def test_a_themes_description_in_another_encoding_is_shown(workspace: Workspace) -> None:
    folder = workspace.templates / "mine"
    folder.mkdir(parents=True)
    (folder / "theme.txt").write_bytes("Für Größe".encode("cp1252"))
    ran = mailer("themes", cwd=workspace.root)
    assert (ran.code, "mine\tworkspace\tF\ufffdr" in ran.out) == (0, True)


@pytest.mark.parametrize("arguments", [
    ("check", LONG), ("check", "harbour-report", "--list", LONG), ("lists", "show", LONG), ("init", LONG),
    ("lists", "add", "lists/press.csv", "--as", LONG), ("bounces", "--maildir", LONG),
], ids=lambda words: " ".join(words[:2])[:20])  # fmt: skip
def test_a_name_that_no_file_can_have(workspace: Workspace, arguments: tuple[str, ...]) -> None:
    ran = mailer(*arguments, cwd=workspace.root)
    told(ran, "x" * 40, "A file name can't be that long")


@pytest.mark.parametrize("words", [
    ("check", "harbour-report", "--limit"), ("log", "--last"), ("unsubscribe-server", "--port", "1", "--limit"), ("send", "--order"),
], ids=lambda words: " ".join(words))  # fmt: skip
@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_that_nobody_can_mean(workspace: Workspace, words: tuple[str, ...], number: int) -> None:
    """More than a database or a computer counts to: no more is asked for than there is."""
    ran = mailer(*words, str(number), cwd=workspace.root)
    assert "bug in mailer" not in ran.err
    assert ran.code == (0 if words[0] in ("check", "log") else 2), ran.err


def test_a_link_that_leads_to_itself(workspace: Workspace) -> None:
    workspace.suppressed.unlink()
    workspace.suppressed.symlink_to(workspace.suppressed.name)
    told(
        mailer("check", "harbour-report", cwd=workspace.root),
        "suppressed.csv: can't be read",
        "leads to itself",
    )


def test_a_full_disk_is_the_computers(tmp_path: Path) -> None:
    """Writing to it fails without a file's name."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")

    def written() -> None:
        with full.open("wb", buffering=0) as file:
            file.write(b"x")

    error = as_told(failed(written))
    assert error.message == "No space left on device."
    assert "make room" in error.hint


def test_what_is_ours_is_still_said_to_be_ours() -> None:
    assert "bug in mailer" in as_told(failed(lambda: [][0])).hint
    assert "bug in mailer" in as_told(failed(lambda: os.close(-1))).hint, (
        "no file, and nothing that staff can do"
    )
    assert as_told(WorkspaceError("x", "y")).hint == "y"
    gone = as_told(FileNotFoundError(errno.ENOENT, "No such file or directory", "a\x1b.md"))
    assert gone.message == "a\\x1b.md can't be used: No such file or directory."


def failed(act: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as raised:
        act()
    return raised.value


@pytest.mark.parametrize(("key", "value"), [
    ("UNSUBSCRIBE_MAILTO", "nosuch"), ("UNSUBSCRIBE_MAILTO", "mailto:off@example.org"), ("UNSUBSCRIBE_MAILTO", "<off@example.org>"),
    ("UNSUBSCRIBE_MAILTO", "off@example.org?subject=off"), ("UNSUBSCRIBE_MAILTO", "off@example.org, more@example.org"),
    ("UNSUBSCRIBE_MAILTO", f"off@{LONG}.example"), ("UNSUBSCRIBE_URL", "example.org/u"), ("UNSUBSCRIBE_URL", "https://example.org/u?id="),
    ("UNSUBSCRIBE_URL", "https://example.org/u, or so"), ("UNSUBSCRIBE_URL", f"https://example.org/{LONG}"),
], ids=lambda text: text[:40])  # fmt: skip
def test_a_way_to_unsubscribe_that_is_none(workspace: Workspace, key: str, value: str) -> None:
    """Nobody who wants to be taken off could reach us: each email had it, or none could be made."""
    ran = mailer(
        "send", "harbour-report", "--dry-run", cwd=workspace.root, SECRET_KEY="k" * 40, **{key: value}
    )
    told(ran, key, "must be")


@pytest.mark.parametrize("address", ["r&d@example.org", "off?#1@example.org"])
def test_a_way_to_unsubscribe_may_have_any_character_that_an_address_may(
    workspace: Workspace, address: str
) -> None:
    """Reproduction: RFC 5321 §4.1.2 allows these before the @ (an atom of RFC 5322 §3.2.3), and .env was refused with one."""
    with FaultyServer() as server:
        office = Office(workspace, server)
        ran = office.run("send", RELEASE, "--yes", "--limit", "1", UNSUBSCRIBE_MAILTO=address)
        assert ran.code == 0, ran.err
        ((_, content),) = server.accepted
    found = re.search(rb"(?m)^List-Unsubscribe:\s+<(mailto:[^>]+)>", content)
    assert found, content[:2000]
    mailto = urlsplit(found[1].decode())
    assert (unquote(mailto.path), mailto.query[:12], mailto.fragment) == (address, "subject=unsu", "")
