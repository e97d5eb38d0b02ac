"""A mailing that takes longer than tokens live, with helpers and without: everybody gets it, nobody twice.

The full size, 2,000 messages with tokens of 3 seconds, is `python benchmarks/delivery/expiring_tokens.py`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import time
from dataclasses import fields
from pathlib import Path

import pytest
from support.authorization_server import authorization_server
from support.expiring import Plan, play
from support.smtp_mailing import QUICK, RELEASE, queued, settings
from support.smtp_tokens import TokenServer
from support.token_sender import by_name, send

from mailer.delivery import Ledger, Signing
from mailer.delivery.ledger.store import Fence
from mailer.delivery.smtp.helpers import Assignment
from mailer.delivery.transport import Handover
from mailer.model import Status
from mailer.settings import Settings

WAYS = [Plan(), Plan(processes=3), Plan(processes=2, window=8)]


@pytest.mark.parametrize("plan", WAYS, ids=["alone", "helpers", "BDAT"])
def test_everybody_once_across_expiries(tmp_path: Path, plan: Plan) -> None:
    came = play(tmp_path, plan)
    assert came.states == {Status.ACCEPTED: plan.count}, came.report.halted
    assert plan.expiries <= came.good <= came.refreshes + 1
    assert came.refreshes <= 2 * plan.expiries + 4, "a refresh for each expiry, not for each connection"
    assert came.outlived, "connections lived longer than their tokens"
    assert plan.processes == 1 or came.connections >= 4, "helpers had connections too"


def test_killed_between_two_tokens(tmp_path: Path) -> None:
    """SIGKILL in the midst of it, and what is left goes out with the tokens that are good by then."""
    came = play(tmp_path, Plan(processes=2, killed=True))
    assert not came.report.halted
    assert came.states.get(Status.UNCERTAIN, 0) <= 4, "at most one for each connection"
    assert set(came.states) <= {Status.ACCEPTED, Status.UNCERTAIN}


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
        with Ledger(tmp_path / "ledger.db") as ledger:
            queued(ledger, 300, paragraphs=2)
        assert send(tmp_path / "ledger.db", how, 2).finished
    assert any(b"mailer.delivery.smtp.helper_process" in value for value in seen.values())
    hidden = [secret.encode() for secret in (*authority.secrets, "of-the-application", "not-used-any-more")]
    its = [
        value
        for key, value in seen.items()
        if b"helper_process" in seen.get(f"{key.split()[0]} cmdline", b"")
    ]
    assert its and not [secret for secret in hidden for value in its if secret in value]
    assert all(b"PATH=" in value for key, value in seen.items() if key.endswith("environ") and value)
