"""Nobody twice, nobody lost silently: on Windows too, whoever ends the process and however."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.smtp_faulty import FaultyServer
from support.windows import PATIENCE, Windows

from mailer.workspace import Workspace


def server_of(server: FaultyServer) -> dict[str, str]:
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(server.port),
        "SMTP_SECURITY": "none",
        "SMTP_TIMEOUT": "60",
    }


class Gate:
    """Lets a server accept a few messages, then answer no more until `open`."""

    def __init__(self, first: int) -> None:
        self._few, self._opened = threading.Semaphore(first), threading.Event()

    def hook(self, stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before") and not self._few.acquire(blocking=False):
            self._opened.wait(PATIENCE)

    def open(self) -> None:
        self._opened.set()


@contextmanager
def gated(first: int = 3) -> Iterator[tuple[FaultyServer, Gate]]:
    gate = Gate(first)
    try:
        with FaultyServer(hook=gate.hook) as server:
            yield server, gate
    finally:
        gate.open()


def states(windows: Windows, office: Workspace) -> dict[str, str]:
    rows = json.loads(windows.run("status", "harbour-report", "--recipients", "--json", cwd=office.root).out)
    return {row["address"]: row["state"] for row in rows}


def sending(windows: Windows, office: Workspace, server: FaultyServer) -> subprocess.Popen[str]:
    """A `send` in the middle of it: the gate holds it."""
    process = windows.start("send", "harbour-report", "--yes", cwd=office.root, **server_of(server))
    until = time.monotonic() + PATIENCE
    while len(server.accepted) < 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    return process


def reconcile(windows: Windows, office: Workspace, server: FaultyServer) -> Counter[str]:
    """Holds the ledger against what the server accepted; returns how many are in which state."""
    found = states(windows, office)
    assert len(found) == 11, "everybody is named"
    for address, state in found.items():
        assert server.times(address) <= 1, f"{address} got it {server.times(address)} times"
        assert (server.times(address) == 1) == (state == "accepted") or state == "uncertain", (address, state)
    return Counter(found.values())


def test_the_number_is_typed_on_a_console(windows: Windows, office: Workspace) -> None:
    with FaultyServer() as server:
        command = windows.command("send", "harbour-report")
        asked = (lambda shown: "to send:" in shown, "12\r")
        ran = windows.on_a_console(command, asked, cwd=office.root, **server_of(server))
        assert (ran.code, server.accepted) == (2, []), ran.out
        assert "Nothing was sent." in ran.out
        asked = (lambda shown: "to send:" in shown, "11\r")
        ran = windows.on_a_console(command, asked, cwd=office.root, **server_of(server))
        assert (ran.code, len(server.accepted)) == (0, 11), ran.out
        assert "11 messages accepted" in ran.out
        assert reconcile(windows, office, server) == {"accepted": 11}


def test_without_a_console_nothing_is_sent(windows: Windows, office: Workspace) -> None:
    """With a pipe, and with NUL, as planned tasks have it: Windows takes that for a terminal."""
    with FaultyServer() as server:
        ran = windows.run_anew("send", "harbour-report", cwd=office.root, typed="11\n", **server_of(server))
        assert (ran.code, "no terminal" in ran.err, server.accepted) == (2, True, []), ran.err
        script = (
            "import subprocess, sys\n"
            "ran = subprocess.run([sys.executable, '-m', 'mailer', 'send', 'harbour-report'],\n"
            "    stdin=subprocess.DEVNULL, capture_output=True, text=True)\n"
            "print(ran.returncode, ran.stderr)"
        )
        said = windows.script(script, cwd=office.root, **server_of(server))
        assert (said[0], "no terminal" in said, server.accepted) == ("2", True, []), said
        ran = windows.run_anew("forget", "ana.ruiz@example.net", cwd=office.root)
        assert (ran.code, "no terminal" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("by", ["the system", "TerminateProcess"])
def test_killed_in_the_middle_and_resumed(windows: Windows, office: Workspace, by: str) -> None:
    with gated() as (server, gate):
        process = sending(windows, office, server)
        if by == "the system":
            process.send_signal(signal.SIGKILL)
        else:  # which is what the Task Manager does, and Python's os.kill there
            holder = json.loads((office.private / "ledger.db.1.lock").read_bytes())
            windows.script(f"import os, signal\nos.kill({holder['pid']}, signal.SIGTERM)", cwd=office.root)
        process.communicate(timeout=PATIENCE)
        gate.open()
        ran = windows.run("resume", "harbour-report", "--yes", cwd=office.root, **server_of(server))
        assert ran.code == 1, ran.err
        found = reconcile(windows, office, server)
    assert set(found) == {"accepted", "uncertain"}
    assert found["uncertain"] <= 2, "at most one for each connection"
    said = windows.run("status", "harbour-report", "--recipients", cwd=office.root).out
    assert "restarted" not in said, "it was the same boot, so what was claimed but not sent is sent"


def test_a_restart_of_windows_makes_claims_uncertain(windows: Windows, office: Workspace) -> None:
    """What was written last may be lost with the machine's power: then nobody knows who has it."""
    with gated() as (server, gate):
        process = sending(windows, office, server)
        windows.restart()
        process.communicate(timeout=PATIENCE)
        gate.open()
        ran = windows.run("resume", "harbour-report", "--yes", cwd=office.root, **server_of(server))
        assert ran.code == 1, ran.err
        assert reconcile(windows, office, server)["uncertain"] > 2
    said = windows.run("status", "harbour-report", "--recipients", cwd=office.root).out
    assert "the machine was restarted while this was sent" in said


