"""Every page of the desk, whichever room it is of: usable by everybody, at any width, in both schemes, without scripts
too; and nothing on it that leaves this computer or that the policy refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from support.axe import everywhere
from support.browser import chromium
from support.desk import DESKTOP, PHONE, Desk, desk
from support.desk_pages import QUERIES, filled, furnished, parameters, paths

GET = paths("GET")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with (
        furnished(tmp_path_factory.mktemp("desk") / "press-office") as office,
        desk(office.workspace, browser, **office.settings) as opened,
    ):
        yield opened


@pytest.fixture
def opened(running: Desk) -> Desk:
    running.complaints.clear()
    running.requested.clear()
    return running


def address(path: str) -> str:
    return filled(path) + QUERIES.get(path, "")


def is_page(opened: Desk, path: str) -> bool:
    """Whether a whole page is answered; else it is a piece of one, a mail, a file, or there is none in this office."""
    answer = opened.client.get(address(path), follow_redirects=True)
    assert answer.status_code in (200, 404, 422), f"{path}: {answer.status_code} {answer.text}"
    assert answer.status_code == 200 or parameters(path) or path in QUERIES, f"{path}: {answer.text}"
    mail = "sandbox" in answer.headers.get("content-security-policy", "")  # a frame's, as somebody wrote it
    return answer.status_code == 200 and "<html" in answer.text[:200] and not mail


@pytest.mark.parametrize("path", GET)
def test_a_page_is_for_everybody_and_asks_nobody_else(opened: Desk, path: str) -> None:
    if not is_page(opened, path):
        return
    page = opened.page(address(path))
    page.wait_for_timeout(500)  # what it fetches once it stands
    assert page.title().endswith(" · mailer")
    assert len(page.title()) > len(" · mailer")
    assert page.locator("h1").count() == 1
    assert list(everywhere(page, (DESKTOP, PHONE))) == []
    page.context.close()
    opened.assert_clean()


@pytest.mark.parametrize("path", GET)
def test_a_page_has_what_it_is_about_without_scripts(opened: Desk, path: str) -> None:
    if not is_page(opened, path):
        return
    page = opened.page(address(path), java_script_enabled=False)
    expect(page.locator("main h1")).to_be_visible()
    for form in page.locator("main form[action]").all():
        assert form.locator("button:not([type=button]), input[type=submit]").count(), (
            f"{form.get_attribute('action')}: nobody could post it"
        )
    page.context.close()


def test_the_pages_that_the_desk_is_made_of_are_there(opened: Desk) -> None:
    there = {path for path in GET if is_page(opened, path)}
    assert {"/", "/new", "/import", "/lists", "/mailbox", "/settings"} <= there
