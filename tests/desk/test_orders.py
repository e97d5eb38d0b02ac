"""Desk and sender are killed, two desks run at once, a time comes: nobody gets it twice, and what the page says is so."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from support.browser import entered, serving
from support.office import RELEASE, Office
from support.ordered import ask, newest, order_now, ordered, until
from support.smtp_faulty import FaultyServer
from support.terminal import start

from mailer.delivery import Ledger
from mailer.delivery.consent import AT_WORK, Offer, Offers
from mailer.desk.rooms.sending.due import LOOK
from mailer.pipeline.offering import Asked, at_work, is_alive
from mailer.release.values import parse_moment
from mailer.workspace import Workspace

LATER = "2099-12-01 05:00 UTC"
SEND = f"/r/{RELEASE}/send"


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


def nobody_twice(office: Office) -> None:
    twice = [address for address, number in Counter(office.got()).items() if number > 1]
    assert twice == []


def the_rest_is_sent(office: Office) -> None:
    """Whoever is not in doubt gets it by the next order, of what was queued or of all."""
    with Ledger(office.workspace.ledger) as ledger:
        queued = ledger.find(RELEASE) is not None
    ran = office.run("send", "--order", str(ordered(office, Asked(rest=queued)).id))
    assert ran.code in (0, 1), ran.err
    nobody_twice(office)
    states = office.states()
    assert set(states.values()) <= {"accepted", "uncertain"}
    got = set(office.got())
    assert {address for address, state in states.items() if state == "accepted"} <= got
    assert len(states) == 11


# ---- the sender is killed -------------------------------------------------------------------------------


def killed(office: Office, moment: str, seconds: float) -> Offer:
    """A sender that is killed at a moment, or so many seconds later."""
    offer = ordered(office, seconds=4)
    process = office.started("send", "--order", str(offer.id), SMTP_CONNECTIONS="2")
    if moment == "in the countdown":
        until(office, offer, "begun")
    elif moment != "at its start":
        reached = threading.Event()
        dots = {"at the first message": 1, "in the midst": 5, "near the end": 9}[moment]

        def slow(stage: str, when: str) -> None:
            if (stage, when) == ("dot", "before"):
                if office.server.seen["dot"] >= dots:
                    reached.set()
                time.sleep(0.1)

        office.server.hook = slow
        assert reached.wait(120)
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    office.server.wait_until_idle()
    office.server.heal()
    return offer


@pytest.mark.parametrize(
    "moment",
    ["at its start", "in the countdown", "at the first message", "in the midst", "near the end"],
)
def test_a_sender_is_killed(office: Office, moment: str) -> None:
    offer = killed(office, moment, random.Random(moment).random() * 0.15)
    before = order_now(office, offer)
    assert before.state in AT_WORK
    if before.state == "given":
        with Ledger(office.workspace.ledger) as ledger:
            assert not ledger.is_held(offer.mailing)
            assert at_work(ledger, offer.mailing) is not None, "it may still be on its way"
            assert not is_alive(ledger, offer, offer.given + 600)
            Offers(ledger).end(offer.id, "failed", "as the page does then")
    else:
        with Ledger(office.workspace.ledger) as ledger:
            assert at_work(ledger, offer.mailing) is None
        assert "ended before its time" in order_now(office, offer).said
    if moment in ("at its start", "in the countdown"):
        assert office.nothing_was_ever_sent()
    nobody_twice(office)
    the_rest_is_sent(office)


def test_a_sender_of_the_desk_outlives_it(office: Office) -> None:
    """The desk is killed as soon as somebody has said yes. The next one finds the order; what it said holds."""
    with ExitStack() as stack:
        process = start("desk", "--no-browser", cwd=office.workspace.root, **office.settings())
        assert process.stdout is not None
        client = stack.enter_context(entered(process.stdout.readline().strip()))
        client.timeout = 120
        answer = say_yes(client)
        assert answer.status_code == 303
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        url = stack.enter_context(
            serving("desk", "--no-browser", cwd=office.workspace.root, **office.settings())
        )
        again = stack.enter_context(entered(url))
        again.timeout = 120
        page = again.get(SEND).text
        assert "has said yes to this" in page
        assert answer.headers["location"] in page
        assert 'id="say-so"' not in page
        ended = until(office, newest(office), "done", "failed", "withdrawn", seconds=150)
    assert ended.said == "Accepted for 11 recipients."
    nobody_twice(office)
    assert len(office.got()) == 11


def say_yes(client: httpx.Client) -> httpx.Response:
    page = client.get(SEND).text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)
    assert nonce, page
    said = {"nonce": nonce[1], "number": "11", "agreed": re.findall(r'name="agreed" value="([^"]+)"', page)}
    headers = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    return client.post(SEND, data=said, headers=headers)


def test_two_desks_are_one_mailing(office: Office) -> None:
    with ExitStack() as stack:
        clients = []
        for _ in range(2):
            url = stack.enter_context(
                serving("desk", "--no-browser", cwd=office.workspace.root, **office.settings())
            )
            clients.append(stack.enter_context(entered(url)))
            clients[-1].timeout = 120
        answers: list[httpx.Response] = []
        people = [threading.Thread(target=lambda c=c: answers.append(say_yes(c))) for c in clients]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert [answer.status_code for answer in answers] in ([303, 303], [303, 200], [200, 303])
        ask(office, newest(office).mailing, "stop")
        until(office, newest(office), "withdrawn", seconds=120)
    with Ledger(office.workspace.ledger) as ledger, ledger.reading() as db:
        assert db.execute("SELECT count(*) FROM offers WHERE given > 0").fetchone() == (1,)
    assert office.nothing_was_ever_sent()


# ---- what is due ----------------------------------------------------------------------------------------


def scheduled(office: Office) -> None:
    ran = office.run("send", RELEASE, "--at", LATER, "--yes", "--no-wait")
    assert ran.code == 0, ran.err


def due_in(office: Office, seconds: float) -> None:
    office.the_clock_goes_on(parse_moment(LATER).timestamp() - time.time() - seconds)


def wait_for(office: Office, number: int) -> None:
    deadline = time.monotonic() + 120
    while len(office.got()) < number:
        assert time.monotonic() < deadline, office.got()
        time.sleep(0.05)


def test_what_is_due_leaves_while_a_desk_runs_once_and_however_many_run(office: Office) -> None:
    scheduled(office)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(
                serving("desk", "--no-browser", cwd=office.workspace.root, **office.settings())
            )
        assert office.got() == []
        due_in(office, 1)
        posting = [office.started("post") for _ in range(2)]
        wait_for(office, 11)
        for process in posting:
            process.communicate(timeout=60)
        office.server.wait_until_idle()
    nobody_twice(office)
    assert office.counts() == {"accepted": 11}


def test_what_is_late_is_only_shown(office: Office) -> None:
    scheduled(office)
    due_in(office, -3600)
    with (
        serving("desk", "--no-browser", cwd=office.workspace.root, **office.settings()) as url,
        entered(url) as client,
    ):
        client.timeout = 120
        time.sleep(2 * LOOK)
        assert "and has not: 11 wait. Should it still go out?" in client.get(SEND).text
    assert office.got() == []
    assert office.counts() == {"queued": 11}


def test_why_what_is_due_has_not_left_is_told(office: Office) -> None:
    scheduled(office)
    office.server.go_away()
    with (
        serving("desk", "--no-browser", cwd=office.workspace.root, **office.settings()) as url,
        entered(url) as client,
    ):
        client.timeout = 120
        due_in(office, 1)
        deadline = time.monotonic() + 120
        while f"connect to 127.0.0.1:{office.server.port}" not in (page := client.get("/m/1").text):
            assert time.monotonic() < deadline, page
            time.sleep(0.5)
        assert "Its time has come" in page
    assert office.counts() == {"queued": 11}
