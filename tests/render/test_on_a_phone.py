"""What a reader with a phone meets, in a real browser: nothing runs off the screen, and a thumb hits what it aims at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from support.browser import chromium
from support.releases import NAMES, THEMES, rendered, written

from mailer.model import Rendered
from mailer.render import fill, render
from mailer.workspace import Workspace

LONG = "Küstengewässerqualitätsuntersuchungskommissionsvorsitzendenstellvertreterin"
ADDRESS = f"https://example.org/{'archive-of-all-samples/' * 6}{'0' * 90}?signature={'c2lnbmF0dXJl' * 6}"
SHAPES = {
    "a long word": f"{LONG}\n\n## {LONG}\n\n> {LONG}\n>\n> — {LONG}\n\n- {LONG}",
    "a long address": f"See <{ADDRESS}>.[^1]\n\n[^1]: <{ADDRESS}>.",
    "a long button": f"READ {LONG.upper()}: <{ADDRESS}>",
    "a long word in a table": f"| A | B |\n|---|---|\n| {LONG} | {ADDRESS} |",
    "a wide table": "\n".join(("| Column " * 9 + "|", "|---" * 9 + "|", *["| 9,150,000 " * 9 + "|"] * 4)),
    "two hundred links": "\n".join(f"- [A {number}](https://example.org/{number})" for number in range(200)),
    "a word of a link": "[x](https://example.org/x)",
}

OVER = "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
STRIP = "() => document.querySelector('style').remove()"
SMALL = """() => [...document.querySelectorAll('a[href]')].filter(a => a.getBoundingClientRect().height < 24)
    .filter(a => !a.closest('sup') || a.getBoundingClientRect().height < 20).map(a => a.outerHTML)"""
DEAD = """() => [...document.querySelectorAll('.button, .outline')].map(cell => {
    const box = cell.getBoundingClientRect(), link = cell.querySelector('a').getBoundingClientRect();
    return 1 - link.width * link.height / (box.width * box.height); })"""


@pytest.fixture(scope="module")
def screen() -> Iterator[Page]:
    """One for all mails, as a reader has it: it is turned, and the next one is opened."""
    with chromium() as browser:
        yield browser.new_page()


def opened(screen: Page, mail: Rendered, folder: Path, width: int) -> Page:
    """A mail on a screen so wide."""
    path = folder / "mail.html"
    path.write_text(fill(mail, {}).html, "utf-8")
    turned(screen, width)
    screen.goto(path.as_uri(), wait_until="domcontentloaded")
    return screen


def turned(screen: Page, width: int) -> None:
    screen.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_runs_off_the_screen(
    workspace: Workspace, screen: Page, tmp_path: Path, shape: str, theme: str
) -> None:
    mail = render(written(workspace, SHAPES[shape], f"Headline: {LONG}"), workspace.theme(theme))
    page = opened(screen, mail, tmp_path, 320)
    for width in (320, 600, 800):
        turned(page, width)
        assert page.evaluate(OVER) == 0, width
    page.evaluate(STRIP)
    turned(page, 320)
    assert page.evaluate(OVER) == 0, "without its style block, as some clients strip it"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*NAMES, *SHAPES])
def test_every_link_is_large_enough_for_a_thumb(
    workspace: Workspace, screen: Page, tmp_path: Path, name: str, theme: str
) -> None:
    """WCAG 2.2 §2.5.8 wants 24 px; of a note's mark, which stands in a line of words, 20."""
    mail = (
        rendered(workspace, name, theme)
        if name in NAMES
        else render(written(workspace, SHAPES[name]), workspace.theme(theme))
    )
    assert opened(screen, mail, tmp_path, 360).evaluate(SMALL) == []


@pytest.mark.parametrize("width", [360, 800])
def test_a_whole_button_is_the_link(workspace: Workspace, screen: Page, tmp_path: Path, width: int) -> None:
    body = "READ THE WHOLE STUDY: <https://example.org/a>\n\nSEE THE WHOLE MAP: <https://example.org/b>"
    page = opened(screen, render(written(workspace, body), workspace.theme("default")), tmp_path, width)
    dead = page.evaluate(DEAD)
    assert len(dead) == 2
    assert max(dead) <= 0.05


def test_numbers_of_a_table_stay_whole_where_there_is_room(
    workspace: Workspace, screen: Page, tmp_path: Path
) -> None:
    body = "\n".join((
        "| Harbour | Samples | Good | Fair | Poor | Cost |", "|---|--:|--:|--:|--:|--:|",
        "| A harbour with a name of many words in it | 3,812 | 2,104 | 1,022 | 686 | 7,400,000 |",
    ))  # fmt: skip
    page = opened(screen, render(written(workspace, body), workspace.theme("default")), tmp_path, 800)
    lines = "cells => cells.map(c => { const r = document.createRange(); r.selectNodeContents(c.lastChild); return r.getClientRects().length; })"
    assert page.eval_on_selector_all(".td-end", lines) == [1] * 5
    turned(page, 360)
    labels = page.eval_on_selector_all(".cell-label", "all => all.map(e => e.innerText)")
    assert labels == ["Harbour", "Samples", "Good", "Fair", "Poor", "Cost"]
    assert not page.is_visible("thead")
