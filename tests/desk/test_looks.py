"""How the desk looks where a picture alone would not tell: rooms have each their style sheet, and the frame has one too;
what one of them says must not reach the others."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import chromium
from support.desk import PHONE, Desk, desk, until
from support.desk_pages import DRAFT, furnished
from support.own_office import make_own_office
from support.queued import left_in_the_queue

from mailer.delivery import Ledger
from mailer.delivery.consent import Offers
from mailer.desk.pages import STATIC, day, language_name
from mailer.desk.rooms.people.crowd import before
from mailer.release import read_release


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with (
        furnished(tmp_path_factory.mktemp("looks") / "press-office") as office,
        desk(office.workspace, browser, **office.settings) as running,
    ):
        yield running


def style(page: Page, selector: str, name: str) -> str:
    return str(page.locator(selector).first.evaluate(f"element => getComputedStyle(element)['{name}']"))


def test_the_headline_of_a_sending_stands_in_no_box(opened: Desk) -> None:
    """The frame's own `standing`, at the foot of the side, has a line above it and room around it."""
    page = opened.page("/m/1")
    assert style(page, "#standing", "border-top-width") == "0px"
    assert style(page, "#standing", "padding-left") == "0px"
    assert style(page, ".rooms .standing", "border-top-width") == "1px"


def test_a_finding_marks_its_line_and_underlines_no_paragraph(opened: Desk) -> None:
    page = opened.page(f"/r/{DRAFT}")
    until(  # what the desk itself finds may come in between
        page,
        """() => {
            document.body.dispatchEvent(new CustomEvent("desk:findings", { detail: { findings: [
                { line: 12, level: "warning", message: "A word is there twice." }] } }));
            const marked = document.querySelector("[class*=cm-lintRange]");
            return document.querySelectorAll(".cm-lint-marker-warning").length === 1
                && marked !== null && getComputedStyle(marked).backgroundImage === "none";
        }""",
        pause=1_000,
    )


def test_panels_of_a_sending_that_has_not_begun_do_not_touch_and_it_has_its_headline(
    browser: Browser, tmp_path: Path
) -> None:
    office = make_own_office(tmp_path / "office")
    with Ledger(office.ledger) as ledger, desk(office, browser) as running:
        offers = Offers(ledger)
        offer, nonce = offers.make("harbour-report", {"number": 11, "title": "Water Is Cleaner"})
        offers.give(nonce, "ana@harbour", leaves=time.time() + 30)
        page = running.page(f"/m/{offer.mailing}")
        expect(page.locator("h1")).to_have_text("Water Is Cleaner")
        expect(page.locator("main")).to_contain_text("ana@harbour said yes at")
        panels = [panel.bounding_box() for panel in page.locator("main > .panel").all()]
        for above, below in pairwise(panels):
            assert above and below and below["y"] - (above["y"] + above["height"]) >= 12


def test_what_a_file_was_understood_as_can_be_read_on_a_phone(opened: Desk) -> None:
    """A cell that is narrower than its words breaks within them."""
    page = opened.page("/lists", viewport=PHONE)
    page.set_input_files(
        "#file",
        {"name": "new.csv", "mimeType": "text/csv", "buffer": b"E-mail;Outlet\njo@example.com;The Quay\n"},
    )
    page.get_by_role("button", name="Look at it").click()
    understood = page.get_by_text("the address that is mailed")
    box = understood.bounding_box()
    assert box and box["height"] < 50


def test_what_nobody_has_yet_was_nobodys_last_release(tmp_path: Path) -> None:
    """It stands in the queue, as one that is planned does."""
    office = make_own_office(tmp_path / "office")
    (office.releases / "newer.md").write_bytes((office.releases / "harbour-report.md").read_bytes())
    left_in_the_queue(office, "harbour-report")
    release = read_release(office, "newer")
    with Ledger(office.ledger) as ledger:
        assert [mailing.release for mailing in ledger.mailings()] == ["harbour-report"]
        assert before(release, ledger) == ""


def test_nothing_that_is_missing_is_said_twice(browser: Browser, tmp_path: Path) -> None:
    with desk(make_own_office(tmp_path / "office"), browser) as running:
        page = running.client.get("/r/harbour-report/send").text
    assert page.count("No mail server is set") == 1


def test_days_and_languages_are_said_the_same_in_every_room() -> None:
    assert [day("2026-09-14"), day(""), day("some day")] == ["14 Sep 2026", "", "some day"]
    assert [language_name("es-MX"), language_name("en"), language_name("xx-none")][1] == "English"
    told = [path.relative_to(STATIC.parent).as_posix() for path in (STATIC.parent / "pages").rglob("*.j2")
            if re.search(r"strftime\(.%[bB]", path.read_text("utf-8"))]  # fmt: skip
    assert told == []
