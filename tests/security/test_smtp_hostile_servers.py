"""A mail server, or someone on the way to it, that wants to hold us up, fill our memory, or have us believe that
messages were taken which were not.

Every attack ends in words for the person who sends, within the time that SMTP_TIMEOUT allows; nobody is said to have
the mail who has it not. A hang fails its test by the time limit.
"""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from dns.resolver import Resolver
from support.smtp_certificates import Authority
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_hostile import USUAL, HostileServer, Peer, Words
from support.smtp_mailing import QUICK, RELEASE, queued, settings
from support.terminal import mailer

from mailer.delivery import Ledger, Report, SmtpTransport, deliver, diagnose
from mailer.errors import TransportError
from mailer.model import Status
from mailer.workspace import Workspace

pytestmark = pytest.mark.timeout(90)


def send(
    folder: Path, server: HostileServer, count: int = 5, **more: object
) -> tuple[Report | None, str, dict[str, Status]]:
    """One run: its report (None where the server could not be used), what was said, and what the ledger holds."""
    how = settings(server.port, **({"smtp_timeout": 1} | more))
    report, said = None, ""
    with Ledger(folder / "ledger.db") as ledger:
        mailing = queued(ledger, count, paragraphs=2)
        try:
            report = deliver(mailing, ledger, SmtpTransport(how, QUICK), schedule=QUICK, max_wait=0)
            said = report.halted
        except TransportError as error:
            said = str(error)
        lines = list(ledger.recipients(RELEASE))
    assert max((len(line.reply) for line in lines), default=0) < 2000, (
        "a reply of a megabyte is not remembered"
    )
    return report, said, {line.address: line.state for line in lines}


def nobody(states: dict[str, Status]) -> bool:
    return Status.ACCEPTED not in states.values()


# ---- that do not come to an end -----------------------------------------------------------------------


def endless_lines(code: int) -> Callable[[Peer], None]:
    return lambda peer: peer.flood(f"{code}-{'still here ' * 5}\r\n".encode() * 1000)


def endless_line(code: int) -> Callable[[Peer], None]:
    def flood(peer: Peer) -> None:
        peer.say(f"{code} ".encode())
        peer.flood(b"x" * 65536)

    return flood


def megabyte(code: int) -> Callable[[Peer], None]:
    def say(peer: Peer) -> None:
        peer.say(f"{code} {'x' * 1_000_000}\r\n".encode())
        time.sleep(2)

    return say


def many_lines(code: int) -> Callable[[Peer], None]:
    def say(peer: Peer) -> None:
        peer.say(
            b"".join(f"{code}-X-{number}\r\n".encode() for number in range(10_000))
            + f"{code} end\r\n".encode()
        )
        time.sleep(2)

    return say


def dripping(code: int) -> Callable[[Peer], None]:
    return lambda peer: peer.drip(f"{code}-slowly\r\n".encode() * 10_000)


def dripping_line(code: int) -> Callable[[Peer], None]:
    return lambda peer: peer.drip(f"{code} {'x' * 100_000}".encode())


ENDLESS = (endless_lines, endless_line, megabyte, many_lines, dripping, dripping_line)


def up_to(stage: str, then: Callable[[Peer], None]) -> Callable[[Peer], None]:
    """What any server does, up to its answer at this stage, in place of which comes something else."""

    def script(peer: Peer) -> None:
        for known in ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"):
            if known == "dot":
                peer.body()
            elif known != "greeting":
                peer.line()
            if known == stage:
                return then(peer)
            words = USUAL[known]
            peer.say(words if isinstance(words, bytes) else b"")
        return None

    return script


CODES = {"greeting": 220, "EHLO": 250, "MAIL": 250, "RCPT": 250, "DATA": 354, "dot": 250}


@pytest.mark.parametrize("endless", ENDLESS)
@pytest.mark.parametrize("stage", CODES)
def test_an_answer_that_does_not_end(
    tmp_path: Path, stage: str, endless: Callable[[int], Callable[[Peer], None]]
) -> None:
    with HostileServer(up_to(stage, endless(CODES[stage]))) as server:
        _, said, states = send(tmp_path, server, 2, smtp_timeout=0.5)
    assert "reply does not end" in said or "timed out" in said or Status.UNCERTAIN in states.values()
    assert len(said) < 1000
    assert nobody(states)


