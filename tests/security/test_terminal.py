"""What others wrote reaches the terminal as text that can be seen, whatever way it comes: a server's reply, a release, a
list, a file's name, a returned mail, an older ledger, an argument.

Each command runs on a pseudo-terminal and in pipes, in a workspace in which everything is hostile. On the terminal nothing
arrives but text, line ends, tabs and the colours that are ours; in a pipe, not even those.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
from pathlib import Path

import dns.resolver
import pytest
from conftest import REPOSITORY
from support.smtp_hostile import HostileServer, Words
from support.terminal import mailer, on_a_terminal

from mailer.cli.terminal.output import json_text
from mailer.delivery import diagnose
from mailer.settings import Settings
from mailer.workspace import Workspace

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[H\x1b[8mx\x08\x08\u202egnp.exe\u2066\x9b31m\x7f\ufeff"
"""Renames the window, clears it, goes to its corner, writes invisibly, unwrites, turns around, colours by a C1 control."""

IN_NAMES = HOSTILE + "\nError: forged"
"""A file's name may hold a line end too."""

OUR_COLOURS = re.compile("\x1b\\[(0|1|2|[39][0-7])m")


def seen(text: str, *, terminal: bool) -> bool:
    """Whether all of it is text."""
    rest = OUR_COLOURS.sub("", text) if terminal else text
    rest = re.sub(
        r"\r?\n|\t|\x04\x08\x08", "", rest
    )  # ^D and two backspaces: what a pty itself makes of our end of input
    bad = sorted({character for character in rest if not character.isprintable()})
    assert not bad, (bad, re.findall(r".{0,60}[" + re.escape("".join(bad)) + "].{0,60}", text)[:5])
    return True


def run(*arguments: str, cwd: Path, typed: str = "no", **settings: str) -> str:
    """A command in both places, all that it said."""
    piped = mailer(*arguments, cwd=cwd, **settings)
    assert seen(piped.out + piped.err, terminal=False)
    shown = on_a_terminal(*arguments, cwd=cwd, typed=typed, **settings)
    assert seen(shown.out, terminal=True)
    for text in (piped.err, shown.out):
        assert "bug in mailer" not in text and "Traceback" not in text, text
    return piped.out + piped.err + shown.out


@pytest.fixture
def hostile(workspace: Workspace) -> Workspace:
    """A workspace that a hostile colleague has filled."""
    (workspace.lists / "evil.csv").write_text(
        "email,name,outlet,language,tags," + f'"{HOSTILE}"\n'
        f'ana@example.net,"Ana{HOSTILE}","Gazette\nError: forged{HOSTILE}",en,"a{HOSTILE}",x\n'
        f'"bad{HOSTILE}@example.net",Eve,x,en,,x\n'
        f'"{HOSTILE}",Eve,x,en,,x\n'
        f'gone@example.net,"{HOSTILE}",x,"{HOSTILE}",,x\n',
        "utf-8",
    )
    shutil.copy(workspace.lists / "evil.csv", workspace.lists / f"x{IN_NAMES}.csv")
    with workspace.suppressed.open("a", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        for number in range(
            100
        ):  # one odd row among many: a file of nothing else would be no text, and block
            rows.writerow((f"past{number}@example.net", "asked by telephone", "2026-11-23", "front desk"))
        rows.writerow(("gone@example.net", f"asked{HOSTILE}", "2026-11-23", f"by{HOSTILE}"))
    text = (workspace.releases / "harbour-report.md").read_text("utf-8")
    (workspace.releases / f"evil{IN_NAMES}.md").write_text(text, "utf-8")
    for number, field in enumerate(
        ("Headline", "Dateline", "Nonsense", f"X{HOSTILE}", "Kind", "Lang", "Lists", "Theme")
    ):
        (workspace.releases / f"field{number}.md").write_text(
            f"---\n{field}: a{HOSTILE}\n---\n\nText{HOSTILE} **\n", "utf-8"
        )
    for name in ("dark", f"dark{IN_NAMES}"):  # the second is no name that a theme can have
        theme = workspace.root / "templates" / name
        theme.mkdir(parents=True)
        (theme / "theme.txt").write_text(f"A theme{HOSTILE}", "utf-8")
    return workspace


def test_a_hostile_workspace_on_the_terminal(hostile: Workspace) -> None:
    here = hostile.root
    assert r"\x1b]0;owned\x07" in run("lists", cwd=here)
    run("lists", "show", "evil", cwd=here)
    run("lists", "check", "evil", cwd=here)
    assert r"\x1b]0;owned" in run("themes", cwd=here)
    run("lists", "show", f"x{IN_NAMES}", cwd=here)
    run("lists", "diff", "evil", "press", cwd=here)
    run("lists", "add", f"lists/x{IN_NAMES}.csv", "--as", f"y{HOSTILE}", cwd=here)


def test_a_suppression_file_of_control_characters(workspace: Workspace) -> None:
    """Nobody is mailed by it, and what is told of it is ours."""
    with workspace.suppressed.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(("gone@example.net", HOSTILE * 10, "2026-11-23", HOSTILE))
    assert "not readable text" in run("lists", cwd=workspace.root)


def test_hostile_releases(hostile: Workspace) -> None:
    for number in (0, 2, 3, 4):
        run("check", f"field{number}", "--list", "evil", cwd=hostile.root)
    run("render", "field0", cwd=hostile.root)
    run("send", "field0", "--list", "evil", "--dry-run", cwd=hostile.root)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("render",),
        ("send", "--dry-run"),
        ("send", "--yes"),
        ("status",),
        ("status", "--recipients"),
        ("resume",),
    ],
    ids=" ".join,
)
def test_a_release_with_a_hostile_name(hostile: Workspace, arguments: tuple[str, ...]) -> None:
    command, *options = arguments
    with HostileServer() as server:
        run(command, f"evil{IN_NAMES}", *options, cwd=hostile.root, **server.settings())


