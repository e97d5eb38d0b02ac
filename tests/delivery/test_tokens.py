"""Sending with access tokens: how a token is shown, what a refused one costs, and connections that outlive theirs."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.places import Place
from support.smtp_certificates import Authority
from support.smtp_hostile import HostileServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile
from support.smtp_mailing import settings as reaching
from support.smtp_tokens import EXPIRED, TokenServer
from support.terminal import mailer

from mailer.authorization import AccessToken
from mailer.delivery import Ledger, Report, SmtpTransport, deliver, log_in
from mailer.errors import (
    AuthorizationError,
    AuthorizationUnanswered,
    MailerError,
    SettingsError,
    TransportError,
)
from mailer.model import Status
from mailer.settings import Settings
from mailer.workspace import Workspace


@pytest.fixture
def authority() -> Iterator[AuthorizationServer]:
    with authorization_server(lifetime=600) as server:
        yield server


def signed_in(authority: AuthorizationServer, port: int, **more: object) -> Settings:
    """Settings of somebody who has signed in there."""
    by_key = {setting.metadata["key"]: setting.name for setting in Settings.__dataclass_fields__.values()}
    values = {by_key[key]: value for key, value in authority.settings().items()}
    settings = reaching(port, **(values | {"smtp_timeout": 5} | more))
    authority.signed_in(settings)
    return settings


def send(place: Place, settings: Settings, count: int = 3, processes: int = 1) -> Report:
    with Ledger(place) as ledger:
        mailing = ledger.find(RELEASE) or queued(ledger, count, paragraphs=2)
        transport = SmtpTransport(settings, QUICK, processes=processes, help_after=0)
        return deliver(mailing, ledger, transport, schedule=QUICK, max_wait=0)


# ---- how it is shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [("PLAIN XOAUTH2 OAUTHBEARER", "OAUTHBEARER"), ("LOGIN XOAUTH2", "XOAUTH2")],
)
def test_the_standard_mechanism_if_it_is_offered(
    any_place: Place, authority: AuthorizationServer, offered: str, chosen: str
) -> None:
    with TokenServer(authority.valid, mechanisms=offered) as server:
        report = send(any_place, signed_in(authority, server.port, smtp_connections=1))
        reconcile(any_place, server.accepted, 3)
    assert report.finished
    assert [(mechanism, right) for mechanism, _, right in server.shown] == [(chosen, True)]


def test_a_server_that_takes_no_tokens_is_told_with_what_it_offers(
    any_place: Place, authority: AuthorizationServer
) -> None:
    with (
        TokenServer(authority.valid, mechanisms="PLAIN LOGIN") as server,
        pytest.raises(
            TransportError, match=r"no way to sign in with a token .*it offers: PLAIN, LOGIN"
        ) as told,
    ):
        send(any_place, signed_in(authority, server.port))
    assert "leave OAUTH_CLIENT_ID empty" in told.value.hint
    assert not server.shown


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("octets", [100, 3000])
def test_a_long_token_does_not_make_a_long_command(mechanism: str, octets: int) -> None:
    """AUTH is held to the 512 octets of any command (RFC 4954 §4): a longer token follows alone."""
    value = base64.b64encode(os.urandom(octets)).decode()
    with TokenServer(
        lambda token: "press@example.org" if token == value else "", mechanisms=mechanism
    ) as server:
        settings = reaching(
            server.port, smtp_username="press@example.org", oauth_client_id="x", smtp_timeout=5
        )
        assert log_in(settings, QUICK, tokens=Fixed(value))
    auth = next(line for line in server.commands if line.startswith("AUTH"))
    assert len(auth) <= 510
    assert (auth == f"AUTH {mechanism}") == (octets == 3000)


class Fixed:
    """Hands out what it was given, one after the other; the last one for ever."""

    def __init__(self, *values: str) -> None:
        self.values, self.asked = list(values), list[str]()

    def current(self, refused: str = "") -> AccessToken:
        self.asked.append(refused)
        return AccessToken(self.values.pop(0) if len(self.values) > 1 else self.values[0])


def test_a_token_is_never_sent_in_clear_to_another_machine(
    workspace: Workspace, authority: AuthorizationServer
) -> None:
    """0.0.0.0 reaches this machine, and is no loopback address."""
    with TokenServer(authority.valid) as server:
        authority.signed_in(replace(signed_in(authority, server.port), smtp_host="0.0.0.0"))
        how = authority.settings() | {
            "SMTP_HOST": "0.0.0.0", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none",
        }  # fmt: skip
        ran = mailer("send", "harbour-report", "--yes", "--insecure", cwd=workspace.root, **how)
    assert ran.code == 2
    assert "access token is never sent unencrypted" in ran.err
    assert not server.shown


def test_through_starttls(any_place: Place, tmp_path: Path, authority: AuthorizationServer) -> None:
    certificates = Authority(tmp_path)
    with TokenServer(authority.valid, tls=certificates.server()) as server:
        server.extensions = (*server.extensions, "STARTTLS")
        how = {"smtp_security": "starttls", "smtp_ca_file": str(certificates.file)}
        report = send(any_place, signed_in(authority, server.port, **how))
    assert report.finished and len(server.accepted) == 3


# ---- a refused token ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bare", ["", "535 5.7.3 Authentication unsuccessful [AM0PR01CA0001]"], ids=["JSON", "bare"]
)
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_an_expired_token_costs_one_refresh_and_one_retry(
    any_place: Place, authority: AuthorizationServer, mechanism: str, bare: str
) -> None:
    with TokenServer(authority.valid, mechanisms=mechanism, bare=bare) as server:
        settings = signed_in(authority, server.port, smtp_connections=1)
        authority.expire()
        report = send(any_place, settings)
    assert report.finished
    assert [right for _, _, right in server.shown] == [False, True]
    assert authority.refreshes == 1


@pytest.mark.parametrize("processes", [1, 3])
def test_a_fresh_token_that_is_refused_too_is_the_end(
    any_place: Place, authority: AuthorizationServer, processes: int
) -> None:
    with (
        TokenServer(lambda token: "somebody.else@example.org") as server,
        pytest.raises(TransportError, match=r"refused the login of press@example\.org: 535") as told,
    ):
        send(any_place, signed_in(authority, server.port, smtp_connections=6), 300, processes)
    assert len(server.shown) == 2 and authority.refreshes == 1
    assert "invalid_token, scope: https://mail.example.org/" in told.value.message
    assert "issued just now was refused, too" in told.value.hint and "mailer login" in told.value.hint
    assert not any(token in str(told.value) for _, token, _ in server.shown)


def test_the_same_token_again_is_not_shown_again(tmp_path: Path, authority: AuthorizationServer) -> None:
    with TokenServer(lambda token: "") as server:
        settings, tokens = signed_in(authority, server.port), Fixed("only-one-there-is")
        with pytest.raises(TransportError, match="refused the login"), Ledger(tmp_path / "l.db") as ledger:
            deliver(queued(ledger, 3), ledger, SmtpTransport(settings, QUICK, tokens=tokens))
        assert tokens.asked == ["", "only-one-there-is"] and len(server.shown) == 1
        with pytest.raises(TransportError, match="refused the login"):
            log_in(settings, QUICK, tokens=tokens)
        assert len(server.shown) == 2


@pytest.mark.parametrize(
    "said",
    ["535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
     "550 5.7.1 go away", "504 5.5.4 not that one", "538 5.7.11 Encryption required"],
)  # fmt: skip
def test_whatever_a_newer_token_would_not_mend_costs_one_attempt(
    any_place: Place, authority: AuthorizationServer, said: str
) -> None:
    with (
        TokenServer(lambda token: "", bare=said) as server,
        pytest.raises(TransportError, match="refused the login"),
    ):
        send(any_place, signed_in(authority, server.port))
    assert len(server.shown) == 1 and authority.refreshes == 0


CHALLENGES = {
    "no base64": b"!!! what !!!",
    "no JSON": base64.b64encode(b"go away"),
    "a list": base64.b64encode(b'["invalid_token"]'),
    "nested": base64.b64encode(b"[" * 5000),
    "no text": base64.b64encode(b'{"status": {"a": [1]}, "scope": null}'),
    "no UTF-8": base64.b64encode(b"\xff\xfe{}"),
    "steering": base64.b64encode(
        json.dumps({"status": "401\x1b]0;owned\x07\n", "scope": "x" * 5000}).encode()
    ),
    "empty": b"",
}


@pytest.mark.parametrize("challenge", CHALLENGES)
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_whatever_the_reason_looks_like_it_is_answered_and_told_safely(
    mechanism: str, challenge: str
) -> None:
    said = iter([b"334 " + CHALLENGES[challenge] + b"\r\n", b"535 5.7.8 no\r\n"] * 2)

    def script(peer: object) -> None:
        peer.say(b"220 x\r\n")  # type: ignore[attr-defined]
        peer.line()  # type: ignore[attr-defined]
        peer.say(f"250-x\r\n250 AUTH {mechanism}\r\n".encode())  # type: ignore[attr-defined]
        peer.line()  # type: ignore[attr-defined]
        peer.say(next(said))  # type: ignore[attr-defined]
        peer.line()  # type: ignore[attr-defined]
        peer.say(next(said))  # type: ignore[attr-defined]

    with HostileServer(script) as server, pytest.raises(TransportError) as told:
        settings = reaching(
            server.port, smtp_username="press@example.org", oauth_client_id="x", smtp_timeout=5
        )
        log_in(settings, QUICK, tokens=Fixed("first-token", "second-token"))
    understood = {"XOAUTH2": b"", "OAUTHBEARER": b"AQ=="}[mechanism]
    assert server.heard.count(understood) == server.connections == (1 if challenge == "steering" else 2)
    assert "refused the login of press@example.org: 535 5.7.8 no" in told.value.message
    assert told.value.message.isprintable() and len(told.value.message) < 600


def test_an_endless_334_is_the_end(any_place: Place, authority: AuthorizationServer) -> None:
    replies = {"EHLO": b"250-x\r\n250 AUTH XOAUTH2\r\n", "AUTH": b"334 e30=\r\n"}
    with (
        HostileServer(replies=replies) as server,
        pytest.raises(TransportError),
    ):
        send(any_place, signed_in(authority, server.port, smtp_timeout=1))
    assert len(server.logins) <= 2


def test_a_server_that_hangs_up_on_a_token_is_asked_twice(
    any_place: Place, authority: AuthorizationServer
) -> None:
    def script(peer: object) -> None:
        peer.say(b"220 x\r\n")  # type: ignore[attr-defined]
        peer.line()  # type: ignore[attr-defined]
        peer.say(b"250-x\r\n250 AUTH XOAUTH2\r\n")  # type: ignore[attr-defined]
        peer.line()  # type: ignore[attr-defined]

    with (
        HostileServer(script) as server,
        pytest.raises(TransportError, match="access token was sent 2 times, and each time") as told,
    ):
        send(any_place, signed_in(authority, server.port))
    assert len(server.logins) == 2
    assert "password" not in str(told.value)


# ---- a connection that outlives its token -------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 8], ids=["DATA", "BDAT"])
@pytest.mark.parametrize("said", EXPIRED)
def test_nobody_is_to_blame_for_an_expired_token(
    any_place: Place, authority: AuthorizationServer, said: str, window: int
) -> None:
    """All tokens die while messages are under way: every connection comes back with the one newer token."""

    def hook(stage: str, when: str) -> None:
        if len(server.accepted) == 20 and not authority.refreshes and stage == "dot":
            authority.expire()

    with TokenServer(authority.valid, expired=[said], chunking=True, hook=hook) as server:
        settings = signed_in(authority, server.port, smtp_connections=3, smtp_window=window)
        report = send(any_place, settings, 100)
        reconcile(any_place, server.accepted, 100)
    assert report.counts == {Status.ACCEPTED: 100}, report.halted
    assert authority.refreshes == 1 and server.outlived


@pytest.mark.parametrize("window", [1, 8], ids=["DATA", "BDAT"])
def test_a_recipient_who_meets_every_expiry_is_not_put_off(
    any_place: Place, authority: AuthorizationServer, window: int
) -> None:
    """A token lets one message through, and is dead: those behind it come back again and again."""

    def hook(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "after") and len(server.accepted) in range(1, 30):
            authority.expire()

    with TokenServer(authority.valid, expired=EXPIRED[:1], chunking=True, hook=hook) as server:
        settings = signed_in(authority, server.port, smtp_connections=1, smtp_window=window)
        report = send(any_place, settings, 40)
        reconcile(any_place, server.accepted, 40)
    assert report.counts == {Status.ACCEPTED: 40}, report.halted
    assert authority.refreshes > 10


def test_a_server_that_looks_when_it_has_the_message(
    any_place: Place, authority: AuthorizationServer
) -> None:
    """Exchange Online says 530 5.7.57 at the end of a message, too."""

    def hook(stage: str, when: str) -> None:
        if len(server.accepted) == 10 and not authority.refreshes:
            authority.expire()

    with TokenServer(authority.valid, expired=EXPIRED[:2], when="dot", hook=hook) as server:
        report = send(any_place, signed_in(authority, server.port), 50)
        reconcile(any_place, server.accepted, 50)
    assert report.counts == {Status.ACCEPTED: 50}, report.halted
    assert authority.refreshes == 1


@pytest.mark.parametrize("window", [1, 8], ids=["DATA", "BDAT"])
def test_a_server_that_lets_nobody_send_is_no_expiry(
    any_place: Place, authority: AuthorizationServer, window: int
) -> None:
    """530 with the newer token too: then it is about us, as it is with a password."""
    with TokenServer(authority.valid, chunking=True) as server:

        class Never(TokenServer.conversation):
            def _mail(self, words: list[str]) -> None:
                self.server.fault("MAIL")
                self._say("530 5.7.57 Client not authenticated to send mail.")

        server.conversation = Never
        report = send(any_place, signed_in(authority, server.port, smtp_window=window, smtp_connections=1))
    assert len(server.shown) == 2 and authority.refreshes == 1
    assert "accepts mail only after a login" in report.hint and "530 5.7.57" in report.halted
    assert report.counts == {Status.QUEUED: 3}


# ---- no token -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["SMTP_HOST", "BOUNCE_IMAP_HOST"])
def test_a_token_is_shown_to_no_other_server_than_it_was_signed_in_for(
    workspace: Workspace, authority: AuthorizationServer, key: str
) -> None:
    """Whoever can write in a shared workspace, or mistakes a host, gets nobody's token by that."""
    with TokenServer(authority.valid) as server:
        authority.signed_in(replace(signed_in(authority, server.port), smtp_host="smtp.example.org"))
        how = authority.settings() | {"SMTP_HOST": "smtp.example.org", "SMTP_PORT": str(server.port)} | {
            key: "127.0.0.1", "SMTP_SECURITY": "none", "BOUNCE_IMAP_USERNAME": "press@example.org",
        }  # fmt: skip
        command = ("send", "harbour-report", "--yes") if key == "SMTP_HOST" else ("bounces", "--imap")
        ran = mailer(*command, cwd=workspace.root, **how)
        assert ran.code == 2
        assert "is for smtp.example.org, and not to be shown to 127.0.0.1" in ran.err
        assert not server.shown
        if key == "SMTP_HOST":
            authority.interval = 0
            ran = mailer("login", "--device", cwd=workspace.root, **how)
            assert "Shown to  127.0.0.1 alone" in ran.err
            assert mailer(*command, cwd=workspace.root, **how).code == 0
            assert server.shown