@pytest.mark.parametrize("endless", ENDLESS)
@pytest.mark.parametrize("stage", ["greeting", "EHLO"])
def test_doctor_waits_no_longer_than_it_was_told(
    workspace: Workspace, stage: str, endless: Callable[[int], Callable[[Peer], None]]
) -> None:
    with HostileServer(up_to(stage, endless(CODES[stage]))) as server:
        ran = mailer("doctor", cwd=workspace.root, **server.settings(SMTP_TIMEOUT="1"))
    assert ran.code == 1
    assert "reply does not end" in ran.out or "timed out" in ran.out
    assert len(ran.out) < 3000


def test_a_flood_of_answers_to_nothing(tmp_path: Path) -> None:
    """Each a good reply in itself, without being asked, faster than they can be read."""
    with HostileServer(up_to("MAIL", lambda peer: peer.flood(b"250 2.0.0 ok\r\n" * 1000))) as server:
        _, said, states = send(tmp_path, server)
    assert said
    assert nobody(states)


# ---- that speak no SMTP ------------------------------------------------------------------------------

ODD = [b"-250 ok", b"000 ok", b"199 ok", b"600 ok", b"999 ok", b"25 ok", b"2500 ok", b"250_ok", b" 250 ok", b"ok", b"",
       "٢٥٠ ok".encode(), b"250-one\r\n550 two", b"250-one\r\n251 two", b"250 o\rk", b"+OK POP3 ready", b"* OK IMAP4rev1",
       b"HTTP/1.1 200 OK", b"\x16\x03\x01\x02\x00\x01", b"\x00250 ok", b"2\x0050 ok"]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=ascii)
@pytest.mark.parametrize("stage", ["greeting", "dot"])
def test_an_odd_answer_is_no_acceptance(tmp_path: Path, stage: str, odd: bytes) -> None:
    with HostileServer(replies={stage: odd + b"\r\n"}) as server:
        _, said, states = send(tmp_path, server, 1)
    assert nobody(states)
    assert all(line.isprintable() for line in said.split("\n"))
    if stage == "dot":
        assert set(states.values()) == {Status.UNCERTAIN}, "it may have been taken all the same"


def test_nul_in_a_reply_is_text_like_any_other(tmp_path: Path) -> None:
    with HostileServer(replies={"dot": b"250 2.0.0 que\0ued\r\n"}) as server:
        report, _, _ = send(tmp_path, server)
        assert report and report.accepted == len(server.accepted) == 5
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert {line.reply for line in ledger.recipients(RELEASE)} == {r"250 2.0.0 que\x00ued"}


@pytest.mark.parametrize(
    "size", ["9" * 5000, "-1", "99999999999999999999", "1e9", "0x10", "٩", "", "0", "10 20", "NaN"], ids=ascii
)
def test_size_is_a_number_or_nothing(tmp_path: Path, size: str) -> None:
    ehlo = f"250-hostile.example.net\r\n250-SIZE {size}\r\n250 PIPELINING\r\n".encode()
    with HostileServer(replies={"EHLO": ehlo}) as server:
        report, said, _ = send(tmp_path, server)
        assert report and report.accepted == len(server.accepted) == 5, said
        how = settings(server.port)
        assert "size" in {finding.id for finding in diagnose(how, "example.org", Resolver(configure=False))}


# ---- that answer before they are asked ---------------------------------------------------------------


@pytest.mark.parametrize(
    "early", [b"250 2.0.0 queued\r\n", b"250 ok\r\n250 ok\r\n", b"354 go on\r\n250 2.0.0 queued\r\n"]
)
@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_an_acceptance_before_the_end_is_none(
    tmp_path: Path, stage: str, early: bytes, pipelining: bool
) -> None:
    """One that comes with an earlier answer would be taken for that to the final dot, which never left."""
    words = USUAL[stage]
    assert isinstance(words, bytes)
    replies: dict[str, Words] = {} if pipelining else {"EHLO": b"250 hostile.example.net\r\n"}
    replies[stage] = replies.get(stage, words) + early  # type: ignore[operator]
    replies["dot"] = b"554 5.6.0 not this message\r\n"
    with HostileServer(replies=replies) as server:
        _, _, states = send(tmp_path, server)
        assert not server.accepted
    assert nobody(states)


