"""A place to practise: it looks like one's own workspace, and nothing can leave the computer from it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.browser import chromium, entered, serving
from support.desk import desk
from support.forked import Forked
from support.terminal import mailer, start

from mailer.delivery import Ledger
from mailer.desk.inbox import Inbox, mailbox_of, only_a_mailbox
from mailer.desk.office import Office
from mailer.desk.processes import ask
from mailer.desk.training import practice
from mailer.env_file import MAILBOX_ALONE, mailbox_alone
from mailer.pipeline.offering import Asked, looked_at
from mailer.settings import KEYS, NAMES, PRACTICE_KEY, Settings, read_settings
from mailer.workspace import Workspace, make_workspace

VALUES = {
    "UNSUBSCRIBE_URL": "https://example.org/u", "UNSUBSCRIBE_MAILTO": "off@example.org",
    "SMTP_PRESET": "postmark", "SMTP_SECURITY": "tls", "SMTP_PORT": "2525", "SMTP_CONNECTIONS": "9",
    "SMTP_CONNECTIONS_TOTAL": "4", "SMTP_WINDOW": "3", "SMTP_RATE": "1/hour", "SMTP_TIMEOUT": "1", "BOUNCE_IMAP_PORT": "994",
    "LEDGER_URL": "postgresql://db.example.org/mailer",
}  # fmt: skip
"""What a key can be set to, where a word is no value of it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Inbox]:
    """The server that must never hear of us."""
    with Inbox(tmp_path / "the-world") as inbox:
        yield inbox


def set_everywhere(workspace: Workspace, world: Inbox) -> dict[str, str]:
    """An office's real settings, in its `.env`; and in the environment of its terminals."""
    real = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(world.port), "SMTP_SECURITY": "none"}
    real["LEDGER_PATH"] = str(workspace.root.parent / "the-real-ledger.db")
    (workspace.root / ".env").write_text("".join(f"{k}={v}\n" for k, v in real.items()), "utf-8")
    return real


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@contextmanager
def trained(
    workspace: Workspace, **settings: str
) -> Iterator[tuple[Forked | subprocess.Popen[str], Workspace]]:
    """A training that runs, and the copy that it says it is on."""
    process = start("desk", "--training", "--no-browser", cwd=workspace.root, **settings)
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        assert process.stderr.readline() == "Training: nothing leaves this computer.\n"
        yield process, Workspace(Path(process.stderr.readline().partition(": ")[2].strip()))
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


def test_with_real_settings_everywhere_all_arrives_in_the_mailbox_and_nothing_in_the_world(
    workspace: Workspace, world: Inbox
) -> None:
    real = set_everywhere(workspace, world)
    before = contents(workspace.root)
    with trained(workspace, **real) as (_, copy):
        assert copy.root != workspace.root
        ran = mailer("send", "harbour-report", "--yes", cwd=copy.root, **real)  # in a terminal of that office
        assert (ran.code, "11" in ran.out + ran.err) == (0, True), ran.err
        assert len(contents(mailbox_of(copy))) == 11
        ran = mailer("bounces", "--imap", cwd=copy.root, **real, BOUNCE_IMAP_HOST="127.0.0.1")
        assert (ran.code, "BOUNCE_IMAP_HOST" in ran.err) == (2, True), ran.err
    assert world.received() == []
    assert {k: v for k, v in contents(workspace.root).items() if not k.startswith(".mailer")} == before
    assert not workspace.has_ledger() and workspace.ledger != workspace.private / "ledger.db"
    ran = mailer("send", "harbour-report", "--yes", "--limit", "1", cwd=workspace.root)
    assert len(world.received()) == 1, ran.err  # so these settings would have led there


