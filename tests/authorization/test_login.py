"""`mailer login` in a browser: what comes back is taken once, and only if it is the answer to what was asked."""

from __future__ import annotations

import re
import signal
import socket
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from support.authorization_server import AuthorizationServer
from support.terminal import Terminal, mailer

from mailer.authorization import access_tokens
from mailer.authorization.client import client_of
from mailer.authorization.grants import by_code
from mailer.authorization.refusals import Refusal
from mailer.authorization.signing_in import in_browser
from mailer.errors import AuthorizationError
from mailer.settings import Settings
from mailer.workspace import Workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it looks at a pseudo-terminal")


def fetch(url: str, **headers: str) -> tuple[int, str, str]:
    """What a browser gets: status, the page, and where it is then."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode(), response.url
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.url


@contextmanager
def logging_in(office: Workspace) -> Iterator[tuple[Terminal, str]]:
    """`mailer login` on a terminal, when it waits, and the address at which one signs in."""
    with Terminal("login", "--no-browser", cwd=office.root) as terminal:
        shown = terminal.until("Ctrl-C stops.")
        yield terminal, re.search(r"http\S+/authorize\S+", shown)[0]  # type: ignore[index]


def asked(page: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}


def test_a_sign_in_says_as_whom_for_what_and_where_it_is_kept(
    server: AuthorizationServer, office: Workspace, settings: Settings, kept: Path
) -> None:
    with logging_in(office) as (terminal, page):
        status, shown, address = fetch(page)
        assert (status, urlsplit(address).path) == (200, "/done")
        assert "You can close this window" in shown
        assert terminal.code() == 0
    for said in ("Signed in.", server.user, "https://mail.example/smtp", str(kept), "mailer doctor"):
        assert said in terminal.shown
    tokens = access_tokens(settings)
    assert tokens
    assert server.valid(tokens.current().value) == server.user
    assert server.answers == [("authorization_code", "ok")]


def test_the_request_has_a_state_and_a_challenge_and_comes_back_to_loopback(
    server: AuthorizationServer, office: Workspace
) -> None:
    with logging_in(office) as (_, page):
        said = asked(page)
        assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
        assert len(said["state"]) >= 32
        assert len(said["code_challenge"]) == 43
        assert said["login_hint"] == server.user
        assert urlsplit(said["redirect_uri"]).hostname == "127.0.0.1"
        elsewhere = socket.gethostbyname(socket.gethostname())
        if not elsewhere.startswith("127."):
            with (
                pytest.raises(OSError),
                socket.create_connection((elsewhere, urlsplit(said["redirect_uri"]).port), 2),
            ):
                pass


@pytest.mark.parametrize("state", ["guessed", "", None], ids=["wrong", "empty", "missing"])
def test_an_answer_with_another_state_is_refused_and_the_right_one_still_taken(
    state: str | None, server: AuthorizationServer, office: Workspace
) -> None:
    with logging_in(office) as (terminal, page):
        forged = {"code": "c0de-of-somebody-else"} | ({} if state is None else {"state": state})
        status, shown, _ = fetch(f"{asked(page)['redirect_uri']}/?{urlencode(forged)}")
        assert status == 400
        assert "c0de" not in shown
        terminal.until("Refused:")
        for _ in range(50):
            fetch(f"{asked(page)['redirect_uri']}/?{urlencode(forged)}")
        assert not server.answers, "its code was not even tried"
        assert fetch(page)[0] == 200
        assert terminal.code() == 0
        assert terminal.shown.count("Refused:") == 1, "thousands would fill the terminal"


def test_a_server_that_sends_another_state_back_gets_nothing(
    server: AuthorizationServer, office: Workspace, kept: Path
) -> None:
    server.state_sent_back = "of-another-sign-in"
    with logging_in(office) as (terminal, page):
        assert fetch(page)[0] == 400
        terminal.until("its state is wrong")
    assert not server.answers
    assert not list(kept.glob("*.json"))


def test_two_states_are_none(server: AuthorizationServer, office: Workspace) -> None:
    with logging_in(office) as (_, page):
        said = asked(page)
        twice = f"{said['redirect_uri']}/?code=x&state=guessed&state={said['state']}"
        assert fetch(twice)[0] == 400
    assert not server.answers


def test_a_second_answer_changes_nothing(server: AuthorizationServer, settings: Settings) -> None:
    seen = []

    def twice(page: str) -> None:
        said = asked(page)
        fetch(page)
        again = {"code": "another", "state": said["state"]}
        seen.append(fetch(f"{said['redirect_uri']}/?{urlencode(again)}")[0])

    signed_in = in_browser(client_of(settings), twice, lambda: None, seconds=20)
    assert seen == [409]
    assert server.valid(signed_in.access) == server.user
    assert server.answers == [("authorization_code", "ok")]


@pytest.mark.parametrize(
    ("error", "description", "said"),
    [
        ("access_denied", "The user denied the request", "not allowed"),
        ("access_denied", "AADSTS65004: The resource owner or authorization server denied", "did not allow it"),
        ("consent_required", "AADSTS90094: Admin consent is required.\r\nTrace ID: 1234", "administrator has to consent"),
        ("server_error", "", "server_error"),
    ],
)  # fmt: skip
def test_an_answer_that_says_no_is_told_by_its_meaning(
    error: str, description: str, said: str, server: AuthorizationServer, office: Workspace, kept: Path
) -> None:
    server.denies = error, description
    with logging_in(office) as (terminal, page):
        fetch(page)
        assert terminal.code() == 2
    assert said in terminal.shown
    assert "Trace ID" not in terminal.shown
    assert not list(kept.glob("*.json"))


def test_only_a_browser_of_this_computer_that_asks_for_us_is_answered(
    server: AuthorizationServer, office: Workspace
) -> None:
    with logging_in(office) as (terminal, page):
        said = asked(page)
        answer = f"{said['redirect_uri']}/?{urlencode({'code': 'x', 'state': said['state']})}"
        assert fetch(answer, Host="press.example.net")[0] == 421
        assert fetch(answer.replace("/?", "/else?"))[0] == 404
        assert fetch(f"{said['redirect_uri']}/favicon.ico")[0] == 404
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(answer, data=b"x", method="POST"), timeout=20)
        with refused.value:
            assert refused.value.code in (405, 501)
        assert not server.answers
        fetch(page)
        assert terminal.code() == 0


def test_the_pages_keep_nothing_and_name_nothing(server: AuthorizationServer, office: Workspace) -> None:
    with logging_in(office) as (terminal, page):

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                return None

        opener = urllib.request.build_opener(Stay)
        with pytest.raises(urllib.error.HTTPError) as sent_on:
            opener.open(page, timeout=20)
        with_code = sent_on.value.headers["Location"]
        with pytest.raises(urllib.error.HTTPError) as back:
            opener.open(with_code, timeout=20)
        with back.value as answer:
            assert answer.code == 303, "the address with the code is left at once"
            assert answer.headers["Location"] == "/done"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            shown = answer.read().decode()
            assert asked(with_code)["code"] not in shown
            assert asked(with_code)["state"] not in shown
        sent_on.value.close()
        with suppress(urllib.error.URLError):  # it waits for that a moment, not for ever
            fetch(f"{asked(page)['redirect_uri']}/done")
        assert terminal.code() == 0


def test_a_verifier_that_does_not_fit_gets_no_tokens(server: AuthorizationServer, settings: Settings) -> None:
    """The server of these tests does verify PKCE: whoever has the code alone has nothing."""
    client = client_of(settings)
    redirect = "http://127.0.0.1:1"
    request = {
        "client_id": client.id, "redirect_uri": redirect, "response_type": "code", "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    }  # fmt: skip
    code = asked(server.authorize(request)[1])["code"]
    with pytest.raises(Refusal) as refused:
        by_code(client, code, redirect, "x" * 64)
    assert refused.value.error == "invalid_grant"
    code = asked(server.authorize(request)[1])["code"]
    assert by_code(
        client, code, redirect, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    ).access  # RFC 7636 appendix B


def test_it_waits_no_longer_than_it_says(settings: Settings) -> None:
    with pytest.raises(AuthorizationError) as error:
        in_browser(client_of(settings), lambda page: None, lambda: None, seconds=0.1)
    assert "mailer login --device" in error.value.hint


def test_ctrl_c_ends_it_cleanly(server: AuthorizationServer, office: Workspace, kept: Path) -> None:
    import os

    with logging_in(office) as (terminal, _):
        os.kill(terminal.pid, signal.SIGINT)
        assert terminal.code() == 130
    assert "Interrupted." in terminal.shown
    assert "Traceback" not in terminal.shown
    assert not list(kept.glob("*.json"))


def test_a_browser_is_opened_with_the_page(
    office: Workspace, tmp_path: Path, server: AuthorizationServer
) -> None:
    """BROWSER names one, as for every program in Python: here one that fetches the page and is gone."""
    browser = tmp_path / "browser"
    browser.write_text(
        f"#!{sys.executable}\nimport sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n"
    )
    browser.chmod(0o700)
    ran = mailer("login", cwd=office.root, BROWSER=f"{browser} %s")
    assert ran.code == 0, ran.err
    assert "Your browser opens the page." in ran.err
    assert "Signed in." in ran.err


def test_what_is_kept_is_for_this_account_alone(
    server: AuthorizationServer, office: Workspace, kept: Path
) -> None:
    with logging_in(office) as (terminal, page):
        fetch(page)
        assert terminal.code() == 0
    (file,) = kept.glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert office.root not in file.parents
