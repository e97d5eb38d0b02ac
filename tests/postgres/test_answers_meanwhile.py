"""A step's statement is on its way while others go on: what its answer is worth, and what becomes of it when the database
fails in the midst of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.postgres import Postgres, must_be_there
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, settings

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.delivery.consent import Requests
from mailer.delivery.ledger.claim import Claim, Journal
from mailer.errors import LedgerError
from mailer.model import Outcome, Status
from mailer.workspace.database_url import DatabaseUrl

REFUSED_AT_COMMIT = """
CREATE FUNCTION mailer.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused at its commit'; END $$;
CREATE CONSTRAINT TRIGGER refused AFTER UPDATE ON mailer.deliveries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = '.') EXECUTE FUNCTION mailer.refuse()
"""
"""The statement succeeds, and its row is sent; then nothing of it is committed."""

SLOW = """
CREATE FUNCTION mailer.rest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE UPDATE ON mailer.deliveries FOR EACH ROW WHEN (NEW.state = '.') EXECUTE FUNCTION mailer.rest()
"""

NOT_TAKEN_OFF = """
INSERT INTO mailer.suppressions VALUES ('reporter1@example.net', 'asked', 0, '');
CREATE FUNCTION mailer.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'not to be taken off'; END $$;
CREATE TRIGGER refused BEFORE UPDATE ON mailer.deliveries FOR EACH ROW WHEN (NEW.state = 'r')
    EXECUTE FUNCTION mailer.refuse()
"""


def name_of(place: DatabaseUrl) -> str:
    return place.url.partition("@/")[2].partition("?")[0]


def until_it_rests(server: Postgres) -> None:
    """Until the step is being written down."""
    end = time.monotonic() + 60
    while not server.say("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def claimed(server: Postgres, words: str) -> Iterator[tuple[Ledger, Claim, Journal]]:
    """Somebody is claimed, and about to be asked for, in a database with these triggers."""
    place = server.database()
    with Ledger(place) as ledger:
        mailing = queued(ledger, 1)
        server.say(words, name_of(place))
        with ledger.claims(mailing) as claims:
            claims.begin()
            [claim] = claims.claim_queued()
            yield ledger, claim, claims.journal(lambda tries: 0.0)


def test_a_step_that_was_answered_but_not_committed_lets_nothing_leave(postgres: Postgres) -> None:
    with claimed(postgres, REFUSED_AT_COMMIT) as (ledger, claim, journal):
        with pytest.raises(LedgerError, match="refused at its commit"):
            journal.before_dots([claim.id])
        assert ledger.state_of(RELEASE, claim.canonical) is Status.SENDING


def test_a_database_that_starts_anew_under_a_step_does_not_end_what_is_read_meanwhile() -> None:
    """Whoever sends looks for requests while a step is on its way: that waits for the database as the step does."""
    must_be_there()
    with Postgres() as server, claimed(server, SLOW) as (ledger, claim, journal):
        mailing, step = ledger.mailing(RELEASE), journal.ask([claim.id])
        until_it_rests(server)
        server.stop("immediate")
        start = threading.Timer(1, server.start)
        start.start()
        try:
            assert Requests(ledger).newest(mailing.id) is None
            assert not step.withheld()
            assert ledger.state_of(RELEASE, claim.canonical) is Status.DOT
        finally:
            start.join()


def test_who_was_asked_for_with_somebody_who_can_not_be_taken_off_is_in_no_doubt(postgres: Postgres) -> None:
    """One of four is suppressed, and that can't be written down: the dots of the others are, and leave no more."""
    place = postgres.database()
    chunks = ("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "CHUNKING")
    with FaultyServer(extensions=chunks) as smtp, Ledger(place) as ledger:
        mailing = queued(ledger, 4)
        postgres.say(NOT_TAKEN_OFF, name_of(place))
        transport = SmtpTransport(settings(smtp.port, smtp_connections=1, smtp_window=4), QUICK)
        with pytest.raises(LedgerError, match="not to be taken off"):
            deliver(mailing, ledger, transport, schedule=QUICK)
        assert ledger.counts(RELEASE) == {Status.QUEUED: 4}
    assert smtp.accepted == []


@pytest.mark.parametrize("how", ["environment", "url"])
def test_another_encoding_of_the_client_is_of_no_effect(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """As it is set for psql on some computers: what a server says is written down all the same, in any letters."""
    place = postgres.ledger()
    if how == "environment":
        monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    else:
        place = DatabaseUrl(f"{place.url}&client_encoding=LATIN1")
    with Ledger(place) as ledger:
        mailing = queued(ledger, 1)
        with ledger.claims(mailing) as claims:
            claims.begin()
            [claim] = claims.claim_queued()
            journal = claims.journal(lambda tries: 0.0)
            journal.remember(claim, Outcome(Status.REJECTED, 550, "5.1.1", "Γειά σου"), "mail.example.net")
            journal.flush()
        with ledger.reading() as db:
            assert db.execute("SELECT text FROM attempts").fetchone() == ("Γειά σου",)
