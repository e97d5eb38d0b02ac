"""What a reader who prints a mail gets, as a real browser lays it out for paper: dark on white, one left edge, full pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from support.browser import chromium
from support.own_office import make_own_office
from support.releases import NAMES, THEMES, rendered

from mailer.render import fill
from mailer.render.colours import contrast

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


@dataclass(frozen=True)
class Paper:
    """What a mail is when it is laid out for paper, for a reader whose screen is dark.

    Attributes:
        kept: what may not be broken, each with its height.
        stranded: headings that may be left at the foot of a page.
        edges: where lines begin.
        words, grounds: the colours of both.
        headings: how many there are.
    """

    kept: list[tuple[str, float]]
    stranded: list[str]
    edges: list[float]
    words: list[str]
    grounds: list[str]
    headings: int


Printed = Callable[[str, str], Paper]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    """Prints a release with a theme. Each is rendered and laid out once, whatever is asked about it."""
    workspace = make_own_office(tmp_path_factory.mktemp("printed") / "press-office")
    with chromium() as browser:
        page = browser.new_page(viewport=A4)
        page.emulate_media(media="print", color_scheme="dark")

        @cache
        def on_paper(name: str, theme: str) -> Paper:
            page.set_content(fill(rendered(workspace, name, theme), {}).html)
            return Paper(
                page.evaluate(KEPT_TOGETHER),
                page.evaluate(STRANDED),
                page.evaluate(LEFT),
                page.evaluate(COLOURS, "color"),
                page.evaluate(COLOURS, "backgroundColor"),
                page.locator("h2").count(),
            )

        yield on_paper


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*NAMES, SAMPLE])
def test_pages_are_full(printed: Printed, name: str, theme: str) -> None:
    """What may not be broken starts on a new page if it does not fit. All of the sheet did: the first had the cover note alone."""
    kept = printed(name, theme).kept
    assert [part for part, height in kept if height > A4["height"] / 2] == []
    assert kept or name != SAMPLE, "its card, or its quotation"


@pytest.mark.parametrize("theme", THEMES)
def test_no_heading_is_left_at_the_foot_of_a_page(printed: Printed, theme: str) -> None:
    assert printed(SAMPLE, theme).headings
    assert printed(SAMPLE, theme).stranded == []


@pytest.mark.parametrize("theme", THEMES)
def test_all_begins_at_one_left_edge(printed: Printed, theme: str) -> None:
    assert len(printed(SAMPLE, theme).edges) == 1


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*NAMES, SAMPLE])
def test_dark_words_stand_on_white(printed: Printed, name: str, theme: str) -> None:
    """Nothing within the page has a ground of its own: a raised note's covered the letters of the line above it."""
    assert printed(name, theme).grounds == ["rgba(0, 0, 0, 0)"]
    assert min(contrast(_hex(colour), "#ffffff") for colour in printed(name, theme).words) > 15


def _hex(colour: str) -> str:
    red, green, blue = map(int, re.findall(r"\d+", colour))
    return f"#{red:02x}{green:02x}{blue:02x}"
