"""`mailer send --order`: what somebody at the desk said yes to leaves, once, and only if it is what they were shown."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from threading import Timer

import pytest
from support.office import RELEASE, Office
from support.ordered import ask, order_now, ordered, until
from support.places import later
from support.smtp_faulty import Fault, FaultyServer

from mailer.cli.ordered.countdown import Awake, count_down
from mailer.delivery import Ledger
from mailer.delivery.consent import Offer
from mailer.pipeline import holding
from mailer.pipeline.offering import Asked, at_work, is_alive
from mailer.press import read_unsubscribe_token
from mailer.workspace import Workspace
from mailer.workspace.log import read_log


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


def send(office: Office, offer: Offer, **settings: str):
    return office.run("send", "--order", str(offer.id), **settings)


# ---- what leaves ----------------------------------------------------------------------------------------


def test_what_was_ordered_leaves_once(office: Office) -> None:
    offer = ordered(office)
    ran = send(office, offer)
    assert (ran.code, len(office.got())) == (0, 11), ran.err
    ended = order_now(office, offer)
    assert (ended.state, ended.said) == ("done", "Accepted for 11 recipients.")
    again = send(office, offer)
    assert (again.code, len(office.got())) == (2, 11)
    assert "is not to be sent: it is “done”" in again.err


def test_the_log_and_the_ledger_say_what_mailer_send_says(office: Office) -> None:
    send(office, ordered(office))
    assert [line.did for line in read_log(office.workspace)] == ["send", "end of sending"]
    with Ledger(office.workspace.ledger) as ledger:
        (order,) = ledger.orders(RELEASE)
    assert (order.kind, order.number) == ("send", 11)


def test_the_choice_of_the_page_holds(office: Office) -> None:
    offer = ordered(office, Asked(lists=("press", "regional"), where='language == "es"'))
    assert send(office, offer).code == 0
    assert len(office.got()) == offer.what["number"] < 11


def test_the_rest_leaves_by_an_order_too_and_whom_somebody_named(office: Office) -> None:
    office.killed_at("dot", 4, "send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    with Ledger(office.workspace.ledger) as ledger, holding(ledger, RELEASE):
        pass  # sorts out what the killed one left
    in_doubt = [address for address, state in office.states().items() if state == "uncertain"]
    assert in_doubt
    later(office.workspace.ledger, 11)  # until then their answers could still come
    offer = ordered(office, Asked(rest=True, uncertain=(in_doubt[0],)))
    assert (offer.what["again"], offer.what["waiting"]) == (1, 11 - 3 - len(in_doubt))
    send(office, offer)
    assert office.states()[in_doubt[0]] == "accepted"
    assert office.counts() == Counter(accepted=11 - len(in_doubt) + 1, uncertain=len(in_doubt) - 1)


def test_a_planned_time_is_kept_and_the_process_ends(office: Office) -> None:
    later = time.time() + 3600
    offer = ordered(office, Asked(planned=later))
    ran = send(office, offer)
    assert (ran.code, office.got()) == (0, []), ran.err
    assert order_now(office, offer).said.startswith("Kept: it leaves on ")
    with Ledger(office.workspace.ledger) as ledger:
        assert ledger.mailing(RELEASE).planned == pytest.approx(later)
    assert office.counts() == {"queued": 11}


# ---- what must not leave --------------------------------------------------------------------------------


def refused(office: Office, offer: Offer, *said: str, **settings: str) -> None:
    ran = send(office, offer, **settings)
    ended = order_now(office, offer)
    assert ran.code in (1, 2), ran.err
    assert ended.state == "failed"
    assert office.nothing_was_ever_sent()
    for what in said:
        assert what in ended.said
        assert what in " ".join(ran.err.split())


def test_a_text_changed_since_is_not_sent(office: Office) -> None:
    offer = ordered(office)
    office.edit(office.release(), "Volunteers took", "Two hundred volunteers took")
    refused(office, offer, "en: 3 words changed in the text.", "Nothing was sent")


def test_somebody_who_was_added_since_gets_nothing_by_it(office: Office) -> None:
    offer = ordered(office)
    with (office.workspace.lists / "press.csv").open("a", encoding="utf-8") as file:
        file.write("new.person@example.net,New Person,,en,,\n")
    refused(office, offer, "1 person more: new.person@example.net.")


def test_a_name_changed_since_is_another_mail(office: Office) -> None:
    offer = ordered(office)
    office.edit(office.workspace.lists / "press.csv", "Priya Natarajan", "Prija Natarajan")
    refused(office, offer, "What 1 person would get is another", "priya.n@example.com")


def test_another_server_is_not_what_was_agreed_to(office: Office) -> None:
    offer = ordered(office)
    with FaultyServer() as other:
        refused(office, offer, "the server", SMTP_PORT=str(other.port))
        assert other.accepted == []


def test_an_error_that_came_since_blocks(office: Office) -> None:
    offer = ordered(office)
    office.edit(office.release(), "Volunteers took", "Volunteers **took")
    refused(office, offer, "nothing was sent")


def test_nothing_is_queued_before_the_server_lets_us_in(office: Office) -> None:
    offer = ordered(office)
    office.server.faults.append(Fault("EHLO", "5xx", times=100))
    refused(office, offer)


def test_while_somebody_else_sends_it_waits_for_nobody(office: Office) -> None:
    offer = ordered(office)
    with Ledger(office.workspace.ledger) as ledger, ledger.holding(RELEASE):
        assert send(office, offer).code == 2
    assert "is already being sent by" in order_now(office, offer).said
    assert office.nothing_was_ever_sent()


@pytest.mark.parametrize("word", ["harbour-report", "--yes", "--dry-run"])
def test_an_order_goes_with_nothing_else(office: Office, word: str) -> None:
    offer = ordered(office)
    ran = office.run("send", "--order", str(offer.id), word)
    assert ran.code == 2
    assert "no effect" in ran.err
    assert order_now(office, offer).state == "given"


def test_a_send_without_a_release_is_told_so(office: Office) -> None:
    ran = office.run("send")
    assert (ran.code, "RELEASE" in ran.err) == (2, True)


# ---- the seconds before ---------------------------------------------------------------------------------


def test_nothing_is_queued_until_the_seconds_are_over(office: Office) -> None:
    offer = ordered(office, seconds=12)
    process = office.started("send", "--order", str(offer.id))
    until(office, offer, "begun")
    with Ledger(office.workspace.ledger) as ledger:
        assert ledger.find(RELEASE) is None
        assert at_work(ledger, offer.mailing) is not None
    process.communicate(timeout=60)
    assert time.time() >= offer.leaves
    assert (process.returncode, len(office.got())) == (0, 11)


def test_who_says_stop_in_these_seconds_is_heard(office: Office) -> None:
    offer = ordered(office, seconds=600)
    process = office.started("send", "--order", str(offer.id))
    until(office, offer, "begun")
    ask(office, offer.mailing, "stop")
    process.communicate(timeout=60)
    ended = order_now(office, offer)
    assert (ended.state, ended.said) == ("withdrawn", "Stopped by Edda@desk before anything left.")
    assert office.nothing_was_ever_sent()
    assert [line.did for line in read_log(office.workspace)] == ["withdraw"]
    assert send(office, ordered(office)).code == 0, "it can be ordered again"
    assert len(office.got()) == 11


def test_a_pause_in_these_seconds_holds_it_until_somebody_says_how_it_goes_on(office: Office) -> None:
    offer = ordered(office, seconds=2)
    ask(office, offer.mailing, "pause")
    process = office.started("send", "--order", str(offer.id))
    until(office, offer, "begun")
    time.sleep(max(0.0, offer.leaves - time.time()) + 1)
    assert office.nothing_was_ever_sent()
    ask(office, offer.mailing, "go on")
    process.communicate(timeout=60)
    assert len(office.got()) == 11


def test_a_stop_that_was_meant_for_an_earlier_order_stops_no_later_one(office: Office) -> None:
    first = ordered(office)
    ask(office, first.mailing, "stop")
    assert send(office, first).code == 130
    assert send(office, ordered(office)).code == 0
    assert len(office.got()) == 11


def test_a_signal_in_these_seconds_withdraws_it(office: Office) -> None:
    offer = ordered(office, seconds=600)
    process = office.started("send", "--order", str(offer.id))
    until(office, offer, "begun")
    time.sleep(1.5)  # until it has logged in
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    assert order_now(office, offer).state in ("withdrawn", "begun")
    with Ledger(office.workspace.ledger) as ledger:
        assert at_work(ledger, offer.mailing) is None
    assert order_now(office, offer).state in ("withdrawn", "failed")
    assert office.nothing_was_ever_sent()


def test_a_sender_that_slept_until_now_sends_nothing(office: Office) -> None:
    """A computer was closed between the click and the sender's first look, and is opened hours later."""
    offer = ordered(office)
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE offers SET given = given - 7200, leaves = leaves - 7200")
    ran = send(office, offer)
    assert (ran.code, order_now(office, offer).state) == (2, "failed")
    assert "never began" in ran.err
    assert office.nothing_was_ever_sent()


