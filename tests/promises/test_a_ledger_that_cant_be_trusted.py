"""A drive that can't lock files, and a ledger that says what this mailer does not know: nothing is sent, and it is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.office import RELEASE, Office
from support.promises import promise
from support.terminal import environment

from mailer.delivery import Ledger

STATES = "docs/reference/states.md"
ON_A_SHARE = Path(__file__).resolve().parent.parent / "support" / "on_a_share.py"


@promise(
    "docs/guide/sending.md",
    "Keep the workspace on one of this computer's own drives: a lock stops two processes from"
    " sending the same release, and many network shares can't lock files.",
    "On those nothing is sent, and mailer says so.",
)
@pytest.mark.parametrize("said", ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EIO"])
def test_the_workspace_lies_on_a_share(said: str, office: Office) -> None:
    """It was told as “is already being sent by another process”, for whom staff would wait for ever."""
    ran = subprocess.run(
        [sys.executable, str(ON_A_SHARE), said, "send", RELEASE, "--yes"],
        cwd=office.workspace.root, env=environment(**office.settings()), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 2
    assert office.server.commands == []
    for told in (".lock can't be locked: ", "Nothing was sent.", "on one of this computer's own drives"):
        assert told in ran.stderr
    assert "already" not in ran.stderr
    assert office.run("send", RELEASE, "--yes").code == 0


COMMANDS = (
    ("status",), ("status", RELEASE), ("status", RELEASE, "--json"), ("status", RELEASE, "--recipients"),
    ("lists", "export", "ana.ruiz@example.net"), ("send", RELEASE, "--yes"), ("resume", RELEASE, "--yes"),
    ("discard", RELEASE, "--yes"), ("send", "better", "--yes"),
)  # fmt: skip


@promise(STATES, "A state that this `mailer` does not know stops every command that would have to read it.")
@pytest.mark.parametrize("letter", ["x", "", "ar"])
def test_a_newer_mailer_or_a_broken_disk_has_written(letter: str, office: Office) -> None:
    office.queue()
    office.correction()
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = ? WHERE address = 'ana.ruiz@example.net'", (letter,))
    for command in COMMANDS:
        ran = office.run(*command)
        assert (ran.code, office.got()) == (2, []), command
        said = ran.err.replace("\n", " ")
        told = f"The ledger {office.workspace.ledger} has recipients in a state that this version of mailer does not know: {letter!r}."
        assert told in said, command
        assert "bug in mailer" not in said, command
