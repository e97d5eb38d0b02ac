"""Signing in on Windows: what is kept goes to the user's own folder, and two processes refresh once there, too."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.windows import Windows

from mailer.workspace import Workspace

TOKEN = """
from pathlib import Path
from mailer.authorization import access_tokens
from mailer.settings import read_settings
print(access_tokens(read_settings(Path())).current().value, flush=True)
"""


@pytest.fixture
def server(office: Workspace) -> Iterator[AuthorizationServer]:
    with authorization_server(interval=0, lifetime=3600) as running:
        lines = [f"{key}={value}\n" for key, value in running.settings().items()]
        (office.root / ".env").write_text("".join(lines), "utf-8")
        yield running


def test_a_sign_in_two_processes_that_refresh_and_a_logout(
    server: AuthorizationServer, windows: Windows, office: Workspace
) -> None:
    server.lifetime = 1  # of the first token
    ran = windows.run("login", "--device", cwd=office.root)
    assert ran.code == 0, ran.err
    assert r"AppData\Local\mailer\sign-ins" in ran.err
    time.sleep(1)
    server.lifetime = 3600
    server.keeps_waiting.set()
    processes = [windows.start_script(TOKEN, cwd=office.root) for _ in range(2)]
    assert server.refreshed.wait(120)
    time.sleep(1)  # for the second to come as far as it can
    server.keeps_waiting.clear()
    said = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert server.refreshes == 1
    assert len(set(said)) == 1
    assert server.valid(said[0])
    out = windows.run("logout", cwd=office.root)
    assert out.code == 0, out.err
    assert "keeps nothing for press@example.org" in out.err
