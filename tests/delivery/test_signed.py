"""Messages are signed on their way out, in every process, and other people's code agrees."""

from __future__ import annotations

import base64
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from support.places import Place
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, addresses, queued, settings

from mailer.delivery import Ledger, Signing, SmtpTransport, deliver
from mailer.errors import SettingsError
from mailer.settings import Settings

NUMBER = 600
"""So many that a helper surely sends some of them."""


@pytest.mark.parametrize("processes", [1, 2])
def test_signed(any_place: Place, tmp_path: Path, processes: int) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    keyed = Settings(dkim_domain="example.org", dkim_selector="lamp", dkim_key_file="key.pem")
    with FaultyServer() as server, Ledger(any_place) as ledger:
        transport = SmtpTransport(settings(server.port), QUICK, processes=processes, help_after=0)
        deliver(queued(ledger, NUMBER, paragraphs=2), ledger, transport, signing=Signing(keyed, tmp_path))
    assert sorted(recipient for recipient, _ in server.accepted) == sorted(addresses(NUMBER))
    asked = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record

    assert all(dkim.verify(content, dnsfunc=dns) for _, content in server.accepted)
    assert set(asked) == {b"lamp._domainkey.example.org."}


def test_a_key_that_is_not_there_stops_before_the_first_connection(any_place: Place, tmp_path: Path) -> None:
    keyed = Settings(dkim_domain="example.org", dkim_selector="lamp", dkim_key_file="key.pem")
    with FaultyServer() as server, Ledger(any_place) as ledger:
        mailing = queued(ledger, 2)
        with pytest.raises(SettingsError, match=r"key\.pem"):
            deliver(
                mailing, ledger, SmtpTransport(settings(server.port), QUICK), signing=Signing(keyed, tmp_path)
            )
        assert not server.commands
