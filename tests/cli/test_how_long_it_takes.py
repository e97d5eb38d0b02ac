"""The question before sending says when it is done at the pace that is allowed, by all that has left already."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.lists import make_list
from support.queued import left_in_the_queue, server_of
from support.smtp_faulty import FaultyServer
from support.terminal import Terminal, mailer, start

from mailer.cli.asking import print_outgoing
from mailer.delivery import Ledger, departures
from mailer.delivery.pace import Pace
from mailer.pipeline.crowd import Group
from mailer.pipeline.outgoing import Outgoing
from mailer.settings import Settings, parse_rates
from mailer.workspace import Workspace

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 6, 3, 12, tzinfo=LONDON)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as running:
        yield running


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


def outgoing(
    number: int, planned: datetime = NOON, embargo: datetime | None = None, **more: object
) -> Outgoing:
    until = embargo.timestamp() if embargo else 0.0
    nothing: dict[str, object] = dict.fromkeys(("already", "refused", "in_doubt"), 0)
    nothing |= {"waiting": Group(), "again": Group(), "kept_back": {}, "refuse_embargo": Group(), "alike": ()}
    nothing |= {"unmarked": Group(), "corrected_by": ""}
    values = nothing | {"planned": planned.timestamp(), "embargo": until, "zone": "Europe/London"} | more
    return Outgoing("harbour", "Press release: Harbour", (), number, recipients="", **values)


Asked = Callable[..., str]


@pytest.fixture
def asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ledger: Ledger
) -> Iterator[Asked]:
    """What is said of the pace at noon, or another time, on a computer in London; "": nothing."""
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()

    def say(leaving: Outgoing, rates: str, now: datetime = NOON) -> str:
        monkeypatch.setattr(time, "time", now.timestamp)
        print_outgoing(leaving, Settings(smtp_rate=parse_rates(rates)), ledger)
        said = re.search(r"Pace\s+(.*)", re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().err))
        return said[1] if said else ""

    yield say
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("number", "rates", "says"),
    [
        (1000, "30/minute", "1,000 recipients at 30 a minute: done about 12:33"),
        (1000, "30/minute, 10000/day", "1,000 recipients at 30 a minute and 10,000 a day: done about 12:33"),
        (1000, "600/hour", "1,000 recipients at 600 an hour: done about 13:00"),
        (1, "30/minute", "1 recipient at 30 a minute: as fast as the server takes them"),
        (1500, "2000/day", "1,500 recipients at 2,000 a day: as fast as the server takes them"),
        (
            12500,
            "30/minute, 10000/day",
            "12,500 recipients at 30 a minute and 10,000 a day: 10,000 of 12,500 today, the rest from tomorrow 12:00;"
            " done about tomorrow 13:23",
        ),
        (
            7000,
            "2000/day",
            "7,000 recipients at 2,000 a day: 2,000 of 7,000 today, the rest from tomorrow 12:00;"
            " done about 2026-06-06 12:00",
        ),
        (30000, "30/minute", "30,000 recipients at 30 a minute: done about tomorrow 04:39"),
        (1000, "", ""),
    ],
)  # fmt: skip
def test_when_it_is_done(asked: Asked, number: int, rates: str, says: str) -> None:
    assert asked(outgoing(number), rates) == says


def test_a_planned_time_is_reckoned_from(asked: Asked) -> None:
    later = outgoing(1000, planned=NOON + timedelta(days=1, hours=-6))
    assert asked(later, "30/minute").endswith(": done about tomorrow 06:33")


def test_a_first_part_that_ends_tomorrow_is_not_today_s(asked: Asked) -> None:
    late = NOON.replace(hour=22)
    said = asked(outgoing(12500, planned=late), "30/minute, 10000/day", now=late)
    assert "10,000 of 12,500 until tomorrow 03:33, the rest from tomorrow 22:00" in said


def test_who_gets_it_only_after_the_embargo_is_said(asked: Asked) -> None:
    under = outgoing(1000, embargo=NOON + timedelta(minutes=30))
    said = asked(under, "30/minute")
    assert said.endswith("done about 12:33; 100 of them leave after the end of the embargo, 12:30")
    over = outgoing(1000, embargo=NOON - timedelta(minutes=1))
    assert "embargo" not in asked(over, "30/minute")


def test_an_office_elsewhere_is_shown_its_own_clock(asked: Asked) -> None:
    said = asked(outgoing(1000, zone="America/New_York"), "30/minute")
    assert said.endswith("done about 07:33 America/New_York")


@pytest.mark.parametrize("rates", ["7/minute", "3/second, 20/minute, 50/hour", "1/second"])
@pytest.mark.parametrize("before", [0, 11, 60])
def test_it_is_what_the_pace_then_does(ledger: Ledger, rates: str, before: int) -> None:
    """Reckoned beforehand, and kept place by place: with what other mailings have sent, with a rate and without."""

    class Clock:
        now = 1000.0

        def __call__(self) -> float:
            return self.now

    clock, windows = Clock(), parse_rates(rates)
    with ledger.writing() as db:
        for number in range(before):
            table = ("attempts (code, enhanced, text, host, at, delivery) VALUES (250, '', '', '',",
                     "pace (at, delivery) VALUES (")[number % 2]  # fmt: skip
            db.execute(f"INSERT INTO {table} ?, ?)", (clock.now - before + number, number + 1))
    reckoned = departures(ledger, windows, 80, clock=clock)
    pace, kept = Pace(ledger, windows, clock), []
    for number in range(80):
        while not pace.take(1000 + number):
            clock.now += max(pace.wait(), 0.001)
        kept.append(clock.now - 1000.0)
    assert kept == pytest.approx(reckoned, abs=0.2)


def test_what_was_sent_by_a_clock_that_was_ahead_counts_as_now(ledger: Ledger) -> None:
    """As `Pace` takes it: nobody waits longer than a window."""
    with ledger.writing() as db:
        db.execute("INSERT INTO pace (at, delivery) VALUES (?, 1)", (1000.0 + 86400,))
    assert departures(ledger, parse_rates("2/minute"), 3, clock=lambda: 1000.0) == [0.0, 60.0, 60.0]


# ---- as a person meets it ----------------------------------------------------------------------------


def pace_on_a_terminal(workspace: Workspace, server: FaultyServer, *arguments: str, **settings: str) -> str:
    with Terminal(*arguments, cwd=workspace.root, **server_of(server), **settings) as terminal:
        said = terminal.until("Type ")
        terminal.type("no")
        assert terminal.code() == 2
    return "".join(line.strip() for line in said.splitlines() if " Pace  " in line)


def test_it_is_said_before_the_number_is_typed(workspace: Workspace, server: FaultyServer) -> None:
    said = pace_on_a_terminal(workspace, server, "send", "harbour-report", SMTP_RATE="4/minute")
    assert re.fullmatch(r"Pace  11 recipients at 4 a minute: done about (tomorrow )?\d\d:\d\d", said)


def test_what_is_left_of_a_mailing_is_reckoned_too(workspace: Workspace, server: FaultyServer) -> None:
    left_in_the_queue(workspace, "harbour-report")
    said = pace_on_a_terminal(workspace, server, "resume", "harbour-report", SMTP_RATE="4/minute")
    assert "Pace  11 recipients at 4 a minute: done about" in said


def test_without_a_rate_nothing_is_said(workspace: Workspace, server: FaultyServer) -> None:
    assert pace_on_a_terminal(workspace, server, "send", "harbour-report") == ""


def test_a_script_s_output_has_nothing_of_it(workspace: Workspace, server: FaultyServer) -> None:
    ran = mailer(
        "send",
        "harbour-report",
        "--yes",
        "--json",
        cwd=workspace.root,
        **server_of(server),
        SMTP_RATE="99/minute",
    )
    assert (ran.code, "Pace" in ran.err) == (0, True)
    assert "Pace" not in ran.out and "a minute" not in ran.out


def test_two_mailings_through_a_preset_share_its_pace_and_the_next_is_told(
    workspace: Workspace, server: FaultyServer
) -> None:
    """Microsoft 365's thirty a minute, of which two mailings at once take twenty-four."""
    make_list(workspace, "dozen", 12)
    text = (workspace.releases / "harbour-report.md").read_text("utf-8")
    (workspace.releases / "harbour-other.md").write_text(text, "utf-8")
    preset = {"SMTP_PRESET": "microsoft365"} | server_of(server)
    senders = [
        start("send", release, "--list", "dozen", "--yes", cwd=workspace.root, **preset)
        for release in ("harbour-report", "harbour-other")
    ]  # fmt: skip
    told = [sender.communicate(timeout=120)[1] for sender in senders]
    assert [sender.returncode for sender in senders] == [0, 0]
    assert len(server.accepted) == 24
    for said in told:
        assert "SMTP_PRESET=microsoft365" in said
    with Ledger(workspace.ledger) as ledger, ledger.reading() as db:
        places, last = db.execute("SELECT count(*), max(at) FROM pace").fetchone()
        leaving = departures(ledger, parse_rates("30/minute, 10000/day"), 7, clock=lambda: float(last))
    assert places == 24
    assert (leaving[5], leaving[6] > 0) == (0.0, True), "six of a minute's thirty are left"
