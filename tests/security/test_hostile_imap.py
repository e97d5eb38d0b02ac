"""A bounce mailbox on a server that means harm, or is broken: it ends with a sentence, and tells no password."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.bounce_corpus import ANA, BEN, bounces
from support.imap_server import ImapServer, running_imap
from support.returned import ENVELOPE_FROM
from support.sent_mail import returned, send_to
from support.smtp_certificates import Authority
from support.terminal import Ran, mailer

from mailer.bounces.register import MailRegister
from mailer.bounces.sources.imap import read_imap
from mailer.delivery import Ledger
from mailer.errors import TransportError
from mailer.settings import Settings
from mailer.workspace import Workspace

UNKNOWN = next(sample.content for sample in bounces() if sample.name == "postfix, unknown user at a remote")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def register(workspace: Workspace) -> Iterator[MailRegister]:
    with Ledger(workspace.ledger) as ledger:
        yield MailRegister(ledger)


def reads(workspace: Workspace, authority: Authority, server: ImapServer, password: str = "") -> Ran:
    """`mailer bounces --imap`, to its end."""
    with running_imap(server, authority.server()):
        ran = mailer(
            "bounces", "--imap", cwd=workspace.root, ENVELOPE_FROM=ENVELOPE_FROM, SMTP_CA_FILE=str(authority.file),
            BOUNCE_IMAP_HOST="127.0.0.1", BOUNCE_IMAP_PORT=str(server.port), BOUNCE_IMAP_USERNAME=server.user,
            BOUNCE_IMAP_PASSWORD=password or server.password,
        )  # fmt: skip
    assert "Traceback" not in ran.err
    return ran


JUNK = b"* JUNK " + b"x" * 60_000 + b"\r\n"
STOPS = {
    "a literal that is said to be of 100 GB": {"FETCH": [b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n" + b"x" * 9999]},
    "a literal of more digits than Python reads": {"FETCH": [b"* 1 FETCH (UID 1 BODY[] {" + b"9" * 5000 + b"}\r\nTAG OK so\r\n"]},
    "mails without end": {"FETCH": [b"* 1 FETCH (UID 1 BODY[] {60000}\r\n" + b"x" * 60_000 + b")\r\n"]},
    "answers without end": {"SEARCH": [JUNK]},
    "a line without end": {"SEARCH": [b"* SEARCH " + b"1 " * 30_000]},
    "a greeting without end": {"GREETING": [b"* OK " + b"x" * 60_000]},
    "capabilities without end": {"CAPABILITY": [JUNK]},
    "capabilities in no charset": {"CAPABILITY": [b"* CAPABILITY IMAP4rev1 \xff\r\nTAG OK so\r\n"]},
    "capabilities as a literal": {"CAPABILITY": [b"* CAPABILITY {5}\r\nabcde\r\nTAG OK so\r\n"]},
    "what is no IMAP": {"GREETING": [b"HTTP/1.1 200 OK\r\nTAG"]},
    "a challenge that is no base64": {"AUTHENTICATE": [b"+ a\r\n", b"TAG NO no\r\n"]},
    "another command's answer": {"EXAMINE": [b"XXXX1 OK\r\nTAG"]},
}  # fmt: skip


@pytest.mark.parametrize("name", STOPS)
def test_it_ends_with_a_sentence(workspace: Workspace, authority: Authority, name: str) -> None:
    ran = reads(workspace, authority, ImapServer({1: b"Subject: a\n\n"}, lies=STOPS[name]))
    assert ran.code == 2
    assert ran.err.count("127.0.0.1:") == 1
    assert len(ran.err) < 700


PASSED_OVER = {
    "UIDVALIDITY in words": {"EXAMINE": [b"* OK [UIDVALIDITY many] x\r\nTAG OK so\r\n"]},
    "UIDVALIDITY beyond 32 bits": {"EXAMINE": [b"* OK [UIDVALIDITY 99999999999999999999] x\r\nTAG OK so\r\n"]},
    "no UIDVALIDITY": {"EXAMINE": [b"* 1 EXISTS\r\nTAG OK so\r\n"]},
    "UIDs that are none": {"SEARCH": [b"* SEARCH x -1 0 1 1 99999999999999999999 \xd9\xa3\r\n* SEARCH {2}\r\n77\r\nTAG OK so\r\n"]},
}  # fmt: skip


@pytest.mark.parametrize("name", PASSED_OVER)
def test_what_is_no_number_is_passed_over(workspace: Workspace, authority: Authority, name: str) -> None:
    token = send_to(workspace, ANA)[ANA]
    for _ in range(2):
        ran = reads(workspace, authority, ImapServer({1: returned(UNKNOWN, token)}, lies=PASSED_OVER[name]))
        assert ran.code == 0, ran.err
    assert "0 new messages" in ran.err


def test_one_mail_that_is_not_handed_out_does_not_keep_back_the_others(
    workspace: Workspace, authority: Authority
) -> None:
    tokens = send_to(workspace, ANA, BEN)
    mails = {number: returned(UNKNOWN, token) for number, token in enumerate(tokens.values(), 1)}
    ran = reads(workspace, authority, ImapServer(mails, refused=(1,)))
    first, second = ran.out.splitlines()
    assert first.startswith("?\tfor you to decide\tthe server does not hand this message over")
    assert second.startswith(f"{BEN}\tsuppressed")
    assert "UID 1]" in ran.err
    assert reads(workspace, authority, ImapServer(mails)).out.startswith(f"{ANA}\tsuppressed"), "once it does"


# ---- the password -----------------------------------------------------------------------------------

PASSWORD = 'cörrect "horse" \\ 7'


def base64_of(*parts: str) -> str:
    return base64.b64encode("\0".join(parts).encode()).decode()


ECHOES = {
    "as it is": PASSWORD,
    "in capitals": PASSWORD.upper(),
    "as a quoted string": 'LOGIN bounces "' + PASSWORD.replace("\\", "\\\\").replace('"', '\\"') + '"',
    "as PLAIN": base64_of("", "bounces@example.org", PASSWORD),
    "as PLAIN with an authorization identity": base64_of("me", "bounces@example.org", PASSWORD),
    "as PLAIN, without its padding": base64_of("x", "bounces@example.org", PASSWORD).rstrip("="),
    "as PLAIN, cut off": base64_of("", "bounces@example.org", PASSWORD)[:-6],
    "as LOGIN": base64_of(PASSWORD),
    "within a word": f"given:{base64_of('', 'bounces@example.org', PASSWORD)}!",
    "at the beginning of a word of base64": "AAA" + base64_of("", "bounces@example.org", PASSWORD),
    "cut off": PASSWORD[:-3],
    "twice": f"{PASSWORD} {base64_of(PASSWORD)}",
}


@pytest.mark.parametrize("how", ECHOES)
@pytest.mark.parametrize("where", ["TAG NO [AUTHENTICATIONFAILED] {}", "* BYE {}", "{}", "TAG BAD {}"])
def test_no_form_of_the_password_is_shown(
    workspace: Workspace, authority: Authority, register: MailRegister, how: str, where: str
) -> None:
    said = where.format(ECHOES[how]).encode() + b"\r\n"
    server = ImapServer({}, password=PASSWORD, lies={"AUTHENTICATE": [b"+ \r\n", said + b"TAG NO go\r\n"]})
    with running_imap(server, authority.server()), pytest.raises(TransportError) as caught:
        list(read_imap(_settings(server, authority), register))
    shown = f"{caught.value} {caught.value.message} {caught.value.hint} {caught.value!r}"
    for secret in ("rrect", "horse", "RRECT", "HORSE", base64_of(PASSWORD)[:8], base64_of(PASSWORD)[8:16]):
        assert secret not in shown
    for skipped in range(3):
        inside = base64.b64encode(b"x" * skipped + PASSWORD.encode()).decode()[4:12]
        assert inside not in shown


def test_the_command_does_not_show_it_either_nor_what_steers_a_terminal(
    workspace: Workspace, authority: Authority
) -> None:
    said = f"TAG NO \x1b]0;owned\x07\u202e {ECHOES['as PLAIN']} {PASSWORD}\r\n".encode()
    server = ImapServer({}, password=PASSWORD, lies={"AUTHENTICATE": [b"+ \r\n", said]})
    ran = reads(workspace, authority, server)
    assert ran.code == 2
    assert "horse" not in ran.err
    assert r"\x1b]0;owned\x07" in ran.err
    assert not {c for c in ran.err if not c.isprintable()} - {"\n"}


def test_the_password_is_given_once_however_often_it_is_asked_for(
    workspace: Workspace, authority: Authority
) -> None:
    server = ImapServer({}, lies={"AUTHENTICATE": [b"+ \r\n"] * 50})
    ran = reads(workspace, authority, server)
    assert ran.code == 2
    given = [command for command in server.commands if len(command) > 20 and " " not in command]
    assert len(given) == 1
    assert "keeps asking" in ran.err


# ---- time -------------------------------------------------------------------------------------------


def test_a_server_that_drips_within_the_handshake_is_given_up_at_the_deadline(register: MailRegister, authority: Authority) -> None:  # fmt: skip
    """Each octet comes in time; the record that they belong to never ends."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            line, _ = listening.accept()
            with line:
                line.sendall(b"\x16\x03\x03\x40\x00")
                while not done.wait(0.1):
                    try:
                        line.sendall(b"\x02")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        server = ImapServer({}, port=int(listening.getsockname()[1]))
        with pytest.raises(TransportError, match="took too long"):
            list(read_imap(_settings(server, authority), register, deadline=1))
        done.set()
        thread.join(5)


def _settings(server: ImapServer, authority: Authority) -> Settings:
    return Settings(
        bounce_imap_host="127.0.0.1",
        bounce_imap_port=server.port,
        bounce_imap_username=server.user,
        bounce_imap_password=server.password,
        smtp_ca_file=str(authority.file),
    )
