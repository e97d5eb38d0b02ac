"""`mailer doctor` at the command line; what it looks at is tested beside delivery."""

from __future__ import annotations

import json
from pathlib import Path

from support.terminal import mailer

from mailer.desk.inbox import Inbox
from mailer.workspace import Workspace


def test_it_says_what_the_server_offers(workspace: Workspace, tmp_path: Path) -> None:
    with Inbox(tmp_path / "mailbox") as inbox:
        ran = mailer(
            "doctor",
            "--json",
            cwd=workspace.root,
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(inbox.port),
            SMTP_SECURITY="none",
        )
        assert not inbox.received()
    found = {finding["id"]: finding["level"] for finding in json.loads(ran.out)}
    assert found["reach"] == "notice"
    assert {"size", "extensions", "spf", "dmarc"} <= set(found)


def test_what_is_not_proven_is_not_ticked(workspace: Workspace) -> None:
    """Nothing says that a signature is there: that is no error, and no success either."""
    ran = mailer("doctor", cwd=workspace.root, SMTP_HOST="127.0.0.1", SMTP_PORT="9", SMTP_SECURITY="none")
    assert [line.split()[0] for line in ran.out.splitlines() if " dkim " in line] == ["·"]


def test_a_server_that_is_not_there_is_named(workspace: Workspace) -> None:
    ran = mailer("doctor", cwd=workspace.root, SMTP_HOST="127.0.0.1", SMTP_PORT="9", SMTP_SECURITY="none")
    assert ran.code == 1
    assert "127.0.0.1:9" in ran.out


def test_without_settings_it_says_what_to_do(workspace: Workspace) -> None:
    ran = mailer("doctor", cwd=workspace.root)
    assert (ran.code, ".env.example" in ran.err) == (2, True)
