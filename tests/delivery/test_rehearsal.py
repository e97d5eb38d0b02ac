"""A rehearsal runs the same code up to the wire."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from support.smtp_mailing import RELEASE, addresses, queued

from mailer.delivery import Ledger, RehearsalTransport, deliver
from mailer.errors import TransportError
from mailer.model import Status
from mailer.settings import Rate


def test_every_message_is_written_and_no_connection_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_socket(*args: object, **kwargs: object) -> None:
        raise AssertionError("a rehearsal opened a socket")

    monkeypatch.setattr(socket, "socket", no_socket)
    transport = RehearsalTransport(tmp_path / "rehearsal")
    with Ledger(tmp_path / "throw-away.db") as ledger:
        report = deliver(queued(ledger, 25), ledger, transport, rates=(Rate(100, 1),))
        assert ledger.counts(RELEASE) == {Status.ACCEPTED: 25}
    assert report.finished
    files = sorted((tmp_path / "rehearsal").glob("*.eml"))
    messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    assert [message["To"].addresses[0].addr_spec for message in messages] == addresses(25)
    page = transport.page.read_text("utf-8")
    assert "nothing left this computer" in page and page.count("<tr><td>") == 25
    assert 'href="000007.eml"' in page and "sent" not in page.lower().replace("presented", "")
    assert sorted(path.suffix for path in (tmp_path / "rehearsal").iterdir()).count(".part") == 0


def test_an_older_rehearsal_is_not_mixed_with_this_one(tmp_path: Path) -> None:
    (tmp_path / "old.eml").write_text("x")
    with pytest.raises(TransportError, match="not empty"):
        RehearsalTransport(tmp_path)
