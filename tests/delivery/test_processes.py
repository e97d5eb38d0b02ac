"""Several processes share a run: the same promises hold, whichever of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, queued, reconcile, settings

from mailer.delivery import Ledger, Report, SmtpTransport, Stop, deliver
from mailer.errors import LedgerError, TransportError
from mailer.model import Status

pytestmark = pytest.mark.own_ledger

SENDER = Path(__file__).resolve().parent.parent / "support" / "smtp_sender.py"
COUNT = 300


def send(path: Path, server: FaultyServer, processes: int = 2, **options: object) -> Report:
    values = {"smtp_connections": 4, "smtp_timeout": 5}
    if "AUTH PLAIN" in (server.extensions or ()):
        values |= {"smtp_username": "press", "smtp_password": "lamp"}
    with Ledger(path) as ledger:
        transport = SmtpTransport(settings(server.port, **values), QUICK, processes=processes, help_after=0)
        return deliver(
            ledger.mailing(RELEASE), ledger, transport, **({"schedule": QUICK, "max_wait": 0} | options)
        )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Ledger(tmp_path / "ledger.db") as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return tmp_path / "ledger.db"


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_everybody_once(path: Path) -> None:
    with FaultyServer(hook=lambda stage, when: time.sleep(0.002)) as server:
        report = send(path, server)
        reconcile(path, server.accepted, COUNT)
    assert report.finished and report.accepted == COUNT
    assert server.most_at_once > 2, "two connections were for the first process only"


@pytest.mark.parametrize(
    ("stage", "kind"), [("dot", "accepted-then-dropped"), ("dot", "reset"), ("RCPT", "drop"), ("MAIL", "421")]
)
def test_faults(path: Path, stage: str, kind: str) -> None:
    """Behind its dot a lost line leaves one person in doubt, before it nobody: the message goes out again.

    Which messages the three meet is chance. Where all of them meet the same one, it is put off, as it may be what
    breaks the line; the next run sends it.
    """
    with FaultyServer(Fault(stage, kind, nth=30, times=3)) as server:
        report = send(path, server)
        found = reconcile(path, server.accepted, COUNT)
        uncertain = [address for address, state in found.items() if state is Status.UNCERTAIN]
        deferred = [address for address, state in found.items() if state is Status.DEFERRED]
        assert len(uncertain) == (3 if stage == "dot" else 0)
        assert len(deferred) <= (0 if stage == "dot" else 1)
        assert len(server.accepted) + len(deferred) == COUNT - (
            0 if kind == "accepted-then-dropped" else len(uncertain)
        )
        assert not report.halted
        send(path, server)
        found = reconcile(path, server.accepted, COUNT)
    assert {address for address, state in found.items() if state is not Status.ACCEPTED} == set(uncertain)


def test_deferred_recipients_are_tried_again(path: Path) -> None:
    with FaultyServer(Fault("RCPT", "450 4.7.1 greylisted", times=100)) as server:
        report = send(path, server, max_wait=10)
        reconcile(path, server.accepted, COUNT)
    assert report.finished


def test_a_wrong_password_costs_one_attempt(path: Path) -> None:
    with (
        FaultyServer(extensions=("PIPELINING", "AUTH PLAIN"), login=("press", "right")) as server,
        pytest.raises(TransportError, match="refused the login of press"),
    ):
        send(path, server)
    assert server.seen["AUTH"] == 1


def test_a_halt_stops_all_of_them(path: Path) -> None:
    bad = dict.fromkeys(addresses(COUNT)[::3], "550 5.1.1 no such user")
    with FaultyServer(refuse=bad) as server:
        report = send(path, server)
        reconcile(path, server.accepted, COUNT)
    assert "recipients were refused" in report.halted
    assert report.counts[Status.QUEUED] > 0


def test_the_coordinator_is_killed(path: Path) -> None:
    """Its helpers drop everything; until the last is gone, nobody else gets the lock."""
    sender: subprocess.Popen[str] | None = None

    def kill(stage: str, when: str) -> None:
        if len(server.accepted) >= 50 and sender:  # several connections count: it may pass 50 in one step
            sender.kill()
        time.sleep(0.001)

    with FaultyServer(hook=kill) as server:
        sender = subprocess.Popen(
            [sys.executable, str(SENDER), str(path), str(server.port), "processes"],
            stdout=subprocess.PIPE,
            text=True,
        )
        sender.communicate(timeout=30)
        assert sender.returncode == -signal.SIGKILL
        server.heal()
        for _ in range(100):
            try:
                report = send(path, server, processes=1)
                break
            except LedgerError as error:
                assert "is already being sent" in error.message
                time.sleep(0.05)
        found = reconcile(path, server.accepted, COUNT)
    assert len(server.accepted) >= 50
    assert not report.counts.get(Status.QUEUED)
    assert list(found.values()).count(Status.UNCERTAIN) <= 4, "at most one for each connection"


def test_a_helper_is_killed(path: Path) -> None:
    killed: list[int] = []

    def kill(stage: str, when: str) -> None:
        if len(server.accepted) >= 50 and not killed:
            killed.append(children(os.getpid())[-1])
            os.kill(killed[0], signal.SIGKILL)

    with FaultyServer(hook=kill) as server:
        report = send(path, server)
        found = reconcile(path, server.accepted, COUNT)
        assert "ended unexpectedly" in report.halted
        assert list(found.values()).count(Status.UNCERTAIN) <= 2
        send(path, server)
        reconcile(path, server.accepted, COUNT)


def test_signals_are_the_coordinator_s_business(path: Path) -> None:
    """Ctrl-C and a closed terminal reach the whole group. From its first moment on a helper leaves them to the coordinator:
    ended by itself it would leave whoever it had in flight in doubt."""
    over = threading.Event()
    sent: Counter[int] = Counter()

    def pester() -> None:
        while not over.is_set():
            for child in children(os.getpid()):
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                    os.kill(child, number)
                    sent[child] += 1
            time.sleep(0.001)

    others = threading.Thread(target=pester)
    others.start()
    try:
        with FaultyServer(hook=lambda stage, when: time.sleep(0.002)) as server:
            report = send(path, server)
            reconcile(path, server.accepted, COUNT)
            assert server.most_at_once > 2, "the helper took part"
    finally:
        over.set()
        others.join()
    assert max(sent.values()) > 30
    assert report.finished


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c(path: Path, presses: int) -> None:
    stop = Stop()

    def press(stage: str, when: str) -> None:
        if len(server.accepted) >= 50 and not stop.finishing:
            for _ in range(presses):
                stop.press()
        time.sleep(0.001)

    with FaultyServer(hook=press) as server:
        report = send(path, server, stop=stop)
        time.sleep(0.1)
        found = reconcile(path, server.accepted, COUNT)
    assert report.counts[Status.QUEUED] > 0
    assert list(found.values()).count(Status.UNCERTAIN) <= (0 if presses == 1 else 4)


def test_a_full_disk_stops_all_of_them(path: Path) -> None:
    limit = path.stat().st_size + 20_000
    with FaultyServer() as server:
        command = [sys.executable, str(SENDER), str(path), str(server.port), "processes", str(limit)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30).stdout
        assert "LedgerError" in said
        assert len(server.accepted) < COUNT
        time.sleep(0.1)
        send(path, server, processes=1)
        found = reconcile(path, server.accepted, COUNT)
    assert set(found.values()) <= {Status.ACCEPTED, Status.UNCERTAIN}
