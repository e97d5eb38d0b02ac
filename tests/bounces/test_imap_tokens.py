"""The bounce mailbox is read with the token that serves for sending, and a refused one costs what it costs there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.imap_server import ImapServer, running_imap
from support.smtp_certificates import Authority
from support.terminal import mailer
from support.token_sender import by_name

from mailer.bounces.register import MailRegister
from mailer.bounces.sources.imap import read_imap
from mailer.delivery import Ledger
from mailer.errors import AuthorizationError, TransportError
from mailer.settings import Settings
from mailer.workspace import Workspace

USER = "press@example.org"
MAILS = {4: b"Subject: back\n\n"}


@pytest.fixture
def certificates(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def office() -> Iterator[AuthorizationServer]:
    with authorization_server(lifetime=600) as server:
        yield server


@pytest.fixture
def register(workspace: Workspace) -> Iterator[MailRegister]:
    with Ledger(workspace.ledger) as ledger:
        yield MailRegister(ledger)


def keys(office: AuthorizationServer, server: ImapServer, certificates: Authority) -> dict[str, str]:
    return office.settings() | {
        "BOUNCE_IMAP_HOST": "127.0.0.1",
        "BOUNCE_IMAP_PORT": str(server.port),
        "BOUNCE_IMAP_USERNAME": USER,
        "SMTP_CA_FILE": str(certificates.file),
    }


def signed_in(office: AuthorizationServer, server: ImapServer, certificates: Authority) -> Settings:
    values: dict[str, object] = {**by_name(keys(office, server, certificates))}
    settings = Settings(**(values | {"bounce_imap_port": server.port}))  # type: ignore[arg-type]
    office.signed_in(settings)
    return settings


def read(
    office: AuthorizationServer, server: ImapServer, certificates: Authority, register: MailRegister
) -> list[bytes | None]:
    with running_imap(server, certificates.server()):
        settings = signed_in(office, server, certificates)
        return [content for _, content in read_imap(settings, register)]


@pytest.mark.parametrize("at_once", [True, False], ids=["SASL-IR", "no SASL-IR"])
@pytest.mark.parametrize("offered", [("OAUTHBEARER", "XOAUTH2"), ("XOAUTH2",)])
def test_the_standard_mechanism_if_it_is_offered(
    office: AuthorizationServer,
    certificates: Authority,
    register: MailRegister,
    offered: tuple[str, ...],
    at_once: bool,
) -> None:
    server = ImapServer(MAILS, user=USER, valid=office.valid, mechanisms=offered, at_once=at_once)
    assert read(office, server, certificates, register) == [MAILS[4]]
    assert [(mechanism, right) for mechanism, _, right in server.shown] == [(offered[0], True)]
    command = next(command for command in server.commands if command.startswith("AUTHENTICATE"))
    assert len(command.split(" ")) == (3 if at_once else 2)


@pytest.mark.parametrize("bare", [False, True], ids=["JSON", "bare"])
@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
def test_an_expired_token_costs_one_refresh_and_one_retry(
    office: AuthorizationServer, certificates: Authority, register: MailRegister, mechanism: str, bare: bool
) -> None:
    server = ImapServer(MAILS, user=USER, valid=office.valid, mechanisms=(mechanism,), bare=bare)
    with running_imap(server, certificates.server()):
        settings = signed_in(office, server, certificates)
        office.expire()
        assert [content for _, content in read_imap(settings, register)] == [MAILS[4]]
    assert [right for _, _, right in server.shown] == [False, True]
    assert office.refreshes == 1


def test_a_fresh_token_that_is_refused_too_is_the_end(
    office: AuthorizationServer, certificates: Authority, register: MailRegister
) -> None:
    """And a server that repeats it tells it to nobody."""
    server = ImapServer(MAILS, user=USER, valid=lambda token: "somebody.else@example.org", echo=True)
    with pytest.raises(
        TransportError, match=r"did not take the sign-in for press@example.org.*invalid_token"
    ) as told:
        read(office, server, certificates, register)
    assert len(server.shown) == 2 and office.refreshes == 1
    assert "mailer login" in told.value.hint
    for _, token, _ in server.shown:
        shown = f"{told.value!r} {told.value}"
        assert token[3:12] not in shown and base64.b64encode(token.encode()).decode()[5:13] not in shown


def test_a_password_for_that_mailbox_is_used_if_it_is_set(
    office: AuthorizationServer, certificates: Authority, register: MailRegister
) -> None:
    server = ImapServer(MAILS, user=USER, password="lantern")
    with running_imap(server, certificates.server()):
        values: dict[str, object] = {**by_name(keys(office, server, certificates))}
        values |= {"bounce_imap_port": server.port, "bounce_imap_password": "lantern"}
        settings = Settings(**values)  # type: ignore[arg-type]
        assert len(list(read_imap(settings, register))) == 1


def test_a_server_that_takes_no_tokens_is_told_with_what_it_offers(
    office: AuthorizationServer, certificates: Authority, register: MailRegister
) -> None:
    with pytest.raises(TransportError, match=r"no way to sign in with a token .*offers: PLAIN") as told:
        read(office, ImapServer(MAILS), certificates, register)
    assert "BOUNCE_IMAP_PASSWORD" in told.value.hint


@pytest.mark.parametrize(
    "challenges", [[b"+ !!!\r\n"], [b"+ W1tbW1s=\r\n"], [b"+ \r\n"] * 50, [b"+ " + b"A" * 3_000_000 + b"\r\n"]],
    ids=["no base64", "no JSON", "endless", "long"],
)  # fmt: skip
def test_whatever_the_reason_looks_like_the_token_is_shown_once(
    office: AuthorizationServer, certificates: Authority, register: MailRegister, challenges: list[bytes]
) -> None:
    lies = {"AUTHENTICATE": [*challenges, b"TAG NO go away\r\n"]}
    server = ImapServer(MAILS, valid=office.valid, lies=lies)
    with pytest.raises(TransportError):
        read(office, server, certificates, register)
    shown = [command for command in server.commands if len(command) > 60]
    assert len(shown) == len(set(shown)) <= 2


def test_nobody_has_signed_in(
    office: AuthorizationServer, certificates: Authority, register: MailRegister, workspace: Workspace
) -> None:
    server = ImapServer(MAILS, valid=office.valid, port=1)
    how = keys(office, server, certificates) | {"SMTP_USERNAME": "nobody.yet@example.org"}
    settings = Settings(**by_name(how))  # type: ignore[arg-type]
    with pytest.raises(AuthorizationError, match="Nobody has signed in"):
        list(read_imap(settings, register))
    ran = mailer("bounces", "--imap", cwd=workspace.root, **how)
    assert ran.code == 2 and "mailer login" in ran.err
