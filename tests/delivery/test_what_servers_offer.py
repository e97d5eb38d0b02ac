"""Encryption, login, and what a server offers or lacks: the right thing happens, or one recipient fails."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from support.places import Place
from support.smtp_certificates import Authority
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, draft, entries, queued, reconcile

from mailer.delivery import Entry, FrozenEdition, Ledger, Report, SmtpTransport, deliver
from mailer.errors import MailerError, SettingsError, TransportError
from mailer.model import Status
from mailer.settings import Settings

COUNT = 5
STARTTLS = ("PIPELINING", "STARTTLS", "AUTH PLAIN LOGIN CRAM-MD5")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def send(place: Place, server: FaultyServer, **values: object) -> Report:
    settings = Settings(**({"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_timeout": 2} | values))
    with Ledger(place) as ledger:
        mailing = queued(ledger, COUNT)
        return deliver(mailing, ledger, SmtpTransport(settings, QUICK), schedule=QUICK, max_wait=0)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted(any_place: Place, authority: Authority, security: str) -> None:
    implicit = security == "tls"
    with FaultyServer(extensions=STARTTLS, tls=authority.server(), implicit_tls=implicit) as server:
        report = send(any_place, server, smtp_security=security, smtp_ca_file=str(authority.file))
        reconcile(any_place, server.accepted, COUNT)
    assert report.accepted == COUNT
    assert ("STARTTLS" in server.commands) is not implicit
    assert implicit or (server.commands[0].startswith("EHLO") and server.commands[2].startswith("EHLO"))


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
@pytest.mark.parametrize(
    ("certificate", "trusted", "says"),
    [
        ({"self_signed": True}, True, "can't be trusted"),
        ({}, False, "can't be trusted"),
        ({"days": -1}, True, "has expired"),
        ({"name": "mail.example.com"}, True, "is not for 127.0.0.1 but for another name"),
    ],
    ids=["self-signed", "unknown authority", "expired", "wrong name"],
)
def test_a_server_that_cannot_prove_who_it_is(
    any_place: Place,
    authority: Authority,
    certificate: dict[str, object],
    trusted: bool,
    says: str,
    implicit: bool,
) -> None:
    tls = authority.server(**certificate)  # type: ignore[arg-type]
    with FaultyServer(extensions=STARTTLS, tls=tls, implicit_tls=implicit) as server:
        with pytest.raises(TransportError, match=says) as error:
            send(
                any_place,
                server,
                smtp_security="tls" if implicit else "starttls",
                smtp_ca_file=str(authority.file) if trusted else "",
                smtp_username="press",
                smtp_password="lamplight",
            )
        assert not server.accepted
        assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)
    assert error.value.hint
    assert "lamplight" not in str(error.value)


def test_starttls_stripped_is_refused(any_place: Place) -> None:
    with FaultyServer(extensions=("PIPELINING", "AUTH PLAIN")) as server:
        with pytest.raises(TransportError, match="does not offer STARTTLS"):
            send(
                any_place, server, smtp_security="starttls", smtp_username="press", smtp_password="lamplight"
            )
        assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


@pytest.mark.parametrize("kind", ["4xx", "5xx", "drop", "garbage", "220 ready\r\n250 smuggled"])
def test_starttls_goes_wrong(any_place: Place, authority: Authority, kind: str) -> None:
    """Also: what comes in clear after 220 is not taken for an encrypted answer (CVE-2011-0411)."""
    fault = Fault("STARTTLS", kind, times=100)
    with FaultyServer(fault, extensions=STARTTLS, tls=authority.server()) as server:
        with pytest.raises(TransportError):
            send(any_place, server, smtp_security="starttls", smtp_ca_file=str(authority.file))
        assert not any(command.startswith("MAIL") for command in server.commands)


def test_in_clear_only_to_this_machine() -> None:
    with pytest.raises(SettingsError, match="unencrypted"):
        SmtpTransport(Settings(smtp_host="relay.example.org", smtp_security="none"))
    SmtpTransport(Settings(smtp_host="relay.example.org", smtp_security="none"), cleartext=True)
    with pytest.raises(SettingsError, match="SMTP_HOST"):
        SmtpTransport(Settings())


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_login(any_place: Place, mechanism: str) -> None:
    with FaultyServer(extensions=("PIPELINING", f"AUTH {mechanism}"), login=("press", "pass word")) as server:
        report = send(
            any_place, server, smtp_security="none", smtp_username="press", smtp_password="pass word"
        )
    assert report.accepted == COUNT
    assert any(command.startswith(f"AUTH {mechanism}") for command in server.commands)


def test_a_wrong_password_costs_one_attempt(any_place: Place) -> None:
    with (
        FaultyServer(extensions=("PIPELINING", "AUTH PLAIN"), login=("press", "right")) as server,
        pytest.raises(TransportError, match="refused the login of press: 535") as error,
    ):
        send(any_place, server, smtp_security="none", smtp_username="press", smtp_password="lamplight")
    assert sum(command.startswith("AUTH") for command in server.commands) == 1
    assert "lamplight" not in str(error.value)


def test_login_refused_for_now_is_tried_again(any_place: Place) -> None:
    with FaultyServer(Fault("AUTH", "4xx", times=2), extensions=("PIPELINING", "AUTH PLAIN")) as server:
        report = send(any_place, server, smtp_security="none", smtp_username="press", smtp_password="x")
    assert report.accepted == COUNT


def test_no_way_to_log_in(any_place: Place) -> None:
    with (
        FaultyServer(extensions=("PIPELINING", "AUTH GSSAPI")) as server,
        pytest.raises(TransportError, match="no way to log in"),
    ):
        send(any_place, server, smtp_security="none", smtp_username="press", smtp_password="x")


def test_a_server_with_no_esmtp(any_place: Place) -> None:
    with FaultyServer(extensions=None) as server:
        report = send(any_place, server, smtp_security="none")
        reconcile(any_place, server.accepted, COUNT)
    assert report.accepted == COUNT
    assert server.commands[1].startswith("HELO")
    assert "SIZE=" not in " ".join(server.commands)


@pytest.mark.parametrize("offered", [True, False], ids=["SMTPUTF8", "no SMTPUTF8"])
def test_a_local_part_beyond_ascii_fails_alone(any_place: Place, offered: bool) -> None:
    """The domain is in A-labels always; only the local part may need SMTPUTF8 (RFC 6531)."""
    address = "zoë@xn--bcher-kva.example"
    with FaultyServer(extensions=("PIPELINING", "8BITMIME", *["SMTPUTF8"] * offered)) as server:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none")
        with Ledger(any_place) as ledger:
            people = [Entry(address, address, "Zoë", "en", {}), *entries(3)]
            report = deliver(ledger.queue(draft(), people), ledger, SmtpTransport(settings, QUICK))
            state = ledger.state_of(RELEASE, address)
            lines = list(ledger.recipients(RELEASE, Status.REJECTED))
    assert {recipient for recipient, _ in server.accepted} >= set(addresses(3))
    assert report.counts[Status.ACCEPTED] == 3 + offered
    assert state is (Status.ACCEPTED if offered else Status.REJECTED)
    if offered:
        assert any(c.startswith("MAIL") and c.endswith(" SMTPUTF8") for c in server.commands)
    else:
        assert "SMTPUTF8" in lines[0].reply


@pytest.mark.parametrize(
    "bad", ["a b@example.net", "a@example.net>\r\nRCPT TO:<b@example.net", "no-at", "<@x>@y"]
)
def test_what_is_no_address_never_reaches_the_wire(any_place: Place, bad: str) -> None:
    with FaultyServer() as server:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none")
        with Ledger(any_place) as ledger:
            people = [Entry("bad", bad, "", "en", {}), *entries(2)]
            try:
                deliver(ledger.queue(draft(), people), ledger, SmtpTransport(settings, QUICK))
            except MailerError:
                assert not server.accepted
                return
            assert ledger.state_of(RELEASE, "bad") is Status.REJECTED
    assert sorted(recipient for recipient, _ in server.accepted) == addresses(2)


def test_size_is_checked_before_the_first_message(any_place: Place) -> None:
    with FaultyServer(extensions=("PIPELINING", "SIZE 2000")) as server:
        report = send(any_place, server, smtp_security="none")
    assert not any(command.startswith("MAIL") for command in server.commands)
    assert "the server accepts at most 2,000" in report.halted
    assert report.counts == {Status.QUEUED: COUNT}


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("PIPELINING", "CHUNKING")])
def test_a_message_that_would_end_too_early_never_leaves(
    any_place: Place, extensions: tuple[str, ...]
) -> None:
    """Nothing stuffs dots: no line of a message begins with one. Should one do so by a bug in mailer, what stands
    after it would be taken for commands."""
    written = draft()
    message = json.loads(written.editions["en"].content)
    message["body"].append("\r\n.\r\nMAIL FROM:<nobody@example.org>\r\n")
    broken = {"en": FrozenEdition("as written", json.dumps(message).encode())}
    with FaultyServer(extensions=extensions) as server, Ledger(any_place) as ledger:
        mailing = ledger.queue(replace(written, editions=broken), entries(COUNT))
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", smtp_timeout=2, smtp_window=4
        )
        report = deliver(mailing, ledger, SmtpTransport(settings, QUICK), schedule=QUICK, max_wait=0)
    assert not any(command.startswith("MAIL") for command in server.commands)
    assert "begins with a dot" in report.halted
    assert report.counts == {Status.QUEUED: COUNT}


def test_a_server_that_trickles_does_not_hold_a_connection_for_ever(any_place: Place) -> None:
    """Each line comes well within a timeout; the deadline is for the whole answer."""
    with FaultyServer(Fault("MAIL", "trickle", nth=2)) as server:
        report = send(any_place, server, smtp_security="none", smtp_timeout=1)
        reconcile(any_place, server.accepted, COUNT)
    assert report.accepted == COUNT
