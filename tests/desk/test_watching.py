"""The watch page in a browser: it keeps up by itself, and all that may be asked of a mailing is asked there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.axe import violations
from support.browser import chromium
from support.desk import PHONE, desk
from support.filters import Held
from support.own_office import make_own_office
from support.queued import server_of
from support.smtp_faulty import Fault, FaultyServer
from support.terminal import mailer
from support.watched import RELEASE, Slow, begin, shown, slow_server, until, with_people

from mailer.delivery import Ledger, Requests
from mailer.delivery.consent import Offers
from mailer.workspace import Workspace

PEOPLE = 60


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    workspace = make_own_office(tmp_path / "office")
    with_people(workspace, PEOPLE)
    return workspace


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A mailing of an hour ago, begun in a terminal: three were refused, too late to be a tenth of those who had been asked
    by then; two put off; somebody is called oddly."""
    workspace = make_own_office(tmp_path_factory.mktemp("sent") / "office")
    addresses = with_people(workspace, PEOPLE)
    path = workspace.lists / "press.csv"
    path.write_text(path.read_text("utf-8").replace("Rojas 7,", "<b onclick=alert(1)>Rojas</b> 7,"), "utf-8")
    refuse = dict.fromkeys(addresses[40:43], "550 5.1.1 no such user") | dict.fromkeys(
        addresses[20:22], "450 4.7.1 =cmd()|greylisted"
    )
    with FaultyServer(refuse=refuse) as server:
        ran = mailer(
            "send", RELEASE, "--list", "press", "--yes", "--max-wait", "0", "--csv", "what-became.csv",
            cwd=workspace.root, **server_of(server),
        )  # fmt: skip
    assert ran.code == 1, ran.err
    return workspace


def standing(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("#standing")).to_have_text(text)


# ---- while it is sent ---------------------------------------------------------------------------------------


def test_a_sending_of_a_terminal_is_paused_gone_on_with_and_stopped_by_keyboard(
    office: Workspace, browser: Browser
) -> None:
    """The page follows without being touched; a stop asks once more, and leaves the rest in the queue."""
    slow = Slow(seconds=0.02, hold_after=5)
    with slow_server(slow) as server, desk(office, browser) as opened:
        sender = begin(office, server)
        slow.reached.wait(60)
        page = opened.page("/m/1")
        standing(page, "Sending: 5 of 60")
        page.get_by_role("button", name="Pause").focus()
        page.keyboard.press("Enter")
        standing(page, "Pausing at 5 of 60")
        slow.open.set()
        standing(page, re.compile("Paused at [67] of 60"))  # the next one may be on its way already
        assert violations(page) == []
        page.get_by_role("button", name="Go on").focus()
        page.keyboard.press("Enter")
        standing(page, re.compile(r"Sending: (1[5-9]|2\d|3\d) of 60"))
        page.get_by_role("link", name="Stop …").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Stop sending “{RELEASE}”?")
        assert violations(page) == []
        page.get_by_role("button", name="Stop").press("Enter")
        standing(page, re.compile(r"Stopped at \d+ of 60"))
        _, said = sender.communicate(timeout=30)
        assert "Paused at the desk by" in said and "Stopped at the desk by" in said
        expect(page.get_by_role("link", name=re.compile(r"Go on with the \d+ left"))).to_have_attribute(
            "href", f"/r/{RELEASE}/send?rest=1"
        )
        told = page.locator(".events").inner_text()
        for what in ("had it sent to 60 people", "asked for a pause", "said to go on", "asked for a stop"):
            assert what in told
        opened.assert_clean()


