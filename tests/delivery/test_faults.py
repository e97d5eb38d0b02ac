"""Whatever the server does, at whatever stage: nobody gets it twice, nobody is said to have it who has not,
and everybody else is named with the right state."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from support.places import Place
from support.smtp_faulty import STAGES, Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings

from mailer.delivery import Ledger, Report, SmtpTransport, deliver
from mailer.errors import TransportError
from mailer.model import Status

COUNT = 7

MODES = {
    "lockstep": (("SIZE 10000000", "8BITMIME"), 1),
    "pipelining": (("PIPELINING", "SIZE 10000000", "8BITMIME"), 1),
    "chunking": (("PIPELINING", "CHUNKING", "SIZE 10000000", "8BITMIME"), 4),
}
KINDS = ("drop", "reset", "stall", "421", "4xx", "5xx", "garbage")
OVER = [*(("file", mode, 1) for mode in MODES), ("file", "pipelining", 1000)]
FAULTS = [(stage, kind) for stage in STAGES if stage != "STARTTLS" for kind in KINDS] + [
    ("dot", "accepted-then-dropped")
]


def run(place: Place, server: FaultyServer, mode: str, **options: object) -> Report | None:
    """One `deliver`; None where the server could not be used at all."""
    values = {"smtp_window": MODES[mode][1]}
    if "AUTH PLAIN" in (server.extensions or ()):
        values |= {"smtp_username": "press", "smtp_password": "lamp"}
    with Ledger(place) as ledger:
        transport = SmtpTransport(settings(server.port, **values), QUICK)
        try:
            return deliver(
                ledger.mailing(RELEASE), ledger, transport, max_wait=0.3, schedule=QUICK, **options
            )
        except TransportError:
            return None


def server_for(stage: str, mode: str, *faults: Fault) -> FaultyServer:
    extensions = MODES[mode][0]
    return FaultyServer(*faults, extensions=(*extensions, "AUTH PLAIN") if stage == "AUTH" else extensions)


@pytest.mark.parametrize(
    ("place", "mode", "times", "stage", "kind"),
    [
        *((*how, *fault) for fault in FAULTS for how in OVER),
        *(("database", "pipelining", 1, stage, kind) for stage in ("RCPT", "dot") for kind in KINDS),
        *(("database", "chunking", 1, "dot", kind) for kind in ("reset", "4xx", "accepted-then-dropped")),
    ],
    indirect=["place"],
)
def test_a_fault_at_any_stage(place: Place, stage: str, kind: str, mode: str, times: int) -> None:
    with Ledger(place) as ledger:
        queued(ledger, COUNT)
    nth = 1 if stage in ("connect", "EHLO", "STARTTLS", "AUTH", "QUIT") else 3
    with server_for(stage, mode, Fault(stage, kind, nth, times)) as server:
        run(place, server, mode)
        before = reconcile(place, server.accepted, COUNT)
        if mode != "chunking" and stage not in ("body", "dot"):
            assert Status.UNCERTAIN not in before.values(), "before the dot nothing is uncertain"
        server.heal()
        run(place, server, mode)
        after = reconcile(place, server.accepted, COUNT)
    assert set(after.values()) <= {Status.ACCEPTED, Status.REJECTED, Status.UNCERTAIN}
    for address, state in before.items():
        if state is Status.UNCERTAIN:
            assert after[address] is Status.UNCERTAIN, "only a person's word sends it again"


@pytest.mark.parametrize("place", ["file"], indirect=True)
@pytest.mark.parametrize("kind", ["drop", "reset"])
def test_answers_that_came_before_a_write_failed_are_heard(place: Place, kind: str) -> None:
    """The line breaks while the second of four messages is still being written; the first was answered by then."""
    with Ledger(place) as ledger:
        queued(ledger, 4, paragraphs=8000)
    with FaultyServer(Fault("body", kind, 2), extensions=MODES["chunking"][0]) as server:
        run(place, server, "chunking")
        found = reconcile(place, server.accepted, 4)
    assert found["reporter1@example.net"] is Status.ACCEPTED
    assert Status.UNCERTAIN in found.values()


@pytest.mark.parametrize("place", ["file"], indirect=True)
@pytest.mark.parametrize("mode", ["pipelining", "chunking"])
def test_the_answer_to_a_message_may_take_longer_than_any_other(place: Place, mode: str) -> None:
    """A server that looks into what it has got, for longer than SMTP_TIMEOUT: RFC 5321 §4.5.3.2.6 gives it ten minutes.
    Whoever hangs up on it does not know whether it was taken."""
    with Ledger(place) as ledger:
        mailing = queued(ledger, COUNT)

    def think(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before") and server.seen["dot"] in (1, 4):
            time.sleep(1.5)

    schedule = replace(QUICK, dot=60)
    extensions, window = MODES[mode]
    with FaultyServer(extensions=extensions, hook=think) as server, Ledger(place) as ledger:
        patience = settings(server.port, smtp_timeout=1, smtp_window=window, smtp_connections=1)
        report = deliver(mailing, ledger, SmtpTransport(patience, schedule), schedule=schedule)
        assert any(command.startswith("BDAT") for command in server.commands) is (mode == "chunking")
        reconcile(place, server.accepted, COUNT)
    assert report.counts == {Status.ACCEPTED: COUNT}
