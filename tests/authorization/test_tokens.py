"""Access tokens that are good now: renewed in time, by one process, and never lost on the way to the disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.authorization_server import AuthorizationServer
from support.terminal import environment

from mailer.authorization import AccessTokens, access_tokens
from mailer.authorization.kept.sign_in import SignIn
from mailer.authorization.kept.store import Store
from mailer.errors import AuthorizationError, SettingsError
from mailer.settings import Settings, read_settings
from mailer.workspace import Workspace

TOKEN = """
from pathlib import Path
from mailer.authorization import access_tokens
from mailer.errors import AuthorizationError
from mailer.settings import read_settings
tokens = access_tokens(read_settings(Path()))
print("asks", flush=True)
try:
    print(tokens.current().value, flush=True)
except AuthorizationError as error:
    print(error, flush=True)
"""


def asking(office: Workspace) -> subprocess.Popen[str]:
    """A process that is about to ask for a token, which it prints."""
    process = subprocess.Popen(
        [sys.executable, "-c", TOKEN], cwd=office.root, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "asks\n"
    return process


@pytest.fixture
def tokens(server: AuthorizationServer, settings: Settings) -> AccessTokens:
    """After a sign-in."""
    server.signed_in(settings)
    made = access_tokens(settings)
    assert made
    return made


def stored(server: AuthorizationServer) -> Store:
    return Store(f"{server.url}/token", server.client_id, server.user)


def change(server: AuthorizationServer, **what: object) -> SignIn:
    """What is kept, changed as time or somebody would have."""
    kept = stored(server).read()
    assert kept
    changed = replace(kept, **what)  # type: ignore[arg-type]
    stored(server).write(changed)
    return changed


def test_a_token_is_handed_out_until_it_is_time_for_the_next(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    first = tokens.current()
    assert tokens.current() == first
    assert server.refreshes == 0
    change(server, issued=time.time() - 2.9, expires=time.time() + 0.1)
    second = tokens.current()
    assert second.value != first.value
    assert server.valid(second.value)
    assert server.refreshes == 1


@pytest.mark.parametrize(
    ("life", "left", "renewed"),
    [(3600, 301, 0), (3600, 299, 1), (600, 151, 0), (600, 149, 1), (3, 1, 0), (3, 0.5, 1)],
)
def test_it_is_renewed_five_minutes_early_or_a_quarter_of_a_short_life(
    life: float, left: float, renewed: int, server: AuthorizationServer, tokens: AccessTokens
) -> None:
    now = time.time()
    change(server, issued=now + left - life, expires=now + left)
    tokens.current()
    assert server.refreshes == renewed


def test_a_refused_token_costs_one_refresh(server: AuthorizationServer, tokens: AccessTokens) -> None:
    first = tokens.current()
    server.expire()
    second = tokens.current(refused=first.value)
    assert server.valid(second.value)
    assert tokens.current(refused=first.value) == second, "somebody else was refused the first one, too"
    assert server.refreshes == 1


def test_two_processes_refresh_once(
    server: AuthorizationServer, office: Workspace, tokens: AccessTokens
) -> None:
    """Both find it expired; the answer to the first is held back until the second has asked, too."""
    change(server, expires=time.time() - 1)
    server.keeps_waiting.set()
    processes = [asking(office), asking(office)]
    assert server.refreshed.wait(20)
    time.sleep(0.3)  # for the second to come as far as it can
    server.keeps_waiting.clear()
    said = [process.communicate(timeout=30)[0].strip() for process in processes]
    assert server.refreshes == 1
    assert len(set(said)) == 1
    assert server.valid(said[0])


def test_the_next_refresh_token_is_on_the_disk_before_the_access_token_is_used(
    server: AuthorizationServer, tokens: AccessTokens, kept: Path
) -> None:
    first = change(server, expires=time.time() - 1)
    handed_out = tokens.current()
    (file,) = kept.glob("*.json")
    on_disk = json.loads(file.read_text("utf-8"))
    assert on_disk["access"] == handed_out.value
    assert on_disk["refresh"] != first.refresh
    assert [path.suffix for path in kept.iterdir() if path.suffix not in (".json", ".lock")] == []


def test_killed_between_answer_and_disk_is_told_rightly(
    server: AuthorizationServer, office: Workspace, tokens: AccessTokens
) -> None:
    """The server has made the old refresh token worthless, and the new one died with the process: nothing of ours can
    bring it back, so a person has to sign in again. It is told once by the server, then by us."""
    change(server, expires=time.time() - 1)
    server.keeps_waiting.set()
    process = asking(office)
    assert server.refreshed.wait(20)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    server.keeps_waiting.clear()
    for _ in range(2):
        with pytest.raises(AuthorizationError, match="withdrawn or has expired") as error:
            tokens.current()
        assert "mailer login" in error.value.hint
    assert server.answers == [("refresh_token", "ok"), ("refresh_token", "invalid_grant")]


def test_killed_there_goes_on_where_the_server_does_not_rotate(
    server: AuthorizationServer, office: Workspace, tokens: AccessTokens
) -> None:
    server.rotates = False
    change(server, expires=time.time() - 1)
    server.keeps_waiting.set()
    process = asking(office)
    assert server.refreshed.wait(20)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    server.keeps_waiting.clear()
    assert server.valid(tokens.current().value)


def test_a_killed_process_does_not_lock_the_others_out(
    server: AuthorizationServer, office: Workspace, tokens: AccessTokens
) -> None:
    server.rotates = False
    change(server, expires=time.time() - 1)
    server.keeps_waiting.set()
    holder, waiter = asking(office), asking(office)
    assert server.refreshed.wait(20)
    server.keeps_waiting.clear()
    holder.send_signal(signal.SIGKILL)
    assert server.valid(waiter.communicate(timeout=30)[0].strip())
    holder.communicate(timeout=30)


def test_a_refresh_token_that_was_shown_twice_ends_the_sign_in(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    """Somebody has a copy of the file: the server can't tell who, and ends it for both (RFC 9700 §4.14.2)."""
    copied = change(server, expires=time.time() - 1)
    tokens.current()
    change(server, refresh=copied.refresh, expires=time.time() - 1)
    with pytest.raises(AuthorizationError, match="withdrawn or has expired"):
        tokens.current()
    assert server.answers[-1] == ("refresh_token", "invalid_grant")


