"""Two mailings at once keep one pace: SMTP_RATE is what the provider allows, not what each process allows itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.lists import make_list
from support.places import Place, ask
from support.queued import server_of
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, queued, reconcile, settings
from support.terminal import start

from mailer.delivery import Ledger, Progress, SmtpTransport, deliver
from mailer.delivery.pace import Pace
from mailer.settings import Rate
from mailer.workspace import Workspace

_ATTEMPT = "(delivery, at, code, enhanced, text, host)"


class Clock:
    """One that stands still."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def places(ledger: Place) -> list[float]:
    return [at for (at,) in ask(ledger, "SELECT at FROM pace ORDER BY at")]


def most_in(seconds: float, moments: list[float]) -> int:
    return max(sum(first <= at < first + seconds for at in moments) for first in moments)


def test_two_mailings_at_once_share_the_rate(workspace: Workspace) -> None:
    make_list(workspace, "many", 40)
    text = (workspace.releases / "harbour-report.md").read_text("utf-8")
    (workspace.releases / "harbour-other.md").write_text(text, "utf-8")
    with FaultyServer() as server:
        senders = [
            start(
                "send", release, "--list", "many", "--yes", cwd=workspace.root, stderr=subprocess.DEVNULL,
                SMTP_RATE="16/second, 100/minute", **server_of(server),
            )
            for release in ("harbour-report", "harbour-other")
        ]  # fmt: skip
        assert [sender.wait(120) for sender in senders] == [0, 0]
        assert len(server.accepted) == 80
    assert len(places(workspace.ledger)) == 80
    assert most_in(1, places(workspace.ledger)) <= 16


def test_the_time_that_is_left_is_by_the_rate_that_is_allowed(place: Place) -> None:
    """At 30 a minute, thirty go at once and look like hundreds a second; the rest take half an hour all the same."""
    burst = Progress(1000, 30, 0, 0, 0, rate=300, earliest=1940)
    assert burst.seconds_left == 1940
    told: list[Progress] = []
    with FaultyServer() as server, Ledger(place) as ledger:
        transport = SmtpTransport(settings(server.port), QUICK)
        deliver(queued(ledger, 7), ledger, transport, rates=(Rate(4, 1),), on_progress=told.append)
    assert 0 < max(progress.earliest for progress in told) <= 1, "four, and three a second later"
    assert told[-1].seconds_left == 0


def test_a_rate_is_kept_by_one_process_where_several_are_allowed(tmp_path: Path) -> None:
    with FaultyServer() as server, Ledger(tmp_path / "ledger.db") as ledger:
        mailing = queued(ledger, 40)
        transport = SmtpTransport(settings(server.port), QUICK, processes=2, help_after=0)
        assert deliver(mailing, ledger, transport, schedule=QUICK, rates=(Rate(30, 1),)).finished
    reconcile(tmp_path / "ledger.db", server.accepted, 40)
    assert len(places(tmp_path / "ledger.db")) == 40
    assert most_in(1, places(tmp_path / "ledger.db")) <= 30


def test_a_place_that_somebody_else_took_is_taken(place: Place) -> None:
    with Ledger(place) as one, Ledger(place) as another:
        clock = Clock(100.0)
        first, second = (Pace(ledger, (Rate(3, 10), Rate(4, 60)), clock) for ledger in (one, another))
        for number, (pace, clock.now) in enumerate(((first, 100.0), (second, 101.0), (first, 102.0)), 1):
            assert pace.take(number)
        clock.now = 103.0
        assert second.wait() == 0, "it has not seen the third yet"
        assert not second.take(4)
        assert second.wait() == 7
        clock.now = 110.0
        assert second.take(4)
        clock.now = 115.0
        assert not first.take(5), "four a minute"
        assert first.wait() == 45


def test_a_place_counts_from_its_answer(place: Place) -> None:
    """A message that is long under way arrives late: the window in which the server counts it begins then."""
    with Ledger(place) as one, Ledger(place) as another:
        clock = Clock(100.0)
        first, second = (Pace(ledger, (Rate(2, 10),), clock) for ledger in (one, another))
        assert first.take(1)
        assert second.take(2)
        clock.now = 104.0
        first.answered(1)
        first.flush()
        clock.now = 110.0
        assert second.take(3), "in place of the second, which is not known to be late"
        assert not second.take(4)
        assert not first.take(4)
        assert first.wait() == 4
        clock.now = 114.0
        assert second.take(4)


def test_a_later_run_counts_what_earlier_ones_sent_with_a_rate_and_without(place: Place) -> None:
    with Ledger(place) as ledger:
        queued(ledger, 9)
        with ledger.writing() as db:
            db.execute(
                f"INSERT INTO attempts {_ATTEMPT} VALUES (7, 95.0, 250, '', 'of a run without a rate', '')"
            )
        assert Pace(ledger, (Rate(3, 60),), Clock(100.0)).take(8)
        with ledger.writing() as db:
            db.execute(
                f"INSERT INTO attempts {_ATTEMPT} VALUES (8, 100.5, 250, '', 'took a place, and was accepted', '')"
            )
        clock = Clock(102.0)
        again = Pace(ledger, (Rate(3, 60),), clock)
        assert again.take(9), "7, 8 and now 9: the message to 8 is one, not two"
        clock.now = 103.0
        assert not again.take(10)
        assert again.wait() == 52


def test_without_a_rate_the_ledger_is_not_asked(place: Place) -> None:
    with Ledger(place) as ledger:
        pace = Pace(ledger, (), Clock(100.0))
        assert all(pace.take(number) for number in range(100))
        assert not pace
    assert places(place) == []
