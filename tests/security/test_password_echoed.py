"""A server that repeats our login, in whatever form and wherever: it is shown and remembered nowhere.

Servers do that: "500 5.5.1 unrecognized command: AUTH PLAIN AG9m…". The attacks run the command line against such a
server and look for the password in all that it leaves behind: terminal, pipes, spreadsheet, ledger.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from support.smtp_faulty import FaultyServer
from support.smtp_hostile import HostileServer, Words
from support.smtp_mailing import QUICK, addresses, queued
from support.smtp_mailing import settings as reaching
from support.terminal import mailer

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.delivery.ledger.store import Fence
from mailer.delivery.pace import Schedule
from mailer.delivery.smtp.helpers import Assignment
from mailer.delivery.transport import Handover
from mailer.settings import Settings
from mailer.workspace import Workspace

USER, PASSWORD = "press", "Lámp & 9-gulls"
RAW = PASSWORD.encode()


def encoded(before: bytes = b"", after: bytes = b"") -> str:
    return base64.b64encode(before + RAW + after).decode()


CHALLENGE = b"<1.2@hostile.example.net>"
DIGEST = hmac.new(RAW, CHALLENGE, "md5").hexdigest()

FORMS = {
    "plain": PASSWORD,
    "base64": encoded(),
    "AUTH PLAIN": encoded(b"\0press\0"),
    "AUTH PLAIN with an authorization identity": encoded(b"press\0press\0"),
    "a third alignment": encoded(b"xy", b"z"),
    "cut short": encoded(b"\0press\0")[:16],
    "wrapped": encoded(b"\0press\0")[:11] + "\r\n{code}-" + encoded(b"\0press\0")[11:],
    "wrapped in a word": PASSWORD[:7] + "\r\n{code}-" + PASSWORD[7:],
    "in quotes": f"'{PASSWORD}'",
    "for URLs": quote(PASSWORD, safe=""),
    "base64 for URLs": base64.urlsafe_b64encode(b"?" + RAW).decode().rstrip("="),
    "hexadecimal": RAW.hex(),
    "HEXADECIMAL": RAW.hex().upper(),
    "HTML": PASSWORD.replace("&", "&amp;"),
}
TRACES = ("gulls", "Lámp", "L%C3%A1mp", "9-gu", RAW.hex()[4:16], RAW.hex()[4:16].upper(), encoded()[4:12],
          *(encoded(b"x" * n)[4:12] for n in range(3)), encoded(b"\0press\0")[9:16], DIGEST[4:20],
          base64.b64encode(f"press {DIGEST}".encode()).decode()[10:24])  # fmt: skip


def everything(code: int, enhanced: str = "", *, digest: bool = False) -> bytes:
    """A reply of many lines with every form of the password in it; the digest of CRAM-MD5 too, once that was sent."""
    lines = [
        f"{code}-{enhanced} {name}: {form.replace('{code}', str(code))} !" for name, form in FORMS.items()
    ]
    if digest:
        lines.append(f"{code}-{enhanced} {DIGEST} {base64.b64encode(f'press {DIGEST}'.encode()).decode()}")
    lines.append(f"{code} {enhanced} that was all")
    return "\r\n".join(lines).encode() + b"\r\n"


def offering(mechanism: str) -> bytes:
    return (
        everything(250).replace(b"\r\n250 ", b"\r\n250-")
        + f"250-PIPELINING\r\n250 AUTH {mechanism}\r\n".encode()
    )


def left_behind(workspace: Workspace, *shown: str) -> str:
    """All that a person or a program could find the password in."""
    files = [
        path for path in workspace.root.rglob("*") if path.is_file() and path.suffix not in (".env", ".png")
    ]
    return "\n".join([*shown, *(path.read_bytes().decode("utf-8", "replace") for path in files)])


def hides_the_password(text: str) -> bool:
    found = [trace for trace in TRACES if trace in text]
    assert not found, [text[max(0, text.find(f) - 80) : text.find(f) + 40] for f in found]
    return True


def run(workspace: Workspace, replies: dict[str, Words], *arguments: str) -> tuple[str, HostileServer]:
    """A command against such a server, then what the ledger tells; all of it as text."""
    with HostileServer(replies=replies) as server:
        how = server.settings(SMTP_USERNAME=USER, SMTP_PASSWORD=PASSWORD, SMTP_TIMEOUT="5")
        ran = mailer(*arguments, cwd=workspace.root, **how)
        told = [
            mailer("status", "harbour-report", "--recipients", *more, cwd=workspace.root)
            for more in ([], ["--json"])
        ]
    assert "Traceback" not in ran.err or "--debug" in arguments
    return left_behind(workspace, ran.out, ran.err, *(each.out + each.err for each in told)), server


SEND = ("send", "harbour-report", "--yes", "--max-wait", "0", "--json", "--csv", "report.csv")


@pytest.mark.parametrize(
    ("mechanism", "arguments"),
    [
        ("PLAIN", SEND),
        ("LOGIN", SEND),
        ("CRAM-MD5", SEND),
        ("PLAIN", ("--debug", *SEND)),
        ("LOGIN", ("doctor",)),
    ],
    ids=["PLAIN", "LOGIN", "CRAM-MD5", "debug", "doctor"],
)
def test_at_the_login(workspace: Workspace, mechanism: str, arguments: tuple[str, ...]) -> None:
    """The issue's case: the login is refused by repeating it."""
    refusal = everything(535, "5.7.8", digest=mechanism == "CRAM-MD5")
    text, server = run(workspace, {"EHLO": offering(mechanism), "AUTH": refusal}, *arguments)
    assert "The server refused the login of press: 535 5.7.8" in text
    assert hides_the_password(text)
    assert len(server.logins) == 1


