"""An office that has just begun: no people, no server, nobody's name. Each page leads on, and none is a dead end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from support.axe import violations
from support.browser import chromium
from support.desk import Desk, desk
from support.writing import release

from mailer.desk.inbox import only_a_mailbox
from mailer.workspace import Workspace

SEND = "/r/petrels/send"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def opened(workspace: Workspace, browser: Browser) -> Iterator[Desk]:
    release(workspace, "petrels")
    with desk(workspace, browser) as running:
        yield running


def without_lists(workspace: Workspace) -> None:
    for path in workspace.press_lists():
        path.unlink()


def test_what_is_missing_is_told_on_the_first_page_and_leads_to_where_it_is_done(
    sample_workspace: Workspace, browser: Browser
) -> None:
    without_lists(sample_workspace)
    with desk(sample_workspace, browser) as opened:
        page = opened.page("/")
        steps = page.get_by_role("region", name="Before your first release can leave").get_by_role("link")
        expect(steps).to_have_text(["Say who you are", "Add the people", "Have a mail server set"])
        assert violations(page) == []
        for name, title in (("who you are", "Settings"), ("people", "Lists"), ("mail server", "The server")):
            page.goto(f"{opened.base}/")
            steps.filter(has_text=name).click()
            expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.locator("main")).to_contain_text("No server is set yet")
        assert violations(page) == []
        opened.assert_clean()


def test_where_nothing_is_missing_nothing_is_told(workspace: Workspace, browser: Browser) -> None:
    with desk(workspace, browser, SMTP_HOST="127.0.0.1") as opened:
        assert "Before your first release" not in opened.client.get("/").text
    with only_a_mailbox(workspace), desk(workspace, browser) as opened:
        assert "Before your first release" not in opened.client.get("/").text


def test_without_a_server_one_is_told_once_what_to_do_and_can_rehearse(opened: Desk) -> None:
    page = opened.page(SEND)
    leaving = page.locator("#leaving")
    expect(leaving.get_by_text("No mail server is set yet")).to_have_count(1)
    for word in ("SMTP_HOST", ".env", "--dry-run"):
        expect(page.locator("main")).not_to_contain_text(word)
    expect(page.get_by_role("button", name="Send me a proof")).to_be_disabled()
    page.get_by_role("button", name="Rehearse").click()
    expect(page.locator("#step-rehearsal")).to_contain_text("Done", timeout=120_000)
    leaving.get_by_role("link", name="What they need to know").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The server")
    opened.assert_clean()


def test_a_list_that_is_gone_is_no_dead_end(opened: Desk, workspace: Workspace) -> None:
    """Another list is chosen on the page that says so; where there is none, it leads to where one is added."""
    (workspace.lists / "press.csv").rename(workspace.lists / "spring.csv")
    page = opened.page(SEND)
    expect(page.locator("#leaving")).to_contain_text("No list “press”")
    assert violations(page) == []
    page.get_by_role("checkbox", name="spring").check()
    page.get_by_role("button", name="Show what would leave").click()
    expect(page.locator("#leaving")).to_contain_text("11 people")
    without_lists(workspace)
    page.goto(f"{opened.base}{SEND}")
    page.locator("#leaving").get_by_role("link", name="The lists").click()
    expect(page.locator("main")).to_contain_text("There are no lists yet")
    opened.assert_clean()


def test_an_error_of_the_check_leads_to_the_text(opened: Desk, workspace: Workspace) -> None:
    path = workspace.releases / "petrels.md"
    path.write_text(path.read_text("utf-8").replace("three pairs", "TODO pairs"), "utf-8")
    page = opened.page(SEND)
    expect(page.locator("#leaving")).not_to_contain_text("mailer check")
    page.locator("#leaving").get_by_role("link", name="Look at what it found").click()
    count = page.get_by_role("link", name="1 error")
    expect(count).to_be_visible()
    count.click()
    expect(page.locator("#check")).to_be_in_viewport()
    opened.assert_clean()


def test_a_warning_leads_to_its_line(opened: Desk, workspace: Workspace) -> None:
    path = workspace.releases / "petrels.md"
    path.write_text(path.read_text("utf-8").replace("three pairs", "three three pairs"), "utf-8")
    page = opened.page(SEND)
    page.locator("#steps").get_by_text("warning").wait_for()
    with only_a_mailbox(workspace):
        page.reload()
        page.locator("#say-so").get_by_role("link", name="line 12").click()
        page.wait_for_url("**line=12")
    opened.assert_clean()


def test_nobody_elses_address_is_taken_for_mine(opened: Desk, workspace: Workspace) -> None:
    """A contact whom a document named gets no proof by a slip; one of our own domain is offered."""
    path = workspace.releases / "petrels.md"
    text = path.read_text("utf-8")
    for email, offered in (("partner@example.com", ""), ("edda@example.org", "edda@example.org")):
        own = f"Lang: en\nContacts:\n  - name: Kai Lund\n    email: {email}\n"
        path.write_text(text.replace("Lang: en\n", own), "utf-8")
        page = opened.page(SEND)
        expect(page.get_by_label("My address")).to_have_value(offered)