def test_an_answer_to_the_dot_before_the_dot(tmp_path: Path) -> None:
    """The server answers in the middle of the message: whatever it says, it can't have taken it."""

    def script(peer: Peer) -> None:
        peer.say(b"220 hello\r\n")
        for answer in (USUAL["EHLO"], USUAL["MAIL"], USUAL["RCPT"]):
            peer.line()
            peer.say(answer)  # type: ignore[arg-type]
        peer.line()
        peer.say(b"354 go on\r\n")
        peer.connection.recv(100)
        peer.say(b"250 2.0.0 queued\r\n")
        time.sleep(0.5)

    with HostileServer(script) as server, Ledger(tmp_path / "ledger.db") as ledger:
        mailing = queued(ledger, 1, paragraphs=40_000)
        transport = SmtpTransport(settings(server.port, smtp_timeout=5), QUICK)
        with contextlib.suppress(TransportError):
            deliver(mailing, ledger, transport, schedule=QUICK, max_wait=0)
        states = {line.state for line in ledger.recipients(RELEASE)}
    assert Status.ACCEPTED not in states and Status.UNCERTAIN not in states


# ---- that stand between us and the server ------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def encrypted(server: FaultyServer, authority: Authority, **more: str) -> dict[str, str]:
    return {
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_CA_FILE": str(authority.file),
        "SMTP_USERNAME": "press", "SMTP_PASSWORD": "lantern-lantern", "SMTP_TIMEOUT": "5", **more,
    }  # fmt: skip


def nothing_was_told(server: FaultyServer) -> bool:
    told = " ".join(server.commands)
    return not any(
        word in told for word in ("AUTH", "MAIL", "RCPT", base64.b64encode(b"lantern-lantern").decode()[4:16])
    )


def test_starttls_stripped(workspace: Workspace, authority: Authority) -> None:
    with FaultyServer(extensions=("PIPELINING", "AUTH PLAIN")) as server:
        ran = mailer("send", "harbour-report", "--yes", cwd=workspace.root, **encrypted(server, authority))
        assert nothing_was_told(server)
    assert ran.code == 2
    assert "does not offer STARTTLS, so nothing was sent to it" in ran.err
    assert "stripping" in ran.err


@pytest.mark.parametrize(
    "smuggled", ["250 smuggled", "250-smuggled", "250-hello\r\n250 AUTH PLAIN", "\x16\x03"], ids=ascii
)
def test_what_is_injected_before_tls_is_not_taken_for_the_servers(
    workspace: Workspace, authority: Authority, smuggled: str
) -> None:
    """CVE-2011-0411: what comes in clear behind the 220 must not answer an encrypted command."""
    fault = Fault("STARTTLS", f"220 ready\r\n{smuggled}", times=100)
    offered = ("PIPELINING", "STARTTLS", "AUTH PLAIN")
    with FaultyServer(fault, extensions=offered, tls=authority.server()) as server:
        ran = mailer("send", "harbour-report", "--yes", cwd=workspace.root, **encrypted(server, authority))
        assert nothing_was_told(server)
    assert ran.code == 2
    assert "between STARTTLS and TLS" in ran.err


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        ({"name": "mail.evil.example"}, "for another name"),
        ({"self_signed": True}, "can't be trusted"),
        ({"days": -1}, "expired"),
    ],
    ids=["another name", "self-signed", "expired"],
)
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_proves_nothing(
    workspace: Workspace, authority: Authority, security: str, certificate: dict[str, object], says: str
) -> None:
    tls = authority.server(**certificate)  # type: ignore[arg-type]
    offered = ("PIPELINING", "STARTTLS", "AUTH PLAIN")
    with FaultyServer(extensions=offered, tls=tls, implicit_tls=security == "tls") as server:
        how = encrypted(server, authority, SMTP_SECURITY=security)
        ran = mailer("send", "harbour-report", "--yes", cwd=workspace.root, **how)
        assert nothing_was_told(server)
    assert ran.code == 2
    assert says in ran.err
