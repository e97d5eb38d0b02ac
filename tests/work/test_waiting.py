"""What a worker waits for, and for how long: those who were deferred, a turn that is too short to tell, what it had in view."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import Fault, FaultyServer
from support.working import queued

from mailer.delivery import Ledger, Progress, Stop
from mailer.pipeline.working import Figures, News, Worker
from mailer.pipeline.working import Office as AtWork
from mailer.pipeline.working.due import Looked, View
from mailer.pipeline.working.turn import TURN, Turn
from mailer.settings import Settings
from mailer.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


def worked(office: Office) -> tuple[list[News], bool]:
    """What `work --once` tells, in this process; and whether a person has to look."""
    told: list[News] = []
    settings = Settings(smtp_host="127.0.0.1", smtp_port=office.server.port, smtp_security="none")
    worker = Worker(AtWork(office.workspace, settings), Stop(), told.append, Figures(), once=True)
    worker.run()
    return told, worker.for_a_person


def kinds(office: Office) -> list[str]:
    with Ledger(office.workspace.ledger) as ledger:
        return [order.kind for order in ledger.orders(RELEASE)]


def say(office: Office, statement: str, *values: object) -> None:
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        assert db.execute(statement, values).rowcount


def looked(office: Office, view: View) -> Looked:
    with Ledger(office.workspace.ledger) as ledger:
        return view.look(ledger)


# ---- those who were deferred ----------------------------------------------------------------------------


def test_who_is_deferred_again_and_again_is_left_to_a_person(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.pipeline.working.served._MAX_WAIT", 0.0)
    queued(office)
    office.server.faults.append(Fault("RCPT", "4xx", times=3))
    told, for_a_person = worked(office)
    assert [news.event for news in told] == ["begun", "left_over"]
    assert for_a_person
    assert f"mailer resume {RELEASE} --queue" in told[-1].said
    assert (len(office.got()), kinds(office)) == (8, ["send", "post", "stop"])
    assert worked(office) == ([], False)
    assert office.run("resume", RELEASE, "--queue", "--yes").code == 0
    worked(office)
    assert office.counts() == {"accepted": 11}


@pytest.mark.parametrize(
    ("hours", "ended"), [(0.2, False), (2, True)], ids=["soon", "not within half an hour"]
)
def test_who_is_not_due_yet_rests(office: Office, hours: float, ended: bool) -> None:
    """As a worker finds it that was started anew."""
    queued(office)
    say(office, "UPDATE deliveries SET state = 'd', tries = 2, due = ?", time.time() + hours * 3600)
    say(office, "UPDATE mailings SET planned = 0")
    say(office, "UPDATE orders SET kind = 'post', given = given - 3000")
    found = looked(office, View())
    assert ([due.mailing.release for due, _ in found.resting], found.due, found.late) == ([RELEASE], [], [])
    told, for_a_person = worked(office)
    assert ([news.event for news in told], for_a_person) == ((["left_over"], True) if ended else ([], False))
    assert kinds(office) == ["post", "stop"][: 1 + ended]
    assert office.got() == []


# ---- what it has in view --------------------------------------------------------------------------------


def test_what_was_seen_due_is_not_late_for_whoever_has_it_in_view(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(office)
    say(office, "UPDATE mailings SET planned = 0")
    say(office, "UPDATE orders SET kind = 'post'")
    here = View()
    assert looked(office, here).due
    say(office, "UPDATE orders SET given = given - 3600")
    assert looked(office, here).due, "it was here all the time"
    assert looked(office, View()).late, "who comes anew knows nothing of that"
    clock = time.monotonic
    monkeypatch.setattr("mailer.pipeline.working.due.since_boot", lambda: clock() + 10**6)
    assert looked(office, here).late, "it was asleep meanwhile"


def test_what_was_left_over_long_ago_is_not_told_of_for_ever(office: Office) -> None:
    queued(office)
    for days, late in ((6, [RELEASE]), (8, [])):
        say(office, "UPDATE mailings SET planned = ?", time.time() - days * 86_400)
        say(office, "UPDATE orders SET given = ?", time.time() - days * 86_400)
        found = looked(office, View())
        assert ([due.mailing.release for due in found.late], found.due) == (late, [])


def test_what_a_server_has_answered_lately_is_not_late(office: Office) -> None:
    queued(office)
    say(office, "UPDATE mailings SET planned = 0")
    say(office, "UPDATE orders SET kind = 'post', given = given - 3600")
    say(
        office,
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host) SELECT min(id), ?, 250, '', '', 'mx' FROM deliveries",
        time.time() - 60,
    )
    assert looked(office, View()).due


# ---- turns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "answered", "counts_as"),
    [(1000, 500, TURN), (1000, 5, TURN / 5), (10, 5, TURN)],
    ids=["enough", "few of many", "few"],
)
def test_a_turn_lasts_until_it_can_be_told_whether_too_many_are_refused(
    total: int, answered: int, counts_as: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    now = [100.0]
    monkeypatch.setattr("mailer.pipeline.working.turn.time.monotonic", lambda: now[0])
    turn = Turn(Stop(), lambda seconds: asked.append(seconds) or "", lambda: None)
    turn.on_progress(Progress(total, answered, 0, 0, 0, 0.0))
    now[0] += TURN
    assert not turn.finishing
    assert asked == [counts_as]


def test_a_turn_ends_with_its_worker() -> None:
    whole = Stop()
    turn = Turn(whole, lambda seconds: "", lambda: None)
    assert (turn.finishing, turn.aborting) == (False, False)
    whole.press()
    assert (turn.finishing, turn.aborting, turn.stopped) == (True, False, False)
    whole.press()
    assert turn.aborting
