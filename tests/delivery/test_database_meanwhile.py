"""While the database writes a step down, the loop goes on with whoever does not wait for it. What holds of a final dot holds
all the same: it leaves by a permission that is fresh, and one that never left is in nobody's doubt."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support import postgres
from support.postgres import Postgres
from support.smtp_conversation import End
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, queued, settings

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.delivery.consent import heeding
from mailer.delivery.pace import Stop
from mailer.model import Status
from mailer.workspace.database_url import DatabaseUrl

HELD = """
CREATE TABLE mailer.go_on ();
CREATE FUNCTION mailer.hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    FOR i IN 1..400 LOOP EXIT WHEN EXISTS (SELECT 1 FROM mailer.go_on); PERFORM pg_sleep(0.05); END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER held BEFORE UPDATE ON mailer.deliveries FOR EACH ROW WHEN (NEW.state = '.')
    EXECUTE FUNCTION mailer.hold()
"""
"""No dot is written down before somebody says so."""

SLOW = """
CREATE FUNCTION mailer.rest() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(CASE WHEN NEW.state = 's' THEN 7 ELSE 0.1 END); RETURN NEW; END $$;
CREATE TRIGGER slow_claim BEFORE UPDATE ON mailer.deliveries FOR EACH ROW
    WHEN (OLD.id = 11 AND OLD.state = 'q' AND NEW.state = 's') EXECUTE FUNCTION mailer.rest();
CREATE TRIGGER slow_dot BEFORE UPDATE ON mailer.deliveries FOR EACH ROW WHEN (NEW.state = '.')
    EXECUTE FUNCTION mailer.rest()
"""
"""Each dot takes a while; the claim of the eleventh, after ten that are claimed at first, takes longer than a permission
holds."""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    postgres.must_be_there()
    with Postgres() as running:
        yield running


def name_of(place: DatabaseUrl) -> str:
    return place.url.partition("@/")[2].partition("?")[0]


def until(condition: str, server: Postgres, place: DatabaseUrl) -> None:
    end = time.monotonic() + 60
    while not server.say(f"SELECT 1 WHERE {condition}", name_of(place)):
        assert time.monotonic() < end, condition
        time.sleep(0.02)


RESTS = "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
"""SQL, to be closed: the database sleeps in a trigger."""


@contextmanager
def sending(
    server: Postgres, smtp: FaultyServer, words: str, stop: Stop | None = None, window: int = 1
) -> Iterator[DatabaseUrl]:
    """Somebody sends to twenty, over two connections, from a database with these triggers; in the end they are done."""
    place = server.database()
    with Ledger(place) as ledger:
        queued(ledger, 20)
    server.say(words, name_of(place))

    def work() -> None:
        with Ledger(place) as ledger:
            transport = SmtpTransport(settings(smtp.port, smtp_timeout=60, smtp_window=window), QUICK)
            deliver(ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, stop=stop)

    sender = threading.Thread(target=work)
    sender.start()
    try:
        yield place
    finally:
        sender.join(120)
    assert not sender.is_alive()


def found(place: DatabaseUrl) -> dict[str, Status]:
    with Ledger(place) as ledger:
        return {line.address: line.state for line in ledger.recipients(RELEASE)}


def test_one_connection_goes_on_while_another_waits_for_the_database(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is not let in before the first one's dot is being written down; then it sends a whole body."""
    monkeypatch.setattr(heeding, "LOOK", 60.0)  # whoever looks for requests has to wait for the database, too
    is_written, second = threading.Event(), threading.Event()
    greeted, bodies = [], []

    def hook(stage: str, when: str) -> None:
        if (stage, when) == ("EHLO", "before"):
            greeted.append(stage)
            if len(greeted) == 2:
                is_written.wait(60)
        elif (stage, when) == ("dot", "before") or stage == "body":
            bodies.append(threading.get_ident())
            if len(set(bodies)) == 2:
                second.set()

    with FaultyServer(hook=hook) as smtp, sending(server, smtp, HELD) as place:
        until(f"{RESTS})", server, place)
        is_written.set()
        went_on = second.wait(10)
        server.say("INSERT INTO mailer.go_on DEFAULT VALUES RETURNING 1", name_of(place))
    assert went_on
    assert set(found(place).values()) == {Status.ACCEPTED}
    assert sorted(address for address, _ in smtp.accepted) == sorted(addresses(20))


def test_a_permission_that_grew_old_behind_a_slow_claim_is_asked_for_again(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One connection has it, and the other one takes the eleventh first. Meanwhile the first one's recipient is
    suppressed."""
    monkeypatch.setattr(heeding, "LOOK", 60.0)  # to look for requests would bring both into step
    with FaultyServer() as smtp, sending(server, smtp, SLOW) as place:
        until(f"{RESTS} AND clock_timestamp() - query_start > '1 s')", server, place)
        time.sleep(1)  # whatever had left before has arrived
        at_their_dots = server.say(
            "SELECT canonical FROM mailer.deliveries WHERE state = '.'", name_of(place)
        )
        barred = {address for (address,) in at_their_dots} - {address for address, _ in smtp.accepted}
        for address in barred:
            server.say(
                f"INSERT INTO mailer.suppressions VALUES ('{address}', 'asked', 0, '') RETURNING 1",
                name_of(place),
            )
    assert barred, "somebody had leave, and had not left"
    states = found(place)
    assert {address for address, state in states.items() if state is Status.REJECTED} == barred
    assert sorted(address for address, _ in smtp.accepted) == sorted(set(addresses(20)) - barred)


def test_who_is_broken_off_while_a_dot_is_written_down_is_in_no_doubt(server: Postgres) -> None:
    """Somebody presses Ctrl-C twice. The dot is written down in the end, but it never left."""
    stop = Stop()
    with FaultyServer() as smtp, sending(server, smtp, HELD, stop) as place:
        until(f"{RESTS})", server, place)
        stop.press()
        stop.press()
        time.sleep(1)  # so that nobody waits for the answer any more
        server.say("INSERT INTO mailer.go_on DEFAULT VALUES RETURNING 1", name_of(place))
    assert smtp.accepted == []
    assert set(found(place).values()) == {Status.QUEUED}


CHUNKS = ("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "CHUNKING")


@pytest.mark.parametrize(("window", "where"), [(1, ("body", "before")), (4, ("EHLO", "after"))])
def test_who_is_hung_up_on_while_a_dot_is_written_down_is_in_no_doubt(
    server: Postgres, window: int, where: tuple[str, str]
) -> None:
    """In the midst of a message, or before a chunk of it has left: its end does not leave into a dead line."""
    is_written, broken = threading.Event(), threading.Event()

    def hook(*stage: str) -> None:
        if stage == where and not broken.is_set():
            is_written.wait(60)
            broken.set()
            raise End

    with (
        FaultyServer(extensions=CHUNKS, hook=hook) as smtp,
        sending(server, smtp, HELD, window=window) as place,
    ):
        until(f"{RESTS})", server, place)
        is_written.set()
        assert broken.wait(60)
        time.sleep(0.5)  # until that has arrived
        server.say("INSERT INTO mailer.go_on DEFAULT VALUES RETURNING 1", name_of(place))
    assert set(found(place).values()) == {Status.ACCEPTED}
    assert sorted(address for address, _ in smtp.accepted) == sorted(addresses(20))
