"""Processes that send of one mailing at once, each by itself: stopped, killed, without their database for a while. Nobody
gets it twice, and nobody is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.places import end_leases, spoken
from support.postgres import Postgres
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings, states
from support.watched import until

from mailer.delivery import Ledger, Report, Schedule, SmtpTransport, deliver
from mailer.errors import LedgerError
from mailer.model import Outcome, Status
from mailer.workspace.database_url import DatabaseUrl

SENDER = Path(__file__).resolve().parent.parent / "support" / "smtp_sender.py"
CONNECTIONS = 2
"""Of smtp_sender.py: so many are in doubt at most when one is killed."""


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(hook=lambda stage, when: time.sleep(0.005)) as slow:
        yield slow


def start(place: DatabaseUrl, server: FaultyServer) -> subprocess.Popen[str]:
    command = [sys.executable, str(SENDER), spoken(place), str(server.port), "pipelining"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def send(place: DatabaseUrl, server: FaultyServer, **options: object) -> Report:
    with Ledger(place) as ledger:
        transport = SmtpTransport(settings(server.port, smtp_timeout=20), QUICK)
        options = {"schedule": QUICK, "max_wait": 0} | options
        return deliver(ledger.mailing(RELEASE), ledger, transport, **options)


def doubtful(found: dict[str, Status]) -> int:
    assert set(found.values()) <= {Status.ACCEPTED, Status.UNCERTAIN}
    return list(found.values()).count(Status.UNCERTAIN)


def test_two_share_a_mailing(ledger: Ledger, database: DatabaseUrl, server: FaultyServer) -> None:
    queued(ledger, 200, 2)
    senders = [start(database, server) for _ in range(2)]
    said = [sender.communicate(timeout=60)[0].split() for sender in senders]
    found = reconcile(database, server.accepted, 200)
    assert set(found.values()) == {Status.ACCEPTED}
    assert sum(int(words[-1]) for words in said) == 200
    assert min(int(words[-1]) for words in said) > 0, "each had its share"


def test_one_that_is_stopped_for_longer_than_its_lease(
    ledger: Ledger, database: DatabaseUrl, server: FaultyServer
) -> None:
    """As a laptop that is closed: the other one takes over what it had, and when it wakes it begins nothing more."""
    queued(ledger, 120, 2)
    sender = start(database, server)
    until(lambda: len(server.accepted) >= 20)
    sender.send_signal(signal.SIGSTOP)
    end_leases(database)
    assert not send(database, server).halted
    had_it = len(server.accepted)
    assert 120 - CONNECTIONS <= had_it <= 120, "all but those that the first one had in the air"
    sender.send_signal(signal.SIGCONT)
    said, _ = sender.communicate(timeout=60)
    assert "done" in said
    assert doubtful(reconcile(database, server.accepted, 120)) <= CONNECTIONS


def test_one_that_is_killed_is_replaced_by_one_that_waits(
    ledger: Ledger, database: DatabaseUrl, server: FaultyServer
) -> None:
    """Nobody says that it is gone: the other one waits until its lease has ended."""
    queued(ledger, 60, 2)
    sender = start(database, server)
    until(lambda: len(server.accepted) >= 20)
    sender.kill()
    sender.communicate()

    def aged(progress: object) -> None:
        if not states_of(ledger, "q"):
            end_leases(database)

    assert not send(database, server, max_wait=120, on_progress=aged).halted
    assert doubtful(reconcile(database, server.accepted, 60)) <= CONNECTIONS


def reached(server: FaultyServer, sender: subprocess.Popen[str], number: int) -> bool:
    return len(server.accepted) >= number or sender.poll() is not None


def states_of(ledger: Ledger, letter: str) -> int:
    with ledger.reading() as db:
        return int(db.execute("SELECT count(*) FROM deliveries WHERE state = ?", (letter,)).fetchone()[0])


def test_whoever_is_left_with_others_hands_full_is_told(ledger: Ledger, server: FaultyServer) -> None:
    with Ledger(ledger.place) as another, another.claims(queued(ledger, 5)) as others:
        others.claim_queued(3)
        report = send(ledger.place, server)
    assert report.counts == {Status.ACCEPTED: 2, Status.SENDING: 3}
    assert not report.finished
    assert "3 are in the hands of another sender" in report.how_to_go_on()[0]


def test_whom_nobody_here_may_mail_stays_queued(
    ledger: Ledger, database: DatabaseUrl, server: FaultyServer
) -> None:
    """Two computers with an ALLOW_ONLY of their own don't hand each other again and again what neither may mail."""
    queued(ledger, 500, 1)
    reports: list[Report] = []

    def sends(only: str) -> None:
        reports.append(send(database, server, allow_only=(only,), max_wait=5))

    both = [threading.Thread(target=sends, args=(only,)) for only in ("*11@example.net", "*22@example.net")]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    assert len(reports) == 2, "each came to its end"
    assert {recipient.partition("@")[0][-2:] for recipient, _ in server.accepted} == {"11", "22"}
    assert states_of(ledger, "q") + len(server.accepted) == 500


