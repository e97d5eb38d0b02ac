"""RFC 6376 §8.15: a field put on top of a signed message must break its signature, whether the message has one of that
name or not. Most readers show the first, most verifiers look at the last."""

from __future__ import annotations

import base64
from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.messages import HEAD, addressee, composition

from mailer.message.dkim import SIGNED, Signer

KEY = rsa.generate_private_key(65537, 2048)
SIGNER = Signer("example.org", "press2026", KEY)
RECORD = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

FULL = composition(replace(HEAD, one_click=True)).fill(
    addressee("Ana", {"unsubscribe": "https://press.example.org/u/x"}, in_reply_to="<1@example.org>")
)
BARE = composition(replace(HEAD, reply_to=None, list_id="", unsubscribe_mailto="", one_click=False)).fill(
    addressee("Ana")
)

ADDED = (
    "From: Eve <eve@evil.example>", "Subject: Buy now", "To: everybody@evil.example", "Cc: eve@evil.example",
    "Date: Mon, 1 Jan 2001 00:00:00 +0000", "Reply-To: eve@evil.example", "Message-ID: <2@evil.example>",
    "In-Reply-To: <other@evil.example>", "References: <other@evil.example>", "List-Unsubscribe: <https://evil.example/>",
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "List-Id: <evil.example>", "List-Help: <https://evil.example/>",
    "List-Post: <mailto:eve@evil.example>", "List-Archive: <https://evil.example/>", "List-Owner: <mailto:eve@evil.example>",
    "List-Subscribe: <mailto:eve@evil.example>", "MIME-Version: 1.0", "Content-Type: text/html; charset=utf-8",
    "Content-Transfer-Encoding: base64", "Content-Language: fr", "Content-Disposition: attachment",
)  # fmt: skip


def verified(content: bytes) -> bool:
    return bool(dkim.verify(content, dnsfunc=lambda name, timeout=5: b"v=DKIM1; k=rsa; p=" + RECORD))


@pytest.mark.parametrize("message", [FULL, BARE], ids=["with all fields", "with the least"])
@pytest.mark.parametrize("field", ADDED, ids=lambda field: field.partition(":")[0])
@pytest.mark.parametrize("where", ["on top", "below"])
def test_nothing_can_be_added(message: bytes, field: str, where: str) -> None:
    signed = SIGNER.sign(message)
    assert verified(signed)
    line = field.encode() + b"\r\n"
    header, blank, body = signed.partition(b"\r\n\r\n")
    changed = line + signed if where == "on top" else header + b"\r\n" + line.rstrip() + blank + body
    assert not verified(changed)


@pytest.mark.parametrize(
    "field",
    [
        "Received: from relay.example.net",
        "X-Spam: no",
        "Sender: relay@example.org",
        "Return-Path: <x@y.example>",
    ],
)
def test_what_relays_add_does_no_harm(field: str) -> None:
    assert verified(field.encode() + b"\r\n" + SIGNER.sign(FULL))


def test_each_field_is_signed_once_more_than_it_stands() -> None:
    covered = SIGNER.sign(BARE).partition(b"h=")[2].partition(b";")[0]
    names = [name.strip().decode() for name in covered.split(b":")]
    for name in SIGNED:
        stands = f"\r\n{name}:".encode() in b"\r\n" + BARE.partition(b"\r\n\r\n")[0].lower()
        assert names.count(name) == 1 + stands, name
