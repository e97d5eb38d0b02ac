"""A sender killed at any moment, two senders at once, a disk that is full: what was accepted is what counts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.forking import in_a_fork
from support.places import Place, end_leases, spoken
from support.smtp_faulty import STAGES, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings, states

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.delivery.ledger.boot import boot_id
from mailer.errors import LedgerError
from mailer.model import Status

SENDER = Path(__file__).resolve().parent.parent / "support" / "smtp_sender.py"
COUNT = 9
EXTENSIONS = {"pipelining": ("PIPELINING",), "chunking": ("PIPELINING", "CHUNKING")}


def start(place: Place, port: int, mode: str = "pipelining", *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SENDER), spoken(place), str(port), mode, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def resume(place: Place, port: int) -> None:
    """Once what the dead had in hand may be taken over."""
    end_leases(place)
    with Ledger(place) as ledger:
        transport = SmtpTransport(settings(port, smtp_timeout=20), QUICK)
        deliver(ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, max_wait=0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("place", "stage", "mode"),
    [
        *(("file", stage, "pipelining") for stage in STAGES if stage not in ("STARTTLS", "AUTH")),
        *(("file", stage, "chunking") for stage in ("RCPT", "body", "dot")),
        *(("database", stage, "pipelining") for stage in ("RCPT", "dot")),
        ("database", "dot", "chunking"),
    ],
    indirect=["place"],
)
def test_killed_at_a_stage(place: Place, stage: str, when: str, mode: str) -> None:
    with Ledger(place) as ledger:
        queued(ledger, COUNT)
    sender: subprocess.Popen[str] | None = None
    arrivals = 0

    def kill(at: str, moment: str) -> None:
        nonlocal arrivals
        arrivals += (at, moment) == (stage, when)
        if arrivals == (1 if stage in ("connect", "EHLO", "QUIT") else 4) and sender:
            sender.send_signal(signal.SIGKILL)
            sender.wait()

    with FaultyServer(extensions=EXTENSIONS[mode], hook=kill) as server:
        sender = start(place, server.port, mode)
        said, _ = sender.communicate(timeout=30)
        if (stage, when) != ("QUIT", "after"):  # by then it may be gone by itself
            assert (sender.returncode, said) == (-signal.SIGKILL, "begins\n"), "killed in the middle"
        server.heal()
        time.sleep(0.05)  # the server still reads what had left
        resume(place, server.port)
        found = reconcile(place, server.accepted, COUNT)
    uncertain = [address for address, state in found.items() if state is Status.UNCERTAIN]
    assert set(found.values()) <= {Status.ACCEPTED, Status.UNCERTAIN}
    most = {"pipelining": 2, "chunking": 8}[mode]
    assert len(uncertain) <= most, "at most a window for each of two connections"
    if stage in ("connect", "EHLO"):
        assert not uncertain


def test_two_senders_at_once(tmp_path: Path) -> None:
    """The second one learns who is sending, and sends nothing. Of a database both send (tests/postgres/test_shared.py)."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, 40)
    with FaultyServer(hook=lambda stage, when: time.sleep(0.02 * (stage == "dot"))) as server:
        first, second = (start(path, server.port) for _ in range(2))
        said = {sender.pid: sender.communicate(timeout=30)[0] for sender in (first, second)}
        reconcile(path, server.accepted, 40)
    done = [pid for pid, text in said.items() if "done: 40" in text]
    refused = [text for text in said.values() if "BeingSent" in text]
    assert len(done) == len(refused) == 1
    assert re.search(rf"is already being sent by process {done[0]} of \S+ on \S+, since 20\d\d-", refused[0])


def test_many_senders_one_after_another_each_killed(place: Place) -> None:
    """Whatever the moment: twelve processes (of a database: four) are killed, each a little later than the one before."""
    with Ledger(place) as ledger:
        queued(ledger, 300)
    with FaultyServer(hook=lambda stage, when: time.sleep(0.001)) as server:
        for round_number in range(0, 12, 1 if isinstance(place, Path) else 3):
            end_leases(place)
            sender = start(place, server.port)
            assert sender.stdout and sender.stdout.readline() == "begins\n"
            time.sleep(0.005 * round_number)
            sender.kill()
            sender.communicate()
        time.sleep(0.1)
        resume(place, server.port)
        found = reconcile(place, server.accepted, 300)
    assert set(found.values()) <= {Status.ACCEPTED, Status.UNCERTAIN}
    assert list(found.values()).count(Status.UNCERTAIN) <= 12 * 2


def test_a_full_disk_stops_the_sending(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, 300)
    limit = path.stat().st_size + 20_000
    with FaultyServer() as server:
        sender = start(path, server.port, "pipelining", str(limit))
        said, _ = sender.communicate(timeout=30)
        assert "LedgerError" in said
        assert 0 < len(server.accepted) < 300, "it stopped in the middle"
        sent = len(server.accepted)
        time.sleep(0.05)
        resume(path, server.port)
        found = reconcile(path, server.accepted, 300)
    assert len(server.accepted) > sent
    assert set(found.values()) <= {Status.ACCEPTED, Status.UNCERTAIN}


def test_a_ledger_that_cannot_be_written_opens_no_connection(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        queued(ledger, 3)
    with FaultyServer() as server:
        sender = start(path, server.port, "pipelining", "0")
        said, _ = sender.communicate(timeout=30)
        assert "LedgerError" in said
        assert not server.commands


@pytest.mark.parametrize(
    ("state", "same_boot", "becomes"),
    [
        ("s", True, Status.QUEUED),
        ("s", False, Status.UNCERTAIN),
        (".", True, Status.UNCERTAIN),
        (".", False, Status.UNCERTAIN),
    ],
)
def test_what_the_last_holder_left(tmp_path: Path, state: str, same_boot: bool, becomes: Status) -> None:
    """After a reboot a claim proves nothing: what was written since may be lost with the machine's power."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        mailing = queued(ledger, 2)
        with ledger.writing() as db:
            db.execute("UPDATE deliveries SET state = ? WHERE id = 1", (state,))
            db.execute("UPDATE mailings SET boot = ?", (boot_id() if same_boot else "another boot",))
        with ledger.claims(mailing):
            pass
        assert ledger.state_of(RELEASE, "reporter1@example.net") is becomes
        assert ledger.state_of(RELEASE, "reporter2@example.net") is Status.QUEUED


def test_uncertain_is_sent_again_only_by_name(place: Place) -> None:
    with Ledger(place) as ledger:
        mailing = queued(ledger, 3)
        with ledger.writing() as db:
            db.execute("UPDATE deliveries SET state = 'u'")
        with FaultyServer() as server:
            transport = SmtpTransport(settings(server.port), QUICK)
            deliver(mailing, ledger, transport)
            assert server.accepted == []
            deliver(mailing, ledger, transport, uncertain=["reporter2@example.net"])
            assert [recipient for recipient, _ in server.accepted] == ["reporter2@example.net"]
    assert list(states(place).values()) == [Status.UNCERTAIN, Status.ACCEPTED, Status.UNCERTAIN]


def test_the_lock_is_let_go_by_a_killed_process(place: Place) -> None:
    with Ledger(place) as ledger:
        mailing = queued(ledger, 1)

        def killed() -> None:
            Ledger(place).hold(mailing).take()
            os.kill(os.getpid(), signal.SIGKILL)

        assert in_a_fork(killed) == -signal.SIGKILL
        lock = ledger.hold(mailing)
        lock.take()
        with Ledger(ledger.place) as another, pytest.raises(LedgerError, match=f"process {os.getpid()} of"):
            another.hold(mailing).take()
        lock.release()
