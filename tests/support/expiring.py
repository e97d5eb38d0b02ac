"""A mailing that takes longer than access tokens live, the sender killed in the midst of it if that is wanted."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mailer.delivery import Ledger, Report
from mailer.errors import LedgerError
from mailer.model import Status
from support import token_sender
from support.authorization_server import authorization_server
from support.smtp_mailing import queued, reconcile, settings
from support.smtp_tokens import EXPIRED, TokenServer
from support.token_sender import by_name, send


@dataclass(frozen=True)
class Plan:
    """
    Attributes:
        count: of recipients.
        lifetime: of a token, in seconds.
        expiries: so many lifetimes the mailing takes.
        processes, window: how it is sent.
        killed: its first sender is, by SIGKILL, when half of it has left.
    """

    count: int = 300
    lifetime: float = 1.0
    expiries: int = 5
    processes: int = 1
    window: int = 1
    killed: bool = False


@dataclass(frozen=True)
class Came:
    """What came of it, after `reconcile` found nobody who got it twice, and nothing wrong in the ledger.

    Attributes:
        report: of the (last) sender.
        states: how many recipients are in which.
        shown, good: how many tokens the server has seen, and how many of them were good when they were shown.
        refreshes: how many times there was a new one.
        outlived: how often a connection was still there when its token was not.
        connections: at once, at most.
    """

    report: Report
    states: dict[Status, int]
    shown: int
    good: int
    refreshes: int
    outlived: int
    connections: int


class _Tempo:
    """Makes a server as slow as it must be for a mailing to take so many seconds."""

    def __init__(self, plan: Plan) -> None:
        self._lock, self._each, self._next = threading.Lock(), plan.lifetime * plan.expiries / plan.count, 0.0

    def __call__(self, stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before"):
            with self._lock:
                self._next = max(self._next, time.monotonic()) + self._each
                until = self._next
            time.sleep(max(0.0, until - time.monotonic()))


def play(folder: Path, plan: Plan) -> Came:
    path = folder / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, plan.count, paragraphs=2)
    tempo = _Tempo(plan)
    with (
        authorization_server(lifetime=plan.lifetime) as office,
        TokenServer(office.valid, expired=EXPIRED[:3], chunking=plan.window > 1, hook=tempo) as server,
    ):
        keys = office.settings()
        values = {"smtp_connections": 6, "smtp_timeout": 20, "smtp_window": plan.window}
        how = settings(server.port, **by_name(keys), **values)
        office.signed_in(how)
        if plan.killed:
            _killed(path, plan, server, tempo, keys)
        report = _when_nobody_else_does(lambda: send(path, how, plan.processes))
        found = reconcile(path, server.accepted, plan.count)
    good = {token for _, token, right in server.shown if right}
    return Came(
        report, dict(Counter(found.values())), len(server.shown), len(good), office.refreshes, server.outlived,
        server.most_at_once,
    )  # fmt: skip


def _killed(path: Path, plan: Plan, server: TokenServer, tempo: _Tempo, keys: dict[str, str]) -> None:
    sender: subprocess.Popen[str] | None = None

    def hook(stage: str, when: str) -> None:
        if len(server.accepted) >= plan.count // 2 and sender:
            sender.kill()
        tempo(stage, when)

    server.hook = hook
    command = [sys.executable, token_sender.__file__, str(path), str(server.port), str(plan.processes)]
    lines = [f"{key}={value}" for key, value in keys.items()]
    sender = subprocess.Popen([*command, *lines], stdout=subprocess.PIPE, text=True)
    sender.communicate(timeout=60 + 2 * plan.lifetime * plan.expiries)
    assert sender.returncode == -9, "it was done before it was killed"
    server.hook = tempo


def _when_nobody_else_does(sending: object) -> Report:
    """The helpers of a killed sender hold the mailing until the last of them has noticed."""
    for _ in range(200):
        try:
            return sending()  # type: ignore[operator, no-any-return]
        except LedgerError as error:
            assert "is already being sent" in error.message
            time.sleep(0.05)
    raise AssertionError("somebody else still sends")
