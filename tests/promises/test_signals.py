"""docs/guide/sending.md: a sending that something other than Ctrl-C ends, or tries to."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from support.office import RELEASE, Office
from support.promises import promise
from support.terminal import COMMAND, environment

PAGE = "docs/guide/sending.md"
BOTH = [signal.SIGTERM, signal.SIGHUP]
ONE = {"SMTP_CONNECTIONS": "1"}


@contextmanager
def held_at_the_third(office: Office) -> Iterator[tuple[threading.Event, Callable[[], None]]]:
    """The server thinks about the third message that has wholly arrived: an event for that, and what lets it answer."""
    there, answer = threading.Event(), threading.Event()

    def hold(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before") and office.server.seen["dot"] == 3:
            there.set()
            answer.wait(60)

    office.server.hook = hold
    try:
        yield there, answer.set
    finally:
        answer.set()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stderr is not None
    said = ""
    while text not in said:
        line = process.stderr.readline()
        assert line, f"“{text}” was not said:\n{said}"
        said += line
    return said


def all_is_in_the_ledger(office: Office) -> None:
    """Nobody is in doubt, and nobody got what the ledger does not know of."""
    counts = office.counts()
    assert set(counts) == {"accepted", "queued"}
    assert sum(counts.values()) == 11
    got = office.got()
    assert sorted(got) == sorted(who for who, state in office.states().items() if state == "accepted")


@promise(
    PAGE,
    "SIGTERM and SIGHUP do the same (`kill`, a supervisor, a shutdown, a terminal that is closed), and so they do to a command"
    " that waits for its time.",
    "The exit code is 130.",
)
@promise(
    "docs/reference/states.md",
    "Ctrl-C, SIGTERM and SIGHUP end a sending once what is in flight is answered: they leave nobody uncertain.",
)
@pytest.mark.parametrize("number", BOTH)
def test_once(number: signal.Signals, office: Office) -> None:
    with held_at_the_third(office) as (there, answer):
        process = office.started("send", RELEASE, "--yes", **ONE)
        assert there.wait(60)
        process.send_signal(number)
        read_until(process, f"Finishing what is in flight; another {number.name} to stop at once.")
        answer()
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "mailer resume harbour-report` carries on where this stopped" in said
    all_is_in_the_ledger(office)
    assert office.counts()["queued"] >= 7
    assert office.run("resume", RELEASE, "--yes").code == 0
    assert len(office.got()) == len(set(office.got())) == 11


@promise(
    "docs/reference/states.md", "A second one does, as a killed process does: `dot` becomes `uncertain`."
)
@pytest.mark.parametrize("second", [*BOTH, signal.SIGINT])
@pytest.mark.parametrize("first", BOTH)
def test_twice(first: signal.Signals, second: signal.Signals, office: Office) -> None:
    with held_at_the_third(office) as (there, _):
        process = office.started("send", RELEASE, "--yes", **ONE)
        assert there.wait(60)
        process.send_signal(first)
        read_until(process, "to stop at once.")
        process.send_signal(second)
        said = process.communicate(timeout=60)[1]  # the server answers nothing all the time
    assert process.returncode == 130
    assert "mailer status" in said
    assert office.counts() == {"accepted": 2, "uncertain": 1, "queued": 8}


@promise(PAGE, "What follows within half a second counts as the same signal.")
def test_timeout_sends_its_signal_twice(office: Office) -> None:
    """So does a supervisor that ends a group and its leader; and a shell whose terminal is closed."""
    with held_at_the_third(office) as (there, answer):
        process = office.started("send", RELEASE, "--yes", **ONE)
        assert there.wait(60)
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
            process.send_signal(number)
            time.sleep(0.01)  # or the system would make one of them
        read_until(process, "to stop at once.")
        answer()
        process.communicate(timeout=60)
    assert process.returncode == 130
    all_is_in_the_ledger(office)


@promise(
    PAGE,
    "SIGTERM and SIGHUP do the same (`kill`, a supervisor, a shutdown, a terminal that is closed), and so they do to a command"
    " that waits for its time.",
)
@pytest.mark.parametrize("number", [*BOTH, signal.SIGINT])
def test_while_it_waits_for_its_time(number: signal.Signals, office: Office) -> None:
    process = office.started("send", RELEASE, "--yes", "--at", "2199-11-24 06:00 Europe/Madrid")
    read_until(process, "Waiting until")
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "carries on where this stopped" in said
    assert (office.counts(), office.got()) == ({"queued": 11}, [])
    assert "planned for 2199-11-24 05:00 Europe/London" in office.run("status", RELEASE).out


def test_a_terminal_is_closed(office: Office) -> None:
    """What is still to be said can't be shown any more, and that is no reason to break off."""
    shown = {"TERM": "xterm-256color"}  # a progress bar, drawn ten times a second
    with (
        held_at_the_third(office) as (there, answer),
        office.terminal("send", RELEASE, "--yes", **ONE, **shown) as terminal,
    ):
        terminal.until("/11")
        assert there.wait(60)
        threading.Timer(1, answer).start()
        assert terminal.hang_up() == 130
    all_is_in_the_ledger(office)
    assert office.counts()["queued"] >= 7


@promise(PAGE, "Under `nohup` a sending goes on when its terminal is closed.")
@pytest.mark.parametrize("number", BOTH)
def test_what_is_ignored_from_the_start_stays_ignored(number: signal.Signals, office: Office) -> None:
    command = shlex.join([*COMMAND, "send", RELEASE, "--yes"])
    name = number.name.removeprefix("SIG")
    with held_at_the_third(office) as (there, answer):
        process = subprocess.Popen(
            ["sh", "-c", f"trap '' {name}; exec {command}"], cwd=office.workspace.root,
            env=environment(**office.settings(**ONE)), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert there.wait(60)
        process.send_signal(number)
        os.kill(process.pid, number)
        answer()
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 0, said
    assert len(office.got()) == len(set(office.got())) == 11
