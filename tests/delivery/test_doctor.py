"""`mailer doctor`: the server, and what DNS says, against a real server of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dns.resolver
import pytest
from support.name_server import NameServer
from support.smtp_certificates import Authority
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, queued

from mailer.delivery import Feedback, Ledger, diagnose
from mailer.delivery.doctor.complaints import complaint_rate
from mailer.delivery.smtp.probe import log_in
from mailer.errors import TransportError
from mailer.model import Finding
from mailer.settings import Settings

RECORDS = {
    "example.org": ["v=spf1 mx -all"],
    "two.example": ["v=spf1 mx -all", "v=spf1 a -all"],
    "lamp._domainkey.example.org": ['"v=DKIM1; k=rsa; " "p=MIGf"'],
    "_dmarc.example.org": ["v=DMARC1; p=reject"],
}


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    with NameServer(RECORDS) as names:
        yield names.resolver


def found(settings: Settings, domain: str, resolver: dns.resolver.Resolver) -> dict[str, Finding]:
    return {finding.id: finding for finding in reversed(list(diagnose(settings, domain, resolver)))}


def test_all_is_well(tmp_path: Path, resolver: dns.resolver.Resolver) -> None:
    authority = Authority(tmp_path)
    extensions = ("PIPELINING", "SIZE 26214400", "STARTTLS", "AUTH PLAIN")
    with FaultyServer(extensions=extensions, tls=authority.server(), login=("press", "lamplight")) as server:
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=server.port, smtp_ca_file=str(authority.file),
            smtp_username="press", smtp_password="lamplight",
            dkim_domain="example.org", dkim_selector="lamp", dkim_key_file="key.pem",
        )  # fmt: skip
        findings = found(settings, "example.org", resolver)
    assert list(findings) == [
        "alignment", "dmarc", "dkim", "spf", "extensions", "size", "login", "tls", "reach"
    ]  # fmt: skip
    assert {finding.level for finding in findings.values()} == {"notice"}
    assert "26.2 MB" in findings["size"].message
    assert findings["dkim"].message.endswith("v=DKIM1; k=rsa; p=MIGf")
    assert server.commands[-1] == "QUIT" and not any(c.startswith("MAIL") for c in server.commands)
    assert "lamplight" not in repr(findings)


def test_a_key_that_is_user_name_and_password_at_once_is_not_shown(
    tmp_path: Path, resolver: dns.resolver.Resolver
) -> None:
    authority = Authority(tmp_path)
    with FaultyServer(
        extensions=("STARTTLS", "AUTH PLAIN"), tls=authority.server(), login=("lamplight", "lamplight")
    ) as server:
        settings = Settings(
            smtp_preset="postmark", smtp_host="127.0.0.1", smtp_port=server.port, smtp_ca_file=str(authority.file),
            smtp_username="lamplight", smtp_password="lamplight",
        )  # fmt: skip
        findings = found(settings, "example.org", resolver)
    assert findings["login"].message == "Logged in."
    assert "lamplight" not in repr(findings)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("connect", "drop", times=9), "the server hung up"),
        (Fault("connect", "stall", times=9), "timed out waiting for an answer to connect"),
        (Fault("EHLO", "garbage", times=9), "does not speak SMTP"),
        (Fault("connect", "5xx", times=9), "554 5.3.2 no mail here"),
    ],
)
def test_a_server_that_is_no_good(resolver: dns.resolver.Resolver, fault: Fault, says: str) -> None:
    with FaultyServer(fault) as server:
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", smtp_timeout=1
        )
        findings = found(settings, "example.org", resolver)
    assert findings["reach"].level == "error"
    assert says in findings["reach"].message
    assert findings["dmarc"].level == "notice", "the rest is looked at all the same"


def test_what_is_odd(resolver: dns.resolver.Resolver) -> None:
    with FaultyServer(extensions=()) as server:
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", smtp_window=8,
            envelope_from="bounces@two.example",
        )  # fmt: skip
        findings = list(diagnose(settings, "elsewhere.example", resolver))
    odd = [(finding.id, finding.level) for finding in findings if finding.level != "notice"]
    assert odd == [
        ("tls", "warning"), ("size", "warning"), ("extensions", "warning"), ("extensions", "warning"),
        ("spf", "error"), ("dmarc", "warning"),
    ]  # fmt: skip


def test_no_dns_is_no_verdict() -> None:
    asking = dns.resolver.Resolver(configure=False)  # knows no name server at all
    findings = found(Settings(smtp_host="", smtp_security="none"), "example.org", asking)
    assert findings["spf"].level == "notice" and "unknown" in findings["spf"].message
    assert findings["reach"].level == "error"


SWITCHED_OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
    " Visit https://aka.ms/smtp_auth_disabled for more information."
)
NO_PASSWORDS = "550 5.7.30 Basic authentication is not supported for Client Submission."
WRONG = "535 5.7.3 Authentication unsuccessful"


@pytest.mark.parametrize(
    ("reply", "cure", "nothing_of"),
    [
        (SWITCHED_OFF, "Set-CASMailbox -Identity press@example.org -SmtpClientAuthenticationDisabled $false", "mailer login"),
        (NO_PASSWORDS, "mailer login", "Set-CASMailbox"),
        (WRONG, "Correct SMTP_USERNAME", "mailer login"),
    ],
    ids=["the mailbox may not send", "no passwords any more", "a wrong password"],
)  # fmt: skip
def test_why_microsoft_refuses_a_login_and_what_to_do(
    tmp_path: Path, resolver: dns.resolver.Resolver, reply: str, cure: str, nothing_of: str
) -> None:
    authority = Authority(tmp_path)
    extensions = ("STARTTLS", "AUTH LOGIN PLAIN XOAUTH2")
    with FaultyServer(Fault("AUTH", reply), extensions=extensions, tls=authority.server()) as server:
        settings = Settings(
            smtp_preset="microsoft365", smtp_host="127.0.0.1", smtp_port=server.port,
            smtp_ca_file=str(authority.file), smtp_username="press@example.org", smtp_password="lamplight",
        )  # fmt: skip
        login = found(settings, "example.org", resolver)["login"]
    assert login.level == "error"
    assert reply.partition(" ")[0] in login.message
    assert cure in login.hint
    assert nothing_of not in login.hint


def test_that_nobody_has_signed_in_is_about_the_login(resolver: dns.resolver.Resolver) -> None:
    settings = Settings(
        smtp_preset="google", smtp_username="press@example.org", oauth_client_id="press-office"
    )
    findings = found(settings, "example.org", resolver)
    assert "reach" not in findings
    assert findings["login"].level == "error" and findings["login"].hint == "Sign in: mailer login"


def test_a_server_that_is_there_but_has_no_room(resolver: dns.resolver.Resolver) -> None:
    crowded = Fault("connect", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", times=9)
    with FaultyServer(crowded) as server, pytest.raises(TransportError) as told:
        log_in(Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none"), QUICK)
    assert "432 4.3.2" in told.value.message and "firewall" not in told.value.hint
    assert "try again in a few minutes" in told.value.hint


NOW = 1_780_000_000.0


def ledger_of(folder: Path, complaints: int, accepted: int) -> Ledger:
    """A day ago a mailing was accepted, and some of its people have reported it since."""
    ledger = Ledger(folder / "ledger.db")
    queued(ledger, accepted)
    with ledger.writing() as db:
        db.execute(
            "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
            " SELECT id, ?, 250, '2.0.0', 'OK', '' FROM deliveries",
            (NOW - 86400,),
        )
        tokens = [token for (token,) in db.execute("SELECT token FROM deliveries LIMIT ?", (complaints,))]
    for token in tokens:
        Feedback(ledger).complained(token, NOW - 3600)
    return ledger


@pytest.mark.parametrize(
    ("complaints", "accepted", "level"),
    [
        (0, 1000, "notice"),
        (1, 2000, "notice"),
        (1, 1000, "warning"),
        (5, 2000, "warning"),
        (3, 1000, "error"),
    ],
)
def test_how_many_call_it_spam(tmp_path: Path, complaints: int, accepted: int, level: str) -> None:
    with ledger_of(tmp_path, complaints, accepted) as ledger:
        rate = complaint_rate(ledger, now=NOW)
    assert rate is not None
    assert (rate.id, rate.level) == ("complaints", level)
    assert f"{complaints / accepted:.2%}" in rate.message
    assert ("0.3 %" in rate.hint) == (level != "notice")


def test_few_mails_make_no_share(tmp_path: Path) -> None:
    with ledger_of(tmp_path, 1, 999) as ledger:
        rate = complaint_rate(ledger, now=NOW)
    assert rate is not None
    assert (rate.level, "%" in rate.message) == ("notice", False)
    assert "1 person has reported a mail as spam, of 999 accepted" in rate.message


def test_what_is_older_than_thirty_days_does_not_count(tmp_path: Path) -> None:
    with ledger_of(tmp_path, 9, 1000) as ledger:
        assert complaint_rate(ledger, now=NOW + 31 * 86400) is None
