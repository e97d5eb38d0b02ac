"""What arrived in the demo's mailbox, or what a rehearsal wrote, looked at in a real browser."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from support.browser import chromium, entered, serving
from support.terminal import COMMAND, environment, mailer

from mailer.desk.showing.message_view import as_shown, view_of
from mailer.workspace import Workspace


@pytest.fixture
def rehearsal(workspace: Workspace) -> Path:
    folder = workspace.root / "rehearsed"
    ran = mailer("send", "harbour-report", "--dry-run", "--out", str(folder), cwd=workspace.root)
    assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def page(rehearsal: Path) -> Iterator[Page]:
    with (
        serving("preview", str(rehearsal), "--no-browser", cwd=rehearsal.parent) as url,
        chromium() as browser,
    ):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        shown = context.new_page()
        shown.goto(url)
        yield shown
        context.close()


def test_every_message_is_listed_and_shown_as_it_is(page: Page) -> None:
    expect(page.locator("#entries li")).to_have_count(11)
    page.locator("#entries a", has_text="priya.n@example.com").click()
    expect(page.frame_locator("#shown").locator("body")).to_contain_text("Dear Priya,")
    expect(page.locator("#view-sender")).to_have_text("Petrel Bay News Desk")
    expect(page.locator("#view-sent")).not_to_be_empty()
    page.get_by_role("tab", name="Text").click()
    expect(page.locator("#view-text pre")).to_contain_text("Dear Priya,")
    page.get_by_role("tab", name="Source").click()
    expect(page.locator("#view-source pre")).to_contain_text("MIME-Version: 1.0")
    assert page.locator("#check, #for").count() == 0


def test_demo_opens_what_really_arrived(tmp_path: Path) -> None:
    """The browser that `mailer demo` opens is a command of ours that leaves the address in a file."""
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part; mv {opened}.part {opened}\n', "utf-8")
    browser.chmod(0o755)
    process = subprocess.Popen(
        [*COMMAND, "demo", "--dir", str(tmp_path / "office")],
        cwd=tmp_path,
        env=environment(BROWSER=f"{browser} %s"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while process.poll() is None and not opened.exists():
            time.sleep(0.05)
        url = opened.read_text("utf-8").strip()
        with entered(url) as client:
            page = client.get("/mailbox").text
            assert "ana.ruiz@example.net" in page
            assert "11 messages" in page
            assert "<h1" in client.get("/mailbox/000001/mail").text
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    "key", ["../newsroom", "..%2Fnewsroom", "/etc/passwd", "index.html", "", "no\x00thing"]
)
def test_nothing_but_the_messages_of_the_folder_is_shown(rehearsal: Path, key: str) -> None:
    shutil.copy(rehearsal / "000001.eml", rehearsal.parent / "newsroom.eml")
    with (
        serving("preview", str(rehearsal), "--no-browser", cwd=rehearsal.parent) as url,
        entered(url) as client,
    ):
        scene = client.get("/scene", params={"show": key}).json()
        assert scene["view"] is None
        assert scene["faults"]
        assert client.get("/static/../app.py").status_code == 404


DARK = "@media (prefers-color-scheme: dark)"


@pytest.mark.parametrize(
    ("sent", "light", "dark"),
    [
        (f"<style>{DARK} {{}}</style>", "@media (max-width: 0) {}", "@media (min-width: 0) {}"),
        ("<style>@media screen and (PREFERS-color-scheme:dark){}</style>", "screen and (max-width: 0)", "screen and (min-width: 0)"),
        ("<style>@media (prefers-color-scheme: light){}</style>", "(min-width: 0)", "(max-width: 0)"),
        ('<source media="(prefers-color-scheme: dark)" srcset="x">', 'media="(max-width: 0)"', 'media="(min-width: 0)"'),
        ("<style>:root { color-scheme: light dark; }</style>", "color-scheme: light;", "color-scheme: dark;"),
        ('<meta name="color-scheme" content="light dark">', 'content="light"', 'content="dark"'),
        ("<p>(prefers-color-scheme: dark), light dark</p>", "<p>(prefers-color-scheme: dark), light dark</p>", "<p>(prefers-color-scheme: dark), light dark</p>"),
        ("<style>.lightdark { color: light-dark(red, blue) }</style>", "light-dark(red, blue)", "light-dark(red, blue)"),
    ],
)  # fmt: skip
def test_the_mails_own_dark_mode_is_answered_not_simulated(sent: str, light: str, dark: str) -> None:
    assert light in as_shown(sent, "light")
    assert dark in as_shown(sent, "dark")


def test_the_snippet_is_what_an_inbox_shows() -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><!-- no --><div style='display:none'>"
        "Eight of &lt;eleven&gt;&#847;&zwnj;&nbsp;&#847;&zwnj;</div><p>Dear Ana</p></body></html>"
    )
    mail = f"Subject: s\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n".encode()
    assert view_of(mail).snippet == "Eight of <eleven> Dear Ana"


@pytest.mark.parametrize("mail", [
    b"", b"no header at all", b"Subject: =?x-unknown?q?=ff?=\r\n\r\n\xff", b"Content-Type: multipart/mixed\r\n\r\nx",
    b"Content-Type: text/html; charset=no-such\r\n\r\n<p>\xe9</p>", b"Content-Type: text/html; charset=utf-8\r\n\r\n\xff\xfe",
    b"From: <<<\r\nTo: ,,\r\nDate: yesterday\r\n\r\nx", b"Content-Type: image/png; name=x\r\nContent-ID: <a>\r\n\r\n\x89PNG",
])  # fmt: skip
def test_a_damaged_message_is_still_shown_or_refused_in_words(
    damaged_page: tuple[httpx.Client, Path], mail: bytes
) -> None:
    client, folder = damaged_page
    (folder / "damaged.eml").write_bytes(mail)
    assert client.get("/").status_code == 200
    scene = client.get("/scene", params={"show": "damaged"})
    assert scene.status_code == 200
    assert scene.json()["view"] or scene.json()["faults"]
    assert "inside mailer" not in scene.text
    assert client.get("/mail", params={"show": "damaged"}).status_code == 200


@pytest.fixture(scope="module")
def damaged_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    folder = tmp_path_factory.mktemp("damaged")
    with serving("preview", str(folder), "--no-browser", cwd=folder) as url, entered(url) as client:
        yield client, folder


def test_a_picture_that_a_message_names_too_often_is_shown_as_often_as_there_is_room() -> None:
    """A message of 2 MB would else be a page of 100 GB."""
    picture = "A" * 1_000_000
    mail = (
        "Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n"
        f"{'<img src=cid:a>' * 100}\r\n--x\r\nContent-Type: image/png\r\nContent-ID: <a>\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--x--\r\n"
    )
    shown = view_of(mail.encode()).html
    assert 0 < shown.count("data:image/png") < 100
    assert len(shown) < 61_000_000
    assert "src=cid:a" in shown


def test_whatever_a_link_says_of_itself_it_opens_elsewhere_and_tells_nobody_where_from() -> None:
    shown = as_shown(
        '<a title="<" target=_top rel=opener href="https://example.org/">Go</a><iframe src=x>', "light"
    )
    assert shown.startswith('<a target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer" ')
    assert '<iframe srcdoc="" src="about:blank" src=x>' in shown
