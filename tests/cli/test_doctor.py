"""`mailer doctor` at the command line; what it looks at is tested beside delivery."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.postgres import Postgres
from support.sent_mail import send_to
from support.terminal import mailer

from mailer.desk.inbox import Inbox
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl


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


# ---- which ledger -----------------------------------------------------------------------------------------


def told_of_the_ledger(workspace: Workspace, url: str = "") -> dict[str, str]:
    server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9", "SMTP_SECURITY": "none"}
    ran = mailer("doctor", "--json", cwd=workspace.root, **server, LEDGER_URL=url)
    assert "very-secret" not in ran.out + ran.err
    [found] = [finding for finding in json.loads(ran.out) if finding["id"] == "ledger"]
    return found  # type: ignore[no-any-return]


@pytest.mark.own_ledger
def test_it_says_where_a_file_is(workspace: Workspace) -> None:
    found = told_of_the_ledger(workspace)
    assert found["message"] == ".mailer/ledger.db: nothing was sent from here yet."
    assert not workspace.ledger.exists()  # type: ignore[union-attr]
    send_to(workspace, "ana@example.net")
    found = told_of_the_ledger(workspace)
    assert (found["level"], found["message"]) == (
        "notice",
        ".mailer/ledger.db, a file of this computer alone.",
    )


@pytest.mark.parametrize(
    ("rights", "may"), [("SELECT", "may only read"), ("SELECT, INSERT, UPDATE", "may send")]
)
def test_it_says_where_a_database_is_and_what_one_may_there(
    workspace: Workspace, postgres: Postgres, database: DatabaseUrl, rights: str, may: str
) -> None:
    name = database.url.partition("@/")[2].partition("?")[0]
    at = f"at {postgres.folder}, database {name}"
    user = f"user_{name}"
    postgres.say(f"CREATE ROLE {user} LOGIN")
    for statement in (
        f"GRANT USAGE ON SCHEMA mailer TO {user}",
        f"GRANT {rights} ON ALL TABLES IN SCHEMA mailer TO {user}",
    ):
        postgres.say(statement, name)
    for who, what in (("owner", "owns it"), (user, may)):
        url = database.url.replace("owner@", f"{who}:very-secret@")
        found = told_of_the_ledger(workspace, url)
        assert found["level"] == "notice"
        said = re.sub(r"PostgreSQL \d+\.\d+ ", "", found["message"])
        assert said == f"{at}, as {who}, who {what}."


def test_a_database_that_cant_be_reached_is_an_error_of_the_ledger(workspace: Workspace) -> None:
    found = told_of_the_ledger(workspace, "postgresql://press:very-secret@127.0.0.1:9/office")
    assert found["level"] == "error"
    assert "postgresql://press@127.0.0.1:9/office can't be reached" in found["message"]