def test_what_somebody_does_there_stays_while_it_keeps_up(office: Workspace, browser: Browser) -> None:
    """The focus and what is typed stay where they are, and no screen reader is interrupted: one calm place tells it."""
    with slow_server(Slow(seconds=0.02)) as server, desk(office, browser) as opened:
        sender = begin(office, server)
        until(lambda: len(server.accepted) > 3)
        page = opened.page("/m/1")
        before = page.locator("#standing").inner_text()
        search = page.get_by_label("Name or address")
        search.fill("Rojas 5")
        expect(page.locator("#people tbody tr")).to_have_count(11)  # 5, 50 … 59
        expect(page.locator("#standing")).not_to_have_text(before)
        expect(search).to_be_focused()
        expect(search).to_have_value("Rojas 5")
        expect(page.locator("#people tbody tr")).to_have_count(11)
        page.get_by_role("link", name="Stop …").focus()
        moved = page.locator("#standing").inner_text()
        expect(page.locator("#standing")).not_to_have_text(moved)
        expect(page.get_by_role("link", name="Stop …")).to_be_focused()
        assert page.locator("[aria-live], [role=status], [role=alert]").count() == 3, (
            "the frame's two, and ours"
        )
        standing(page, "Everybody’s server has it")
        expect(page.locator("#told")).to_have_text(
            re.compile("Everybody’s server has it. Accepted for 60 of 60")
        )
        sender.communicate(timeout=30)
        opened.assert_clean()


def sum_by_domain(page: Page) -> dict[str, int]:
    """The table beside that chart, all domains together."""
    table = page.locator("figure", has_text="By domain").locator("table")
    heads = table.locator("thead th").all_text_contents()
    rows = [row.locator("td").all_text_contents() for row in table.locator("tbody tr").all()]
    return {head: sum(int(row[at]) for row in rows) for at, head in enumerate(heads[1:])}


def test_a_sender_that_is_killed_is_noticed_by_an_open_page(office: Workspace, browser: Browser) -> None:
    """It writes nothing any more, so nobody is told of a change: the page looks for itself."""
    slow = Slow(hold_after=10)
    with slow_server(slow) as server, desk(office, browser) as opened:
        sender = begin(office, server)
        slow.reached.wait(60)
        page = opened.page("/m/1")
        standing(page, "Sending: 10 of 60")
        groups = page.get_by_label("Show").get_by_role("option")
        expect(groups).to_have_text(["Everybody", "Accepted: 10", "On its way: 1", "Not sent yet: 49"])
        page.get_by_label("Show").select_option("on-its-way")
        expect(page.locator("#people tbody tr")).to_have_count(1)
        assert sum_by_domain(page) == {
            "Accepted": 10, "Refused, or came back": 0, "Uncertain, or put off": 0,
            "On its way, or not sent yet": 50,
        }  # fmt: skip
        sender.kill()
        standing(page, "Stopped at 11 of 60")
        expect(page.get_by_text("In doubt: reporter10@tern.example.")).to_be_visible()
        assert violations(page) == []
        sender.communicate()


def test_what_leaves_while_the_page_first_shows_people_is_not_missed(
    office: Workspace, browser: Browser
) -> None:
    """The page that has the table is under way, and the last one is sent meanwhile: nothing more will change, and what
    has come is as old as it was asked for."""
    slow = Slow(hold_after=5)
    with slow_server(slow) as server, Ledger(office.ledger) as ledger, desk(office, browser) as opened:
        offer, _ = Offers(ledger).make(RELEASE, {"number": PEOPLE})
        page = opened.page(f"/m/{offer.mailing}")
        standing(page, "Nothing has left")
        held = Held(page, "not-yet", with_a='id="people"')
        sender = begin(office, server)
        held.wait()
        slow.open.set()
        sender.communicate(timeout=60)
        standing(page, "Everybody’s server has it")
        page.wait_for_timeout(3000)
        held.let_go()
        everybody = ["Everybody", f"Accepted: {PEOPLE}"]
        expect(page.get_by_label("Show").get_by_role("option")).to_have_text(everybody)
        expect(page.locator("#people .state", has_text="not sent yet")).to_have_count(0)
        expect(page.locator("#report")).to_contain_text(f"{PEOPLE}")
        opened.assert_clean()


def test_it_is_taken_back_in_the_countdown(office: Workspace, browser: Browser) -> None:
    """What was ordered a moment ago has not left: the page counts down, and one button asks its sender to stop."""
    with Ledger(office.ledger) as ledger, desk(office, browser) as opened:
        offers = Offers(ledger)
        offer, nonce = offers.make(RELEASE, {"number": PEOPLE})
        assert shown(opened.client, offer.mailing).title == "Nothing has left"
        offers.give(nonce, "ana@harbour", leaves=time.time() + 30)
        page = opened.page(f"/m/{offer.mailing}")
        standing(page, "About to leave")
        expect(page.locator("#countdown")).to_have_text(re.compile(r"^(2\d|30)$"))
        expect(page.locator("#countdown")).to_have_text(re.compile(r"^2[0-7]$"))
        assert violations(page) == []
        page.get_by_role("button", name="Take it back").click()
        until(lambda: Requests(ledger).newest(offer.mailing))
        asked = Requests(ledger).newest(offer.mailing)
        assert asked and asked.kind == "stop"
        offers.end(offer.id, "withdrawn", "Taken back.")
        standing(page, "Taken back before it left")
        opened.assert_clean()


