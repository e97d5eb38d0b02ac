"""The wall clock is set while mail goes out: nobody waits longer for it, and nothing leaves faster.

The clock is the world's: the standard library's `time.time` is made to jump, for all of this process. A hang is ended
by a Stop, and then fails what the test says.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import REPOSITORY
from support.places import Place, spoken
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, draft, entries, queued, reconcile, settings

from mailer.delivery import Ledger, Report, SmtpTransport, Stop, deliver
from mailer.delivery.ledger.boot import boot_id
from mailer.delivery.pace import Pace
from mailer.model import Status
from mailer.settings import Rate

HOUR, DAY = 3600.0, 86400.0
OVER = [("file", -HOUR), ("file", DAY), ("database", DAY)]
"""A database has a clock of its own: one way of setting ours tells as much as the other."""


class Wall:
    """The wall clock, `ahead` of what it was by so many seconds."""

    def __init__(self) -> None:
        self.ahead, self._right = 0.0, time.time

    def __call__(self) -> float:
        return self._right() + self.ahead


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    clock = Wall()
    monkeypatch.setattr(time, "time", clock)
    return clock


@contextmanager
def stopped_after(seconds: float) -> Iterator[Stop]:
    stop = Stop()
    timer = threading.Timer(seconds, stop.press)
    timer.start()
    try:
        yield stop
    finally:
        timer.cancel()


def send(
    place: Place, server: FaultyServer, count: int, processes: int = 1, seconds: float = 20, **options: object
) -> Report:
    """One run, stopped after so many seconds."""
    how = settings(server.port, smtp_timeout=20)
    with Ledger(place) as ledger, stopped_after(seconds) as stop:
        known = any(mailing.release == RELEASE for mailing in ledger.mailings())
        mailing = ledger.mailing(RELEASE) if known else queued(ledger, count, paragraphs=2)
        transport = SmtpTransport(how, QUICK, processes=processes, help_after=0)
        return deliver(
            mailing, ledger, transport, stop=stop, **({"schedule": QUICK, "max_wait": 60} | options)
        )


# ---- deferred recipients ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "ahead", "waiting"),
    [*((*over, waiting) for over in OVER[:2] for waiting in (True, False)), (*OVER[2], True)],
    indirect=["place"],
)
def test_deferred_recipients_are_tried_again(place: Place, wall: Wall, ahead: float, waiting: bool) -> None:
    def sets(stage: str, when: str) -> None:
        if len(server.accepted) == 2 and not wall.ahead:
            if waiting:
                threading.Timer(0.5, lambda: setattr(wall, "ahead", ahead)).start()
            else:
                wall.ahead = ahead

    late = replace(QUICK, deferred=(1.0,))
    with FaultyServer(Fault("RCPT", "450 4.7.1 greylisted", nth=2, times=2), hook=sets) as server:
        report = send(place, server, 5, schedule=late)
        found = reconcile(place, server.accepted, 5)
    assert wall.ahead == ahead
    assert report.finished and set(found.values()) == {Status.ACCEPTED}


def test_those_whom_a_helper_deferred_are_tried_again(tmp_path: Path, wall: Wall) -> None:
    """The clock was set back between the start of the two processes."""

    def both(stage: str, when: str) -> None:
        until = time.monotonic() + 10
        while stage == "RCPT" and server.most_at_once < 2 and time.monotonic() < until:
            time.sleep(0.01)

    wall.ahead = -HOUR
    path = tmp_path / "ledger.db"
    with FaultyServer(Fault("RCPT", "450 4.7.1 greylisted", times=300), hook=both) as server:
        report = send(path, server, 300, processes=2)
        reconcile(path, server.accepted, 300)
    assert report.finished


# ---- the rate -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "ahead"), OVER, indirect=["place"])
def test_the_rate_holds_and_goes_on(place: Place, wall: Wall, ahead: float) -> None:
    begun: list[float] = []

    def sets(stage: str, when: str) -> None:
        if (stage, when) == ("MAIL", "before"):
            begun.append(time.monotonic())
        if len(server.accepted) >= 5:
            wall.ahead = ahead

    with FaultyServer(hook=sets) as server:
        report = send(place, server, 15, rates=(Rate(5, 1),))
        reconcile(place, server.accepted, 15)
    assert report.finished
    assert max(sum(first <= moment < first + 0.9 for moment in begun) for first in begun) <= 5


@pytest.mark.parametrize(("place", "ahead"), OVER, indirect=["place"])
def test_a_later_run_in_the_same_boot_keeps_the_pace(place: Place, wall: Wall, ahead: float) -> None:
    with FaultyServer() as server:
        send(place, server, 10, seconds=1, rates=(Rate(5, 60),))
        assert len(server.accepted) == 5
        wall.ahead = ahead
        send(place, server, 10, seconds=1, rates=(Rate(5, 60),))
        assert len(server.accepted) == 5, "the minute has not passed"


SENDER = """
import sys, time
right, ahead = time.time, float(sys.argv[1])
time.time = lambda: right() + ahead
sys.path.insert(0, sys.argv[3])
from support.places import understood
from mailer.delivery import Ledger
from mailer.delivery.pace import Pace
from mailer.settings import Rate
with Ledger(understood(sys.argv[2])) as ledger:
    pace = Pace(ledger, (Rate(3, 60),), ledger.clock())
    print(sum(pace.take(number) for number in range(1, 11)), 20 < pace.wait() <= 60)
