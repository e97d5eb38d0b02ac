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
    assert "keeps asking after the login of press is complete: 334" in ran.err
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
    assert "so that the account is not locked" in told.value.hint
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
    assert "reach" in ran.out and "bug in mailer" not in ran.err + ran.out
    assert "challenge for the login can't be read" in ran.out
    assert attempts(server) == 0


def test_no_password_in_clear_to_another_machine(workspace: Workspace) -> None:
    """`--insecure` lets mail leave in clear, a password never. 0.0.0.0 reaches this machine, and is no loopback address."""
    with HostileServer() as server:
        how = server.settings(SMTP_HOST="0.0.0.0", SMTP_USERNAME="press", SMTP_PASSWORD="lantern")
        ran = mailer("send", "harbour-report", "--yes", "--insecure", cwd=workspace.root, **how)
    assert ran.code == 2
    assert "never sent unencrypted" in ran.err
    assert server.connections == 1 and not server.logins


# ---- what is the matter, beside the password ---------------------------------------------------------------

EXCHANGE = "[PN0PR01CA0024.INDPRD01.PROD.OUTLOOK.COM 2025-01-26T18:54:30.055Z 08DD3DD7D75D7743]"

REPORTED = {
    f"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
    f"https://aka.ms/smtp_auth_disabled for more information. {EXCHANGE}": "organisation has switched off",
    f"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit "
    f"https://aka.ms/smtp_auth_disabled for more information. {EXCHANGE}": "switched off for this mailbox",
    f"535 5.7.139 Authentication unsuccessful, basic authentication is disabled. {EXCHANGE}": "only OAuth",
    f"535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. "
    f"Contact your administrator. {EXCHANGE}": "of your organisation's rules",
    f"535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. "
    f"Contact your administrator. {EXCHANGE}": "of your organisation's rules",
    f"535 5.7.139 Authentication unsuccessful, account is locked. {EXCHANGE}": "account is locked",
    "534-5.7.9 Application-specific password required. For more information, go to\r\n"
    "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor 6a18-gsmtp": "Create an app password",
    "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&scc=1> Please log in\r\n"
    "534-5.7.14 via your web browser and then try again.\r\n"
    "534 5.7.14 https://support.google.com/mail/answer/78754 - gsmtp": "sign in with a web browser",
    "534 5.7.9 Please log in with your web browser and then try again.": "sign in with a web browser",
    "535 5.7.0 (#AUTH005) Too many bad auth attempts.": "locked or closed",
    "534 5.7.9 Authentication mechanism is too weak": "too weak for the server",
    "538 5.7.11 Encryption required for requested authentication mechanism": "encrypted connection",
    "530 5.7.0 Must issue a STARTTLS command first": "encrypted connection",
    "504 5.5.4 Unrecognized authentication type": "way of logging in",
}
"""As users of these servers report them; and what is told, in which nobody is sent to mend the password."""

WRONG = {
    f"535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. {EXCHANGE}": "the full address",
    f"535 5.7.3 Authentication unsuccessful {EXCHANGE}": "the full address",
    "535-5.7.8 Username and Password not accepted. Learn more at\r\n"
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials lf4-20020 - gsmtp": "app password of 16 letters",
    "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6": "name or the password is wrong",
    "535 Incorrect authentication data": "name or the password is wrong",
}


def hint_for(tmp_path: Path, said: str) -> str:
    with (
        HostileServer(replies={"AUTH": f"{said}\r\n".encode()}) as server,
        pytest.raises(TransportError, match="refused the login of press: 5") as told,
    ):
        send(tmp_path, server)
    assert attempts(server) == 1
    assert "tried only once, so that the account is not locked" in told.value.hint
    return told.value.hint


@pytest.mark.parametrize("said", REPORTED)
def test_what_is_no_wrong_password_is_told_as_what_it_is(tmp_path: Path, said: str) -> None:
    hint = hint_for(tmp_path, said)
    assert REPORTED[said] in hint
    assert "password is wrong" not in hint and "Correct SMTP_USERNAME" not in hint


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_password_is_told_as_that(tmp_path: Path, said: str) -> None:
    hint = hint_for(tmp_path, said)
    assert WRONG[said] in hint
    assert "password is wrong" in hint and "Correct SMTP_USERNAME" in hint


@pytest.mark.parametrize("command", ["send", "doctor"])
def test_the_command_line_says_whose_turn_it_is(workspace: Workspace, command: str) -> None:
    with HostileServer(replies={"AUTH": f"{next(iter(REPORTED))}\r\n".encode()}) as server:
        how = server.settings(SMTP_USERNAME="press", SMTP_PASSWORD="lantern")
        arguments = ("send", "harbour-report", "--yes") if command == "send" else ("doctor",)
        ran = mailer(*arguments, cwd=workspace.root, **how)
    assert "A Microsoft 365 administrator can switch it on" in ran.err + ran.out
    assert "the password may be right" in ran.err + ran.out
    assert attempts(server) == 1 and not server.accepted


NO_LOGIN = [
    ("MAIL", f"530 5.7.57 Client not authenticated to send mail. {EXCHANGE}"),
    ("MAIL", "550 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"),
    ("MAIL", "530 5.7.0 Authentication Required"),
    ("RCPT", "530 5.7.1 Authentication required"),
    ("RCPT", "554 5.7.1 <ana.ruiz@example.net>: Relay access denied"),
    ("dot", f"530 5.7.57 Client not authenticated to send mail. {EXCHANGE}"),
]


@pytest.mark.parametrize(("stage", "said"), NO_LOGIN)
def test_a_login_that_is_wanted_and_not_set(workspace: Workspace, stage: str, said: str) -> None:
    """It was told as a refusal of the first recipient's message."""
    with HostileServer(replies={stage: f"{said}\r\n".encode()}) as server:
        ran = mailer("send", "harbour-report", "--yes", cwd=workspace.root, **server.settings())
    assert ran.code == 1
    assert "accepts mail only after a login" in ran.err or "only after a login" in ran.err
    assert "Set SMTP_USERNAME and SMTP_PASSWORD in .env" in ran.err
    assert "refused the message to" not in ran.err
    assert not server.accepted


def test_a_login_that_does_not_count(tmp_path: Path) -> None:
    with HostileServer(replies={"MAIL": b"530 5.7.57 Client not authenticated to send mail.\r\n"}) as server:
        report = send(tmp_path, server)
    assert "The login as press succeeded, but is not enough" in report.hint
    assert "Set SMTP_USERNAME" not in report.hint
    assert attempts(server) <= 2, "one a connection"


def test_a_recipient_whose_server_wants_no_relaying_is_not_our_login(tmp_path: Path) -> None:
    with HostileServer(replies={"RCPT": b"554 5.7.1 Relay access denied\r\n"}) as server:
        report = send(tmp_path, server)
    assert "refused the message to" in report.halted
    assert "login" not in report.hint
