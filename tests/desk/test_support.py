"""What tests of the desk rely on: an error of a console, a breach of the policy and a foreign address are noticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from support.browser import chromium
from support.desk import desk

from mailer.workspace import Workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


FAULTS = {
    "an error of a script": "setTimeout(() => { throw new Error('broken'); })",
    "a style that the policy refuses": "document.body.append(Object.assign(document.createElement('style'), {textContent: 'a{}'}))",
    "a string made a script": "document.body.innerHTML = '<p>'",
    "something from elsewhere": "fetch('https://example.org/x').catch(() => {})",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_on_a_page_is_noticed(workspace: Workspace, browser: Browser, fault: str) -> None:
    with desk(workspace, browser) as opened:
        page = opened.page("/")
        opened.assert_clean()
        page.evaluate(f"() => {{ try {{ {FAULTS[fault]} }} catch {{}} }}")
        page.wait_for_timeout(300)
        with pytest.raises(AssertionError):
            opened.assert_clean()