# ---- afterwards ---------------------------------------------------------------------------------------------


def test_the_report_of_a_mailing_from_a_terminal(sent: Workspace, browser: Browser) -> None:
    """In both schemes, on a phone and on paper: the sentence, the pictures with their numbers, everybody by state."""
    with desk(sent, browser) as opened:
        for how in (
            {},
            {"color_scheme": "dark"},
            {"viewport": PHONE},
            {"viewport": PHONE, "color_scheme": "dark"},
        ):
            page = opened.page("/m/1", **how)
            standing(page, "Sent, but 2 people put off by their server")
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        sentence = page.locator("#sentence").inner_text()
        assert re.match(
            r"Accepted for 55 of 60 by \d\d:\d\d; 3 refused \(reporter40@tern.example, reporter41@skua.example and"
            r" reporter42@gull.example\); 2 put off by their server\.$",
            sentence,
        ), sentence
        figures = page.locator("figure")
        assert figures.locator("svg:not([style])").count() == figures.locator("svg").count() > 0
        for figure in figures.all():
            figure.locator("summary").click()
            assert figure.locator("details table tbody tr").count() > 0
        by_domain = page.locator("figure", has_text="By domain").locator("tbody tr").all_inner_texts()
        assert sum(int(row.split()[1]) for row in by_domain) == 55
        reasons = page.locator("figure", has_text="Why some have nothing").locator("tbody").inner_text()
        assert "550 5.1.1 no such user" in reasons and "450 4.7.1" in reasons
        page.emulate_media(media="print")
        expect(page.locator(".rooms")).to_be_hidden()
        expect(page.locator("#sentence")).to_be_visible()
        opened.assert_clean()


def test_what_would_be_refused_when_its_time_comes_is_told_before(
    office: Workspace, browser: Browser
) -> None:
    """It was ordered to leave through one server, and a trial's stands in the settings by now."""
    with FaultyServer() as server:
        at = ("--at", "2099-01-02 06:00 Europe/London", "--no-wait")
        ran = mailer("send", RELEASE, "--list", "press", "--yes", *at, cwd=office.root, **server_of(server))
        assert ran.code == 0, ran.err
        agreed = f"127.0.0.1:{server.port}"
        for settings, told in (({"SMTP_PORT": "2525"}, True), ({}, False)):
            with desk(office, browser, **(server_of(server) | settings)) as opened:
                html = opened.client.get("/m/1").text
                assert "Planned for" in html
                assert (
                    f"ordered to leave through {agreed}, and the settings name 127.0.0.1:2525" in html
                ) == told


def test_people_are_found_by_state_and_name(sent: Workspace, browser: Browser) -> None:
    with desk(sent, browser) as opened:
        page = opened.page("/m/1")
        rows = page.locator("#people tbody tr")
        expect(rows).to_have_count(50)
        page.get_by_role("link", name="Further").click()
        expect(rows).to_have_count(10)
        page.get_by_role("link", name="Earlier").click()
        expect(rows).to_have_count(50)
        page.get_by_label("Show").select_option(label="Refused, or not sent after all: 3")
        expect(rows).to_have_count(3)
        expect(rows.first).to_contain_text("550 5.1.1 no such user")
        page.get_by_label("Show").select_option(label="Everybody")
        page.get_by_label("Name or address").fill("onclick")
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("<b onclick=alert(1)>Rojas</b> 7")
        expect(rows.first.get_by_role("link")).to_have_attribute(
            "href", f"/r/{RELEASE}/person?address=reporter7%40tern.example"
        )
        rows.first.get_by_role("link").hover()
        card = page.get_by_role("dialog", name="reporter7@tern.example")
        expect(card).to_contain_text("Was sent it")
        page.keyboard.press("Escape")
        expect(card).to_have_count(0)