"""


@pytest.mark.parametrize(("place", "ahead"), [*OVER, ("file", HOUR)], indirect=["place"])
def test_two_processes_share_the_pace_though_the_clock_was_set_between_their_starts(
    place: Place, ahead: float
) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", SENDER, str(moved), spoken(place), str(REPOSITORY / "tests")],
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout
        for moved in (0.0, ahead)
    ]  # fmt: skip
    assert said == ["3 True\n", "0 True\n"]


def test_moments_that_are_still_to_come_count_as_now_and_once(place: Place) -> None:
    """The clock was a year ahead when they were written: the wait is one window, and none for the run after that."""
    rates = (Rate(3, 1),)
    with Ledger(place) as ledger:
        mailing = ledger.queue(draft(), entries(4))
        ledger.queue(draft("another"), entries(1))
        ahead = time.time() + 365 * DAY
        with ledger.writing() as db:
            db.executemany("INSERT INTO pace (at, delivery) VALUES (?, ?)", [(ahead, 901), (ahead + 1, 902)])
            db.execute(
                "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
                " VALUES (5, ?, 250, '', 'without a rate', '')",
                (ahead,),
            )
        assert 0 < Pace(ledger, rates, ledger.clock()).wait() <= 1
        with FaultyServer() as server, stopped_after(20) as stop:
            transport = SmtpTransport(settings(server.port), QUICK)
            assert deliver(mailing, ledger, transport, rates=rates, stop=stop).finished
        time.sleep(1)
        assert Pace(ledger, rates, ledger.clock()).wait() == 0


# ---- the clock itself ---------------------------------------------------------------------------------


def test_it_runs_as_the_wall_clock_did_and_never_jumps(tmp_path: Path, wall: Wall) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        with ledger.writing() as db:
            db.execute("INSERT INTO boots VALUES ('another boot of this machine', 1.0)")
        clock = ledger.clock()
        assert abs(clock() - time.time()) < 1
        before = clock()
        for ahead in (-HOUR, DAY):
            wall.ahead = ahead
            assert 0 <= clock() - before < 1
            with Ledger(path) as another:
                assert 0 <= another.clock()() - before < 1
    with closing(sqlite3.connect(path)) as db:
        assert [boot for (boot,) in db.execute("SELECT boot FROM boots ORDER BY began")] == [
            "another boot of this machine", boot_id(),
        ]  # fmt: skip