def test_who_sleeps_through_the_countdown_withdraws(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the wall clock it is long past, and by the one that stands still in a closed laptop it isn't."""
    offer = ordered(office, seconds=5)
    with Ledger(office.workspace.ledger) as ledger, ledger.holding(RELEASE):
        awake, morning = Awake(), time.time() + 8 * 3600
        assert not awake.slept()
        monkeypatch.setattr(time, "time", lambda: morning)
        assert "asleep" in count_down(ledger, offer, awake)


def test_a_stop_is_heard_though_the_clock_was_put_back(office: Office) -> None:
    offer = ordered(office, seconds=2)
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE offers SET given = given + 50")  # the clock is put back 50 seconds now
    process = office.started("send", "--order", str(offer.id))
    until(office, offer, "begun")
    ask(office, offer.mailing, "stop")
    process.communicate(timeout=60)
    assert order_now(office, offer).state == "withdrawn"


def test_whom_a_terminal_sends_to_meanwhile_brings_no_dead_order_to_life(office: Office) -> None:
    offer = ordered(office)
    office.killed_at("dot", 4, "send", "--order", str(offer.id), SMTP_CONNECTIONS="1")
    with Ledger(office.workspace.ledger) as ledger, holding(ledger, RELEASE):
        assert at_work(ledger, offer.mailing) is None
    assert order_now(office, offer).state == "failed"


# ---- whoever is killed ----------------------------------------------------------------------------------


def test_a_sender_that_was_killed_is_known_by_what_it_left(office: Office) -> None:
    offer = ordered(office)
    office.killed_at("dot", 4, "send", "--order", str(offer.id), SMTP_CONNECTIONS="1")
    assert order_now(office, offer).state == "sending"
    with Ledger(office.workspace.ledger) as ledger:
        assert at_work(ledger, offer.mailing) is None
    assert order_now(office, offer).state == "failed"
    assert office.run("resume", RELEASE, "--yes").code == 1, "somebody is in doubt"
    got = office.got()
    assert len(got) == len(set(got))
    assert office.counts()["uncertain"] <= 1


def test_an_order_whose_sender_never_came_is_ended_after_a_while(office: Office) -> None:
    offer = ordered(office)
    with Ledger(office.workspace.ledger) as ledger:
        assert is_alive(ledger, offer, offer.given + 5)
        assert not is_alive(ledger, offer, offer.given + 600)


@pytest.mark.own_ledger
def test_whoever_asks_whether_it_is_held_keeps_nobody_from_sending(office: Office) -> None:
    """To ask is to have the lock for a moment, which may be long on a busy machine."""
    offer = ordered(office)
    path = office.workspace.ledger.with_name(f"ledger.db.{offer.mailing}.lock")
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with Ledger(office.workspace.ledger) as ledger:
            assert ledger.is_held(offer.mailing)
            soon = Timer(0.2, file.close)
            soon.start()
            with ledger.holding(RELEASE):
                soon.join()
                assert ledger.is_held(offer.mailing)
            assert not ledger.is_held(offer.mailing)
    assert (send(office, offer).code, len(office.got())) == (0, 11)


# ---- a proof as somebody else would get it --------------------------------------------------------------


def test_a_proof_as_a_given_person_is_their_mail_and_goes_to_the_office_alone(office: Office) -> None:
    its = {"UNSUBSCRIBE_URL": "https://example.org/u", "SECRET_KEY": "k" * 40}
    ran = office.run(
        "send", RELEASE, "--test", "me@example.org", "--as", "priya.n@example.com", "--yes", **its
    )
    assert (ran.code, office.got()) == (0, ["me@example.org"]), ran.err
    (mail,) = office.mails("me@example.org")
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert mail["Subject"].startswith("[TEST] Harbour Water")
    assert "Dear Priya," in text
    assert "priya.n@" not in mail.as_string()
    token = re.search(r"https://example\.org/u/([\w.-]+)", str(mail["List-Unsubscribe"]))
    assert token
    assert read_unsubscribe_token(token[1], its["SECRET_KEY"]) == "me@example.org"


def test_nobody_who_would_not_get_it_can_be_proofed_as(office: Office) -> None:
    ran = office.run("send", RELEASE, "--test", "me@example.org", "--as", "nobody@example.net", "--yes")
    assert (ran.code, office.got()) == (2, [])
    assert "nobody@example.net would not get it" in ran.err
