"""A mailing that takes longer than tokens live, with helpers and without: everybody gets it, nobody twice.

The full size, 2,000 messages with tokens of 3 seconds, is `python benchmarks/delivery/expiring_tokens.py`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import fields
from pathlib import Path

import pytest
from support import token_sender
from support.authorization_server import authorization_server
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings
from support.smtp_tokens import EXPIRED, TokenServer
from support.token_sender import by_name, send

from mailer.delivery import Ledger, Signing
from mailer.delivery.ledger.hold import Fence
from mailer.delivery.smtp.helpers import Assignment
from mailer.delivery.transport import Handover
from mailer.errors import LedgerError
from mailer.model import Status
from mailer.settings import Settings

COUNT, LIFETIME, EXPIRIES = 300, 0.6, 5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Ledger(tmp_path / "ledger.db") as ledger:
        queued(ledger, COUNT, paragraphs=2)
    return tmp_path / "ledger.db"


class Tempo:
    """Makes a server as slow as it must be for a mailing to take so many seconds."""

    def __init__(self, count: int, seconds: float) -> None:
        self._begun, self._each, self._next = threading.Lock(), seconds / count, 0.0

    def __call__(self, stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before"):
            with self._begun:
                self._next = max(self._next, time.monotonic()) + self._each
                until = self._next
            time.sleep(max(0.0, until - time.monotonic()))


@pytest.mark.parametrize(("processes", "window"), [(1, 1), (3, 1), (2, 8)], ids=["alone", "helpers", "BDAT"])
def test_everybody_once_across_expiries(path: Path, processes: int, window: int) -> None:
    with (
        authorization_server(lifetime=LIFETIME) as authority,
        TokenServer(
            authority.valid, expired=EXPIRED[:3], chunking=window > 1, hook=Tempo(COUNT, LIFETIME * EXPIRIES)
        ) as server,
    ):
        how = settings(
            server.port,
            **by_name(authority.settings()),
            smtp_connections=6,
            smtp_timeout=20,
            smtp_window=window,
        )
        authority.signed_in(how)
        report = send(path, how, processes)
        reconcile(path, server.accepted, COUNT)
    assert report.counts == {Status.ACCEPTED: COUNT}, report.halted
    good = {token for _, token, right in server.shown if right}
    assert EXPIRIES <= len(good) <= authority.refreshes + 1
    assert authority.refreshes <= 2 * EXPIRIES + 4, "a refresh for each expiry, not for each connection"
    assert server.outlived, "connections lived longer than their tokens"
    assert processes == 1 or server.most_at_once >= 4, "helpers had connections too"


def test_killed_between_two_tokens(path: Path) -> None:
    """SIGKILL in the midst of it, and what is left goes out with the tokens that are good by then."""
    sender: subprocess.Popen[str] | None = None
    tempo = Tempo(COUNT, LIFETIME * EXPIRIES)

    def hook(stage: str, when: str) -> None:
        if len(server.accepted) >= COUNT // 2 and sender:
            sender.kill()
        tempo(stage, when)

    with (
        authorization_server(lifetime=LIFETIME) as authority,
        TokenServer(authority.valid, expired=EXPIRED[:3], hook=hook) as server,
    ):
        how = settings(server.port, **by_name(authority.settings()), smtp_connections=4, smtp_timeout=20)
        authority.signed_in(how)
        keys = [f"{key}={value}" for key, value in authority.settings().items()]
        sender = subprocess.Popen(
            [sys.executable, token_sender.__file__, str(path), str(server.port), "2", *keys],
            stdout=subprocess.PIPE,
            text=True,
        )
        sender.communicate(timeout=60)
        assert sender.returncode == -signal.SIGKILL
        server.hook = tempo
        for _ in range(100):
            try:
                report = send(path, how)
                break
            except LedgerError as error:
                assert "is already being sent" in error.message
                time.sleep(0.05)
        found = reconcile(path, server.accepted, COUNT)
    assert not report.halted
    assert list(found.values()).count(Status.UNCERTAIN) <= 4, "at most one for each connection"
    assert set(found.values()) <= {Status.ACCEPTED, Status.UNCERTAIN}


# ---- what helpers are told ----------------------------------------------------------------------------------


def test_a_helper_is_told_nothing_that_would_outlive_its_token(tmp_path: Path) -> None:
    """Neither a refresh token nor the application's secret, nor any other one that it has no need of."""
    secrets = {
        setting.name: f"secret-{setting.name}"
        for setting in fields(Settings)
        if not setting.repr or setting.name == "oauth_certificate_file"
    }
    assert {"smtp_password", "oauth_client_secret", "secret_key", "oauth_certificate_file"} <= set(secrets)
    for by_token in (True, False):
        how = Settings(smtp_username="press", oauth_client_id="x" if by_token else "", **secrets)  # type: ignore[arg-type]
        handover = Handover(tmp_path, False, RELEASE, 3, Fence(1, "x", "token"), Signing(how, tmp_path))
        told = pickle.dumps(Assignment.of(how, QUICK, handover))
        kept = {name for name, secret in secrets.items() if secret.encode() in told}
        assert kept == (set() if by_token else {"smtp_password"})


def test_a_helper_process_shows_no_token_and_inherits_no_secret(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ps` shows arguments and environment to others; settings may have come by the environment."""
    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    seen: dict[str, bytes] = {}

    def look(stage: str, when: str) -> None:
        for child in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
            for pid in child.read_text().split():
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):  # it has ended meanwhile
                        seen[f"{pid} {name}"] = Path(f"/proc/{pid}/{name}").read_bytes()
        time.sleep(0.002)

    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "of-the-application")
    monkeypatch.setenv("SMTP_PASS", "not-used-any-more")
    with (
        authorization_server(lifetime=600, client_secret="of-the-application") as authority,
        TokenServer(authority.valid, hook=look) as server,
    ):
        how = settings(server.port, **by_name(authority.settings()), smtp_connections=4, smtp_timeout=20)
        authority.signed_in(how)
        assert send(path, how, 2).finished
    assert any(b"mailer.delivery.smtp.helper_process" in value for value in seen.values())
    hidden = [secret.encode() for secret in (*authority.secrets, "of-the-application", "not-used-any-more")]
    its = [
        value
        for key, value in seen.items()
        if b"helper_process" in seen.get(f"{key.split()[0]} cmdline", b"")
    ]
    assert its and not [secret for secret in hidden for value in its if secret in value]
    assert all(b"PATH=" in value for key, value in seen.items() if key.endswith("environ") and value)
