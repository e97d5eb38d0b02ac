"""A login costs one attempt, whatever the server makes of it: accounts are locked after a few.

The server of these attacks counts how often the password arrives.
"""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.smtp_hostile import HostileServer, Peer, Words
from support.smtp_mailing import QUICK, queued, settings
from support.terminal import mailer

from mailer.delivery import Ledger, Report, SmtpTransport, deliver
from mailer.errors import TransportError
from mailer.workspace import Workspace

PLAIN = base64.b64encode(b"\0press\0lantern").decode()
LOGIN = base64.b64encode(b"lantern").decode()


def offering(mechanism: str) -> bytes:
    return f"250-hostile.example.net\r\n250-PIPELINING\r\n250 AUTH {mechanism}\r\n".encode()


def attempts(server: HostileServer) -> int:
    """How often the password, or what proves that we know it, came."""
    proofs = [line for line in server.heard if PLAIN.encode() in line or line == LOGIN.encode()]
    cram = [line for line in server.heard if base64.b64encode(b"press ")[:8] in line]
    return len(proofs) + len(cram)


def send(folder: Path, server: HostileServer, **more: object) -> Report:
    how = settings(
        server.port, **({"smtp_timeout": 1, "smtp_username": "press", "smtp_password": "lantern"} | more)
    )
    with Ledger(folder / "ledger.db") as ledger:
        transport = SmtpTransport(how, QUICK)
        return deliver(queued(ledger, 3), ledger, transport, schedule=QUICK, max_wait=0)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_an_endless_334_costs_one_attempt(workspace: Workspace, mechanism: str) -> None:
    asking: dict[str, Words] = {"EHLO": offering(mechanism), "AUTH": b"334 VXNlcm5hbWU6\r\n"}
    with HostileServer(replies=asking) as server:
        how = server.settings(SMTP_USERNAME="press", SMTP_PASSWORD="lantern")
        ran = mailer("send", "harbour-report", "--yes", cwd=workspace.root, **how)
    assert ran.code == 2
    assert "goes on asking after the whole login of press: 334" in ran.err
    assert attempts(server) == 1
    assert len(server.logins) == 1
    assert not server.accepted


@pytest.mark.parametrize("said", ["250 ok", "220 hello", "354 go on", "300 what", "399 x", "535 5.7.8 no", "500 what?",
                                  "550 5.7.1 go away", "504 5.5.4 not that one"])  # fmt: skip
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_any_other_answer_is_the_end(tmp_path: Path, mechanism: str, said: str) -> None:
    with (
        HostileServer(replies={"EHLO": offering(mechanism), "AUTH": f"{said}\r\n".encode()}) as server,
        pytest.raises(TransportError, match="refused the login of press"),
    ):
        send(tmp_path, server)
    assert attempts(server) == 1


@pytest.mark.parametrize(
    "said", ["454 4.7.0 later", "432 4.7.12 change your password", "421 4.3.2 going down"]
)
def test_what_the_server_calls_temporary_is_tried_again_with_pauses(tmp_path: Path, said: str) -> None:
    """RFC 4954 §6: 454 is about the server, which has not judged the password."""
    given = iter([said, said])
    answer: Words = lambda line: f"{next(given, '235 2.7.0 welcome')}\r\n".encode()  # noqa: E731
    with HostileServer(replies={"AUTH": answer}) as server:
        report = send(tmp_path, server)
    assert report.accepted == 3
    assert attempts(server) == 3


def hangs_up(peer: Peer) -> None:
    return None


def falls_silent(peer: Peer) -> None:
    time.sleep(5)


def talks_nonsense(peer: Peer) -> None:
    peer.say(b"\x00HTTP/1.1 400\r\n")


def trickles(peer: Peer) -> None:
    peer.drip(b"235-2.7.0 welcome\r\n" * 100, 0.05)


def logging_in(then: Callable[[Peer], None]) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.say(b"220 hello\r\n")
        peer.line()
        peer.say(offering("PLAIN"))
        peer.line()
        then(peer)

    return script


@pytest.mark.parametrize("then", [hangs_up, falls_silent, talks_nonsense, trickles])
@pytest.mark.parametrize("addresses", [1, 4])
def test_a_line_that_breaks_at_the_login_costs_two_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: Callable[[Peer], None], addresses: int
) -> None:
    """Also where the server's name has several addresses: one that has seen the password had its say."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **how: real(*args, **how) * addresses)
    with (
        HostileServer(logging_in(then)) as server,
        pytest.raises(TransportError, match="was sent 2 times") as told,
    ):
        send(tmp_path, server, smtp_timeout=0.4)
    assert attempts(server) == 2
    assert "lest the account be locked" in told.value.hint
    assert "lantern" not in str(told.value)


def test_doctor_logs_in_once(workspace: Workspace) -> None:
    """`localhost` has two addresses on most machines."""
    with HostileServer(logging_in(hangs_up)) as server:
        how = server.settings(SMTP_HOST="localhost", SMTP_USERNAME="press", SMTP_PASSWORD="lantern")
        ran = mailer("doctor", cwd=workspace.root, **how)
    assert ran.code == 1
    assert attempts(server) == 1


def test_a_password_that_was_right_survives_a_broken_line(tmp_path: Path) -> None:
    """Once a login has succeeded, a line that breaks at a later one says nothing about the password."""
    with HostileServer() as server:
        usual = server._script

        def script(peer: Peer) -> None:
            if server.connections in (2, 3):
                logging_in(hangs_up)(peer)
            elif server.connections == 1:
                logging_in(welcomed_and_dropped)(peer)
            else:
                usual(peer)

        server._script = script
        report = send(tmp_path, server, smtp_connections=1)
    assert report.accepted == 3


def welcomed_and_dropped(peer: Peer) -> None:
    peer.say(b"235 2.7.0 welcome\r\n")
    peer.line()


@pytest.mark.parametrize(
    "challenge", [b"not base64!", b"PDEuMkBhLmI", b"a", b"\xff\xfe", b"PDEu MkBhLmI+", b"\xd9\xa1"], ids=ascii
)
def test_a_challenge_that_is_not_base64(workspace: Workspace, challenge: bytes) -> None:
    replies: dict[str, Words] = {"EHLO": offering("CRAM-MD5"), "challenge": b"334 " + challenge + b"\r\n"}
    with HostileServer(replies=replies) as server:
        how = server.settings(SMTP_USERNAME="press", SMTP_PASSWORD="lantern")
        ran = mailer("doctor", cwd=workspace.root, **how)
    assert ran.code == 1
    assert "reach" in ran.out and "defect of ours" not in ran.err + ran.out
    assert "challenge for the login can't be read" in ran.out
    assert attempts(server) == 0


def test_no_password_in_clear_to_another_machine(workspace: Workspace) -> None:
    """`--insecure` lets mail leave in clear, a password never. 0.0.0.0 reaches this machine, and is no loopback address."""
    with HostileServer() as server:
        how = server.settings(SMTP_HOST="0.0.0.0", SMTP_USERNAME="press", SMTP_PASSWORD="lantern")
        ran = mailer("send", "harbour-report", "--yes", "--insecure", cwd=workspace.root, **how)
    assert ran.code == 2
    assert "never sent in clear" in ran.err
    assert server.connections == 1 and not server.logins