JSON = (
    ("lists", "show", "evil"),
    ("lists", "check"),
    ("check", "field2"),
    ("check", "field0", "--list", "evil"),
    ("status",),
)


@pytest.mark.parametrize("arguments", JSON, ids=" ".join)
def test_json_on_the_terminal(hostile: Workspace, arguments: tuple[str, ...]) -> None:
    run(*arguments, "--json", cwd=hostile.root)


def test_json_loses_nothing() -> None:
    for text in (HOSTILE, IN_NAMES, "Łódź", "\U000e0041", "\udc80", 'a"b\\c', "\u2028"):
        written = json_text({text: [text]})
        assert written.isprintable()
        assert json.loads(written) == {text: [text]}


def test_a_hostile_server(workspace: Workspace) -> None:
    """In the run, in what is remembered, in the spreadsheet, in the summary at the end."""
    said = HOSTILE.encode()
    verdicts = iter(
        [b"250 2.1.5 ok"] * 3
        + [b"550-5.1.1 " + said + b"\r\n550 5.1.1 Error: forged"]
        + [b"250 2.1.5 ok"] * 99
    )
    dots = iter([b"452 4.2.2 " + said, b"554-5.6.0 one\r\n554 5.6.0 " + said] + [b"250 2.0.0 " + said] * 99)
    replies: dict[str, Words] = {
        "greeting": b"220-" + said + b"\r\n220 ready\r\n",
        "EHLO": b"250-" + said + b"\r\n250-X-" + said + b"\r\n250-PIPELINING\r\n250 SIZE 10000000\r\n",
        "RCPT": lambda line: next(verdicts) + b"\r\n",
        "dot": lambda content: next(dots) + b"\r\n",
        "QUIT": b"221 " + said + b"\r\n",
    }
    send = ("send", "harbour-report", "--yes", "--max-wait", "0", "--csv", "report.csv")
    with HostileServer(replies=replies) as server:
        shown = on_a_terminal(*send, cwd=workspace.root, typed="", **server.settings())
        assert len(server.accepted) == 8
    assert seen(shown.out, terminal=True)
    assert r"\x1b]0;owned" in shown.out
    told = run("status", "harbour-report", "--recipients", cwd=workspace.root)
    assert r"552" not in told and r"\u202egnp.exe" in told
    lines = mailer("status", "harbour-report", "--recipients", cwd=workspace.root).out.splitlines()
    assert len(lines) == 11, "a reply of several lines is one line"
    with (workspace.root / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 12
    assert all(cell.isprintable() for row in rows for cell in row)


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "AUTH", "MAIL"])
@pytest.mark.parametrize(
    "words",
    [b"554 5.7.1 %s", b"554-5.7.1 x\r\n554 Error: forged %s", b"%s"],
    ids=["one line", "lines", "nonsense"],
)
def test_a_hostile_refusal(workspace: Workspace, stage: str, words: bytes) -> None:
    command = ("doctor",) if words == b"%s" or stage != "MAIL" else ("send", "harbour-report", "--yes")
    said = words.replace(b"%s", HOSTILE.encode()) + b"\r\n"
    with HostileServer(replies={stage: said}) as server:
        text = run(
            *command,
            cwd=workspace.root,
            **server.settings(SMTP_USERNAME="press", SMTP_PASSWORD="lantern-coast"),
        )
    assert r"\x1b]0;owned" in text or (stage, words) == ("MAIL", b"%s")
    assert "\nError: forged" not in text.replace("\r", "")