def test_a_consent_that_was_withdrawn_is_told_and_not_asked_about_again(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    first = tokens.current()
    server.withdraw()
    for _ in range(3):
        with pytest.raises(AuthorizationError, match="withdrawn or has expired"):
            tokens.current(refused=first.value)
    assert len(server.answers) == 1
    kept = stored(server).read()
    assert kept
    assert (kept.access, kept.refresh) == ("", "")


def test_a_server_that_is_away_does_not_cost_a_token_that_is_still_good(
    server: AuthorizationServer, tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorization.grants._PAUSES", (0.01, 0.01, 0.0))
    now = time.time()
    kept = change(server, issued=now - 100, expires=now + 20)
    server.stumbles.extend([(503, {"error": "temporarily_unavailable"})] * 3)
    server_is_busy = tokens.current()
    assert server_is_busy.value == kept.access
    assert [said for _, said in server.answers] == ["stumbled"] * 3
    server.stumbles.extend([(503, b"<html>")] * 3)
    with pytest.raises(AuthorizationError, match="busy"):
        tokens.current(refused=kept.access)


def test_a_server_that_is_busy_is_asked_again(
    server: AuthorizationServer, tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorization.grants._PAUSES", (0.01, 0.0))
    change(server, expires=time.time() - 1)
    server.stumbles.append((429, b"slow down"))
    assert server.valid(tokens.current().value)
    assert [said for _, said in server.answers] == ["stumbled", "ok"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"not JSON"),
        (200, b"[]"),
        (200, {"token_type": "Bearer"}),
        (200, {"access_token": "two\nlines", "token_type": "Bearer"}),
        (200, {"access_token": 7}),
        (200, {"access_token": "fine", "token_type": "mac"}),
        (200, {"access_token": "fine", "token_type": "Bearer", "expires_in": "soon"}),
        (200, b"{" + b" " * 300_000 + b"}"),
        (302, {"access_token": "fine", "token_type": "Bearer"}),
        (307, b""),
        (500, b"x" * 300_000),
    ],
    ids=str,
)
def test_an_answer_that_is_none_is_told_and_changes_nothing(
    status: int,
    body: object,
    server: AuthorizationServer,
    tokens: AccessTokens,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mailer.authorization.grants._PAUSES", (0.0,))
    before = change(server, expires=time.time() - 1)
    server.stumbles.append((status, body))
    with pytest.raises(AuthorizationError):
        tokens.current()
    assert stored(server).read() == before
    assert not server.elsewhere, "what is secret is for nobody else, whatever the server says"
    assert server.valid(tokens.current().value), "the next time it goes on"


def test_an_answer_that_is_lost_is_not_asked_for_again(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    """The refresh token may be used up: showing it again would end the sign-in of whoever got the answer."""
    now = time.time()
    kept = change(server, issued=now - 100, expires=now + 20)
    server.stumbles.append((0, b""))
    assert tokens.current().value == kept.access
    assert server.answers == [("refresh_token", "ok")]


def test_a_clock_that_was_set_back_makes_no_old_token_young(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    """Kept when the clock was a day ahead: it says that the token is good until tomorrow."""
    tomorrow = time.time() + 86_400
    change(server, issued=tomorrow, expires=tomorrow + 3600)
    assert server.valid(tokens.current().value)
    assert server.refreshes == 1


def test_a_clock_that_is_ahead_costs_refreshes_and_nothing_else(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    change(server, issued=time.time() - 90_000, expires=time.time() - 86_400)
    assert server.valid(tokens.current().value)


def test_a_token_without_a_time_is_good_until_it_is_refused(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    kept = change(server, expires=0.0)
    assert tokens.current().value == kept.access
    assert tokens.current(refused=kept.access).value != kept.access


def test_without_a_sign_in_it_says_what_to_do(settings: Settings) -> None:
    tokens = access_tokens(settings)
    assert tokens
    with pytest.raises(AuthorizationError, match=r"Nobody has signed in for press@example\.org") as error:
        tokens.current()
    assert "mailer login" in error.value.hint


def test_without_an_application_there_are_no_tokens(tmp_path: Path) -> None:
    assert access_tokens(read_settings(tmp_path, {"SMTP_USERNAME": "a", "SMTP_PASSWORD": "b"})) is None


def test_several_workspaces_share_a_sign_in(
    server: AuthorizationServer, tokens: AccessTokens, tmp_path: Path
) -> None:
    elsewhere = access_tokens(read_settings(tmp_path, server.settings()))
    assert elsewhere
    assert elsewhere.current() == tokens.current()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SMTP_PASSWORD": "hunter2"}, "OAUTH_CLIENT_ID and SMTP_PASSWORD are both set"),
        ({"SMTP_USERNAME": ""}, "SMTP_USERNAME is empty"),
        ({"OAUTH_CLIENT_SECRET": "s", "OAUTH_CERTIFICATE_FILE": "c.pem"}, "are both set"),
        ({"OAUTH_TOKEN_URL": ""}, "not where to sign in"),
        ({"OAUTH_TOKEN_URL": "http://login.example.org/token"}, "OAUTH_TOKEN_URL"),
        ({"OAUTH_TOKEN_URL": "https://user:password@login.example.org/"}, "OAUTH_TOKEN_URL"),
        ({"OAUTH_AUTHORIZE_URL": "file:///etc/passwd"}, "OAUTH_AUTHORIZE_URL"),
        ({"OAUTH_TOKEN_URL": "", "SMTP_PRESET": "microsoft365"}, "OAUTH_TENANT is empty"),
        ({"OAUTH_TOKEN_URL": "", "SMTP_PRESET": "microsoft365", "OAUTH_TENANT": "../x"}, "OAUTH_TENANT"),
        ({"OAUTH_TOKEN_URL": "", "SMTP_PRESET": "postmark"}, "not where to sign in"),
    ],
)  # fmt: skip
def test_settings_that_contradict_each_other_are_refused_where_they_are_used(
    given: dict[str, str], said: str, server: AuthorizationServer, tmp_path: Path
) -> None:
    settings = read_settings(tmp_path, {k: v for k, v in (server.settings() | given).items() if v})
    with pytest.raises(SettingsError, match=said) as error:
        access_tokens(settings)
    assert "hunter2" not in str(error.value)
    assert "password@" not in str(error.value)


def test_no_secret_shows_when_something_is_printed(server: AuthorizationServer, tokens: AccessTokens) -> None:
    kept = stored(server).read()
    assert kept
    shown = f"{kept!r} {tokens.current()!r} {tokens!r}"
    assert not [secret for secret in server.secrets if secret in shown]


def test_a_server_that_repeats_what_it_was_told_is_not_repeated(
    server: AuthorizationServer, tokens: AccessTokens
) -> None:
    kept = change(server, expires=time.time() - 1)
    server.stumbles.append(
        (400, {"error": "invalid_grant", "error_description": f"unknown token {kept.refresh}"})
    )
    with pytest.raises(AuthorizationError) as error:
        tokens.current()
    assert "unknown token …" in str(error.value)
    assert kept.refresh not in str(error.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_what_something_has_opened_is_shut_again(
    server: AuthorizationServer, tokens: AccessTokens, kept: Path
) -> None:
    (file,) = kept.glob("*.json")
    file.chmod(0o644)
    kept.chmod(0o755)
    tokens.current()
    assert (file.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o600, 0o700)
    change(server, expires=time.time() - 1)
    tokens.current()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"server": 1}', '{"issued": NaN}'])
def test_a_file_that_is_not_ours_is_told_and_a_new_sign_in_mends_it(
    text: str, server: AuthorizationServer, settings: Settings, tokens: AccessTokens, kept: Path
) -> None:
    (file,) = kept.glob("*.json")
    file.write_text(text, "utf-8")
    with pytest.raises(AuthorizationError, match=r"not what mailer wrote|Nobody has signed in"):
        tokens.current()
    server.signed_in(settings)
    assert server.valid(tokens.current().value)
