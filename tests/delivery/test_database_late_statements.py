"""A statement reaches the database long after its sender has given it up and has gone on: it changes nothing any more.

Lines hold up what they were given when they fall over to another path, and so does a virtual machine that is stopped for a
moment. Had it an effect, somebody whose final dot has left would be queued again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.database_chaos import through
from support.postgres import Postgres
from support.smtp_mailing import RELEASE, queued
from support.unsteady_line import UnsteadyLines

from mailer.delivery import Ledger
from mailer.delivery.ledger.claim import Claim, Journal
from mailer.delivery.ledger.store import Claims
from mailer.model import Outcome, Status
from mailer.workspace.database_url import DatabaseUrl

LATE = 0.5


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    return postgres


@contextmanager
def sending(server: Postgres) -> Iterator[tuple[DatabaseUrl, Claims, Journal, Claim, UnsteadyLines]]:
    """A sender over a line, with one recipient, whose final dot may leave."""
    place = server.database()
    with Ledger(place) as ledger:
        mailing = queued(ledger, 1)
    with (
        UnsteadyLines(server.folder / ".s.PGSQL.5432", 1) as lines,
        Ledger(through(place, lines.ports[0])) as ledger,
        ledger.claims(mailing) as claims,
    ):
        claims.begin()
        [claim] = claims.claim_queued()
        journal = claims.journal(lambda tries: 0.0)
        assert not journal.before_dots([claim.id])
        yield place, claims, journal, claim, lines


def state(place: DatabaseUrl) -> Status | None:
    with Ledger(place) as ledger:
        return ledger.state_of(RELEASE, "reporter1@example.net")


def when_it_has_arrived(place: DatabaseUrl) -> Status | None:
    time.sleep(LATE + 0.5)
    return state(place)


def test_what_was_given_back_and_left_after_all_stays_at_its_dot(server: Postgres) -> None:
    with sending(server) as (place, _, journal, claim, lines):
        journal.unmark(claim)  # the connection broke before its dot
        lines.late(0, LATE)
        journal.flush()  # said twice: the first comes late
        assert state(place) is Status.SENDING
        assert not journal.before_dots([claim.id])  # it leaves on another connection
        assert when_it_has_arrived(place) is Status.DOT


def test_who_was_deferred_and_mailed_again_stays_at_their_dot(server: Postgres) -> None:
    with sending(server) as (place, claims, journal, claim, lines):
        journal.remember(claim, Outcome(Status.DEFERRED, 451, "4.3.0", "later"), "mail.example.net")
        lines.late(0, LATE)
        journal.flush()
        assert state(place) is Status.DEFERRED
        [again] = claims.claim_deferred(time.time() + 60)
        assert not journal.before_dots([again.id])
        assert when_it_has_arrived(place) is Status.DOT


def test_what_is_said_twice_is_written_once(server: Postgres) -> None:
    with sending(server) as (place, _, journal, claim, lines):
        journal.remember(claim, Outcome(Status.UNCERTAIN, text="the server hung up"), "mail.example.net")
        lines.late(0, LATE)
        journal.flush()
        assert when_it_has_arrived(place) is Status.UNCERTAIN
        with Ledger(place) as ledger, ledger.reading() as db:
            assert db.execute("SELECT count(*) FROM attempts").fetchone() == (1,)


def test_what_an_ended_lease_still_has_is_somebody_elses(server: Postgres) -> None:
    """A reaper that stood still between looking and taking has not seen the latest claim."""
    place = server.database()
    with Ledger(place) as ledger:
        mailing = queued(ledger, 2)
        with ledger.claims(mailing) as claims:
            claims.begin()
            first, second = claims.claim_queued()
            assert not claims.journal(lambda tries: 0.0).before_dots([second.id])
            with ledger.writing() as db:
                db.execute("UPDATE workers SET ended = clock_timestamp(), reaped = true")
        with ledger.claims(mailing):
            pass
        assert ledger.state_of(RELEASE, first.canonical) is Status.QUEUED
        assert ledger.state_of(RELEASE, second.canonical) is Status.UNCERTAIN