def test_a_hostile_ehlo_and_dns(workspace: Workspace) -> None:
    """`doctor` shows what the server offers, and what DNS says."""
    said = HOSTILE.replace("\n", "").encode()
    with HostileServer(
        replies={"EHLO": b"250-x\r\n250-X" + said + b"\r\n250 AUTH " + said + b"\r\n"}
    ) as server:
        assert r"\X1B]0;OWNED" in run("doctor", cwd=workspace.root, **server.settings())
        login = {"SMTP_USERNAME": f"press{HOSTILE}", "SMTP_PASSWORD": "lantern-coast"}
        assert "no way to log in" in run("doctor", cwd=workspace.root, **server.settings(**login))

    class Asked(dns.resolver.Resolver):
        def resolve(self, name, kind, **how):  # type: ignore[no-untyped-def, override]
            class Record:
                strings = (b"v=spf1 " + said, b"v=DMARC1 p= " + said)

            return [Record()]

    settings = Settings(dkim_domain="example.org", dkim_selector="x", dkim_key_file="k")
    for finding in diagnose(settings, "example.org", Asked(configure=False)):
        assert finding.message.isprintable() and finding.hint.isprintable()


def test_what_an_older_ledger_remembers(workspace: Workspace) -> None:
    """Before replies were made visible they were kept as they came."""
    with HostileServer() as server:
        mailer("send", "harbour-report", "--yes", cwd=workspace.root, **server.settings())
    with sqlite3.connect(workspace.ledger) as db:
        db.execute("UPDATE attempts SET text = ?, host = ?", (f"{HOSTILE}\nError: forged", HOSTILE))
        db.execute("UPDATE mailings SET subject = ?", (f"{HOSTILE}\nError: forged",))
    db.close()
    assert r"\x1b]0;owned" in run("status", "harbour-report", "--recipients", cwd=workspace.root)
    assert r"\x1b]0;owned" in run("status", cwd=workspace.root)
    rows = json.loads(mailer("status", "harbour-report", "--recipients", "--json", cwd=workspace.root).out)
    assert all(row["reply"].isprintable() for row in rows)
    for command in (
        ("status", "--json"),
        ("lists", "export", "priya.n@example.com"),
        ("status", "harbour-report", "--recipients", "--json"),
    ):
        run(*command, cwd=workspace.root)
    with HostileServer() as server:
        run(
            "resume",
            "harbour-report",
            "--yes",
            "--csv",
            "report.csv",
            cwd=workspace.root,
            **server.settings(),
        )
    with (workspace.root / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert all(cell.isprintable() for row in csv.reader(file) for cell in row)


def test_hostile_returned_mail(workspace: Workspace) -> None:
    box = workspace.root / f"box{IN_NAMES}.mbox"
    box.write_bytes(
        b"From x\r\nFrom: Eve =?utf-8?q?=1B]0;owned=07=E2=80=AE?= <eve@evil.example>\r\nTo: press@example.org\r\n"
        b"Message-ID: <1@evil.example>\r\nSubject: =?utf-8?q?=1B[2J=08=0AError:_forged?= \x1b]0;owned\x07\r\n\r\nHello\r\n\r\n"
        b"From y\r\nFrom: MAILER-DAEMON@evil.example\r\nMessage-ID: <2@evil.example>\r\nSubject: Undelivered\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nSorry\r\n--b\r\n'
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; priya.n@example.com\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 "
        + HOSTILE.encode()
        + b"\r\n\r\n--b--\r\n"
    )
    text = run("bounces", "--mbox", str(box), "--dry-run", cwd=workspace.root)
    assert r"\x1b]0;owned" in text
    run("bounces", "--mbox", str(box), "--dry-run", "--json", cwd=workspace.root)
    run("bounces", "--explain", str(box), cwd=workspace.root)
    run("bounces", "--explain", str(box), "--json", cwd=workspace.root)
    run("bounces", "--mbox", str(box.with_name(f"none{IN_NAMES}")), cwd=workspace.root)


@pytest.mark.parametrize(
    "arguments",
    [
        (HOSTILE,),
        ("check", HOSTILE),
        ("check", f"--{HOSTILE}"),
        ("check", "harbour-report", "--list", HOSTILE),
        ("check", "harbour-report", "--where", HOSTILE),
        ("check", "harbour-report", "--limit", HOSTILE),
        ("render", "harbour-report", "--theme", HOSTILE),
        ("render", "harbour-report", "--for", HOSTILE),
        ("render", "harbour-report", "--out", f"out{HOSTILE}"),
        ("send", "harbour-report", "--at", HOSTILE),
        ("send", "harbour-report", "--test", f"a{HOSTILE}@example.org"),
        ("new", f"Headline{HOSTILE}", "--lang", HOSTILE),
        ("new", f"Headline{HOSTILE}"),
        ("new", "x", "--kind", HOSTILE),
        ("suppress", HOSTILE),
        ("suppress", "eve@example.net", "--reason", HOSTILE, "--source", HOSTILE),
        ("unsuppress", f"{HOSTILE}@example.net"),
        ("forget", f"{HOSTILE}@example.net", "--yes"),
        ("status", HOSTILE),
        ("lists", "show", HOSTILE),
        ("lists", HOSTILE),
        ("lists", "show", "press", "--column", HOSTILE, "--encoding", HOSTILE),
        ("lists", "add", HOSTILE),
        ("bounces", "--mbox", HOSTILE),
        ("init", f"office{HOSTILE}"),
        ("demo", "--no-browser", "--dir", f"demo{IN_NAMES}[/red]"),
        ("--debug", "check", HOSTILE),
        ("preview", HOSTILE),
    ],
    ids=lambda arguments: (
        " ".join(arguments).encode("ascii", "ignore").decode()[:20].translate(dict.fromkeys(range(32), "."))
    ),
)
def test_hostile_arguments(hostile: Workspace, arguments: tuple[str, ...]) -> None:
    """A script may take them from anywhere."""
    piped = mailer(*arguments, cwd=hostile.root)
    assert seen(piped.out + piped.err, terminal=False)
    assert "bug in mailer" not in piped.err
    if "demo" in arguments or "init" in arguments:
        return
    assert seen(on_a_terminal(*arguments, cwd=hostile.root, typed="no").out, terminal=True)


@pytest.mark.parametrize("key", ["SMTP_HOST", "SMTP_USERNAME", "ENVELOPE_FROM", "ALLOW_ONLY", "SMTP_RATE", "SMTP_PORT", "SMTP_CA_FILE",
                                 "DKIM_KEY_FILE", "UNSUBSCRIBE_URL", "UNSUBSCRIBE_MAILTO"])  # fmt: skip
def test_hostile_settings(workspace: Workspace, key: str) -> None:
    settings = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "9",
        "DKIM_DOMAIN": "x",
        "DKIM_SELECTOR": "y",
        "DKIM_KEY_FILE": "z",
    }
    run("send", "harbour-report", cwd=workspace.root, **{**settings, key: f"x{HOSTILE}"})
    if key in ("SMTP_USERNAME", "ENVELOPE_FROM"):
        run("doctor", cwd=workspace.root, **{**settings, key: f"x{HOSTILE}"})


def test_a_workspace_in_a_folder_of_hostile_name(workspace: Workspace) -> None:
    place = workspace.root.rename(workspace.root.with_name(f"office{IN_NAMES}[red]"))
    for command in (
        ("render", "harbour-report"),
        ("send", "harbour-report", "--dry-run"),
        ("lists", "show", "none"),
    ):
        run(*command, cwd=place)
    (place / "newsroom.md").write_text(f"---\nName: {HOSTILE}\nSender: {HOSTILE}\n---\n", "utf-8")
    run("check", "harbour-report", cwd=place)


def test_every_command_speaks_through_what_makes_text_visible() -> None:
    """`say`, `row`, `say_json`: a `click.echo` elsewhere would be a way around."""
    around = re.compile(r"click\.(echo|secho|style)\b|(?<![.\w])print\(|sys\.std(out|err)\.write")
    for path in (REPOSITORY / "mailer").rglob("*.py"):
        if path.relative_to(REPOSITORY) != Path("mailer/cli/terminal/output.py"):
            assert not around.search(path.read_text("utf-8")), path
