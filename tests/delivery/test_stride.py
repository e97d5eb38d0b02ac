"""How many are claimed at once: about as many as leave in a tenth of a second, so that a power cut, a correction, or a wish
not to be mailed finds few of them taken."""

from __future__ import annotations

import threading
import time

from support.places import Place, ask
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, queued, settings

from mailer.delivery import Ledger, SmtpTransport, Stop, deliver
from mailer.delivery.ledger.claim import GROUP
from mailer.settings import Rate

SETTLED = 60
"""After so many messages the number has found its size."""


def claimed(place: Place, pause: float, count: int, rates: tuple[Rate, ...] = ()) -> list[int]:
    """How many were claimed and not begun, each time the server had a message; it takes `pause` seconds for one."""
    found: list[int] = []

    def look(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before"):
            with watching.reading() as db:
                found.append(db.execute("SELECT count(*) FROM deliveries WHERE state = 's'").fetchone()[0])
            time.sleep(pause)

    with FaultyServer(hook=look) as server, Ledger(place) as ledger, Ledger(place) as watching:
        transport = SmtpTransport(settings(server.port, smtp_connections=1, smtp_timeout=20), QUICK)
        report = deliver(queued(ledger, count, 2), ledger, transport, schedule=QUICK, rates=rates)
    assert report.accepted == count
    return found


def test_a_server_that_takes_its_time(place: Place) -> None:
    """Forty a second: a handful. It was always a hundred."""
    assert max(claimed(place, 0.025, 2 * SETTLED)[SETTLED:]) < GROUP / 4


def test_a_server_that_does_not(place: Place) -> None:
    """Thousands a second: a claim waits for the disk, so it is worth a hundred."""
    assert max(claimed(place, 0, 6 * SETTLED)[SETTLED:]) > GROUP / 4


def test_nobody_is_claimed_while_the_pace_allows_no_message(place: Place) -> None:
    """They stay in the queue until their turn: the hours between may bring a correction."""
    stop, burst = Stop(), 25
    found: list[int] = []

    def look() -> None:
        found.append(ask(place, "SELECT count(*) FROM deliveries WHERE instr('s.', state) > 0")[0][0])
        stop.press()

    def after(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "after") and len(server.accepted) == burst:
            threading.Timer(0.5, look).start()

    with FaultyServer(hook=after) as server, Ledger(place) as ledger:
        transport = SmtpTransport(settings(server.port, smtp_connections=1, smtp_timeout=20), QUICK)
        mailing = queued(ledger, 200, 2)
        deliver(mailing, ledger, transport, schedule=QUICK, rates=(Rate(burst, 60),), stop=stop)
    assert len(server.accepted) == burst
    assert found == [0]
