"""When a run goes on, tries again, and stops."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.places import Place
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, draft, queued, reconcile, settings, states

from mailer.delivery import Entry, Ledger, Progress, Report, Schedule, SmtpTransport, Stop, deliver
from mailer.delivery.pace import RateWindows
from mailer.model import Status
from mailer.press import StillWanted
from mailer.settings import Rate


def send(place: Place, server: FaultyServer, count: int = 40, **options: object) -> Report:
    values = {"smtp_connections": options.pop("connections", 2), "smtp_timeout": 2}
    with Ledger(place) as ledger:
        known = any(mailing.release == RELEASE for mailing in ledger.mailings())
        mailing = ledger.mailing(RELEASE) if known else queued(ledger, count, paragraphs=2)
        transport = SmtpTransport(settings(server.port, **values), QUICK)
        return deliver(mailing, ledger, transport, **({"schedule": QUICK, "max_wait": 0} | options))


def suppressed(folder: Path, *people: str) -> Path:
    """A file of those who are never mailed."""
    path = folder / "suppressed.csv"
    path.write_text("address,reason\n" + "".join(f"{address},asked by phone\n" for address in people))
    return path


# ---- stop rules ------------------------------------------------------------------------------------


def test_more_than_a_tenth_refused_halts_and_says_how_many(place: Place) -> None:
    bad = dict.fromkeys(addresses(100)[::5], "550 5.1.1 no such user")
    with FaultyServer(refuse=bad) as server:
        report = send(place, server, 100)
        assert "recipients were refused: more than 10%" in report.halted
        assert 20 <= len(server.accepted) + report.counts[Status.REJECTED] < 30
        assert {address for address, _ in report.suppress} <= set(bad)
        report = send(place, server, refused_share=None)
        found = reconcile(place, server.accepted, 100)
    assert not report.halted
    assert {address for address, state in found.items() if state is Status.REJECTED} == set(bad)


def test_what_is_refused_by_ourselves_is_no_sign_of_a_bad_list(place: Place, tmp_path: Path) -> None:
    """Reproduction: 300 addresses outside ALLOW_ONLY and one 550: "301 of 38 were refused", halted."""
    known = suppressed(tmp_path, *addresses(340)[:150])
    with FaultyServer(refuse={"reporter340@example.net": "550 5.1.1 no such user"}) as server:
        report = send(
            place, server, 340, still_wanted=StillWanted(known),
            allow_only=("reporter?@example.net", "reporter1??@example.net", "reporter3[0-4]?@example.net"),
        )  # fmt: skip
        assert not report.halted
        reconcile(place, server.accepted, 340)
    with Ledger(place) as ledger:
        replies = [line.reply for line in ledger.recipients(RELEASE, Status.REJECTED)]
        assert ledger.counts(RELEASE)[Status.QUEUED] > 100, "another machine may mail them"
    assert sum(reply.startswith("not sent:") for reply in replies) > 50
    assert [reply for reply in replies if not reply.startswith("not sent:")] == ["550 5.1.1 no such user"]


def test_whom_a_server_can_not_be_asked_for_is_no_sign_of_a_bad_list(place: Place) -> None:
    """Their addresses need SMTPUTF8 (RFC 6531), which it lacks: we refuse them, before it hears of them."""
    people = [f"josé{number}@example.net" for number in range(30)] + addresses(10)
    with FaultyServer(extensions=("PIPELINING", "8BITMIME")) as server, Ledger(place) as ledger:
        mailing = ledger.queue(draft(paragraphs=2), [Entry(who, who, "", "en", {}) for who in people])
        report = deliver(
            mailing, ledger, SmtpTransport(settings(server.port), QUICK), schedule=QUICK, max_wait=0
        )
    assert not report.halted
    assert report.counts == {Status.ACCEPTED: 10, Status.REJECTED: 30}


def test_fewer_than_twenty_say_nothing_about_a_list(place: Place) -> None:
    bad = dict.fromkeys(addresses(18)[:9], "550 5.1.1 no such user")
    with FaultyServer(refuse=bad) as server:
        report = send(place, server, 18)
    assert not report.halted
    assert report.counts == {Status.ACCEPTED: 9, Status.REJECTED: 9}


@pytest.mark.parametrize(
    ("stage", "reply", "state"),
    [
        ("RCPT", "554 5.7.1 relay access denied", Status.DEFERRED),
        ("dot", "550 5.7.1 looks like spam", Status.DEFERRED),
        ("MAIL", "550 5.7.1 not you", Status.QUEUED),
        ("MAIL", "553 sender unknown", Status.QUEUED),
        ("dot", "552 5.3.4 too big", Status.QUEUED),
        ("MAIL", "530 5.7.0 log in first", Status.QUEUED),
    ],
)
def test_what_is_about_us_halts_the_run(place: Place, stage: str, reply: str, state: Status) -> None:
    """Nobody is marked as refused, and a later `resume` gets to everybody."""
    with FaultyServer(Fault(stage, reply, nth=5, times=10_000)) as server:
        report = send(place, server)
        assert reply.split(" ", 1)[1] in report.halted
        assert 2 <= len(server.accepted) <= 4
        found = reconcile(place, server.accepted, 40)
        assert set(found.values()) <= {Status.ACCEPTED, Status.QUEUED, state}
        assert state in found.values()
        server.heal()
        assert send(place, server).finished
        reconcile(place, server.accepted, 40)


# ---- trying again ----------------------------------------------------------------------------------


def test_deferred_recipients_are_tried_again_in_the_run(place: Place) -> None:
    with FaultyServer(Fault("RCPT", "450 4.7.1 greylisted", times=40)) as server:
        report = send(place, server, max_wait=5)
        reconcile(place, server.accepted, 40)
    assert report.finished
    with Ledger(place) as ledger:
        assert {line.attempts for line in ledger.recipients(RELEASE)} == {2}


def test_one_attempt_each_without_waiting_and_a_resume_tries_at_once(place: Place) -> None:
    later = Schedule(deferred=(3600,), reconnect=(0.01,), dot=1)
    with FaultyServer(Fault("RCPT", "450 4.7.1 greylisted", times=40)) as server:
        report = send(place, server, schedule=later, max_wait=0)
        assert report.counts == {Status.DEFERRED: 40}
        assert "40 not sent yet: `mailer resume" in report.how_to_go_on()[0]
        assert send(place, server, schedule=later, max_wait=0).finished


def test_the_run_waits_no_longer_than_it_was_told(place: Place) -> None:
    with FaultyServer(Fault("RCPT", "450 4.7.1 greylisted", times=10_000)) as server:
        report = send(place, server, 3, max_wait=0.2)
    assert report.counts == {Status.DEFERRED: 3}
    assert server.seen["RCPT"] > 3, "it was tried again"


def test_a_message_that_breaks_every_connection_is_put_aside(place: Place) -> None:
    """What a content filter does: it hangs up on one message, always. The others get theirs."""
    poisoned = "reporter3@example.net"

    with FaultyServer(refuse={poisoned: "421 4.7.0 go away"}) as server:
        report = send(place, server, 40)
        found = reconcile(place, server.accepted, 40)
    assert not report.halted
    assert [address for address, state in found.items() if state is not Status.ACCEPTED] == [poisoned]
    assert found[poisoned] is Status.DEFERRED


def test_a_server_that_goes_away_for_good_halts_the_run(place: Place) -> None:
    with FaultyServer(
        Fault("connect", "drop", nth=3, times=1000), Fault("MAIL", "421", nth=10, times=1000)
    ) as server:
        report = send(place, server)
        assert "Can't connect to 127.0.0.1" in report.halted
        server.heal()
        assert send(place, server).finished
        reconcile(place, server.accepted, 40)


# ---- the pace --------------------------------------------------------------------------------------


def test_every_window_holds_over_any_stretch_of_time() -> None:
    windows = RateWindows((Rate(3, 1), Rate(10, 10)))
    now, sent = 0.0, []
    while now < 40:
        if windows.wait(now) > 0:
            now += windows.wait(now)
        windows.count(now)
        sent.append(now)
    for messages, seconds in ((3, 1), (10, 10)):
        for moment in sent:
            assert sum(moment <= other < moment + seconds for other in sent) <= messages
    assert len(sent) > 35, "and no slower than they allow"


def test_the_rate_holds_over_all_connections_and_over_runs(place: Place) -> None:
    arrivals: list[float] = []
    with FaultyServer(
        hook=lambda stage, when: arrivals.append(time.monotonic()) if stage == "MAIL" else None
    ) as server:
        stop = Stop()

        def enough(progress: Progress) -> None:
            if progress.accepted >= 15:
                stop.press()

        rates = (Rate(10, 1),)
        send(place, server, 30, rates=rates, connections=4, stop=stop, on_progress=enough)
        send(place, server, rates=rates, connections=4)
        reconcile(place, server.accepted, 30)
    moments = arrivals[::2]
    for moment in moments:
        assert sum(moment <= other < moment + 0.9 for other in moments) <= 10


def test_no_more_connections_than_allowed_or_worth_it(tmp_path: Path) -> None:
    def busy(stage: str, when: str) -> None:
        """Answers no message before three have connected, or could have long since."""
        until = time.monotonic() + 5
        while (stage, when) == ("dot", "before") and server.most_at_once < 3 and time.monotonic() < until:
            time.sleep(0.01)

    with FaultyServer(hook=busy) as server:
        send(tmp_path / "a.db", server, 60, connections=3)
        assert server.most_at_once == 3
    with FaultyServer() as server:
        send(tmp_path / "b.db", server, 5, connections=3)
        assert server.most_at_once == 1


# ---- people's wishes, and Ctrl-C -------------------------------------------------------------------


def test_wishes_are_asked_at_the_moment_of_sending(place: Place, tmp_path: Path) -> None:
    with FaultyServer() as server:
        send(place, server, 4, still_wanted=StillWanted(suppressed(tmp_path, "reporter2@example.net")))
        reconcile(place, server.accepted, 4)
    with Ledger(place) as ledger:
        refused = list(ledger.recipients(RELEASE, Status.REJECTED))
    assert [(line.address, line.reply) for line in refused] == [
        ("reporter2@example.net", "not sent: asked by phone")
    ]


def test_allow_only(place: Place) -> None:
    with FaultyServer() as server:
        send(place, server, 12, allow_only=("*1@example.net", "*@staging.example.org"))
    assert {recipient for recipient, _ in server.accepted} == {
        "reporter1@example.net",
        "reporter11@example.net",
    }


def test_one_ctrl_c_finishes_what_is_in_flight(place: Place) -> None:
    stop = Stop()

    def press(stage: str, when: str) -> None:
        if len(server.accepted) >= 10 and not stop.finishing:
            stop.press()

    with FaultyServer(hook=press) as server:
        report = send(place, server, stop=stop)
        found = reconcile(place, server.accepted, 40)
        assert set(found.values()) == {Status.ACCEPTED, Status.QUEUED}
        assert report.how_to_go_on()
        assert send(place, server).finished
        reconcile(place, server.accepted, 40)


def test_two_end_it_at_once(place: Place) -> None:
    stop = Stop()

    def press(stage: str, when: str) -> None:
        if stage == "dot" and when == "before" and len(server.accepted) == 9:
            stop.press()
            stop.press()
            time.sleep(0.6)

    with FaultyServer(hook=press) as server:
        send(place, server, stop=stop)
        time.sleep(0.7)
        found = reconcile(place, server.accepted, 40)
    assert 1 <= list(found.values()).count(Status.UNCERTAIN) <= 2
    assert Status.QUEUED in found.values()
    assert states(place) == found


def test_progress_counts_up_to_the_end(place: Place) -> None:
    seen: list[Progress] = []
    with FaultyServer(refuse={"reporter3@example.net": "550 5.1.1 no"}) as server:
        send(place, server, 30, on_progress=seen.append)
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert (seen[-1].total, seen[-1].accepted, seen[-1].rejected, seen[-1].done) == (30, 29, 1, 30)