# ---- the database itself -----------------------------------------------------------------------------


def test_the_database_crashes_while_it_is_sent(
    postgres: Postgres, ledger: Ledger, database: DatabaseUrl, server: FaultyServer
) -> None:
    queued(ledger, 120, 2)
    ledger.close()
    sender = start(database, server)
    for number in (20, 60):
        until(partial(reached, server, sender, number))
        postgres.stop("immediate")
        postgres.start()
        if sender.poll() is not None:
            sender = start(database, server)
    sender.communicate(timeout=60)
    end_leases(database)
    send(database, server)
    assert doubtful(reconcile(database, server.accepted, 120)) <= 2 * CONNECTIONS


def test_a_step_finds_its_database_again(postgres: Postgres, ledger: Ledger) -> None:
    """What was to be written down is, and the claims are still its own."""
    with ledger.claims(queued(ledger, 2)) as claims:
        journal = claims.journal(Schedule().retry_after)
        first, second = claims.claim_queued(2)
        journal.before_dots([first.id])
        journal.remember(first, Outcome(Status.ACCEPTED, 250, "2.0.0", "ok"), "")
        postgres.stop("immediate")
        postgres.start()
        assert journal.before_dots([second.id]) == {}
        assert list(states(ledger.place).values()) == [Status.ACCEPTED, Status.DOT]


def test_a_number_that_a_fail_over_gave_to_another_is_not_ours(postgres: Postgres, ledger: Ledger) -> None:
    """The old server's last writes are lost, so the new one counts on from where it stood: two workers have one number."""
    with ledger.claims(queued(ledger, 3)) as claims:
        journal = claims.journal(Schedule().retry_after)
        first, second = claims.claim_queued(2)
        journal.before_dots([first.id])
        journal.remember(first, Outcome(Status.ACCEPTED, 250, "2.0.0", "ok"), "")
        with Ledger(ledger.place) as before, before.writing() as db:
            db.execute("UPDATE deliveries SET state = 'q', worker = NULL")
            db.execute("DELETE FROM workers")
            db.execute("ALTER TABLE workers ALTER COLUMN id RESTART WITH 1")
        postgres.fail_over()
        with Ledger(ledger.place) as another, another.claims(another.mailing(RELEASE)) as others:
            assert len(others.claim_queued(2)) == 2
            with pytest.raises(LedgerError):
                claims.waiting()  # the line to the old server is down
            assert claims.claim_queued() == [], "the third is there, but not for this one"
            assert journal.before_dots([second.id]).keys() == {second.id}
            assert not journal.keep()
            found = list(states(ledger.place).values())
            assert found == [Status.SENDING, Status.SENDING, Status.QUEUED], "they are the other one's"


def test_after_a_fail_over_nobody_knows_what_was_sent(postgres: Postgres, ledger: Ledger) -> None:
    """What the old server committed last may not have reached the new one: a claim there proves nothing."""
    with ledger.claims(queued(ledger, 3)) as claims:
        journal = claims.journal(Schedule().retry_after)
        claimed = claims.claim_queued(2)
        journal.before_dots([claimed[0].id])
        postgres.fail_over()
        assert journal.before_dots([claimed[1].id]).keys() == {claimed[1].id}, (
            "its lease was another server's"
        )
        assert not journal.keep()
        with Ledger(ledger.place) as another, another.claims(another.mailing(RELEASE)) as others:
            assert [claim.canonical for claim in others.claim_queued()] == ["reporter3@example.net"]
            replies = [line.reply for line in another.recipients(RELEASE, Status.UNCERTAIN)]
    assert replies == ["the database failed over while this was sent"] * 2