def test_whoever_comes_second_learns_who_is_sending(windows: Windows, office: Workspace) -> None:
    with gated() as (server, gate):
        first = sending(windows, office, server)
        second = windows.run("resume", "harbour-report", "--yes", cwd=office.root, **server_of(server))
        assert second.code == 2
        assert re.search(
            r"“harbour-report” is already being sent by process \d+ of \S+ on \S+, since 20\d\d-", second.err
        ), second.err
        gate.open()
        first.communicate(timeout=PATIENCE)
        assert first.returncode == 0
        assert reconcile(windows, office, server) == {"accepted": 11}


def test_ctrl_c_finishes_what_is_in_flight(windows: Windows, office: Workspace) -> None:
    """Pressed for every process of the console, as the console itself does it."""
    script = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: None)\n"
        "sender = subprocess.Popen([sys.executable, '-m', 'mailer', 'send', 'harbour-report', '--yes'])\n"
        "while not os.path.exists('press now'):\n"
        "    time.sleep(0.05)\n"
        "os.kill(0, signal.CTRL_C_EVENT)\n"
        "while sender.poll() is None:\n"
        "    time.sleep(0.05)\n"
        "sys.exit(sender.returncode)"
    )

    def press(shown: str) -> bool:
        if len(server.accepted) == 3:
            (office.root / "press now").touch()
        if heard := "Finishing what is in flight" in shown:
            gate.open()
        return heard

    with gated() as (server, gate):
        ran = windows.on_a_console(
            ["wine", str(windows.python), "-c", script], (press, ""), cwd=office.root, **server_of(server)
        )
        assert ran.code == 130, ran.out
        found = reconcile(windows, office, server)
        assert set(found) == {"accepted", "queued"}
        assert found["accepted"] <= 3 + 2, "one for each connection was in flight"
        ran = windows.run("resume", "harbour-report", "--yes", cwd=office.root, **server_of(server))
        assert ran.code == 0, ran.err
        assert reconcile(windows, office, server) == {"accepted": 11}


def test_a_release_under_another_spelling_is_the_same_release(windows: Windows, office: Workspace) -> None:
    """Windows opens harbour-report.md under each of these names; nobody may get it twice for that."""
    with FaultyServer() as server:
        for spelling in ("harbour-report", "Harbour-Report", r"releases\HARBOUR-REPORT.md."):
            ran = windows.run("send", spelling, "--yes", cwd=office.root, **server_of(server))
            assert (ran.code, len(server.accepted)) == (0, 11), f"{spelling}: {ran.err}"
        assert reconcile(windows, office, server) == {"accepted": 11}


def test_a_rehearsal_and_a_proof_leave_nothing_behind(windows: Windows, office: Workspace) -> None:
    """Their ledger is deleted, which Windows allows to nobody while it is open."""
    ran = windows.run("send", "harbour-report", "--dry-run", cwd=office.root)
    assert ran.code == 0, ran.err
    (rehearsal,) = (path for path in (office.private / "rehearsals").iterdir() if path.is_dir())
    assert len(list(rehearsal.glob("*.eml"))) == 11
    with FaultyServer() as server:
        proof = ("send", "harbour-report", "--test", "press@example.org", "--yes")
        ran = windows.run(*proof, cwd=office.root, **server_of(server))
        assert (ran.code, len(server.accepted)) == (0, 2), ran.err  # each edition
    assert not list(office.private.glob("throw-away-*"))
    assert not (office.private / "ledger.db").exists()


def test_what_became_of_each_as_a_file_for_excel(windows: Windows, office: Workspace) -> None:
    with FaultyServer(refuse={"ana.ruiz@example.net": "550 5.1.1 no such user"}) as server:
        ran = windows.run(
            "send", "harbour-report", "--yes", "--csv", "für Excel.csv", cwd=office.root, **server_of(server)
        )
    assert ran.code == 1, ran.err
    content = (office.root / "für Excel.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "or Excel takes it for cp1252"
    assert b"\r\r\n" not in content
    assert "ana.ruiz@example.net,rejected" in content.decode("utf-8-sig")
    assert "mailer suppress ana.ruiz@example.net" in ran.err