def test_a_card_stays_though_the_table_is_fetched_anew(sent: Workspace, browser: Browser) -> None:
    """What was asked for just before somebody came upon a name is answered when the card is open."""
    with desk(sent, browser) as opened:
        page = opened.page("/m/1")
        held = Held(page, "people")
        page.evaluate("document.body.dispatchEvent(new CustomEvent('watching:people'))")
        held.wait()
        card = page.get_by_role("dialog", name="reporter7@tern.example")
        page.get_by_role("link", name="reporter7@tern.example").focus()
        expect(card).to_contain_text("Was sent it")
        held.let_go()
        expect(card).to_contain_text("Was sent it")
        expect(page.get_by_role("link", name="reporter7@tern.example")).to_be_focused()
        page.keyboard.press("Escape")
        expect(card).to_have_count(0)
        opened.assert_clean()


def test_all_of_it_works_without_javascript(sent: Workspace, browser: Browser) -> None:
    """What is looked for stands in the address, which can be reloaded and sent to a colleague."""
    with desk(sent, browser) as opened:
        page = opened.page("/m/1", java_script_enabled=False)
        page.get_by_label("Show").select_option(label="Put off by their server: 2")
        page.get_by_role("button", name="Find").click()
        assert "state=put-off" in page.url
        expect(page.locator("#people tbody tr")).to_have_count(2)
        page.goto(f"{opened.base}/m/1?q=100%25")
        expect(page.get_by_text("Nobody of that name or address")).to_be_visible()
        page.goto(f"{opened.base}/m/1")
        page.get_by_role("link", name="Further").click()
        expect(page.locator("#people tbody tr")).to_have_count(10)
        page.goto(f"{opened.base}/m/1/report")
        expect(page.get_by_role("heading", name="By domain")).to_be_visible()


def test_the_spreadsheet_is_the_one_of_the_terminal(sent: Workspace, browser: Browser) -> None:
    """With every formula neutralised."""
    with desk(sent, browser) as opened:
        answer = opened.client.get("/m/1.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "harbour-report.csv" in answer.headers["content-disposition"]
        assert answer.content == (sent.root / "what-became.csv").read_bytes()


def test_what_waits_is_taken_back_by_its_number(office: Workspace, browser: Browser) -> None:
    """What a server refused to take stands in the queue, until somebody takes it back or goes on with it."""
    with FaultyServer(Fault("MAIL", "5xx", times=1_000)) as server:
        begin(office, server).communicate(timeout=60)
    with desk(office, browser) as opened:
        page = opened.page("/m/1")
        standing(page, "Halted at 0 of 60")
        expect(page.get_by_text("The server refused the message to")).to_be_visible()
        page.get_by_role("link", name="Take them back …").click()
        number = page.get_by_label("How many are taken back?")
        expect(number).to_be_visible()
        assert violations(page) == []
        number.fill("59")
        page.get_by_role("button", name="Take them back").click()
        expect(page.get_by_role("alert")).to_have_text("The number is 60. Nothing was taken back.")
        expect(number).to_have_value("59")
        number.fill("60")
        page.get_by_role("button", name="Take them back").click()
        standing(page, "All of it was taken back")
        expect(page.get_by_text("took it back from 60 people")).to_be_visible()
        page.get_by_label("Show").select_option(label="Taken back: 60")
        expect(page.locator("#people tbody tr")).to_have_count(50)
        opened.assert_clean(but="422")


def test_something_is_wrong_in_it(tmp_path: Path, browser: Browser) -> None:
    """The sentence is chosen among those that were sent and written anew: the correction says both, and has the new one."""
    workspace = make_own_office(tmp_path / "office")
    with_people(workspace, 3)
    with FaultyServer() as server:
        begin(workspace, server).communicate(timeout=60)
    with desk(workspace, browser) as opened:
        page = opened.page("/m/1")
        page.get_by_role("link", name="Something is wrong in it …").click()
        expect(page.get_by_role("button", name="Begin it")).to_be_visible()
        assert violations(page) == []
        assert not page.get_by_label("Phone: 020 7946 0361").count(), (
            "what stands in newsroom.md is not corrected here"
        )
        page.get_by_label("In 2025 that happened on 61 days.").check()
        right = page.get_by_label("It should be")
        expect(right).to_have_value("In 2025 that happened on 61 days.")
        page.get_by_role("button", name="Begin it").click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("Write how the sentence should be"))
        expect(page.get_by_label("In 2025 that happened on 61 days.")).to_be_checked()
        right.fill("In 2025 that happened on 16 days.")
        page.get_by_role("button", name="Begin it").click()
        page.wait_for_url(f"**/r/{RELEASE}-correction")
        written = (workspace.releases / f"{RELEASE}-correction.md").read_text("utf-8")
        assert (
            "Correction: “In 2025 that happened on 61 days.” → “In 2025 that happened on 16 days.”" in written
        )
        body = written.partition("\n---\n")[2]
        assert "on 16 days." in body and "on 61 days." not in body
        assert "61 days" in (workspace.releases / f"{RELEASE}.md").read_text("utf-8"), "what was sent stays"
        answer = opened.post("/m/1/correct", {"kind": "correction"})
        assert answer.status_code == 422 and "is there already" in answer.text
        opened.assert_clean(but="422")


