"""What a reader who prints a mail gets, as a real browser lays it out for paper: dark on white, one left edge, full pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from support.browser import chromium
from support.releases import NAMES, THEMES, rendered

from mailer.render import fill
from mailer.render.colours import contrast
from mailer.workspace import Workspace

SAMPLE = "harbour-report"
A4 = {"width": 718, "height": 1047}
"""CSS pixels between margins of a centimetre."""

KEPT_TOGETHER = """() => [...document.body.querySelectorAll('*')]
    .filter(e => getComputedStyle(e).breakInside === 'avoid')
    .map(e => [e.outerHTML.slice(0, 60), e.getBoundingClientRect().height])"""
COLOURS = """property => [...new Set([...document.body.querySelectorAll('*')]
    .filter(e => e.innerText?.trim()).map(e => getComputedStyle(e)[property]))]"""
LEFT = """() => [...new Set([...document.querySelectorAll('p, h1, h2')]
    .filter(e => e.textContent.trim() && !e.closest('.quote, .quote-rtl, .quoted, ul, ol, .notes, .preheader'))
    .map(e => { const text = document.createRange(); text.selectNodeContents(e);
                return Math.round(text.getBoundingClientRect().left); }))]"""
STRANDED = """() => [...document.querySelectorAll('h2, h3')]
    .filter(e => getComputedStyle(e).breakAfter !== 'avoid' && !e.closest('.card')).map(e => e.textContent)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def printed(browser: Browser, workspace: Workspace, name: str, theme: str) -> Page:
    """A mail as it is laid out for paper, for a reader whose screen is dark."""
    page = browser.new_page(viewport=A4)
    page.emulate_media(media="print", color_scheme="dark")
    page.set_content(fill(rendered(workspace, name, theme), {}).html)
    return page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*NAMES, SAMPLE])
def test_pages_are_full(workspace: Workspace, browser: Browser, name: str, theme: str) -> None:
    """What may not be broken starts on a new page if it does not fit. All of the sheet did: the first had the cover note alone."""
    page = printed(browser, workspace, name, theme)
    kept = page.evaluate(KEPT_TOGETHER)
    page.close()
    assert [part for part, height in kept if height > A4["height"] / 2] == []
    assert kept or name != SAMPLE, "its card, or its quotation"


@pytest.mark.parametrize("theme", THEMES)
def test_no_heading_is_left_at_the_foot_of_a_page(workspace: Workspace, browser: Browser, theme: str) -> None:
    page = printed(browser, workspace, SAMPLE, theme)
    assert page.locator("h2").count()
    assert page.evaluate(STRANDED) == []
    page.close()


@pytest.mark.parametrize("theme", THEMES)
def test_all_begins_at_one_left_edge(workspace: Workspace, browser: Browser, theme: str) -> None:
    page = printed(browser, workspace, SAMPLE, theme)
    assert len(page.evaluate(LEFT)) == 1
    page.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*NAMES, SAMPLE])
def test_dark_words_stand_on_white(workspace: Workspace, browser: Browser, name: str, theme: str) -> None:
    """Nothing within the page has a ground of its own: a raised note's covered the letters of the line above it."""
    page = printed(browser, workspace, name, theme)
    words, grounds = page.evaluate(COLOURS, "color"), page.evaluate(COLOURS, "backgroundColor")
    page.close()
    assert grounds == ["rgba(0, 0, 0, 0)"]
    assert min(contrast(_hex(colour), "#ffffff") for colour in words) > 15


def _hex(colour: str) -> str:
    red, green, blue = map(int, re.findall(r"\d+", colour))
    return f"#{red:02x}{green:02x}{blue:02x}"