def test_in_every_reply_of_a_session(workspace: Workspace) -> None:
    """From the greeting to the answer to the final dot: accepted, deferred and rejected recipients have it in their reply."""
    given = iter(
        [everything(250, "2.0.0"), everything(452, "4.2.2"), everything(554, "5.6.0")]
        + [everything(250)] * 99
    )
    refused = iter(
        [everything(250, "2.1.5")] * 3 + [everything(550, "5.1.1")] + [everything(250, "2.1.5")] * 99
    )
    replies: dict[str, Words] = {
        "greeting": everything(220), "EHLO": offering("PLAIN"), "AUTH": everything(235, "2.7.0"),
        "MAIL": everything(250, "2.1.0"), "RCPT": lambda line: next(refused),
        "DATA": everything(354), "QUIT": everything(221),
    }  # fmt: skip
    replies["dot"] = lambda content: next(given)
    text, server = run(workspace, replies, *SEND)
    assert len(server.accepted) >= 7
    assert "550 5.1.1" in text and "452 4.2.2" in text and "[hidden]" in text
    assert hides_the_password(text)


NONSENSE = f"HTTP/1.1 400 you said {'x' * 20} {FORMS['AUTH PLAIN']} {PASSWORD}\r\n".encode()


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "AUTH"])
def test_in_what_is_not_smtp_at_all(workspace: Workspace, stage: str) -> None:
    """Of which 60 characters are shown: an echo must not escape by being cut in the middle."""
    text, _ = run(workspace, {stage: NONSENSE}, "doctor")
    assert "does not speak SMTP" in text
    assert hides_the_password(text)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
def test_in_what_is_not_smtp_at_all_while_sending(tmp_path: Path, stage: str) -> None:
    with HostileServer(replies={stage: NONSENSE}) as server, Ledger(tmp_path / "ledger.db") as ledger:
        how = reaching(server.port, smtp_timeout=5, smtp_username=USER, smtp_password=PASSWORD)
        report = deliver(queued(ledger, 4), ledger, SmtpTransport(how, QUICK), schedule=QUICK, max_wait=0)
        told = [line.reply for line in ledger.recipients("harbour-lamps")]
    text = repr((report, told))
    assert "does not speak SMTP" in text
    assert hides_the_password(
        text + "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file())
    )


