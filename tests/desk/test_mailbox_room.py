"""The local mailbox at the desk: what arrived, found by words, and each message as it came."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from support.axe import everywhere
from support.browser import chromium
from support.desk import DESKTOP, PHONE, Desk, desk
from support.terminal import mailer

from mailer.desk.inbox import Inbox, mailbox_of
from mailer.desk.rooms.mailbox.letters import SHOWN, letters_in
from mailer.workspace import Workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace that a demo has left."""
    root = tmp_path_factory.mktemp("demo") / "office"
    assert mailer("demo", "--no-browser", "--dir", str(root), cwd=root.parent).code == 0
    return Workspace(root)


@pytest.fixture(scope="module")
def opened(office: Workspace, browser: Browser) -> Iterator[Desk]:
    with desk(office, browser) as running:
        yield running


def test_all_that_arrived_is_listed_and_found_by_words(opened: Desk) -> None:
    page = opened.page("/mailbox")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(11)
    expect(rows.filter(has_text="Ana Ruiz")).to_contain_text("ana.ruiz@example.net")
    for words, number in (("ruiz ANA", 1), ("lucia", 1), ("es", 3), ("harbour water", 9), ("nobody", 0)):
        page.get_by_label("Name, address, subject or language").fill(words)
        page.get_by_role("button", name="Look").click()
        expect(rows).to_have_count(number)
        assert f"{number} of 11 messages" in page.locator("#letters").inner_text()
    opened.assert_clean()


def test_a_message_is_shown_as_it_came_with_scripts_or_without(opened: Desk) -> None:
    for scripts in (True, False):
        page = opened.page("/mailbox?q=priya", java_script_enabled=scripts)
        page.get_by_role("link", name="Harbour Water Is Cleaner").click()
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("Dear Priya,")
        page.get_by_role("link", name="Phone").click()
        page.get_by_role("link", name="Dark").click()
        assert page.locator(".frame.phone.dark").count() == 1
        page.get_by_role("link", name="Text", exact=True).click()
        expect(page.locator("pre")).to_contain_text("Dear Priya,")
        page.get_by_role("link", name="Headers").click()
        expect(page.locator("tbody")).to_contain_text("priya.n@example.com")
        page.get_by_role("link", name="Source").click()
        expect(page.locator("pre")).to_contain_text("MIME-Version: 1.0")
        page.reload()
        expect(page.locator("pre")).to_contain_text("MIME-Version: 1.0")


def test_a_message_can_do_nothing_here(opened: Desk, office: Workspace) -> None:
    """Its HTML stands in a sandboxed frame of its own, and asks nobody for anything; its fields are text."""
    path = mailbox_of(office) / "999999.eml"
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        there = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
        evil = f"<script>alert(1)</script><img src={there}/x onerror=alert(1)><iframe src={there}/frame></iframe>"
        mail = (
            "From: a@example.org\r\nTo: =?utf-8?q?=3Cscript=3E?= <b@example.org>\r\n"
            f"Subject: {evil}\r\nContent-Type: text/html\r\n\r\n<p>Words</p>{evil}\r\n"
        )
        path.write_bytes(mail.encode())
        try:
            page = opened.page("/mailbox")
            page.on("dialog", lambda dialog: pytest.fail(dialog.message))
            page.get_by_role("link", name="<script>").click()
            expect(page.frame_locator("iframe").locator("body")).to_contain_text("Words")
            page.wait_for_timeout(1000)
            policy = opened.client.get("/mailbox/999999/mail").headers["content-security-policy"]
            assert "sandbox" in policy
            assert "allow-scripts" not in policy
            with pytest.raises(BlockingIOError):  # nobody came
                elsewhere.accept()
        finally:
            path.unlink()
            opened.requested.clear()  # what the policy refused is among them
            opened.complaints.clear()


@pytest.mark.parametrize("charset", ["no-such", "utf-7", "idna", "rot13"])
def test_a_message_in_a_character_set_that_no_page_has_is_shown_all_the_same(
    opened: Desk, office: Workspace, charset: str
) -> None:
    path = mailbox_of(office) / "999998.eml"
    path.write_bytes(f"Content-Type: text/html; charset={charset}\r\n\r\n<p>a..b +2AA-</p>".encode())
    try:
        for part in ("", "/mail", "?part=text", "?part=source"):
            assert opened.client.get(f"/mailbox/999998{part}").status_code == 200
    finally:
        path.unlink()


@pytest.mark.parametrize(
    "key", ["..%2Fledger", "%2Fetc%2Fpasswd", "000001.eml", "none", "no%00thing", ".hidden"]
)
def test_nothing_but_its_messages_is_shown(opened: Desk, office: Workspace, key: str) -> None:
    (office.root / "ledger.eml").write_text("Subject: outside\n\nx", "utf-8")
    (office.root.parent / "ledger.eml").write_text("Subject: outside\n\nx", "utf-8")
    for part in ("", "/mail"):
        answer = opened.client.get(f"/mailbox/{key}{part}")
        assert answer.status_code == 404
        assert "outside" not in answer.text


def test_what_arrives_appears_by_itself(workspace: Workspace, browser: Browser) -> None:
    with Inbox(mailbox_of(workspace)) as inbox, desk(workspace, browser) as running:
        page = running.page("/mailbox")
        expect(page.get_by_text("Nothing has arrived yet.")).to_be_visible()
        with smtplib.SMTP("127.0.0.1", inbox.port) as client:
            client.sendmail(
                "a@example.org", ["b@example.org"], "To: b@example.org\r\nSubject: Just now\r\n\r\nx\r\n"
            )
        expect(page.get_by_role("link", name="Just now")).to_be_visible()
        running.assert_clean()


def test_a_workspace_without_one_says_what_it_is_for(workspace: Workspace, browser: Browser) -> None:
    with desk(workspace, browser) as running:
        page = running.page("/mailbox")
        expect(page.get_by_text("mailer desk --training")).to_be_visible()
        assert page.get_by_role("navigation", name="mailer").get_by_role("link", name="Mailbox").count() == 0
        assert running.client.get("/mailbox/000001").status_code == 404
        assert not mailbox_of(workspace).exists()


def test_a_full_mailbox_is_shown_a_page_at_a_time(workspace: Workspace) -> None:
    folder = mailbox_of(workspace)
    folder.mkdir(parents=True)
    for number in range(1, SHOWN + 6):
        (folder / f"{number:06}.eml").write_text(f"To: p{number}@example.org\nSubject: s\n\nx", "utf-8")
    first = letters_in(folder)
    assert (first.letters[0].address, len(first.letters), first.number) == (
        f"p{SHOWN + 5}@example.org",
        SHOWN,
        SHOWN + 5,
    )
    second = letters_in(folder, before=first.older)
    assert [letter.address for letter in second.letters] == [f"p{n}@example.org" for n in range(5, 0, -1)]
    assert second.older == ""


@pytest.mark.parametrize(
    "path", ["/mailbox", "/mailbox/000001", "/mailbox/000001?part=headers", "/mailbox/000001?part=text"]
)
def test_the_pages_are_for_everybody(opened: Desk, path: str) -> None:
    page = opened.page(path)
    page.wait_for_load_state("networkidle")
    assert list(everywhere(page, (DESKTOP, PHONE))) == []
    opened.assert_clean()
