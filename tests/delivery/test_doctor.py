"""`mailer doctor`: the server, and what DNS says, against a real server of each kind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from support.smtp_certificates import Authority
from support.smtp_faulty import Fault, FaultyServer

from mailer.delivery import diagnose
from mailer.model import Finding
from mailer.settings import Settings

RECORDS = {
    "example.org.": ['"v=spf1 mx -all"'],
    "two.example.": ['"v=spf1 mx -all"', '"v=spf1 a -all"'],
    "lamp._domainkey.example.org.": ['"v=DKIM1; k=rsa; " "p=MIGf"'],
    "_dmarc.example.org.": ['"v=DMARC1; p=reject"'],
}


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    """A name server of our own, on loopback."""
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            packet, peer = endpoint.recvfrom(4096)
            if not packet:
                return
            question = dns.message.from_wire(packet)
            name = question.question[0].name
            answer = dns.message.make_response(question)
            if records := RECORDS.get(name.to_text()):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *records))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            endpoint.sendto(answer.to_wire(), peer)

    thread = threading.Thread(target=serve)
    thread.start()
    asking = dns.resolver.Resolver(configure=False)
    asking.nameservers, asking.port = ["127.0.0.1"], endpoint.getsockname()[1]
    yield asking
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", endpoint.getsockname())
    thread.join()
    endpoint.close()


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
    assert list(findings) == ["dmarc", "dkim", "spf", "extensions", "size", "login", "tls", "reach"]
    assert {finding.level for finding in findings.values()} == {"notice"}
    assert "26.2 MB" in findings["size"].message
    assert findings["dkim"].message.endswith("v=DKIM1; k=rsa; p=MIGf")
    assert server.commands[-1] == "QUIT" and not any(c.startswith("MAIL") for c in server.commands)
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