def test_a_refusal_at_mail_that_halts_the_run(workspace: Workspace) -> None:
    text, _ = run(workspace, {"MAIL": everything(550, "5.7.1")}, *SEND)
    assert "refused the message" in text
    assert hides_the_password(text)


@pytest.mark.parametrize("password", ["a", "ok", "250", "no!"])
def test_a_password_of_a_few_characters_does_not_black_out_all_text(
    workspace: Workspace, password: str
) -> None:
    """Where it stands alone it is hidden; inside words it is not, or the gaps would spell it."""
    echo = base64.b64encode(b"\0press\0" + password.encode()).decode()
    said = f"535 5.7.8 a bad password was not taken: ({password}) AUTH PLAIN {echo}\r\n"
    with HostileServer(replies={"AUTH": said.encode()}) as server:
        ran = mailer(
            "doctor", cwd=workspace.root, **server.settings(SMTP_USERNAME=USER, SMTP_PASSWORD=password)
        )
    assert "bad password was not taken: [hidden] AUTH PLAIN [hidden]" in ran.out
    assert "535 5.7.8" in ran.out


def test_one_process_and_two_passwords(tmp_path: Path) -> None:
    """What was harmless in a session of one login may be the secret of the next."""
    said = b"250 2.0.0 queued as lantern-lantern\r\n"
    for number, password in enumerate(("something else", "lantern-lantern")):
        path = tmp_path / f"{number}.db"
        with HostileServer(replies={"dot": said}) as server, Ledger(path) as ledger:
            how = replace(reaching(server.port, smtp_timeout=5), smtp_username=USER, smtp_password=password)
            deliver(queued(ledger, 2), ledger, SmtpTransport(how, QUICK), schedule=QUICK)
            replies = {line.reply for line in ledger.recipients("harbour-lamps")}
        assert replies == {"250 2.0.0 queued as " + ("[hidden]" if number else "lantern-lantern")}


# ---- where secrets could get out without a server's help ----------------------------------------------

SECRET = Settings(
    smtp_host="mail.example.org",
    smtp_password="lantern-lantern",
    secret_key="keyed-keyed",
    bounce_imap_password="imap-imap",
)


def test_no_representation_shows_a_secret(tmp_path: Path) -> None:
    transport = SmtpTransport(SECRET)
    handover = Handover(tmp_path, False, "x", 3, Fence(1, "x", "token"), None)
    for shown in (
        repr(SECRET),
        str(SECRET),
        f"{SECRET}",
        repr(vars(transport)),
        repr(Assignment(SECRET, Schedule(), handover)),
    ):
        assert not any(secret in shown for secret in ("lantern", "keyed", "imap-imap"))


