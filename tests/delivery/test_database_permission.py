"""Between the moment at which a final dot was written down and the one at which it leaves, something takes long: whether it
still may is asked again. Meanwhile the lease may have been taken away, or the recipient suppressed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from support import postgres
from support.counting_sink import CountingSink
from support.postgres import Postgres
from support.smtp_mailing import QUICK, RELEASE, addresses, queued, settings

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.model import Status

SLOW = """
CREATE FUNCTION mailer.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(7); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE UPDATE ON mailer.deliveries FOR EACH ROW
    WHEN (OLD.id = 11 AND OLD.state = 'q' AND NEW.state = 's') EXECUTE FUNCTION mailer.wait()
"""


def test_a_slow_claim_comes_before_a_dot(program: Callable[[str], str]) -> None:
    """Ten are claimed at first. Whoever takes the eleventh has the tenth's dot in hand."""
    postgres.must_be_there()
    with Postgres() as server, CountingSink(program("cc")) as sink:
        place = server.database()
        name = place.url.partition("@/")[2].partition("?")[0]
        with Ledger(place) as ledger:
            mailing = queued(ledger, 20)
        server.say(SLOW, name)

        def suppress() -> None:
            while sink.taken() < 9:
                time.sleep(0.02)
            time.sleep(1)
            server.say(
                "INSERT INTO mailer.suppressions VALUES ('reporter10@example.net', 'asked', 0, '')", name
            )

        person = threading.Thread(target=suppress)
        person.start()
        with Ledger(place) as ledger:
            transport = SmtpTransport(settings(sink.port, smtp_connections=1, smtp_timeout=20), QUICK)
            deliver(mailing, ledger, transport, schedule=QUICK)
            person.join()
            assert ledger.state_of(RELEASE, "reporter10@example.net") is Status.REJECTED
            assert ledger.counts(RELEASE) == {Status.ACCEPTED: 19, Status.REJECTED: 1}
        arrived = [arrival.address for arrival in sink.arrivals()]
    assert sorted(arrived) == sorted(set(addresses(20)) - {"reporter10@example.net"})
