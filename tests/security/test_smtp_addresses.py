"""Addresses that want to be SMTP commands: whatever stands in a list's cell, what leaves is one command for one
address, or nothing."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from support.smtp_hostile import HostileServer
from support.smtp_mailing import QUICK, RELEASE, draft, settings
from support.terminal import mailer

from mailer.delivery import Entry, Ledger, SmtpTransport, deliver
from mailer.model import Status
from mailer.workspace import Workspace

HOSTILE = (
    "ana@example.net>\r\nRCPT TO:<eve@evil.example",
    "ana@example.net\r\nDATA",
    "ana@example.net\nQUIT",
    "ana@example.net\rRSET",
    "ana@example.net> SIZE=1",
    "ana@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;eve@evil.example",
    "<ana@example.net>,<eve@evil.example>",
    "ana@example.net, eve@evil.example",
    "ana@example.net; eve@evil.example",
    "ana@example.net eve@evil.example",
    "ana @example.net",
    "ana@ example.net",
    "ana@example.net\0eve@evil.example",
    "ana@example.net\0",
    "ana\x0b@example.net",
    "ana@example.net\u2028RCPT TO:<eve@evil.example>",
    "ana@example.net\u2029eve@evil.example",
    "ana@example.net\x85eve@evil.example",
    "ana@example.net\u00a0eve@evil.example",
    "ana@example.net%0d%0aRCPT TO:<eve@evil.example>",
    "=?utf-8?q?ana=0d=0aRCPT_TO:<eve=40evil.example>?=@example.net",
    '"ana\r\nRCPT TO:<eve@evil.example>"@example.net',
    '"ana> RCPT TO:<eve@evil.example"@example.net',
    '"ana eve"@example.net',
    "@evil.example:ana@example.net",
    "<@evil.example:ana@example.net>",
    "ana%evil.example@example.net",
    "evil.example!ana@example.net",
    "ana@[127.0.0.1]",
    "ana@example.net@evil.example",
    "ana@example.net\u202e@elpmaxe.live",
    "ana＠example.net",
    "ana@example。net\uff0cevil.example",
    "postmaster",
    "<>",
    "",
)
COMMAND = re.compile(
    rb"(EHLO \S+|MAIL FROM:<[^<>\s]*>( (SIZE=\d+|BODY=8BITMIME|SMTPUTF8))*|RCPT TO:<[^<>\s@]+@[^<>\s@]+>|DATA|QUIT|RSET)"
)


def list_of_them(workspace: Workspace, encoding: str = "utf-8") -> None:
    with (workspace.lists / "hostile.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "name", "language"))
        writer.writerows((cell, "Ana Ruiz", "en") for cell in HOSTILE)
        writer.writerow(("good@example.net", "Good", "en"))


def no_other_command(server: HostileServer) -> bool:
    for line in server.heard:
        assert COMMAND.fullmatch(line), line
    return True


def test_a_list_of_hostile_cells(workspace: Workspace) -> None:
    """Rehearsed and sent for real: every recipient is one of those that the list shows, and got one command."""
    list_of_them(workspace)
    shown = mailer("lists", "show", "hostile", cwd=workspace.root)
    people = {line.split("\t")[0] for line in shown.out.splitlines()}
    assert "good@example.net" in people
    assert not any(re.search(r"[\s<>\x00-\x1f]", address) for address in people)

    rehearsed = mailer(
        "send", "harbour-report", "--list", "hostile", "--dry-run", "--out", "rehearsal", cwd=workspace.root
    )
    assert rehearsed.code == 0, rehearsed.err
    for path in (workspace.root / "rehearsal").glob("*.eml"):
        header = path.read_bytes().partition(b"\r\n\r\n")[0]
        assert len(re.findall(rb"(?mi)^(to|cc|bcc):", header)) == 1

    with HostileServer() as server:
        ran = mailer(
            "send", "harbour-report", "--list", "hostile", "--yes", cwd=workspace.root, **server.settings()
        )
    assert ran.code == 0, ran.err
    assert no_other_command(server)
    assert {address for address, _ in server.accepted} == people


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_the_same_in_other_encodings(workspace: Workspace, encoding: str) -> None:
    """What is no line end in UTF-8 may become one on its way through another character set."""
    with (workspace.lists / "hostile.csv").open("w", encoding=encoding, newline="", errors="ignore") as file:
        csv.writer(file).writerows(
            [("email", "language"), *((cell, "en") for cell in HOSTILE), ("good@example.net", "en")]
        )
    with HostileServer() as server:
        ran = mailer(
            "send", "harbour-report", "--list", "hostile", "--yes", cwd=workspace.root, **server.settings()
        )
    assert "Traceback" not in ran.err and "bug in mailer" not in ran.err
    assert no_other_command(server)


@pytest.mark.parametrize("where", ["recipient", "sender"])
@pytest.mark.parametrize("smtputf8", [True, False])
def test_what_has_got_into_the_ledger_is_looked_at_once_more(
    tmp_path: Path, where: str, smtputf8: bool
) -> None:
    """The last door: an older ledger, or a fault of ours further left."""
    ehlo = b"250-x\r\n250-PIPELINING\r\n" + (b"250-SMTPUTF8\r\n" if smtputf8 else b"") + b"250 8BITMIME\r\n"
    with HostileServer(replies={"EHLO": ehlo}) as server:
        for number, cell in enumerate(HOSTILE):
            with Ledger(tmp_path / f"{number}.db") as ledger:
                head = draft()
                if where == "sender":
                    head = draft_from(cell)
                to = cell if where == "recipient" else "ana@example.net"
                if not to:
                    continue
                mailing = ledger.queue(head, [Entry("key", to, "", "en", {})])
                try:
                    deliver(
                        mailing,
                        ledger,
                        SmtpTransport(settings(server.port, smtp_timeout=5), QUICK),
                        schedule=QUICK,
                    )
                except ValueError:
                    continue  # composing refused it
                except Exception as error:
                    assert type(error).__module__.startswith("mailer."), error
                assert ledger.state_of(RELEASE, "key") in (Status.REJECTED, Status.ACCEPTED, Status.QUEUED)
    assert no_other_command(server)


def draft_from(mail_from: str):
    from dataclasses import replace

    return replace(draft(), mail_from=mail_from)