def test_nobody_has_signed_in(workspace: Workspace, authority: AuthorizationServer) -> None:
    """Told before the question, and nothing is queued."""
    with TokenServer(authority.valid) as server:
        how = authority.settings() | {
            "SMTP_USERNAME": "nobody.yet@example.org", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port),
            "SMTP_SECURITY": "none",
        }  # fmt: skip
        ran = mailer("send", "harbour-report", "--yes", cwd=workspace.root, **how)
        assert ran.code == 2
        assert "Nobody has signed in for nobody.yet@example.org" in ran.err and "mailer login" in ran.err
        assert "would be mailed" not in ran.err + ran.out
        assert mailer("status", cwd=workspace.root).out == ""
        doctor = mailer("doctor", cwd=workspace.root, **how)
        assert "Nobody has signed in" in doctor.out + doctor.err
    assert not server.shown and not server.accepted


def test_a_sign_in_that_is_withdrawn_halts_and_keeps_the_queue(
    any_place: Place, authority: AuthorizationServer
) -> None:
    def hook(stage: str, when: str) -> None:
        if len(server.accepted) == 20:
            authority.withdraw()

    with TokenServer(authority.valid, hook=hook) as server:
        report = send(any_place, signed_in(authority, server.port), 100)
        found = reconcile(any_place, server.accepted, 100)
    assert "withdrawn" in report.halted and "mailer login" in report.hint
    assert set(found.values()) == {Status.ACCEPTED, Status.QUEUED}


