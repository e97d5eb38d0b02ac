"""docs/guide/windows-and-macos.md, design-a-theme.md, and of SECURITY.md what tests/security/ leaves to us."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from support.lists import make_list
from support.office import RELEASE, Office
from support.promises import promise
from support.terminal import COMMAND, environment, mailer

WINDOWS = "docs/guide/windows-and-macos.md"
THEMES = "docs/guide/design-a-theme.md"
SECURITY = "SECURITY.md"

# ---- Windows and macOS -----------------------------------------------------------------------------------


@promise(
    WINDOWS,
    "Byte-order marks and Windows' line ends are fine in every file, and so is what Excel saves"
    " (press lists).",
)
def test_every_file_went_through_notepad(office: Office) -> None:
    (office.workspace.root / ".env").write_text("SMTP_CONNECTIONS=1\n", "utf-8")
    root = office.workspace.root
    for path in (
        root / ".env",
        *root.glob("newsroom*.md"),
        *root.glob("releases/*.md"),
        *root.glob("lists/*.csv"),
    ):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert office.run("send", RELEASE, "--yes").code == 0
    assert len(office.got()) == 11
    assert office.server.most_at_once == 1, ".env was read"


@promise(WINDOWS, "What that can't express is replaced, never dropped; `set PYTHONUTF8=1` gives UTF-8.")
@pytest.mark.parametrize("code_page", ["cp437", "cp1252:strict", "ascii"])
def test_a_pipe_with_a_code_page(office: Office, code_page: str) -> None:
    office.list("world", "li@example.net,李娜,,en,", "lodz@example.net,Łódź ✓ 📣,,en,")
    settings = environment(PYTHONIOENCODING=code_page) | {"PYTHONUTF8": "0"}
    ran = subprocess.run(
        [*COMMAND, "lists", "show", "world"],
        cwd=office.workspace.root,
        env=settings,
        capture_output=True,
        timeout=60,
    )
    rows = ran.stdout.splitlines()
    assert (ran.returncode, len(rows)) == (0, 2)
    assert [row.split(b"\t")[0] for row in rows] == [b"li@example.net", b"lodz@example.net"]
    assert all(len(row.split(b"\t")[1]) >= 2 for row in rows), "the name is not left out"
    assert "李娜" in mailer("lists", "show", "world", cwd=office.workspace.root, PYTHONUTF8="1").out


@promise(
    WINDOWS,
    "Closing the window, or “End task”, kills at once: `mailer resume` goes on, nobody gets it"
    " twice, and at most"
    " one recipient a connection is uncertain.",
    "Ctrl-C ends what is in flight first, as everywhere.",
)
def test_the_window_is_closed_while_four_connections_are_busy(office: Office) -> None:
    everybody = make_list(office.workspace, "many", 60)
    office.killed_at("dot", 20, "send", RELEASE, "--list", "many", "--yes", SMTP_CONNECTIONS="4")
    process = office.started("resume", RELEASE, "--yes", SMTP_CONNECTIONS="4")
    while len(office.got()) < 40 and process.poll() is None:
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    office.run("resume", RELEASE, "--yes")
    counts = office.counts()
    assert counts["accepted"] + counts["uncertain"] == len(everybody)
    assert 1 <= counts["uncertain"] <= 4, "those of the killed process; Ctrl-C leaves none"
    assert max(Counter(office.got()).values()) == 1


@promise(
    WINDOWS,
    "Planned tasks (Task Scheduler) have no console, so `mailer send` needs `--yes` there, as in any script.",
)
def test_a_task_without_console(office: Office) -> None:
    for yes, code in ((), 2), (("--yes",), 0):
        ran = subprocess.run(
            [*COMMAND, "send", RELEASE, *yes], cwd=office.workspace.root, env=environment(**office.settings()),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            timeout=60,
        )  # fmt: skip
        assert ran.returncode == code
        assert len(office.got()) == (0 if code else 11)


@promise(WINDOWS, "On Linux these are two files.")
@pytest.mark.skipif(os.name == "nt", reason="of Linux")
def test_capitals_in_a_name(office: Office) -> None:
    assert office.run("send", RELEASE, "--limit", "1", "--yes").code == 0
    other = office.run("send", RELEASE.title(), "--yes")
    assert (other.code, len(office.got())) == (2, 1)
    assert RELEASE in other.err


# ---- themes ----------------------------------------------------------------------------------------------


def theme(office: Office, name: str, file: str, code: str) -> Path:
    folder = office.workspace.templates / name
    folder.mkdir(parents=True)
    (folder / file).write_text(code, "utf-8")
    return folder


@promise(
    THEMES,
    "Its templates run in Jinja's sandbox: they see the names of the reference, can change none of"
    " them, and reach"
    " no file of your computer, no program, nothing of Python.",
)
@pytest.mark.parametrize(
    "code",
    [
        "{{ cycler.__init__.__globals__.os.popen('echo > OWNED').read() }}",
        "{% include '../../.env' %}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
    ],
)
def test_a_theme_from_somebody_else(office: Office, code: str) -> None:
    (office.workspace.root / ".env").write_text("SMTP_PASSWORD=correct-horse\n", "utf-8")
    theme(office, "evil", "release.html.j2", code)
    office.add_fields("Theme: evil")
    ran = office.run("send", RELEASE, "--yes")
    assert ran.code in (1, 2)
    assert "Traceback" not in ran.err
    assert "correct-horse" not in ran.out + ran.err
    assert not (office.workspace.root / "OWNED").exists()
    assert office.nothing_was_ever_sent()


@promise(
    THEMES,
    "A theme is chosen by the name of a folder in `templates/`, never by a path; a link to a file or folder"
    " elsewhere is not part of it.",
)
@pytest.mark.parametrize("named", ["../elsewhere", "/tmp", "linked"])
def test_a_theme_that_lies_elsewhere(office: Office, named: str) -> None:
    elsewhere = office.workspace.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "release.html.j2").write_text("<p>OWNED</p>", "utf-8")
    office.workspace.templates.mkdir(exist_ok=True)
    (office.workspace.templates / "linked").symlink_to(elsewhere)
    office.add_fields(f"Theme: {named}")
    ran = office.run("send", RELEASE, "--yes")
    assert (ran.code, "No theme" in ran.err) == (2, True)
    assert office.nothing_was_ever_sent()


@promise(
    THEMES,
    "Everything else still comes from the default theme.",
    "Its rules are moved into the elements, so that they survive clients that drop style blocks;"
    " that works for"
    " selectors of a single class, and anything else is an error with its line.",
)
def test_a_style_that_could_not_be_moved(office: Office) -> None:
    block = '{% macro dateline(node) %}<span class="dateline">[{{ node.content }}]</span>{% endmacro %}'
    folder = theme(office, "ours", "blocks.html.j2", block)
    office.add_fields("Theme: ours")
    assert office.run("send", RELEASE, "--limit", "1", "--where", 'language == "en"', "--yes").code == 0
    (mail,) = office.mails(office.got()[0])
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "[Portmellon" in html
    assert "Read the study" in html
    (folder / "layout.css").write_text(".p { color: #111 }\n\n.p .link { color: red }\n", "utf-8")
    ran = office.run("send", RELEASE, "--yes")
    assert (ran.code, "templates/ours/layout.css:3" in ran.err) == (2, True)
    assert len(office.got()) == 1


# ---- security --------------------------------------------------------------------------------------------


@promise(
    SECURITY,
    "A release can't choose which server sends it, can't bring its own recipients (it names lists in"
    " `lists/`), and can't choose a theme from anywhere but `templates/`.",
)
@pytest.mark.parametrize(
    "field",
    [
        "SMTP_HOST: 203.0.113.9",
        "smtp host: 203.0.113.9",
        "SMTP_PORT: 25",
        "Bcc: eve@example.org",
        "Recipients: eve@example.org",
        "Lists: eve@example.org",
        "Lists: ../eve",
    ],
)
def test_a_colleague_s_file_redirects_the_mail(office: Office, field: str) -> None:
    (office.workspace.root / "eve.csv").write_text("email\neve@example.org\n", "utf-8")
    office.add_fields(field)
    ran = office.run("send", RELEASE, "--yes")
    assert ran.code == 2
    assert "eve@example.org" not in office.got()
    assert office.nothing_was_ever_sent()


@promise(
    SECURITY,
    "If you keep it in a repository, the lists are in it; `.env` and `.mailer` are left out by `.gitignore`.",
)
def test_the_workspace_is_put_into_a_repository(office: Office) -> None:
    root = office.workspace.root
    (root / ".env").write_text("SMTP_PASSWORD=correct-horse\n", "utf-8")
    assert office.run("send", RELEASE, "--yes").code == 0
    git = ("git", "-c", "safe.directory=*", "-C", str(root))
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    added = subprocess.run([*git, "ls-files"], check=True, capture_output=True, text=True).stdout.splitlines()
    assert "lists/press.csv" in added
    assert not [path for path in added if path == ".env" or path.startswith(".mailer")]
