"""What somebody asks of a sender while it sends: a pause, to go on, to stop. Whoever is in flight is finished first."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.own_office import make_own_office
from support.places import Place, end_leases, spoken
from support.queued import server_of
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings
from support.terminal import mailer, start

from mailer.delivery import Ledger, Order, Report, Request, Requests, SmtpTransport, deliver
from mailer.delivery.ledger.sqlite.lock import whoever_we_are
from mailer.errors import BeingSent
from mailer.model import Status
from mailer.pipeline.planned import When, planned_of
from mailer.settings import parse_rates

SENDER = Path(__file__).resolve().parent.parent / "support" / "smtp_sender.py"
COUNT = 240
ANA = "ana@harbour"

WAYS: dict[str, dict[str, object]] = {
    "one message in flight": {},
    "several in flight": {"window": 4},
    "helper processes": {"processes": 2},
    "at a pace": {"rates": parse_rates("90/second")},
}
OVER = [*(("file", way) for way in WAYS), ("database", "several in flight")]
"""Helper processes are for a file only."""


class Sending:
    """A run in a thread of its own, and somebody who asks something of it."""

    def __init__(
        self, place: Place, server: FaultyServer, *, window: int = 1, processes: int = 1, **options: object
    ) -> None:
        self.place, self.server, self.heard = place, server, list[Request]()
        self._window, self._processes, self._options = window, processes, options
        self._reports: list[Report] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        values = {"smtp_connections": 2 * self._processes, "smtp_timeout": 5, "smtp_window": self._window}
        with Ledger(self.place) as ledger:
            transport = SmtpTransport(
                settings(self.server.port, **values), QUICK, processes=self._processes, help_after=0
            )
            options = {"schedule": QUICK, "max_wait": 0} | self._options
            report = deliver(
                ledger.mailing(RELEASE), ledger, transport, on_request=self.heard.append, **options
            )
            self._reports.append(report)

    def ask(self, kind: str) -> None:
        """And wait until it has been heard."""
        before = len(self.heard)
        with Ledger(self.place) as ledger:
            Requests(ledger).ask(ledger.mailing(RELEASE).id, kind, ANA)
        until(lambda: len(self.heard) > before)

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def report(self) -> Report:
        self._thread.join(60)
        assert self._reports, "the run does not end"
        return self._reports[0]


class Gate:
    """Where the second message waits, complete and unanswered."""

    def __init__(self, server: FaultyServer) -> None:
        self._server, self.reached, self.open = server, threading.Event(), threading.Event()
        server.hook = self._hold

    def _hold(self, stage: str, when: str) -> None:
        if stage == "dot" and when == "before" and self._server.accepted:
            self.reached.set()
            self.open.wait(30)


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.01)


@pytest.fixture
def ready(place: Place) -> Place:
    """A ledger with all of them queued."""
    with Ledger(place) as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return place


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """A slow one, which offers all that a sender can use."""
    extensions = ("PIPELINING", "CHUNKING", "SIZE 10000000", "8BITMIME", "SMTPUTF8")
    with FaultyServer(extensions=extensions, hook=lambda stage, when: time.sleep(0.002)) as slow:
        yield slow


@pytest.mark.parametrize(("place", "way"), OVER, indirect=["place"])
def test_a_pause_holds_until_somebody_says_to_go_on(way: str, ready: Place, server: FaultyServer) -> None:
    """Who was in flight is finished, the connections are closed politely, and nothing is sent. Then everybody gets it."""
    sending = Sending(ready, server, **WAYS[way])
    until(lambda: len(server.accepted) >= 20)
    sending.ask("pause")
    server.wait_until_idle()
    reached, had_it = dict(server.seen), len(server.accepted)
    assert had_it < COUNT, "it had time to pause"
    assert server.seen["QUIT"] == server.seen["connect"], "each connection was taken leave of"
    time.sleep(1)
    assert dict(server.seen) == reached, "the server heard not a word in the pause"
    sending.ask("go on")
    report = sending.report()
    assert report.finished, report
    assert Status.UNCERTAIN not in set(reconcile(ready, server.accepted, COUNT).values())
    assert [(each.kind, each.giver) for each in sending.heard] == [("pause", ANA), ("go on", ANA)]


@pytest.mark.parametrize(("place", "way"), OVER, indirect=["place"])
def test_a_stop_finishes_what_is_in_flight(way: str, ready: Place, server: FaultyServer) -> None:
    sending = Sending(ready, server, **WAYS[way])
    until(lambda: len(server.accepted) >= 20)
    sending.ask("stop")
    report = sending.report()
    found = reconcile(ready, server.accepted, COUNT)
    assert set(found.values()) == {Status.ACCEPTED, Status.QUEUED}
    assert report.counts[Status.ACCEPTED] == len(server.accepted)


def test_a_paused_run_can_be_stopped(ready: Place, server: FaultyServer) -> None:
    sending = Sending(ready, server)
    until(lambda: len(server.accepted) >= 20)
    sending.ask("pause")
    sending.ask("stop")
    report = sending.report()
    assert report.counts[Status.QUEUED] > 0
    assert Status.UNCERTAIN not in report.counts


def test_two_stops_are_one(ready: Place) -> None:
    """A second Ctrl-C drops what is in flight; a second click means no more than the first."""
    slow = threading.Event()

    def hold_the_dot(stage: str, when: str) -> None:
        if stage == "dot" and when == "before" and len(server.accepted) >= 5:
            slow.wait(30)

    with FaultyServer(hook=hold_the_dot) as server:
        sending = Sending(ready, server)
        until(lambda: len(server.accepted) >= 5)
        sending.ask("stop")
        sending.ask("stop")
        slow.set()
        report = sending.report()
        reconcile(ready, server.accepted, COUNT)
    assert Status.UNCERTAIN not in report.counts


def test_what_was_asked_of_an_earlier_run_is_over(ready: Place, server: FaultyServer) -> None:
    with Ledger(ready) as ledger:
        Requests(ledger).ask(ledger.mailing(RELEASE).id, "pause", ANA)
    sending = Sending(ready, server)
    assert sending.report().finished and not sending.heard


def test_a_pause_while_it_waits_for_those_refused_for_now(ready: Place) -> None:
    """They are due in the pause, and tried when it is over."""
    with FaultyServer(Fault("RCPT", "450 4.7.1 greylisted", times=COUNT)) as server:
        sending = Sending(
            ready, server, max_wait=60, schedule=QUICK.__class__(deferred=(1.5,), jitter=0, linger=0.3)
        )
        until(lambda: server.seen["RCPT"] >= COUNT)
        sending.ask("pause")
        time.sleep(2.5)
        assert (server.seen["RCPT"], server.accepted) == (COUNT, [])
        sending.ask("go on")
        assert sending.report().finished
        reconcile(ready, server.accepted, COUNT)


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_pause_over_the_planned_time(ready: Place, server: FaultyServer) -> None:
    """Nothing leaves at that time; and who says to go on means it, however late it is by then. In a database it is the
    server's clock that counts, which no test sets (tests/postgres/test_clocks.py)."""
    clock = time.time()
    with Ledger(ready) as ledger:
        mailing = ledger.mailing(RELEASE)
        ledger.order(mailing, Order("send", COUNT, "", planned=clock + 60, giver=ANA))
    waits = threading.Event()

    def now() -> float:
        waits.set()
        return clock

    sending = Sending(ready, server, now=now)
    waits.wait(30)
    sending.ask("pause")
    clock += 3600
    time.sleep(1)
    assert not server.seen["connect"]
    with Ledger(ready) as ledger, ledger.writing() as db:  # said an hour from now, by the clock of this test
        db.execute("INSERT INTO requests (mailing, kind, at, giver) VALUES (1, 'go on', ?, ?)", (clock, ANA))
    report = sending.report()
    assert report.finished, report.halted