def test_a_helper_process_gets_the_password_where_nobody_else_can_see_it(tmp_path: Path) -> None:
    """Neither its arguments nor its environment hold it: `ps` shows both to others."""
    seen: dict[str, bytes] = {}

    def look(stage: str, when: str) -> None:
        for child in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
            for pid in child.read_text().split():
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):  # it has ended meanwhile
                        seen[f"{pid} {name}"] = Path(f"/proc/{pid}/{name}").read_bytes()
        time.sleep(0.001)

    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    offered = ("PIPELINING", "AUTH PLAIN")
    with (
        FaultyServer(extensions=offered, login=(USER, PASSWORD), hook=look) as server,
        Ledger(tmp_path / "l.db") as ledger,
    ):
        how = reaching(
            server.port, smtp_username=USER, smtp_password=PASSWORD, smtp_connections=4, smtp_timeout=20
        )
        deliver(
            queued(ledger, 300, 2),
            ledger,
            SmtpTransport(how, QUICK, processes=2, help_after=0),
            schedule=QUICK,
        )
    assert sorted(address for address, _ in server.accepted) == sorted(addresses(300))
    assert any(b"mailer.delivery.smtp.helper_process" in value for value in seen.values())
    for value in seen.values():
        assert RAW not in value and encoded().encode() not in value


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"SMTP_PASSWORD:lantern-lantern=x", "SMTP_PASSWORD"),
        (b"SMTP_PASSWORT=lantern-lantern", "SMTP_PASSWORT"),
        (b"SMTP_HOST=smtp://press:lantern-lantern@mail.example.org", "SMTP_HOST"),
        (b"SMTP_HOST=mail.example.org:587", "or port"),
        (b"BOUNCE_IMAP_HOST=press:lantern-lantern@mail.example.org", "BOUNCE_IMAP_HOST"),
        (b"SMTP_PASSWORD=lantern-lantern\xe4", "UTF-8"),
        (b"SMTP_PASSWORD='lantern-lantern\nSMTP_WINDOW=x", "line 1"),
        (b"SMTP_PASSWORD lantern-lantern", "line 1"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["", "debug"])
def test_a_mistake_in_env_is_told_without_the_password(
    workspace: Workspace, line: bytes, says: str, debug: tuple[str, ...]
) -> None:
    (workspace.root / ".env").write_bytes(line + b"\n")
    ran = mailer(*debug, "send", "harbour-report", "--yes", cwd=workspace.root)
    assert ran.code != 0
    assert says in ran.err
    assert "lantern" not in ran.out + ran.err
    assert "\\xe4" not in ran.err and "0xe4" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [("send", "harbour-report", "--dry-run"), ("send", "harbour-report", "--yes", "--max-wait", "0"), ("doctor",), ("bounces", "--imap"),
     ("check", "nosuch"), ("nosuch",), ("unsubscribe-server", "--host", "256.256.256.256")],
    ids=" ".join,
)  # fmt: skip
def test_no_secret_in_a_traceback(workspace: Workspace, arguments: tuple[str, ...]) -> None:
    """Everything is set, and everything goes wrong."""
    (workspace.root / "key.pem").write_text(
        "-----BEGIN PRIVATE KEY-----\nlantern-key\n-----END PRIVATE KEY-----\n"
    )
    secrets = {
        name: f"lantern-{name.lower()}" for name in ("SMTP_PASSWORD", "SECRET_KEY", "BOUNCE_IMAP_PASSWORD")
    }
    (workspace.root / ".env").write_text(
        "SMTP_HOST=127.0.0.1\nSMTP_PORT=9\nSMTP_SECURITY=none\nSMTP_USERNAME=press\nBOUNCE_IMAP_HOST=127.0.0.1\nBOUNCE_IMAP_PORT=9\n"
        "BOUNCE_IMAP_USERNAME=press\nUNSUBSCRIBE_URL=https://press.example.org/u/\nDKIM_DOMAIN=example.org\nDKIM_SELECTOR=x\n"
        "DKIM_KEY_FILE=key.pem\n" + "".join(f"{name}={value}\n" for name, value in secrets.items())
    )
    ran = mailer("--debug", *arguments, cwd=workspace.root)
    assert ran.code != 0
    assert "lantern" not in ran.out + ran.err


def test_a_password_that_is_not_utf_8_in_the_environment(workspace: Workspace) -> None:
    with HostileServer() as server:
        how = server.settings(SMTP_USERNAME=USER, SMTP_PASSWORD=os.fsdecode(b"lantern-\xe4"))
        ran = mailer("doctor", cwd=workspace.root, **how)
    assert ran.code == 2
    assert "SMTP_PASSWORD is not UTF-8" in ran.err
    assert "lantern" not in ran.out + ran.err and "bug in mailer" not in ran.err
