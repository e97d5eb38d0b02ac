"""`mailer work` sends whatever is due, and nothing else: by the order alone, in turns, over kills, until it is told to end."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from threading import Event

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import Fault, FaultyServer
from support.working import SECOND, Working, queued, second_release, slowly

from mailer.delivery import Ledger, Requests, Stop
from mailer.pipeline.working import Figures, News, Worker
from mailer.pipeline.working import Office as AtWork
from mailer.settings import Settings
from mailer.workspace import Workspace
from mailer.workspace.log import read_log

LATER = "2099-12-01 05:00 UTC"


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


def kinds(office: Office, release: str = RELEASE) -> list[str]:
    with Ledger(office.workspace.ledger) as ledger:
        return [order.kind for order in ledger.orders(release)]


def ask(office: Office, kind: str, release: str = RELEASE) -> None:
    with Ledger(office.workspace.ledger) as ledger:
        Requests(ledger).ask(ledger.mailing(release).id, kind, "ana@laptop")  # type: ignore[arg-type]


def as_if_planned(office: Office, seconds_ago: float) -> None:
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE mailings SET planned = ?", (time.time() - seconds_ago,))


# ---- what is due ----------------------------------------------------------------------------------------


def test_what_was_queued_leaves_once_and_no_list_is_read(office: Office) -> None:
    queued(office)
    (office.workspace.lists / "press.csv").unlink()
    office.release().unlink()
    ran = office.run("work", "--once")
    assert (ran.code, len(office.got())) == (0, 11), ran.err
    assert office.counts() == {"accepted": 11}
    assert kinds(office) == ["send", "post"]
    assert [line.did for line in read_log(office.workspace)] == ["send", "work", "end of sending"]
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


def test_it_begins_what_is_queued_while_it_waits_and_ends_when_it_is_told_to(office: Office) -> None:
    with Working(office) as worker:
        worker.until("idle")
        queued(office)
        done = worker.until("finished", RELEASE)
        assert (done["accepted"], done["level"]) == (11, "info")
        worker.until("idle")
        assert worker.ends() == 0
        assert worker.until("ended")["accepted"] == 11
    assert set(Counter(office.got()).values()) == {1}


def test_what_is_planned_leaves_at_its_time_and_not_before(office: Office) -> None:
    left_at: list[float] = []
    office.server.hook = lambda stage, when: left_at.append(time.time()) if stage == "dot" else None
    queued(office, RELEASE, "--at", LATER)
    with Working(office) as worker:
        worker.until("idle")
        assert office.got() == []
        moment = time.time() + 3
        as_if_planned(office, -3)
        worker.until("finished", RELEASE)
    assert min(left_at) >= moment
    assert len(office.got()) == 11


@pytest.mark.parametrize("kind", ["pause", "stop"])
def test_what_is_held_up_waits_until_somebody_says_to_go_on(office: Office, kind: str) -> None:
    queued(office)
    ask(office, kind)
    assert office.run("work", "--once").code == 0
    assert office.got() == []
    ask(office, "go on")
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


def test_what_was_taken_back_does_not_leave(office: Office) -> None:
    queued(office)
    assert office.run("discard", RELEASE, "--yes").code == 0
    assert office.run("work", "--once").code == 0
    assert office.got() == []


@pytest.mark.own_ledger
def test_what_somebody_sends_themselves_is_not_taken_out_of_their_hands(office: Office) -> None:
    """In a file it is resumed by whoever sent it, killed or not."""
    office.killed_at("dot", 3, "send", RELEASE, "--yes", SMTP_CONNECTIONS="1")
    before = office.got()
    assert office.run("work", "--once").code == 0
    assert office.got() == before


@pytest.mark.parametrize("begun", [False, True], ids=["never begun", "begun"])
def test_what_is_late_waits_for_a_person_and_is_told_once(office: Office, begun: bool) -> None:
    queued(office)
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE mailings SET planned = planned - 3600 WHERE ?", (not begun,))
        db.execute("UPDATE mailings SET planned = 0 WHERE ?", (begun,))
        db.execute("UPDATE orders SET given = given - 3600, kind = ?", ("post" if begun else "send",))
    with Working(office) as worker:
        late = worker.until("late", RELEASE)
        assert late["level"] == "warning"
        assert f"mailer resume {RELEASE} --queue" in late["message"]
        worker.until("idle")
        time.sleep(2.5)  # it has looked again
        assert not [news for news in worker.news if news["event"] == "late"]
    assert office.got() == []
    assert office.run("work", "--once").code == 1
    now = () if begun else ("--now",)
    assert office.run("resume", RELEASE, "--queue", *now, "--yes").code == 0
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


# ---- gates ----------------------------------------------------------------------------------------------


def test_a_missing_suppression_file_keeps_it_from_leaving_until_it_is_back(office: Office) -> None:
    queued(office)
    kept = office.workspace.suppressed.read_bytes()
    office.workspace.suppressed.unlink()
    ran = office.run("work", "--once")
    assert (ran.code, office.got()) == (1, [])
    assert "Not sent: " in ran.err
    office.workspace.suppressed.write_bytes(kept)
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


def test_who_was_suppressed_since_gets_nothing(office: Office) -> None:
    queued(office)
    office.run("suppress", "priya.n@example.com")
    office.run("work", "--once")
    assert len(office.got()) == 10
    assert "priya.n@example.com" not in office.got()


def test_what_needs_an_approval_waits_for_it(office: Office) -> None:
    queued(office)
    office.edit(office.workspace.newsroom, "---\n", "---\nApprovers:\n  - Marta Ruiz\n")
    ran = office.run("work", "--once", SECRET_KEY="a key of at least sixteen")
    assert (ran.code, office.got()) == (1, [])
    assert "has not been approved" in ran.err


def test_more_than_was_ordered_does_not_leave(office: Office) -> None:
    queued(office)
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE orders SET number = 10")
    ran = office.run("work", "--once")
    assert (ran.code, office.got()) == (1, [])
    assert "was ordered for 10, and 11 stand in its queue" in ran.err


def test_a_machine_that_may_mail_only_some_leaves_the_others_to_another(office: Office) -> None:
    queued(office)
    ran = office.run("work", "--once", ALLOW_ONLY="priya.n@example.com")
    assert (ran.code, office.got()) == (0, ["priya.n@example.com"])
    assert ran.err.count("ALLOW_ONLY keeps this machine") == 1
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


# ---- what goes wrong ------------------------------------------------------------------------------------


def test_a_refused_password_is_tried_once_and_the_sender_ends(office: Office) -> None:
    queued(office)
    login = {"SMTP_USERNAME": "press", "SMTP_PASSWORD": "wrong"}
    with FaultyServer(extensions=("AUTH PLAIN",), login=("press", "right")) as server:
        with Working(office, SMTP_PORT=str(server.port), **login) as worker:
            assert worker.code() == 2
            assert worker.until("ended")["level"] == "error"
        assert server.seen["AUTH"] == 1
    assert office.counts() == {"queued": 11}
    assert office.run("work", "--once").code == 0


def test_a_server_that_is_away_is_waited_for(office: Office) -> None:
    queued(office)
    with Working(office, SMTP_PORT="9") as worker:
        away = worker.until("server_away", RELEASE)
        assert away["level"] == "warning"
        assert worker.ends() == 0
    assert office.counts() == {"queued": 11}
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


def test_a_server_that_is_away_is_no_success_of_once(office: Office) -> None:
    """Whoever plans it with a timer of their own would not hear that nothing leaves."""
    queued(office)
    assert office.run("work", "--once", SMTP_PORT="9").code == 1
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


def test_what_was_halted_is_not_begun_again(office: Office) -> None:
    queued(office)
    office.server.faults.append(Fault("MAIL", "5xx", times=1_000))
    assert office.run("work", "--once").code == 1
    assert kinds(office) == ["send", "post", "stop"]
    office.server.heal()
    assert office.run("work", "--once").code == 0
    assert office.got() == []
    assert office.run("resume", RELEASE, "--queue", "--yes").code == 0
    assert office.run("work", "--once").code == 0
    assert len(office.got()) == 11


def test_killed_in_the_midst_the_next_one_goes_on(office: Office) -> None:
    queued(office)
    office.killed_at("dot", 4, "work", SMTP_CONNECTIONS="1")
    assert 0 < len(office.got()) < 11
    assert office.run("work", "--once").code == 1, "somebody is uncertain"
    counts = office.counts()
    assert counts["accepted"] + counts["uncertain"] == 11
    assert counts["uncertain"] <= 1
    assert set(Counter(office.got()).values()) == {1}


def test_killed_when_everybody_was_claimed_the_next_one_goes_on(office: Office) -> None:
    office.list("few", "a@example.net,,,en,", "b@example.net,,,en,")
    queued(office, RELEASE, "--list", "few")
    office.killed_at("dot", 1, "work", SMTP_CONNECTIONS="1")
    assert set(office.counts()) <= {"sending", "dot"}
    office.run("work", "--once")
    assert office.counts() == {"uncertain": 1, "accepted": 1}
    assert set(Counter(office.got()).values()) == {1}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_what_is_in_flight_and_the_next_one_goes_on(office: Office, number: int) -> None:
    queued(office)
    slowly(office, 0.3)
    with Working(office, SMTP_CONNECTIONS="1") as worker:
        worker.until("begun", RELEASE)
        while not office.got():
            time.sleep(0.02)
        assert worker.ends(number) == 0
        assert worker.until("handed_on", RELEASE)["queued"] > 0
    counts = office.counts()
    assert (counts["accepted"], counts["uncertain"]) == (len(office.got()), 0)
    assert counts["queued"] > 0
    assert kinds(office) == ["send", "post"]
    office.server.heal()
    assert office.run("work", "--once").code == 0
    assert set(Counter(office.got()).values()) == {1}
    assert len(office.got()) == 11


def test_told_twice_it_ends_at_once(office: Office) -> None:
    queued(office)
    reached, open_ = Event(), Event()

    def gate(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before"):
            reached.set()
            open_.wait(30)

    office.server.hook = gate
    with Working(office, SMTP_CONNECTIONS="1") as worker:
        assert reached.wait(30)
        worker.process.send_signal(signal.SIGTERM)
        worker.until("stopping")
        assert worker.ends() == 130
    open_.set()
    assert office.counts()["uncertain"] == 1
    assert office.counts()["queued"] == 10


# ---- turns ----------------------------------------------------------------------------------------------


def test_who_was_stopped_while_it_is_sent_is_left_and_stays_so(office: Office) -> None:
    queued(office)
    reached, open_ = Event(), Event()

    def gate(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before"):
            reached.set()
            open_.wait(30)

    office.server.hook = gate
    with Working(office, SMTP_CONNECTIONS="1") as worker:
        assert reached.wait(30)
        ask(office, "stop")
        worker.until("stop", RELEASE)
        open_.set()
        worker.until("left_over", RELEASE)
        had = len(office.got())
        worker.until("idle")
    assert kinds(office) == ["send", "post", "stop"]
    assert (len(office.got()), office.counts()["uncertain"]) == (had, 0)


def test_a_long_one_lets_others_have_their_turn(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is sent in whole in the end, and nobody gets anything twice."""
    monkeypatch.setattr("mailer.pipeline.working.worker.TURN", 1.5)
    second_release(office, 100)
    queued(office, SECOND, "--list", "second")
    slowly(office, 0.05)
    told: list[tuple[str, str]] = []

    def hear(news: News) -> None:
        told.append((news.event, news.release))
        if told == [("begun", SECOND)]:
            queued(office)

    settings = Settings(
        smtp_host="127.0.0.1", smtp_port=office.server.port, smtp_security="none", smtp_connections=1
    )
    Worker(AtWork(office.workspace, settings), Stop(), hear, Figures(), once=True).run()
    assert told[:3] == [("begun", SECOND), ("handed_on", SECOND), ("begun", RELEASE)]
    assert {("finished", SECOND), ("finished", RELEASE)} <= set(told)
    assert office.counts() == {"accepted": 11}
    assert office.counts(SECOND) == {"accepted": 100}
    assert set(Counter(office.got()).values()) == {1}


def test_two_at_once_on_one_computer_send_everything_once(office: Office) -> None:
    second_release(office)
    queued(office)
    queued(office, SECOND, "--list", "second")
    slowly(office, 0.02)
    both = [office.started("work", "--once") for _ in range(2)]
    for each in both:
        each.communicate(timeout=90)
    office.server.heal()
    office.run("work", "--once")
    assert office.counts() == {"accepted": 11}
    assert office.counts(SECOND) == {"accepted": 30}
    assert set(Counter(office.got()).values()) == {1}
