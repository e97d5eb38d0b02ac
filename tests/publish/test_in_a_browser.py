"""The site in Chromium, opened from the disk: nothing is cut off or moved aside, on any screen, in light and in dark.

What axe-core and Nu say: `python benchmarks/publish/measure.py SITE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.browser import chromium
from support.own_office import make_own_office
from support.published import OnTheWeb, newsroom
from support.releases import EXAMPLES

LONG = "Rechtsschutzversicherungsgesellschaften-und-Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> OnTheWeb:
    """Three releases in three languages, with all blocks, a wide table and a word that is too long for a phone."""
    office = newsroom(make_own_office(tmp_path_factory.mktemp("site") / "press-office"))
    full = (EXAMPLES / "full.md").read_text("utf-8").replace("| 41 | 39 |", f"| 41 | {'x' * 90} |")
    office.write("full", full.replace("Headline: Every", f"Headline: {LONG} Every"))
    arabic = (EXAMPLES / "arabic.md").read_text("utf-8")
    (office.workspace.releases / "harbour-report.ar.md").write_text(arabic, "utf-8")
    for name in ("full", "harbour-report", "lamps"):
        office.publish(name)
    return office


def pages(office: OnTheWeb) -> list[Path]:
    return sorted(office.folder.glob("*.html"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_on_any_screen(browser: Browser, office: OnTheWeb, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, offline=True)  # type: ignore[arg-type]
    tab = context.new_page()
    assert len(pages(office)) == 11
    for page in pages(office):
        tab.goto(page.as_uri())
        for width in (320, 768, 1400):
            tab.set_viewport_size({"width": width, "height": 900})
            over = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, f"{page.name} at {width}: {over} px"
    context.close()


def test_the_page_is_whole_from_the_disk(browser: Browser, office: OnTheWeb) -> None:
    """Its stylesheet, its pictures and its links work without a server, and nothing is asked of the network."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    tab = context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((office.folder / "index.html").as_uri())
    tab.get_by_role("link", name="The Coast Counts Its Lamps Again").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "The Coast Counts Its Lamps Again"
    assert tab.evaluate("getComputedStyle(document.querySelector('.release')).display") == "grid"
    assert tab.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert [url for url in asked if not url.startswith("file:")] == []
    context.close()


def test_a_page_from_the_right_stands_on_the_right(browser: Browser, office: OnTheWeb) -> None:
    tab = browser.new_page(viewport={"width": 1400, "height": 900})
    tab.goto((office.folder / "harbour-report.ar.html").as_uri())
    article, aside = (tab.locator(each).first.bounding_box() for each in ("article", ".aside"))
    assert article is not None
    assert aside is not None
    assert article["x"] > aside["x"]
    tab.close()