def test_a_pause_at_the_very_end_keeps_nobody(ready: Place) -> None:
    """Where nobody is left, there is nothing to go on with: the run ends."""
    last = threading.Event()

    def hold_the_last(stage: str, when: str) -> None:
        if stage == "dot" and when == "before" and len(server.accepted) >= COUNT - 1:
            last.wait(30)

    with FaultyServer(hook=hold_the_last) as server:
        sending = Sending(ready, server)
        until(lambda: len(server.accepted) >= COUNT - 1)
        sending.ask("pause")
        last.set()
        assert sending.report().finished


@pytest.mark.parametrize(
    ("place", "mode"),
    [("file", "pipelining"), ("file", "processes"), ("database", "pipelining")],
    indirect=["place"],
)
def test_killed_in_a_pause(mode: str, ready: Place, server: FaultyServer) -> None:
    """Nobody is in doubt, and the next run is not paused: whoever starts it means it."""
    command = [sys.executable, str(SENDER), spoken(ready), str(server.port), mode]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as sender:
        until(lambda: len(server.accepted) >= 20)
        with Ledger(ready) as ledger:
            Requests(ledger).ask(ledger.mailing(RELEASE).id, "pause", ANA)
        server.wait_until_idle()
        assert sender.poll() is None, "it waits"
        sender.kill()
    assert len(server.accepted) < COUNT
    with Ledger(ready) as ledger:
        until(lambda: not is_held(ledger))  # its helpers see that it is gone
    end_leases(ready)
    assert Sending(ready, server).report().finished
    reconcile(ready, server.accepted, COUNT)