def test_a_mailing_whose_file_is_gone(sent: Workspace, browser: Browser) -> None:
    """Its report is all there; what needs the file says that it is missing."""
    paths = {path: path.read_bytes() for path in sent.releases.glob(f"{RELEASE}*.md")}
    try:
        for path in paths:
            path.unlink()
        with desk(sent, browser) as opened:
            page = opened.page("/m/1")
            expect(page.get_by_text("whose file is gone from releases/")).to_be_visible()
            expect(page.locator("#people tbody tr")).to_have_count(50)
            assert not page.locator("#people a.person").count()
            expect(page.get_by_text(f"mailer resume {RELEASE}")).to_be_visible()
            page.get_by_role("link", name="Something is wrong in it …").click()
            expect(page.get_by_text("Its file is gone from releases/.")).to_be_visible()
            opened.assert_clean()
    finally:
        for path, octets in paths.items():
            path.write_bytes(octets)


def test_a_ledger_that_was_carried_on_without(office: Workspace, browser: Browser) -> None:
    """After `mailer ledger adopt` the page says that it does not know everybody who has it."""
    with slow_server(slow := Slow(hold_after=5)) as server:
        sender = begin(office, server)
        slow.reached.wait(60)
        sender.kill()
        sender.communicate()
        for path in office.private.glob("ledger.db*"):
            if path.is_file():
                path.unlink()
        adopted = mailer("ledger", "adopt", RELEASE, "--yes", cwd=office.root)
        assert adopted.code == 0, adopted.err
    with desk(office, browser) as opened:
        said = shown(opened.client)
        assert "This record is not complete" in said.page


def test_no_such_mailing(sent: Workspace, browser: Browser) -> None:
    with desk(sent, browser) as opened:
        for path in ("/m/99", "/m/99/people", "/m/99.csv", "/m/99/correct"):
            answer = opened.client.get(path)
            assert answer.status_code == 404, path
            assert "There is no mailing 99 in the ledger." in answer.text
        assert opened.post("/m/99/pause").status_code == 404


def test_looking_changes_nothing(sent: Workspace, browser: Browser) -> None:
    """Else each page that keeps up with the ledger would make all others look again, for ever."""
    with desk(sent, browser) as opened:
        opened.client.get("/m/1")
        before = sent.ledger.stat()
        for path in ("/m/1", "/m/1/report", "/m/1/people?q=ana", "/m/1.csv", "/m/1/correct"):
            assert opened.client.get(path).status_code == 200
        after = sent.ledger.stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)


def test_what_was_counted_holds_until_somebody_writes(office: Workspace, browser: Browser) -> None:
    """A page that was just opened is right a moment later too, however it was counted."""
    with slow_server(Slow(hold_after=5)) as server, desk(office, browser) as opened:
        sender = begin(office, server)
        assert isinstance(server.hook, Slow)
        server.hook.reached.wait(60)
        time.sleep(1.5)
        assert shown(opened.client).sentence.startswith("Accepted for 5 of 60")
        assert shown(opened.client).sentence.startswith("Accepted for 5 of 60")
        server.hook.open.set()
        sender.communicate(timeout=60)
        assert shown(opened.client).sentence.startswith("Accepted for 60 of 60")
