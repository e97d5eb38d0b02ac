"""The send page: each step with its state, and one button that sends what was shown, once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect
from support.axe import everywhere, violations
from support.breadth import some
from support.browser import chromium, context_of, entered, free_port, serving
from support.desk import DESKTOP, PHONE, Desk, desk
from support.office import RELEASE, Office
from support.ordered import ask, newest
from support.smtp_faulty import FaultyServer
from support.writing import eventually

from mailer.delivery import Ledger
from mailer.delivery.consent import AT_WORK, Offer, Offers
from mailer.desk.forms import number_in
from mailer.pipeline.offering import Asked, looked_at
from mailer.settings import read_settings
from mailer.workspace import Workspace
from mailer.workspace.log import read_log

SEND = f"/r/{RELEASE}/send"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        # In a file, as an office has it: what is changed there holds from the next look on.
        (workspace.root / ".env").write_text(
            f"SMTP_HOST=127.0.0.1\nSMTP_PORT={server.port}\nSMTP_SECURITY=none\nSECRET_KEY={'k' * 40}\n",
            "utf-8",
        )
        yield Office(workspace, server)


@pytest.fixture
def room(office: Office, browser: Browser) -> Iterator[Desk]:
    with desk(office.workspace, browser) as opened:
        opened.client.timeout = 120  # a rehearsal and a proof are processes of their own
        yield opened


def form(page: str) -> dict[str, list[str]]:
    """What the form that sends would post if somebody ticked every box and typed the number."""
    sends = page[page.index('id="say-so"') :]
    nonce = re.search(r'name="nonce" value="([^"]+)"', sends)
    number = re.search(r"Type <b>([\d,]+)</b>", sends)
    assert nonce and number, sends
    keys = re.findall(r'name="agreed" value="([^"]+)"', sends)
    return {"nonce": [nonce[1]], "number": [number[1]], "agreed": keys}


def look(room: Desk, query: str = "") -> dict[str, list[str]]:
    answer = room.client.get(SEND + query)
    assert answer.status_code == 200, answer.text
    return form(answer.text)


def give(room: Desk, said: dict[str, list[str]], query: str = "", **other: list[str]) -> httpx.Response:
    return room.post(SEND + query, {**said, **other})


def orders(office: Office) -> list[str]:
    """States of what somebody said yes to."""
    with Ledger(office.workspace.ledger) as ledger, ledger.reading() as db:
        return [row[0] for row in db.execute("SELECT state FROM offers WHERE state <> 'offered'")]


def stop(office: Office) -> Offer:
    """Somebody stops the countdown; how it ended."""
    ask(office, newest(office).mailing, "stop")
    return ended(office)


def ended(office: Office, mailing: int = 0) -> Offer:
    deadline = time.monotonic() + 90
    while (offer := newest(office, mailing)).state in AT_WORK:
        assert time.monotonic() < deadline, offer
        time.sleep(0.05)
    return offer


def run(room: Desk, step: str, said: dict[str, str] | None = None) -> httpx.Response:
    """A rehearsal or a proof, to its end."""
    return room.post(f"/r/{RELEASE}/{step}", {"query": "", **(said or {})})


# ---- what is posted is what was shown -------------------------------------------------------------------


def test_who_says_yes_is_led_to_the_page_that_watches_and_it_leaves_after_the_countdown(
    office: Office, room: Desk
) -> None:
    answer = give(room, look(room))
    offer = newest(office)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/m/{offer.mailing}")
    assert offer.leaves - offer.given == pytest.approx(30)
    assert office.nothing_was_ever_sent()
    assert ended(office).said == "Accepted for 11 recipients."
    assert time.time() >= offer.leaves
    assert sorted(office.got()) == sorted(set(office.got()))
    assert len(office.got()) == 11
    assert [line.did for line in read_log(office.workspace)] == ["send", "end of sending"]


def test_two_tabs_at_once_are_one_mailing(office: Office, room: Desk) -> None:
    """Each has its own page, and both are posted in the same moment; and so is a double click in one of them."""
    first, second = look(room), look(room)
    with ThreadPoolExecutor(6) as tabs:
        answers = list(tabs.map(lambda said: give(room, said), [first, second] * 3))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert orders(office) in (["given"], ["begun"])
    stop(office)


def test_back_and_again_leads_to_what_became_of_it(office: Office, room: Desk) -> None:
    said = look(room)
    first = give(room, said)
    assert stop(office).state == "withdrawn"
    again = give(room, said)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert orders(office) == ["withdrawn"]
    assert office.nothing_was_ever_sent()


def refused(answer: httpx.Response, office: Office, status: int, *said: str) -> dict[str, list[str]]:
    """It was not sent, and why; and what the page offers now."""
    text = unescape(re.sub(r"<[^>]+>", "", answer.text))
    assert answer.status_code == status, text
    for what in said:
        assert what in " ".join(text.split())
    assert orders(office) == []
    return form(answer.text)


def test_a_text_changed_meanwhile_is_shown_with_the_difference_and_offered_anew(
    office: Office, room: Desk
) -> None:
    said = look(room)
    office.edit(office.release(), "Volunteers took", "Two hundred volunteers took")
    now = refused(give(room, said), office, 409, "en: 3 words changed in the text.")
    assert now["nonce"] != said["nonce"]
    assert give(room, now).status_code == 303
    stop(office)


def test_what_was_said_and_is_still_good_need_not_be_said_again(office: Office, room: Desk) -> None:
    said = look(room)
    office.edit(office.release(), "Volunteers took", "Two hundred volunteers took")
    answer = give(room, said).text
    assert 'name="number" inputmode="numeric" autocomplete="off" value="11"' in answer
    assert f'value="{said["agreed"][0]}" checked' in answer


def test_somebody_added_meanwhile_is_named(office: Office, room: Desk) -> None:
    said = look(room)
    with (office.workspace.lists / "press.csv").open("a", encoding="utf-8") as file:
        file.write("new.person@example.net,New Person,,en,,\n")
    refused(give(room, said), office, 409, "1 person more: new.person@example.net.")


def test_a_warning_that_came_meanwhile_is_asked_about(office: Office, room: Desk) -> None:
    said = look(room)
    office.edit(office.release(), "Volunteers took", "Volunteers took took")
    answer = give(room, said)
    now = refused(answer, office, 409, "New: ")
    assert set(now["agreed"]) - set(said["agreed"])
    assert f'value="{(set(now["agreed"]) - set(said["agreed"])).pop()}" checked' not in answer.text


def test_another_server_in_env_is_another_order(office: Office, room: Desk) -> None:
    said = look(room)
    with FaultyServer() as other:
        office.edit(
            office.workspace.root / ".env", f"SMTP_PORT={office.server.port}", f"SMTP_PORT={other.port}"
        )
        refused(give(room, said), office, 409, "Changed: the server")


def test_an_error_that_came_meanwhile_leaves_nothing_to_press(office: Office, room: Desk) -> None:
    said = look(room)
    office.edit(office.release(), "Volunteers took", "Volunteers **took")
    answer = give(room, said)
    assert answer.status_code == 409
    assert 'id="say-so"' not in answer.text
    assert orders(office) == []


def test_an_offer_grows_old(office: Office, room: Desk) -> None:
    said = look(room, "?chosen=1&list=regional")
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE offers SET expires = ?", (time.time() - 1,))
    answer = give(room, said, "?chosen=1&list=regional")
    now = refused(answer, office, 409, "more than ten minutes old")
    assert now["number"] == said["number"], "what was chosen is still chosen"
    assert give(room, said, nonce=["made-up"]).status_code == 409


def test_a_wrong_number_sends_nothing_and_can_be_mended(office: Office, room: Desk) -> None:
    said = look(room)
    for typed in ("", "10", "11.0", "1.1", "eleven", "-11", "111", "1,1"):
        now = refused(give(room, said, number=[typed]), office, 422, "it goes to 11")
        assert now["nonce"] == said["nonce"]
    assert give(room, now).status_code == 303
    stop(office)


def test_each_warning_has_a_box_of_its_own(office: Office, room: Desk) -> None:
    office.edit(office.release(), "Volunteers took", "Volunteers took took")
    said = look(room)
    assert len(said["agreed"]) == 2
    for left in said["agreed"]:
        others = [key for key in said["agreed"] if key != left]
        refused(give(room, said, agreed=others), office, 422, "Not ticked: ")
    assert give(room, said).status_code == 303
    stop(office)


def test_a_sender_that_is_gone_holds_up_nobody(office: Office, room: Desk) -> None:
    with Ledger(office.workspace.ledger) as ledger:
        said = look(room)
        Offers(ledger).give(said["nonce"][0], "Edda@desk", leaves=0, now=time.time() - 300)
    again = look(room)
    assert orders(office) == ["failed"], "whoever looked has found nobody at work"
    assert give(room, again).status_code == 303
    stop(office)


def test_while_a_terminal_sends_it_nothing_is_offered(office: Office, room: Desk) -> None:
    look(room)
    with Ledger(office.workspace.ledger) as ledger, ledger.holding(RELEASE):
        page = room.client.get(SEND).text
    assert "being sent at this moment" in page
    assert 'id="say-so"' not in page


def test_only_a_page_of_ours_can_post(office: Office, room: Desk) -> None:
    said = look(room)
    for headers in ({}, {"Origin": "https://example.net", "Sec-Fetch-Site": "cross-site"}):
        assert room.client.post(SEND, data=said, headers=headers).status_code == 403
    assert orders(office) == []


# ---- whom and when --------------------------------------------------------------------------------------


def test_lists_exceptions_and_conditions_are_chosen_in_the_address(office: Office, room: Desk) -> None:
    assert look(room, "?chosen=1&list=press&list=regional")["number"] == ["13"]
    assert look(room, "?chosen=1&list=press&except=regional")["number"] == ["10"]
    assert int(look(room, '?chosen=1&list=press&where=language+%3D%3D+"es"')["number"][0]) == 2
    nobody = room.client.get(f"{SEND}?chosen=1").text
    assert "No list is chosen" in nobody
    assert 'id="say-so"' not in nobody
    secret = office.workspace.root / "secret.csv"
    secret.write_text("correct-horse\nbattery\n", "utf-8")
    (office.workspace.lists / "linked.csv").symlink_to(secret)
    for name in ("../secret", str(secret), "linked", "suppressed", "secret.csv"):
        for field in ("list", "except"):
            page = room.client.get(SEND, params={"chosen": "1", "list": "press", field: name}).text
            assert "correct-horse" not in page
            assert 'id="say-so"' not in page, name
    wrong = room.client.get(f"{SEND}?chosen=1&list=press&where=language+is").text
    assert 'id="say-so"' not in wrong


def test_what_is_chosen_holds_for_all_that_the_page_offers(room: Desk) -> None:
    """Not only for what would leave: a rehearsal, a proof and the page of those who get it are of the same people."""
    page = room.page(SEND)
    address = page.get_by_label("My address")
    address.fill("me@example.org")
    page.get_by_label("regional").first.check()
    expect(page.locator("#leaving")).to_contain_text("13 people")
    queries = page.locator("#trying input[name=query]").evaluate_all("all => all.map((each) => each.value)")
    assert queries and all("list=regional" in query for query in queries), queries
    expect(page.get_by_role("link", name="Who gets it")).to_have_attribute(
        "href", re.compile("list=regional")
    )
    expect(page.locator("#steps")).to_have_attribute("hx-get", re.compile("list=regional"))
    expect(address).to_have_value("me@example.org")
    expect(page.get_by_label("regional").first).to_be_focused()
    room.assert_clean()


def test_only_whoever_did_not_get_another_release_and_at_most_so_many(office: Office, room: Desk) -> None:
    """As `--not-got` and `--limit` choose: on the page, in a rehearsal and in what leaves."""
    assert office.run("send", RELEASE, "--list", "regional", "--yes").code == 0
    before = set(office.got())
    text = (office.workspace.releases / f"{RELEASE}.md").read_text("utf-8")
    headline = re.sub(r"(?m)^Headline: .*$", "Headline: The Pier Opens Again", text)
    (office.workspace.releases / "pier.md").write_text(headline, "utf-8")
    page = room.client.get("/r/pier/send").text
    assert f"<option>{RELEASE}</option>" in page and "<option>pier</option>" not in page
    query = f"?chosen=1&list=press&not_got={RELEASE}"
    assert form(room.client.get(f"/r/pier/send{query}").text)["number"] == ["10"]
    assert "10 people" in room.client.get(f"/r/pier/who{query}").text
    query += "&limit=2"
    said = form(room.client.get(f"/r/pier/send{query}").text)
    assert said["number"] == ["2"]
    assert room.post("/r/pier/rehearse", {"query": query.removeprefix("?")}).status_code == 303
    assert len(list((office.workspace.private / "rehearsals").glob("pier*/*.eml"))) == 2
    for wrong in ("&limit=0", "&limit=many", "&not_got=nothing-of-that-name"):
        assert 'id="say-so"' not in room.client.get(f"/r/pier/send?chosen=1&list=press{wrong}").text, wrong
    mailing = int(room.post(f"/r/pier/send{query}", said).headers["location"].removeprefix("/m/"))
    assert ended(office, mailing).said == "Accepted for 2 recipients."
    assert len(set(office.got()) - before) == 2 and len(office.got()) == len(before) + 2


def test_while_another_offer_is_made_the_one_that_was_shown_is_not_taken(room: Desk) -> None:
    """Whoever chooses fewer people and clicks at once would send to all that the button still names."""
    page = room.page(f"{SEND}")
    send = page.locator("#send")
    expect(send).to_be_enabled()
    page.get_by_text("Only some of them").click()
    limit = page.get_by_label("At most so many people")
    asked: list[Route] = []
    page.route("**/send?*", lambda route: asked.append(route))
    limit.fill("2")
    expect(send).to_be_disabled()
    limit.blur()
    eventually(page, lambda: bool(asked), "the desk was asked")
    expect(send).to_be_disabled()
    asked[0].continue_()
    page.unroute("**/send?*")
    expect(send).to_have_text("Send to 2 people")
    expect(send).to_be_enabled()
    limit.press_sequentially("1")
    limit.press("Backspace")
    expect(send).to_be_disabled()
    limit.blur()
    expect(send).to_be_enabled()
    expect(send).to_have_text("Send to 2 people")


def test_a_time_is_the_offices_and_what_is_scheduled_leaves_by_itself_then(
    office: Office, room: Desk
) -> None:
    said = look(room, "?when=later&at=2099-07-01T06:00")
    page = room.client.get(f"{SEND}?when=later&at=2099-07-01T06:00").text
    assert "Schedule for 1 July 2099, 06:00" in page
    assert give(room, said, "?when=later&at=2099-07-01T06:00").status_code == 303
    assert ended(office).said.startswith("Kept: it leaves on 2099-07-01 06:00 Europe/London")
    assert office.counts() == {"queued": 11}
    assert "It leaves on 1 July 2099, 06:00, for 11." in room.client.get(SEND).text


def test_a_rehearsal_and_a_proof_are_of_the_time_that_is_chosen(office: Office, room: Desk) -> None:
    """A release without a date bears that of the day on which it leaves."""
    office.without_date()
    query = {"query": "when=later&at=2099-07-01T06:00"}
    assert run(room, "rehearse", query).status_code == 303
    rehearsed = [path.read_text("utf-8") for path in office.workspace.private.glob("rehearsals/*/*.eml")]
    assert len(rehearsed) == 11 and all("2099" in mail for mail in rehearsed)
    assert run(room, "proof", {**query, "address": "me@example.org"}).status_code == 303
    proofs = office.mails("me@example.org")
    assert len(proofs) == 2 and all("2099" in mail.as_string() for mail in proofs)
    assert steps(room, "?when=later&at=2099-07-01T06:00")["proof"] == "Done"
    assert steps(room)["proof"] == "Out of date, grey"


def test_what_can_not_be_understood_is_neither_rehearsed_nor_proofed(room: Desk) -> None:
    """It would be rehearsed as if it had not been said."""
    for query, why in (
        ("limit=many", "“many” is no number of people."),
        ("when=later&at=", "No time is chosen."),
        (
            "when=later&at=2020-01-01T06:00",
            "2020-01-01 06:00 Europe/London has passed. Choose another time, or now;",
        ),
    ):
        page = room.page(f"{SEND}?chosen=1&list=press&{query}")
        expect(page.locator("#leaving")).to_contain_text(why)
        expect(page.get_by_role("button", name="Rehearse")).to_be_disabled()
        expect(page.get_by_role("button", name="Send me a proof")).to_be_disabled()
        page.context.close()


def test_what_was_typed_is_there_to_be_mended_and_all_of_it_is_named_at_once(room: Desk) -> None:
    page = room.page(f"{SEND}?chosen=1&list=press&limit=many&when=later&at=2020-01-01T06:00")
    expect(page.get_by_label("At most so many people")).to_be_visible()
    expect(page.get_by_label("At most so many people")).to_have_value("many")
    expect(page.locator("#leaving .faults li")).to_contain_text(
        ["has passed.", "“many” is no number of people."]
    )
    page.evaluate("document.body.dispatchEvent(new CustomEvent('desk:files', { bubbles: true }))")
    page.wait_for_timeout(1000)
    expect(page.locator("#step-send")).to_contain_text("see below what it waits for")
    page.context.close()


def test_a_desk_that_was_away_takes_nothing_that_was_typed_and_is_asked_what_it_was_not(
    office: Office, browser: Browser
) -> None:
    port = str(free_port())

    def served() -> AbstractContextManager[str]:
        return serving("desk", "--no-browser", "--port", port, cwd=office.workspace.root)

    with served() as url, entered(url) as client:
        context = context_of(browser, client)
        page = context.new_page()
        page.goto(f"{client.base_url}{SEND}")
        page.get_by_role("checkbox", name=re.compile("^regional")).check()
        expect(page.locator("#leaving")).to_contain_text("13 people")
        page.fill("#number", "1")
    expect(page.locator("#live")).to_contain_text("The desk has stopped")
    with served() as url:
        context.new_page().goto(url)
        expect(page.locator("#live")).to_have_text("Up to date")
        page.wait_for_timeout(500)
        assert page.input_value("#number") == "1", "what was chosen had been answered"
    expect(page.locator("#live")).to_contain_text("The desk has stopped")
    page.get_by_role("checkbox", name=re.compile("^regional")).uncheck()
    page.wait_for_timeout(5000)  # until it is not tried again by itself
    with served() as url:
        context.new_page().goto(url)
        expect(page.locator("#leaving")).to_contain_text("11 people")
    context.close()


def test_a_choice_made_while_it_is_rehearsed_allows_no_second_rehearsal(room: Desk) -> None:
    """The form that was posted is marked as that, and stays so while the page is shown anew around it."""
    page = room.page(SEND)
    rehearse = page.locator("#trying form").first
    rehearse.evaluate("(form) => { form.target = 'elsewhere'; form.requestSubmit(); }")
    expect(rehearse).to_have_attribute("data-posting", "yes")
    page.get_by_role("checkbox", name=re.compile("^regional")).check()
    expect(page.locator("#leaving")).to_contain_text("13 people")
    expect(rehearse).to_have_attribute("data-posting", "yes")
    page.context.close()


def test_a_time_that_is_none_offers_nothing(room: Desk) -> None:
    for at in ("", "2099-03-29T01:30", "2020-01-01T06:00", "tomorrow"):
        page = room.client.get(f"{SEND}?when=later&at={at}")
        assert page.status_code == 200
        assert "Nothing can leave yet" in page.text
        assert 'id="say-so"' not in page.text


def test_an_embargo_is_a_clock_and_has_a_box(office: Office, room: Desk) -> None:
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London", "Zones: America/New_York")
    nobody = room.client.get(SEND).text
    assert 'id="say-so"' not in nobody, "nobody is marked"
    page = room.client.get(f"{SEND}?unmarked=1").text
    assert "<b>06:00</b> <span>London</span>" in page
    assert "<b>01:00</b> <span>New York</span>" in page
    said = form(page)
    assert "It is under embargo until 2098-12-01 06:00 Europe/London" in page
    assert "never said that they keep embargoes" in page
    for left in said["agreed"]:
        others = [key for key in said["agreed"] if key != left]
        refused(give(room, said, "?unmarked=1", agreed=others), office, 422, "Not ticked")


# ---- the steps before -----------------------------------------------------------------------------------


def steps(room: Desk, query: str = "") -> dict[str, str]:
    page = room.client.get(SEND + query).text
    found = re.findall(
        r'<li id="step-(\w+)" tabindex="-1"( class="grey")?>.*?data-mark="\w+">([^<]+)<', page, re.DOTALL
    )
    return {key: state + (", grey" if grey else "") for key, grey, state in found}


def words_of(room: Desk, step: str) -> str:
    page = room.client.get(SEND).text
    found = re.search(rf'<li id="step-{step}".*?<p>(.*?)</p>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_a_rehearsal_and_a_proof_are_done_and_an_edit_puts_them_out_of_date(
    office: Office, room: Desk
) -> None:
    assert steps(room) == {"check": "Done", "rehearsal": "Open", "proof": "Open", "send": "Open"}
    assert run(room, "rehearse").status_code == 303
    assert office.got() == []
    assert "11 messages" in words_of(room, "rehearsal")
    assert run(room, "proof", {"address": "me@example.org"}).status_code == 303
    assert office.got() == ["me@example.org", "me@example.org"], "one for each edition"
    assert steps(room) == {"check": "Done", "rehearsal": "Done", "proof": "Done", "send": "Open"}
    assert look(room)["agreed"] == []
    office.edit(office.release(), "Volunteers took", "Two hundred volunteers took")
    assert steps(room) == {
        "check": "Done", "rehearsal": "Out of date", "proof": "Out of date, grey", "send": "Open, grey",
    }  # fmt: skip
    assert words_of(room, "proof").endswith("Changed since your proof: 3 words.")
    assert len(look(room)["agreed"]) == 1


def test_the_messages_of_a_rehearsal_can_be_looked_at_and_do_nothing(office: Office, room: Desk) -> None:
    run(room, "rehearse")
    page = room.page(f"/r/{RELEASE}/rehearsal")
    expect(page.locator(".rehearsed nav a")).to_have_count(11)
    page.get_by_role("link", name=re.compile("priya")).click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Dear Priya,")
    answer = room.client.get(f"/r/{RELEASE}/rehearsal/mail?show=../../../ledger")
    assert (answer.status_code, answer.text) == (200, "")
    assert violations(page) == []
    room.assert_clean()


def test_a_rehearsal_elsewhere_is_not_shown(office: Office, room: Desk, tmp_path: Path) -> None:
    assert office.run("send", RELEASE, "--dry-run", "--out", str(tmp_path / "elsewhere")).code == 0
    assert room.client.get(f"/r/{RELEASE}/rehearsal").status_code == 404


def test_a_proof_as_somebody_else_would_get_it_comes_to_me(office: Office, room: Desk) -> None:
    said = {"address": "me@example.org", "as": "lucia.ferrer@example.net"}
    assert run(room, "proof", said).status_code == 303
    (mail,) = office.mails("me@example.org")
    assert mail["Subject"].startswith("[TEST] El agua")
    assert "Luc" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert office.got() == ["me@example.org"]
    assert steps(room)["proof"] == "Open", "it showed one edition of two"


def test_a_proof_that_can_not_be_sent_says_why_and_keeps_what_was_typed(office: Office, room: Desk) -> None:
    for said in (
        {"address": "me"}, {"address": ""}, {"address": "me@example.org", "as": "nobody@example.net"},
    ):  # fmt: skip
        answer = run(room, "proof", said)
        assert answer.status_code == 422
        assert 'id="proof-problem"' in answer.text
        assert office.got() == []
        assert all(f'value="{typed}"' in answer.text for typed in said.values())


def test_what_changed_since_the_proof_is_marked_side_by_side(office: Office, room: Desk) -> None:
    run(room, "proof", {"address": "me@example.org"})
    office.edit(office.release(), "Volunteers took", "Two hundred volunteers took")
    page = room.page(f"/r/{RELEASE}/diff?since=proof")
    frames = page.locator("iframe")
    expect(frames).to_have_count(4)
    expect(frames.nth(0).content_frame.locator("del, [style*=line-through]").first).to_have_text("Volunteers")
    expect(frames.nth(1).content_frame.locator("body")).to_contain_text("Two hundred volunteers took")
    expect(page.get_by_role("heading", name="3 words changed")).to_be_visible()
    assert violations(page) == []
    room.assert_clean()


def test_an_approver_types_the_number_and_any_change_takes_it_back(office: Office, room: Desk) -> None:
    office.edit(office.workspace.newsroom, "---\n", "---\nApprovers:\n- Marta Ruiz\n- Jon Vale\n")
    page = room.client.get(SEND).text
    assert 'id="say-so"' not in page
    assert steps(room)["approval"] == "Open"
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    said = {"query": "", "seen": seen[1], "by": "Marta Ruiz", "approved": "10"}
    assert room.post(f"/r/{RELEASE}/approve", said).status_code == 422
    assert room.post(f"/r/{RELEASE}/approve", {**said, "by": "Nobody", "approved": "11"}).status_code == 422
    assert room.post(f"/r/{RELEASE}/approve", {**said, "approved": "11"}).status_code == 303
    assert words_of(room, "approval").startswith("By Marta Ruiz, today")
    look(room)
    office.edit(office.release(), "Volunteers took", "Two hundred volunteers took")
    assert steps(room)["approval"].startswith("Out of date")
    assert room.post(f"/r/{RELEASE}/approve", {**said, "approved": "11"}).status_code == 422, (
        "seen another text"
    )


# ---- in a browser ---------------------------------------------------------------------------------------


def test_the_whole_page_by_keyboard(office: Office, room: Desk) -> None:
    page = room.page(SEND)
    with page.expect_navigation(timeout=120_000):
        page.keyboard.press("p")
    expect(page.locator("#step-proof")).to_contain_text("Done")
    page.focus("#number")
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    page.wait_for_url("**/m/*", timeout=120_000)
    stop(office)
    room.assert_clean(but="/m/")


def test_a_choice_shows_what_would_leave_and_a_save_shows_what_is_out_of_date(
    office: Office, room: Desk
) -> None:
    page = room.page(SEND)
    page.get_by_role("checkbox", name=re.compile("^regional")).check()
    expect(page.locator("#leaving")).to_contain_text("13 people")
    expect(page).to_have_url(re.compile("list=regional"))
    page.reload()
    expect(page.locator("#leaving")).to_contain_text("13 people")
    page.fill("#number", "1")
    run(room, "rehearse")
    office.edit(office.release(), "Volunteers took", "Two hundred volunteers took")
    expect(page.locator("#step-rehearsal")).to_contain_text("Changed since your rehearsal: 3 words.")
    assert page.input_value("#number") == "1", "what is typed stays"
    room.assert_clean()


def test_it_works_without_a_script(office: Office, room: Desk) -> None:
    page = room.page(SEND, java_script_enabled=False)
    page.get_by_role("checkbox", name=re.compile("^regional")).check()
    page.get_by_role("button", name="Show what would leave").click()
    page.get_by_role("checkbox", name="Nobody has had a proof").check()
    page.fill("#number", "13")
    page.get_by_role("button", name="Send to 13 people").click()
    page.wait_for_url("**/m/*", timeout=120_000)
    assert newest(office).what["number"] == 13
    stop(office)


def test_it_is_for_everybody(office: Office, room: Desk) -> None:
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London", "Zones: America/New_York")
    page = room.page(f"{SEND}?unmarked=1")
    assert list(everywhere(page, (DESKTOP, PHONE))) == []
    room.assert_clean()


def test_what_is_left_leaves_by_the_same_page_and_who_is_in_doubt_by_name(office: Office, room: Desk) -> None:
    office.killed_at("dot", 4, "send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    everything = room.client.get(SEND).text
    in_doubt = [address for address, state in office.states().items() if state == "uncertain"]
    assert in_doubt, "whoever looked has sorted out what the killed one left"
    assert f'href="{SEND}?rest=1"' in everything
    left = look(room, "?rest=1")
    again = look(room, f"?rest=1&uncertain={in_doubt[0]}")
    assert int(again["number"][0]) == int(left["number"][0]) + 1
    assert 'id="say-so"' not in room.client.get(f"{SEND}?rest=1&uncertain=nobody@example.net").text
    assert give(room, again, "?rest=1").status_code == 303
    assert newest(office).what["asked"]["uncertain"] == [in_doubt[0]]
    stop(office)


def test_what_is_left_can_be_given_a_time(office: Office, room: Desk) -> None:
    """“Another time, or now …” leads here: whoever wants another time finds where to say so."""
    office.queue(RELEASE)
    page = room.client.get(f"{SEND}?rest=1").text
    assert 'name="at"' in page
    later = look(room, "?rest=1&chosen=1&when=later&at=2098-12-01T06:00")
    assert give(room, later).status_code == 303
    assert ended(office).said.startswith("Kept: it leaves on 2098-12-01 06:00")
    assert office.got() == []


def test_who_is_in_doubt_is_found_however_the_list_spells_them(office: Office, room: Desk) -> None:
    office.list("press", "Ana.Diaz@Example.NET,Ana,The Gull,en,", "bo@example.net,Bo,The Tern,en,")
    office.killed_at("dot", 1, "send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    room.client.get(SEND)
    (in_doubt,) = (address for address, state in office.states().items() if state == "uncertain")
    assert 'id="say-so"' in room.client.get(SEND, params={"rest": "1", "uncertain": in_doubt}).text
    assert 'id="say-so"' in room.client.get(SEND, params={"rest": "1", "uncertain": in_doubt.upper()}).text


def test_a_page_that_tells_of_a_failed_proof_still_sends(office: Office, room: Desk) -> None:
    """Its forms lead to the page that sends, whichever post they came with."""
    page = run(room, "proof", {"address": "nobody"}).text
    said = form(page)
    action = re.search(r'action="([^"]+)" id="say-so"', page)
    assert action and urlsplit(unescape(action[1])).path == SEND
    assert room.post(unescape(action[1]), said).headers["location"].startswith("/m/")
    stop(office)


NAMES = ["50% más", "what now?", "no. #1", "año nuevo", "a&b=c", "100%41"]


@pytest.mark.parametrize("name", some(NAMES, 3))
def test_whatever_a_release_is_called(office: Office, room: Desk, name: str) -> None:
    office.release(name).write_text(office.release().read_text("utf-8"), "utf-8")
    address = f"/r/{quote(name, safe='')}/send"
    page = room.client.get(address)
    assert page.status_code == 200, page.text
    action = re.search(r'action="([^"]+)" id="say-so"', page.text)
    assert action and urlsplit(unescape(action[1])).path == address
    answer = room.post(unescape(action[1]), form(page.text))
    assert answer.headers["location"].startswith("/m/"), answer.text
    with Ledger(office.workspace.ledger) as ledger:
        (offer,) = [Offers(ledger).newest(Offers(ledger).mailing_of(name))]
    assert offer is not None
    ask(office, offer.mailing, "stop")
    answer = room.post(f"{address.removesuffix('send')}rehearse", {"query": ""})
    assert answer.headers["location"] == f"{address}#step-rehearsal"


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01T09:00", "1969-12-31T23:00"]
)
def test_a_year_that_nobody_means_is_no_time(room: Desk, at: str) -> None:
    page = room.client.get(f"{SEND}?chosen=1&list=press&when=later&at={at}")
    assert page.status_code == 200
    assert 'id="say-so"' not in page.text


def test_a_time_within_the_countdown_gives_nobody_less_of_it(office: Office, room: Desk) -> None:
    """Whoever schedules at 9:59:58 for ten o'clock has their thirty seconds all the same."""
    now = time.time()
    with Ledger(office.workspace.ledger) as ledger:
        asked = Asked(lists=("press",), planned=now + 25)
        its = read_settings(office.workspace.root)
        looked = looked_at(asked, office.workspace, RELEASE, its, ledger).must_be_permitted()
        _, nonce = Offers(ledger).make(RELEASE, looked.what)
    keys = [each["key"] for each in looked.what["warnings"]]
    answer = room.post(SEND, {"nonce": nonce, "number": str(looked.number), "agreed": keys})
    assert answer.status_code == 303, answer.text
    offer = newest(office)
    assert offer.leaves - offer.given == pytest.approx(30)
    assert stop(office).state == "withdrawn"


def test_back_and_again_after_its_file_was_renamed(office: Office, room: Desk) -> None:
    """What somebody has said yes to has a page, whatever became of the file."""
    said = look(room)
    give(room, said)
    stop(office)
    office.release().rename(office.release("another-name"))
    answer = give(room, said)
    assert answer.headers.get("location") == f"/m/{newest(office).mailing}", answer.text


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1234", 1234), ("1,234", 1234), ("1.234", 1234), (" 1 234 ", 1234), ("1\u202f234", 1234), ("1’234", 1234),
     ("12,34", None), ("1234.5", None), ("-5", None), ("1e3", None), ("٣", None), ("", None)],
)  # fmt: skip
def test_a_number_is_understood_as_offices_write_it(typed: str, number: int | None) -> None:
    """Wherever one is typed: to send, to approve, to take back."""
    assert number_in(typed) == number
