"""What counts as this very machine: only to it may mail go in clear."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from support.smtp_hostile import HostileServer
from support.smtp_mailing import QUICK, queued
from support.terminal import mailer

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.delivery.smtp.resolving import is_loopback
from mailer.errors import SettingsError, TransportError
from mailer.settings import Settings
from mailer.workspace import Workspace

THIS = (
    "localhost",
    "LOCALHOST",
    "Localhost.",
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
)
OTHER = ("127.evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.1", "127.0.0.1 evil", "127.0.0.256", "",
         "0.0.0.0", "::", "::ffff:203.0.113.9", "203.0.113.9", "2130706433", "0x7f.0.0.1", "127。0。0。1")  # fmt: skip


@pytest.mark.parametrize("host", THIS)
def test_this_machine(host: str) -> None:
    assert is_loopback(host)
    SmtpTransport(Settings(smtp_host=host, smtp_security="none"))


@pytest.mark.parametrize("host", OTHER)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(SettingsError):
        SmtpTransport(Settings(smtp_host=host, smtp_security="none"))


@pytest.mark.parametrize(
    "command", [("send", "harbour-report", "--yes"), ("doctor",)], ids=["send", "doctor"]
)
def test_a_name_that_begins_like_loopback_gets_nothing_in_clear(
    workspace: Workspace, command: tuple[str, ...]
) -> None:
    ran = mailer(*command, cwd=workspace.root, SMTP_HOST="127.evil.example", SMTP_SECURITY="none")
    assert ran.code in (1, 2)
    assert "SMTP_SECURITY=none would send everything to 127.evil.example unencrypted" in ran.out + ran.err


def test_a_localhost_that_leads_elsewhere_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hosts file, or a DNS that answers for `localhost`, may name any machine. 0.0.0.0 stands for it: it can be
    reached from here, and is no loopback address."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **how: real("0.0.0.0", *args, **how))
    with HostileServer() as server, Ledger(tmp_path / "ledger.db") as ledger:
        how = Settings(smtp_host="localhost", smtp_port=server.port, smtp_security="none")
        with pytest.raises(TransportError, match=r"localhost is not this computer: it leads to 0\.0\.0\.0"):
            deliver(queued(ledger, 1), ledger, SmtpTransport(how, QUICK), schedule=QUICK)
    assert server.connections == 0
