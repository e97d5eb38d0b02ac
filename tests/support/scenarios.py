"""Small mailings in which one thing goes wrong, at one stage, in one way of sending; then all is well again, and another
sender goes on. What did it come to?"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.errors import TransportError
from support.comparing import Compared, compare
from support.places import Place, end_leases, spoken
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, queued, settings, states

SENDER = Path(__file__).with_name("smtp_sender.py")
RECIPIENTS = 40
CONNECTIONS = 3
KILLED_CONNECTIONS = 2
"""Those of smtp_sender.py."""

MODES = {"DATA": ((), 1), "PIPELINING": (("PIPELINING",), 1), "BDAT": (("PIPELINING", "CHUNKING"), 8)}
"""What the server offers, and SMTP_WINDOW."""

OPENING, CLOSING = ("connect", "EHLO", "AUTH"), ("QUIT",)
OF_A_MESSAGE = {
    "DATA": ("MAIL", "RCPT", "DATA", "body", "dot"),
    "PIPELINING": ("MAIL", "RCPT", "DATA", "body", "dot"),
    "BDAT": ("RSET", "MAIL", "RCPT", "body", "dot"),
}
KINDS = ("drop", "reset", "stall", "421", "4xx", "5xx", "garbage")
KILLS = ("killed before", "killed after")
"""The server's reply at that stage. The password costs a real sender one attempt, so none is killed at AUTH."""

_NTH = 12
"""Of 40 messages: with a window of 8 and 3 connections, several are on the wire."""


@dataclass(frozen=True)
class Scenario:
    """What goes wrong: a kind of fault of `smtp_faulty`, or "killed before", "killed after"; where, and when."""

    mode: str
    stage: str
    what: str

    @property
    def nth(self) -> int:
        """Which arrival at that stage it is."""
        return 1 if self.stage in OPENING + CLOSING else _NTH

    @property
    def kills(self) -> bool:
        return self.what in KILLS

    @property
    def at_most(self) -> int:
        """How many may be uncertain: a window for every connection of a process that is killed; where one line breaks
        or talks nonsense, those of that line, once their ends have left; and nobody where the server says what became
        of them."""
        window = MODES[self.mode][1]
        if self.stage in OPENING or (self.stage in CLOSING and not self.kills):
            return 0
        if self.kills:
            return KILLED_CONNECTIONS * window
        if self.mode == "BDAT":
            return 0 if self.what in ("421", "4xx", "5xx") and self.stage != "RSET" else window
        return 1 if self.stage in ("body", "dot") and self.what not in ("421", "4xx", "5xx") else 0

    def __str__(self) -> str:
        return f"{self.mode}, {self.stage}, {self.what}"


def scenarios() -> Iterator[Scenario]:
    """All of them."""
    for mode, stages in OF_A_MESSAGE.items():
        for stage in OPENING + stages + CLOSING:
            kinds = KINDS + (("accepted-then-dropped",) if stage == "dot" else ())
            for what in kinds + (KILLS if stage != "AUTH" else ()):
                yield Scenario(mode, stage, what)


@dataclass(frozen=True)
class Came:
    """What a scenario came to. `happened`: what was to go wrong did."""

    scenario: Scenario
    happened: bool
    compared: Compared

    @property
    def good(self) -> bool:
        return self.happened and self.compared.good and len(self.compared.uncertain) <= self.scenario.at_most


def play(scenario: Scenario, place: Place) -> Came:
    """Plays it with a ledger that is new."""
    with Ledger(place) as ledger:
        queued(ledger, RECIPIENTS)
    extensions = (*MODES[scenario.mode][0], *(["AUTH PLAIN"] if scenario.stage == "AUTH" else []))
    faults = () if scenario.kills else (Fault(scenario.stage, scenario.what, scenario.nth),)
    with FaultyServer(*faults, extensions=extensions) as server:
        if scenario.kills:
            happened = _killed(scenario, place, server)
        else:
            _send(scenario, place, server.port)
            happened = server.seen[scenario.stage] >= scenario.nth
        server.heal()
        server.wait_until_idle()
        _send(scenario, place, server.port)
        server.wait_until_idle()
        return Came(scenario, happened, compare(states(place), server.accepted, addresses(RECIPIENTS)))


def _send(scenario: Scenario, place: Place, port: int) -> None:
    """One `deliver` in this process; nothing where the server can't be used at all."""
    values: dict[str, object] = {"smtp_window": MODES[scenario.mode][1], "smtp_connections": CONNECTIONS}
    if scenario.stage == "AUTH":
        values |= {"smtp_username": "press", "smtp_password": "lamp"}
    end_leases(place)
    with Ledger(place) as ledger:
        transport = SmtpTransport(settings(port, **values), QUICK)
        try:
            deliver(ledger.mailing(RELEASE), ledger, transport, max_wait=0.3, schedule=QUICK)
        except TransportError:
            return


def _killed(scenario: Scenario, place: Place, server: FaultyServer) -> bool:
    """Whether a sender was killed where the scenario wants it. By the answer to QUIT it may be gone by itself."""
    sender: list[subprocess.Popen[str]] = []
    server.hook = _killer(scenario, sender)
    mode = "window 8" if scenario.mode == "BDAT" else "pipelining"
    command = [sys.executable, str(SENDER), spoken(place), str(server.port), mode]
    sender.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    sender[0].communicate(timeout=60)
    return sender[0].returncode == -signal.SIGKILL or (scenario.stage, scenario.what) == (
        "QUIT",
        "killed after",
    )


def _killer(scenario: Scenario, sender: list[subprocess.Popen[str]]) -> Callable[[str, str], None]:
    arrivals = count(1)
    moment = scenario.what.removeprefix("killed ")

    def hook(stage: str, when: str) -> None:
        if (stage, when) == (scenario.stage, moment) and next(arrivals) == scenario.nth and sender:
            sender[0].send_signal(signal.SIGKILL)
            sender[0].wait()

    return hook
