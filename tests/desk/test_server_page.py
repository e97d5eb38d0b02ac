"""The server at the desk: what is set, in words; what `mailer doctor` finds; and a secret nowhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from support.axe import violations
from support.browser import chromium
from support.desk import Desk, desk

from mailer.desk.inbox import Inbox
from mailer.settings import Settings
from mailer.workspace import Workspace

SECRET = {
    field.metadata["key"]: f"Hush-{number}-{field.metadata['key'].lower()}-0123456789"
    for number, field in enumerate(dataclasses.fields(Settings))
    if not field.repr
}
"""Each key that holds a secret, with one of its own."""
DATABASE = {"LEDGER_URL": f"postgresql://press:{SECRET.pop('LEDGER_URL')}@127.0.0.1:1/office"}
"""Where nothing answers."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def write(workspace: Workspace, **settings: str) -> None:
    (workspace.root / ".env").write_text("".join(f"{k}={v}\n" for k, v in settings.items()), "utf-8")


def everything(running: Desk, workspace: Workspace) -> str:
    """All that a desk shows, says in errors, and writes."""
    told = [
        running.client.get(path)
        for path in ("/settings/server", "/settings", "/", "/mailbox", "/no-such-page")
    ]
    told.append(running.post("/settings/server/look", timeout=180))
    told.append(running.client.get("/settings/server"))
    told.append(running.client.get("/settings/server/look"))
    files = [p.read_bytes().decode("utf-8", "replace") for p in workspace.private.rglob("*") if p.is_file()]
    return "\n".join([*(answer.text + str(answer.headers) for answer in told), *files])


def test_no_secret_is_in_anything_that_the_desk_shows_or_writes(
    workspace: Workspace, browser: Browser
) -> None:
    assert {
        "SMTP_PASSWORD",
        "SECRET_KEY",
        "BOUNCE_IMAP_PASSWORD",
        "OAUTH_CLIENT_SECRET",
        "EVENTS_SECRET",
    } <= SECRET.keys()
    token = "Hush-the-user-name-of-postmark-is-its-token"
    around = {
        "plain": {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_USERNAME": token},
        "provider": {"SMTP_PRESET": "postmark", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_USERNAME": SECRET["SMTP_PASSWORD"]},
        "sign-in": {"SMTP_PRESET": "microsoft365", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_USERNAME": "press@example.org", "OAUTH_CLIENT_ID": "x", "OAUTH_TENANT": "common"},
        "mistyped": {"SMTP_HOST": f"smtp://u:{SECRET['SMTP_PASSWORD']}@example.org", "SMTP_PORT": SECRET["SECRET_KEY"][:0] or "x"},
        "a ledger elsewhere": {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", **DATABASE},
        "unknown key": {"SMTP_PASWORD": SECRET["SMTP_PASSWORD"]},
    }  # fmt: skip
    write(workspace)
    with desk(workspace, browser) as running:
        for name, settings in around.items():
            write(workspace, **SECRET, **settings)
            said = everything(running, workspace)
            assert "Hush-" not in said, name
        assert "Who changes this" in said


def test_a_user_who_is_an_address_is_named(workspace: Workspace, browser: Browser) -> None:
    with desk(workspace, browser) as running:
        write(workspace, SMTP_HOST="mail.example.org", SMTP_USERNAME="press@example.org", SMTP_PASSWORD="x",
              SMTP_RATE="30/minute", ALLOW_ONLY="*@example.org", DKIM_DOMAIN="example.org")  # fmt: skip
        page = running.page("/settings/server")
        for fact in (
            "mail.example.org, port 587",
            "press@example.org",
            "30 a minute",
            "only *@example.org",
            "for example.org",
        ):
            expect(page.get_by_text(fact, exact=True)).to_be_visible()
        running.assert_clean()


def test_a_look_is_a_process_and_says_what_to_do(workspace: Workspace, browser: Browser) -> None:
    with Inbox(workspace.root.parent / "in") as inbox, desk(workspace, browser) as running:
        write(workspace, SMTP_HOST="127.0.0.1", SMTP_PORT=str(inbox.port), SMTP_SECURITY="none")
        page = running.page("/settings/server", java_script_enabled=False)
        page.get_by_role("button", name="Look now").click()
        expect(page.locator(".found li").first).to_be_visible(timeout=180_000)
        expect(page.locator(".found")).to_contain_text(f"127.0.0.1:{inbox.port}")
        page = running.page("/settings/server")
        assert violations(page) == []
        write(workspace)
        running.post("/settings/server/look", timeout=180)
        assert "SMTP_HOST is empty" in running.client.get("/settings/server").text
        assert inbox.received() == []


def test_where_one_practises_there_is_nothing_to_look_at(workspace: Workspace, browser: Browser) -> None:
    write(workspace, SMTP_HOST="mail.example.org")
    with desk(workspace, browser, "--training") as running:
        page = running.page("/settings/server")
        assert page.get_by_role("button", name="Look now").count() == 0
        assert running.post("/settings/server/look").status_code == 303
        assert "mail.example.org" not in running.client.get("/settings/server").text
