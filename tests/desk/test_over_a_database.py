"""The desk of an office whose ledger is in PostgreSQL: a release is ordered and sent at the page, watched while it goes and
looked at afterwards, and every other page is there too."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from support.browser import chromium
from support.desk import desk
from support.desk_pages import QUERIES, filled, paths
from support.own_office import make_own_office
from support.postgres import Postgres
from support.queued import server_of
from support.smtp_faulty import FaultyServer
from support.watched import RELEASE, with_people

from mailer.delivery import Ledger
from mailer.model import Status

PEOPLE = 60
COUNTDOWN = 90_000  # milliseconds


def test_every_page_works_over_a_database(tmp_path: Path, postgres: Postgres) -> None:
    office = make_own_office(tmp_path / "office")
    addresses = with_people(office, PEOPLE)
    url = postgres.ledger()
    (office.root / ".env").write_text(f"LEDGER_URL={url.url}\n", "utf-8")
    refuse = {addresses[7]: "550 5.1.1 no such user"}
    with (
        FaultyServer(refuse=refuse) as server,
        chromium() as browser,
        desk(office, browser, **server_of(server)) as opened,
    ):
        page = opened.page(f"/r/{RELEASE}/send")
        order_it(page)
        expect(page.locator("#standing")).to_have_text("Sent, but not to everybody", timeout=COUNTDOWN)
        expect(page.locator("#sentence")).to_contain_text(f"Accepted for {PEOPLE - 1} of {PEOPLE}")
        look_at_it(page)
        for path in paths("GET"):
            answer = opened.client.get(
                filled(path, name=RELEASE) + QUERIES.get(path, ""), follow_redirects=True
            )
            assert answer.status_code in (200, 404, 422), f"{path}: {answer.status_code} {answer.text}"
        for path in ("/", "/m/1", "/m/1/report", f"/r/{RELEASE}/send", "/who?q=rojas"):
            assert opened.client.get(path).status_code == 200
        assert opened.client.get("/m/1.csv").text.count("\n") == PEOPLE + 1
        correct_it(page)
        opened.assert_clean()
    assert len(server.accepted) == PEOPLE - 1
    assert not (office.private / "ledger.db").exists()
    with Ledger(url) as ledger:
        assert ledger.counts(RELEASE) == {Status.ACCEPTED: PEOPLE - 1, Status.REJECTED: 1}
    postgres.drop(url)


def order_it(page: Page) -> None:
    for box in page.locator("#say-so input[name=agreed]").all():
        box.check()
    page.get_by_label(f"Type {PEOPLE}, the number of people").fill(str(PEOPLE))
    page.locator("#send").click()
    page.wait_for_url("**/m/1")
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()


def look_at_it(page: Page) -> None:
    """Who has it is found by state and by name, with their mail; the release stands in the list as what it is."""
    rows = page.locator("#people tbody tr")
    page.get_by_label("Show").select_option(label="Refused, or not sent after all: 1")
    expect(rows).to_have_count(1)
    page.get_by_label("Show").select_option(label="Everybody")
    page.get_by_label("Name or address").fill("Rojas 12")
    expect(rows).to_have_text([re.compile("Rojas 12")])
    rows.get_by_role("link").focus()
    expect(page.locator(".person-card")).to_contain_text("Was sent it")
    expect(page.frame_locator(".person-card iframe").locator("body")).to_contain_text("Dear Ana")
    page.get_by_role("link", name="Releases").click()
    expect(page.locator(".releases li").first).to_contain_text("Sent")
    page.get_by_label("Who has it?").fill("rojas 12")
    expect(page.locator("#who-found")).to_contain_text(RELEASE)
    page.go_back()


def correct_it(page: Page) -> None:
    page.get_by_role("link", name="Something is wrong in it …").click()
    page.get_by_label("It should be").fill("In 2025 that happened on 16 days.")
    page.get_by_label("In 2025 that happened on 61 days.").check()
    page.get_by_role("button", name="Begin it").click()
    page.wait_for_url(f"**/r/{RELEASE}-correction**")
