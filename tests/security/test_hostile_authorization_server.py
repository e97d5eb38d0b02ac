"""An authorization server may say anything: nothing of it harms what is kept, steers a terminal, or keeps us waiting."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.own_office import make_own_office
from support.terminal import mailer

from mailer.authorization import access_tokens
from mailer.authorization.client import Client, client_of
from mailer.authorization.endpoint import NoAnswer, post
from mailer.authorization.kept.store import Store
from mailer.authorization.refusals import Refusal, told
from mailer.authorization.sign_out import sign_out
from mailer.authorization.signing_in import device_code
from mailer.errors import AuthorizationError
from mailer.settings import Settings, read_settings

SECRET = "1//a-secret+of/the=application~s.own"
ODD = (
    None, True, -1, 1e30, "soon", "1e400", float("nan"), float("inf"), 10**400, "9" * 5000, "١٢", [], {}, [[]], ["x"],
    "\x1b[2J\x1b]0;pwned\7", "\ud800", "https://[", "\0", "-5", "inf",
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with authorization_server(client_secret=SECRET) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("mailer.authorization.grants._PAUSES", (0.0,))
    workspace = make_own_office(tmp_path / "office")
    lines = [f"{key}={value}\n" for key, value in server.settings().items()]
    (workspace.root / ".env").write_text("".join(lines), "utf-8")
    return read_settings(workspace.root)


def old(client: Client) -> Store:
    """What is kept, of which the access token has expired."""
    store = Store(client.server.token, client.id, client.user)
    kept = store.read()
    assert kept
    store.write(replace(kept, issued=time.time() - 100, expires=time.time() - 1, number=kept.number + 1))
    return store


@pytest.mark.parametrize(
    "name", ["access_token", "expires_in", "refresh_token", "scope", "token_type", "error"]
)
def test_whatever_answers_a_refresh_what_is_kept_can_be_used(
    name: str, server: AuthorizationServer, settings: Settings
) -> None:
    server.signed_in(settings)
    client, tokens = client_of(settings), access_tokens(settings)
    assert tokens
    for odd in ODD:
        store = old(client)
        before = store.read()
        fields = {"access_token": "fine", "token_type": "Bearer", "expires_in": 0.01, "refresh_token": "next"}
        server.stumbles.append((200, fields | {"scope": "smtp", name: odd}))
        with suppress(AuthorizationError):
            tokens.current()
        after = store.read()
        assert before and after, "it can still be read"
        assert after.refresh in (before.refresh, "next") or after.refresh == odd, "and be renewed"


@pytest.mark.parametrize("name", ["verification_uri", "user_code", "device_code", "expires_in", "interval"])
def test_whatever_is_said_about_a_code_is_no_defect_of_ours(name: str, settings: Settings) -> None:
    client = client_of(settings)
    for odd in ODD:
        fields = {
            "verification_uri": "https://a.example",
            "user_code": "ABCD",
            "device_code": "x",
            "expires_in": 9,
        }
        said = json.dumps(fields | {name: odd}).encode()
        with says(b"HTTP/1.0 200 OK\r\n\r\n" + said) as url:
            there = replace(client, server=replace(client.server, device=url))
            with suppress(AuthorizationError):
                code = device_code(there)
                assert 0 < code.seconds <= 1800 and 0 <= code.interval <= 60


def test_nor_is_it_more_than_a_screen_can_hold(server: AuthorizationServer, settings: Settings) -> None:
    client, endless = client_of(settings), "x" * 100_000
    for name in ("user_code", "verification_uri"):
        fields = {
            "verification_uri": "https://a.example",
            "user_code": "ABCD",
            "device_code": "x",
            "expires_in": 9,
        }
        said = json.dumps(fields | {name: f"https://{endless}"}).encode()
        with says(b"HTTP/1.0 200 OK\r\n\r\n" + said) as url, pytest.raises(AuthorizationError):
            device_code(replace(client, server=replace(client.server, device=url)))
    server.signed_in(settings)
    old(client)
    tokens = access_tokens(settings)
    assert tokens
    server.stumbles.append((200, {"access_token": "fine", "token_type": "Bearer", "scope": endless}))
    with pytest.raises(AuthorizationError):
        tokens.current()
    with says(b"HTTP/1.0 400 No\r\n\r\n" + json.dumps({"error": endless}).encode()) as url:
        done = sign_out(replace(client, server=replace(client.server, revoke=url)))
    assert done.kept and len(done.refused) < 300


def test_its_words_do_not_steer_a_terminal(
    server: AuthorizationServer, settings: Settings, tmp_path: Path
) -> None:
    server.interval = 0
    server.stumbles.append((400, {"error": "odd", "error_description": "\x1b]0;pwned\7 said\r\n\u202e"}))
    ran = mailer("login", "--device", cwd=tmp_path / "office")
    assert ran.code != 0 and "said" in ran.err
    assert not {"\x1b", "\7", "\r", "\u202e"} & set(ran.err + ran.out), repr(ran.err)


def test_who_refuses_without_a_word_is_told_so() -> None:
    assert "it does not say why" in str(told(Refusal(""), "The server"))


@pytest.mark.parametrize(
    "repeated",
    [
        SECRET,
        quote(SECRET, safe=""),
        SECRET[:14],
        SECRET[9:],
        base64.b64encode(f"office-application:{SECRET}".encode()).decode(),
        f"grant_type=refresh_token&client_secret={quote(SECRET)}&x=y",
    ],
)
def test_what_it_repeats_of_a_secret_is_hidden_however_it_is_written(
    repeated: str, server: AuthorizationServer, settings: Settings
) -> None:
    server.signed_in(settings)
    old(client_of(settings))
    tokens = access_tokens(settings)
    assert tokens
    server.stumbles.append((400, {"error": "odd", "error_description": f"no <{repeated}> known"}))
    with pytest.raises(AuthorizationError) as error:
        tokens.current()
    assert "no … known" in str(error.value)


@contextmanager
def says(
    content: bytes, octets: int = 0, pause: float = 0.0, said: threading.Event | None = None
) -> Iterator[str]:
    """An address at which this is said to everybody; so many octets at a time, with pauses. `said`: set when half of it is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connected = listener.accept()[0]
                    with connected:
                        connected.recv(65536)
                        step = octets or len(content) or 1
                        with suppress(OSError):
                            for at in range(0, len(content), step):
                                connected.sendall(content[at : at + step])
                                if said and 2 * at > len(content):
                                    said.set()
                                time.sleep(pause)
                            connected.shutdown(socket.SHUT_WR)
                            while connected.recv(65536):
                                pass

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.mark.parametrize("where", ["header", "chunk", "body"])
def test_one_that_says_an_octet_now_and_then_is_not_waited_for(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never silent for long, and never done: its answer would be a good one, later."""
    monkeypatch.setattr("mailer.authorization.endpoint._SECONDS", 0.5)
    slow, said = b"x" * 400, threading.Event()
    content = {
        "header": b"HTTP/1.1 200 OK\r\nX: " + slow + b"\r\nContent-Length: 2\r\n\r\n{}",
        "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + slow + b"\r\n{}\r\n0\r\n\r\n",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 402\r\n\r\n{" + b" " * 400 + b"}",
    }[where]
    with says(content, 4, 0.05, said) as url:
        with pytest.raises(NoAnswer) as none:
            post(url, "a=b")
        assert not said.is_set(), "it would go on for long"
    assert none.value.sent, "it may have heard the question"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n" + b" " * 300_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + b" " * 300_000,
        b"HTTP/1.1 999999 OK\r\n\r\n{}",
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_answer_is_none(content: bytes) -> None:
    with says(content) as url, pytest.raises(NoAnswer):
        post(url, "a=b")


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b'{"a":' * 40_000, b"9" * 200_000, b'{"a": ' + b"9" * 200_000 + b"}"]
)
def test_a_nest_or_a_number_without_end_is_read_as_nothing(content: bytes) -> None:
    with says(b"HTTP/1.0 200 OK\r\n\r\n" + content) as url:
        assert post(url, "a=b").fields == {}