def test_a_command_that_the_desk_starts_reaches_the_mailbox_alone(
    workspace: Workspace, world: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in set_everywhere(workspace, world).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("UNSUBSCRIBE_URL", "https://example.org/out")
    with practice(workspace, lambda text: None) as copy:
        office = Office(copy, read_settings(copy.root), training=True)
        assert not NAMES & office.environment().keys()
        with ThreadPoolExecutor(1) as beside:  # a browser that another test drives has this thread's loop
            ran = beside.submit(asyncio.run, ask(office, "send", "harbour-report", "--yes")).result()
        assert ran.code == 0, ran.err
        assert len(contents(mailbox_of(copy))) == 11
        assert all(b"example.org/out" not in mail for mail in contents(mailbox_of(copy)).values())
    assert world.received() == []


def test_what_is_only_the_samples_is_one_note(tmp_path: Path) -> None:
    """Whoever practises before newsroom.md is filled in has one box to tick for it, and still one for each other thing."""
    unfilled = make_workspace(tmp_path / "press-office")
    with practice(unfilled, lambda text: None) as copy, Ledger(copy.ledger) as ledger:
        look = looked_at(
            Asked(lists=("press",)), copy, "harbour-report", read_settings(copy.root, environment={}), ledger
        )
        assert look.shown is not None, look.forbidden
        warnings = look.shown.what["warnings"]
        assert [each["id"] for each in warnings] == ["sample-office", "proof"]
        said = warnings[0]["message"]
        assert re.match(r"\d\d places still have the sample's words, in ", said), said
        assert "newsroom.md" in said and "releases/harbour-report.md" in said


@pytest.mark.parametrize("key", KEYS)
def test_no_setting_from_anywhere_counts_where_one_practises(tmp_path: Path, key: str) -> None:
    value = VALUES.get(key, "example")
    (tmp_path / ".mailer").mkdir()
    (tmp_path / ".env").write_text(f"{key}={value}\n", "utf-8")
    flags = {"smtp_host": "mail.example.org", "allow_only": ("*",)}
    free = read_settings(tmp_path, {key: value}, **flags)
    assert free.smtp_host == "mail.example.org"
    (tmp_path / MAILBOX_ALONE).write_text("2525\n", "ascii")
    only = Settings(smtp_host="127.0.0.1", smtp_port=2525, smtp_security="none", secret_key=PRACTICE_KEY)
    assert read_settings(tmp_path, {key: value}, **flags) == only


@pytest.mark.parametrize("said", ["", "0", "99999", "mail.example.org", "25\nmail.example.org", "é"])
def test_a_place_to_practise_that_names_no_mailbox_has_no_server_at_all(tmp_path: Path, said: str) -> None:
    (tmp_path / ".mailer").mkdir()
    (tmp_path / MAILBOX_ALONE).write_text(said, "utf-8")
    assert read_settings(tmp_path, {"SMTP_HOST": "mail.example.org"}) == Settings()
    (tmp_path / MAILBOX_ALONE).unlink()
    (tmp_path / MAILBOX_ALONE).symlink_to(tmp_path / "nowhere")
    assert read_settings(tmp_path, {"SMTP_HOST": "mail.example.org"}) == Settings()


def test_what_is_copied_is_what_one_practises_with(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.root / ".env").write_text("SMTP_PASSWORD=hush\n", "utf-8")
    workspace.private.mkdir(exist_ok=True)
    workspace.ledger.write_bytes(b"not to be read")
    (workspace.root / "dkim.pem").write_text("a key", "utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "elsewhere.csv").write_text("email\nx@example.org\n", "utf-8")
    (workspace.lists / "elsewhere.csv").symlink_to(tmp_path / "outside" / "elsewhere.csv")
    (workspace.root / "images").symlink_to(tmp_path / "outside")
    (workspace.lists / ".hidden.csv").write_text("email\n", "utf-8")
    os.mkfifo(workspace.releases / "blocks.md")
    with practice(workspace, lambda text: None) as copy:
        there = set(contents(copy.root))
        assert {"newsroom.md", "newsroom.es.md", "releases/harbour-report.md", "lists/press.csv"} <= there
        assert not {
            name
            for name in there
            if not name.startswith(("newsroom", "releases/", "lists/", "templates/", ".mailer/"))
        }
        assert not [name for name in there if "elsewhere" in name or ".hidden" in name or "blocks" in name]
        assert {name for name in there if name.startswith(".mailer")} == {str(MAILBOX_ALONE)}
        assert oct(copy.root.parent.stat().st_mode)[-2:] == "00"
        (copy.releases / "harbour-report.md").write_text("practised", "utf-8")
    assert "practised" not in (workspace.releases / "harbour-report.md").read_text("utf-8")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_at_its_end_the_copy_is_gone_and_it_says_so(workspace: Workspace, how: int) -> None:
    with trained(workspace) as (process, copy):
        assert copy.newsroom.is_file()
        os.kill(process.pid, how)
        _, said = process.communicate(timeout=30)
    assert not copy.root.parent.exists()
    assert "The copy you practised with is gone" in said


def test_who_is_killed_leaves_a_copy_from_which_nothing_leaves(workspace: Workspace, world: Inbox) -> None:
    real = set_everywhere(workspace, world)
    with trained(workspace) as (process, copy):
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
    try:
        ran = mailer("send", "harbour-report", "--yes", cwd=copy.root, **real)
        assert ran.code == 2, ran.err
        assert world.received() == []
    finally:
        shutil.rmtree(copy.root.parent)


def test_every_page_says_what_it_is(workspace: Workspace, browser: Browser) -> None:
    with desk(workspace, browser, "--training") as opened:
        for path in ("/", "/mailbox", "/settings", "/lists", "/no-such-page"):
            page = opened.page(path)
            expect(page.get_by_text("Training: nothing leaves this computer.")).to_be_visible()
            page.close()
        page = opened.page("/")
        page.get_by_role("link", name="Mailbox").click()
        expect(page.get_by_text("Nothing has arrived yet.")).to_be_visible()
    with desk(workspace, browser) as opened:
        assert "Training" not in opened.client.get("/").text


def test_the_demo_goes_on_at_the_desk(tmp_path: Path) -> None:
    """What is sent from a terminal while its page is open arrives; afterwards the workspace is like any other."""
    opened = tmp_path / "opened"
    command = tmp_path / "browser"
    command.write_text(f'#!/bin/sh\necho "$1" > {opened}.part; mv {opened}.part {opened}\n', "utf-8")
    command.chmod(0o755)
    office = Workspace(tmp_path / "office")
    process = start("demo", "--dir", str(office.root), cwd=tmp_path, BROWSER=f"{command} %s")
    try:
        while process.poll() is None and not opened.exists():
            time.sleep(0.05)
        with entered(opened.read_text("utf-8").strip()) as client:
            assert "Demo: nothing leaves this computer." in client.get("/").text
            assert "11 messages" in client.get("/mailbox").text
            assert mailer("new", "A second release", cwd=office.root).code == 0
            finish(office.releases / "a-second-release.md")
            ran = mailer("send", "a-second-release", "--yes", cwd=office.root, SMTP_HOST="mail.example.org")
            assert ran.code == 0, ran.err + ran.out
            assert "22 messages" in client.get("/mailbox").text
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert not mailbox_alone(office.root)


def finish(release: Path) -> None:
    text = (release.parent / "harbour-report.md").read_text("utf-8")
    release.write_text(text.replace("Harbour Water Is Cleaner", "Harbour Water Is Clean"), "utf-8")


def test_a_second_desk_says_that_there_is_one(workspace: Workspace) -> None:
    with serving("desk", "--no-browser", cwd=workspace.root) as first:
        second = start("desk", "--no-browser", cwd=workspace.root)
        assert second.stdout is not None
        url = second.stdout.readline().strip()
        with entered(first) as one, entered(url) as other:
            assert one.get("/").status_code == other.get("/").status_code == 200
        second.terminate()
        _, said = second.communicate(timeout=20)
        assert "A desk is open here already (process" in said
    alone = start("desk", "--no-browser", cwd=workspace.root)
    assert alone.stdout is not None
    alone.stdout.readline()
    alone.terminate()
    assert "already" not in alone.communicate(timeout=20)[1]


def test_a_mailbox_keeps_what_was_there_and_forgets_the_oldest(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for _ in range(2):
        with Inbox(folder, messages=5) as inbox:
            for number in range(3):
                deliver(inbox, f"Subject: {number}\r\n\r\n{'x' * 100}\r\n")
            assert [mail.subject for mail in inbox.received()] == ["0", "1", "2"]
    assert [path.name for path in sorted(folder.iterdir())] == [f"{n:06}.eml" for n in range(2, 7)]
    with Inbox(folder, octets=250) as inbox:
        assert len(list(folder.iterdir())) == 2
        deliver(inbox, f"Subject: last\r\n\r\n{chr(10).join(['x' * 100] * 10)}\r\n")
        assert [path.name for path in folder.iterdir()] == ["000007.eml"]


def deliver(inbox: Inbox, mail: str) -> None:
    import smtplib

    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.sendmail("a@example.org", ["b@example.org"], mail)


def test_a_mailbox_alone_ends_with_it(workspace: Workspace) -> None:
    with only_a_mailbox(workspace) as inbox:
        assert read_settings(workspace.root, {"SMTP_HOST": "x"}).smtp_port == inbox.port
    assert read_settings(workspace.root, {"SMTP_HOST": "x.example.org"}).smtp_host == "x.example.org"
