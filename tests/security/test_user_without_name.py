"""A process whose user has no name, as in many a container: sending works, and the lock names the number."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from support.smtp_hostile import HostileServer
from support.terminal import COMMAND, environment

from mailer.workspace import Workspace

NOBODY_KNOWS = 54321


def become_nameless() -> None:
    """Only the real user, whose name is asked for: the rights of the effective one are needed to run this Python."""
    os.setresuid(NOBODY_KNOWS, -1, -1)


def start(workspace: Workspace, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    names = ("USER", "LOGNAME", "LNAME", "USERNAME")
    nameless = {key: value for key, value in environment(**settings).items() if key not in names}
    return subprocess.Popen([*COMMAND, *arguments], cwd=workspace.root, env=nameless, preexec_fn=become_nameless,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0,
    reason="only root can run a process as a user that does not exist",
)
def test_it_sends_and_the_lock_names_the_number(workspace: Workspace) -> None:
    def slowly(content: bytes) -> bytes:
        time.sleep(0.3)
        return b"250 2.0.0 queued\r\n"

    with HostileServer(replies={"dot": slowly}) as server:
        first = start(workspace, "send", "harbour-report", "--yes", **server.settings(SMTP_TIMEOUT="30"))
        while not server.accepted and first.poll() is None:
            time.sleep(0.01)
        second = start(workspace, "resume", "harbour-report", "--yes", **server.settings())
        _, said = second.communicate(timeout=60)
        _, told = first.communicate(timeout=60)
    assert first.returncode == 0, told
    assert len(server.accepted) == 11
    assert second.returncode == 2
    assert f"process {first.pid} of user {NOBODY_KNOWS} on" in said