def test_an_authorization_server_that_is_down_for_a_while(
    any_place: Place, authority: AuthorizationServer
) -> None:
    """It is asked again, as a mail server would be that is busy."""

    def hook(stage: str, when: str) -> None:
        if len(server.accepted) == 20 and not authority.stumbles and not authority.refreshes:
            authority.stumbles.extend([(200, b"<p>Back soon</p>")] * 2)
            authority.expire()

    with TokenServer(authority.valid, hook=hook) as server:
        report = send(any_place, signed_in(authority, server.port), 100)
        reconcile(any_place, server.accepted, 100)
    assert report.counts == {Status.ACCEPTED: 100}, report.halted
    assert authority.answers.count(("refresh_token", "stumbled")) == 2


@pytest.mark.parametrize("at_last", [False, True], ids=["at once", "when the rest is sent"])
@pytest.mark.parametrize("processes", [1, 3], ids=["alone", "helpers"])
@pytest.mark.parametrize("error", [AuthorizationUnanswered, AuthorizationError, SettingsError])
def test_no_token_for_one_more_connection_is_no_reason_to_stop_the_others(
    any_place: Place, authority: AuthorizationServer, error: type[MailerError], processes: int, at_last: bool
) -> None:
    """A helper that gets none gives back what it was handed; whoever is to carry that has kept its connection."""

    class OneOnly(Fixed):
        def current(self, refused: str = "") -> AccessToken:
            if self.asked:
                self.asked.append(refused)
                wait_until_the_rest_is_sent()
                raise error("It is away.", "Wait.")
            return super().current(refused)

    def wait_until_the_rest_is_sent() -> None:
        sent = -1
        while at_last and sent < len(server.accepted):
            sent = len(server.accepted)
            time.sleep(0.5)

    def hold_until_somebody_else_asks(stage: str, when: str) -> None:
        deadline = time.monotonic() + 60
        while len(server.accepted) == 20 and len(tokens.asked) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)

    tokens = OneOnly(str(authority.sign_in()["access_token"]))
    with (
        TokenServer(authority.valid, hook=hold_until_somebody_else_asks) as server,
        Ledger(any_place) as ledger,
    ):
        settings = signed_in(authority, server.port, smtp_connections=3)
        transport = SmtpTransport(settings, QUICK, processes=processes, help_after=0, tokens=tokens)
        report = deliver(queued(ledger, 300, paragraphs=2), ledger, transport, schedule=QUICK)
    assert report.counts == {Status.ACCEPTED: 300}, report.halted
    assert len(tokens.asked) > 1 and server.most_at_once == 1


def test_no_message_waits_for_a_token(any_place: Place, authority: AuthorizationServer) -> None:
    """A second connection wants a token that takes long; the first goes on meanwhile."""

    class Slow(Fixed):
        def current(self, refused: str = "") -> AccessToken:
            if self.asked:
                until = time.monotonic() + 10
                while len(server.accepted) < 100 and time.monotonic() < until:
                    time.sleep(0.01)
                while_waiting.append(len(server.accepted))
                came.set()
            return super().current(refused)

    while_waiting, came = list[int](), threading.Event()
    with TokenServer(authority.valid) as server, Ledger(any_place) as ledger:
        settings = signed_in(authority, server.port)
        token = str(authority.sign_in()["access_token"])
        transport = SmtpTransport(settings, QUICK, tokens=Slow(token))
        report = deliver(queued(ledger, 100, paragraphs=2), ledger, transport, schedule=QUICK)
    assert report.finished
    assert came.wait(10) and while_waiting == [100]