def is_held(ledger: Ledger) -> bool:
    try:
        with ledger.hold(ledger.mailing(RELEASE)):
            return False
    except BeingSent:
        return True


# ---- begun in a terminal ----------------------------------------------------------------------------------


def test_whoever_sits_at_the_terminal_is_told(tmp_path: Path) -> None:
    """`mailer send`, begun by hand, is paused and stopped at the desk."""
    workspace = make_own_office(tmp_path / "office")
    with FaultyServer() as server:
        gate = Gate(server)
        sender = start(
            "send", "harbour-report", "--yes", cwd=workspace.root, SMTP_CONNECTIONS="1", **server_of(server)
        )
        gate.reached.wait(30)
        with Ledger(workspace.ledger) as ledger:
            mailing = ledger.mailing("harbour-report")
            Requests(ledger).ask(mailing.id, "pause", ANA)
            time.sleep(0.6)
            gate.open.set()
            server.wait_until_idle(20)
            assert sender.poll() is None
            Requests(ledger).ask(mailing.id, "stop", ANA)
            _, said = sender.communicate(timeout=30)
            counts = ledger.counts("harbour-report")
    assert sender.returncode == 130
    assert f"Paused at the desk by {ANA}." in said and f"Stopped at the desk by {ANA}" in said
    assert set(counts) == {Status.ACCEPTED, Status.QUEUED}


@pytest.mark.parametrize("kind", ["pause", "stop"])
def test_post_does_not_go_on_with_what_somebody_held_up(kind: str, place: Place) -> None:
    """What was killed in the midst is gone on with the next minute, but not against the word of a person."""
    with Ledger(place) as ledger:
        mailing = queued(ledger, 3)
        ledger.order(mailing, Order("send", 3, "", planned=time.time() + 1, giver=ANA))
        ledger.order(mailing, Order("post", 3, "", giver=whoever_we_are()))

        def due() -> When:
            found = planned_of(ledger, RELEASE, time.time() + 2)
            assert found
            return found.when

        assert due() is When.DUE
        Requests(ledger).ask(mailing.id, kind, ANA)
        assert due() is When.STOPPED
        Requests(ledger).ask(mailing.id, "go on", ANA)
        assert due() is When.DUE


def test_post_that_was_stopped_is_not_begun_again(tmp_path: Path) -> None:
    workspace = make_own_office(tmp_path / "office")
    with FaultyServer() as server:
        at = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(time.time() + 60))
        planned = mailer(
            "send",
            "harbour-report",
            "--yes",
            "--at",
            at,
            "--no-wait",
            cwd=workspace.root,
            **server_of(server),
        )
        assert planned.code == 0, planned.err
        with Ledger(workspace.ledger) as ledger, ledger.writing() as db:
            db.execute("UPDATE mailings SET planned = ?", (time.time(),))
        gate = Gate(server)
        with Ledger(workspace.ledger) as ledger:
            post = start(
                "post", "harbour-report", cwd=workspace.root, SMTP_CONNECTIONS="1", **server_of(server)
            )
            gate.reached.wait(30)
            Requests(ledger).ask(ledger.mailing("harbour-report").id, "stop", ANA)
            time.sleep(0.6)
            gate.open.set()
            post.communicate(timeout=30)
            assert [order.kind for order in ledger.orders("harbour-report")] == ["send", "post", "stop"]
            had_it = len(server.accepted)
            again = mailer("post", cwd=workspace.root, **server_of(server))
            assert (again.code, len(server.accepted)) == (0, had_it), again.err
