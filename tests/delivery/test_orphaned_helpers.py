"""The process that claims is killed while its helpers have messages in flight, at a server that takes its time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.sharing import Standstill
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.errors import LedgerError
from mailer.model import Status

pytestmark = pytest.mark.own_ledger

SENDER = Path(__file__).resolve().parent.parent / "support" / "smtp_sender.py"
COUNT = 300
IN_FLIGHT = 4
"""A message on each of two connections of two processes."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Ledger(tmp_path / "ledger.db") as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return tmp_path / "ledger.db"


def has_ended(pid: int) -> bool:
    """Whether a process is no more, or is only still to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def ends(pid: int, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not has_ended(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return has_ended(pid)


@contextmanager
def in_flight(path: Path) -> Iterator[tuple[FaultyServer, Standstill, subprocess.Popen[str], int]]:
    """Two processes send, and each waits for answers on all its connections: the server, what holds it, the coordinator
    and the helper's process number."""
    still = Standstill(IN_FLIGHT)
    with FaultyServer(hook=still) as server:
        command = [sys.executable, str(SENDER), str(path), str(server.port), "processes"]
        coordinator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        helper = 0
        try:
            assert still.reached()
            (helper,) = map(
                int, Path(f"/proc/{coordinator.pid}/task/{coordinator.pid}/children").read_text().split()
            )
            yield server, still, coordinator, helper
        finally:
            still.go.set()
            coordinator.kill()
            if helper and not has_ended(helper):
                os.kill(helper, signal.SIGKILL)
            coordinator.communicate()


def sent_by_the_next(path: Path, server: FaultyServer) -> None:
    """Nobody twice, and in doubt are those alone whose messages had wholly left."""
    server.heal()
    with Ledger(path) as ledger:
        transport = SmtpTransport(settings(server.port, smtp_timeout=20), QUICK, processes=1)
        deliver(ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, max_wait=0)
    found = reconcile(path, server.accepted, COUNT)
    assert list(found.values()).count(Status.UNCERTAIN) == IN_FLIGHT
    assert list(found.values()).count(Status.ACCEPTED) == COUNT - IN_FLIGHT


def test_as_long_as_a_helper_lives_nobody_else_gets_the_release(path: Path) -> None:
    """Here it is kept from noticing. What it has in flight may arrive at any moment, and it may go on."""
    with in_flight(path) as (server, still, coordinator, helper):
        os.kill(helper, signal.SIGSTOP)
        coordinator.kill()
        coordinator.wait()
        with Ledger(path) as ledger:
            for _ in range(3):
                with pytest.raises(LedgerError, match="is already being sent"), ledger.holding(RELEASE):
                    pass
        os.kill(helper, signal.SIGCONT)
        assert ends(helper)
        with Ledger(path) as ledger, ledger.holding(RELEASE):
            pass
        still.go.set()
        sent_by_the_next(path, server)


def test_a_helper_drops_everything_when_the_coordinator_is_gone(path: Path) -> None:
    """At once, though the server has not answered; with a hundred in hand it begins not one more."""
    with in_flight(path) as (server, still, coordinator, helper):
        begun = server.seen["MAIL"]
        coordinator.kill()
        assert ends(helper), "it waits, or goes on, though nobody claims any more"
        still.go.set()
        assert server.seen["MAIL"] == begun
        sent_by_the_next(path, server)


def test_a_release_that_is_taken_over_from_two_processes(path: Path) -> None:
    """Their lock's file is deleted, and somebody else sends the rest: not one more dot of theirs, of neither process."""
    with in_flight(path) as (server, still, coordinator, helper):
        for lock in path.parent.glob("*.lock"):
            lock.unlink()
        sent_by_the_next(path, server)
        still.go.set()
        said, _ = coordinator.communicate(timeout=30)
        assert "LedgerError" in said or "TakenOver" in said
        assert ends(helper)
        until = time.monotonic() + 15  # the server may not have read yet what had left before
        while len(server.accepted) < COUNT and time.monotonic() < until:
            time.sleep(0.01)
        assert len(server.accepted) == COUNT
        reconcile(path, server.accepted, COUNT)
