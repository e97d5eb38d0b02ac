"""Signatures that another implementation (dkimpy) accepts, and that no change survives."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from dkim.canonicalization import Relaxed
from hypothesis import example, given
from hypothesis import strategies as st
from support.messages import HEAD, addressee, composition

from mailer.errors import SettingsError
from mailer.message import verify
from mailer.message.dkim import SIGNED, Signer, read_signer
from mailer.settings import Settings

RSA = rsa.generate_private_key(65537, 2048)
ED25519 = Ed25519PrivateKey.generate()
BLANKS = st.sampled_from(" \t\n\r\u00a0a.=<")
KEYS = {"rsa": RSA, "ed25519": ED25519}

MADE = composition(replace(HEAD, one_click=True), html="<p>two  blanks\tand a tab \n   indented</p>\n\n\n")
SOMEONE = addressee(
    "Ana “la” Ruiz", {"unsubscribe": "https://press.example.org/" + "x" * 120}, in_reply_to="<1@a.b>"
)


def dns(key: rsa.RSAPrivateKey | Ed25519PrivateKey):
    """What the DNS would answer for `press2026._domainkey.example.org`."""
    if isinstance(key, rsa.RSAPrivateKey):
        kind, octets = "rsa", key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        kind, octets = "ed25519", key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def answer(name: bytes, timeout: int = 5) -> bytes | None:
        record = f"v=DKIM1; k={kind}; p={base64.b64encode(octets).decode()}".encode()
        return record if name == b"press2026._domainkey.example.org." else None

    return answer


def sign(kind: str, content: bytes) -> bytes:
    return Signer("example.org", "press2026", KEYS[kind]).sign(content)


@pytest.mark.parametrize("kind", KEYS)
def test_dkimpy_accepts_it(kind: str) -> None:
    signed = sign(kind, MADE.fill(SOMEONE))
    assert dkim.verify(signed, dnsfunc=dns(KEYS[kind]))
    verify(signed, SOMEONE, MADE)


@pytest.mark.parametrize("kind", KEYS)
def test_it_survives_what_relays_do_to_blanks(kind: str) -> None:
    signed = sign(kind, MADE.fill(SOMEONE))
    refolded = signed.replace(b"\r\n ", b" ", 3).replace(b"Subject: ", b"SUBJECT:\t") + b"\r\n\r\n"
    assert refolded != signed
    assert dkim.verify(refolded, dnsfunc=dns(KEYS[kind]))


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"https://press.example.org/", b"https://eve.example.net/"),
        (b"Subject: The", b"Subject: No"),
        (b"To: ", b"To: eve@example.net, "),
        (b"\r\nFrom: ", b"\r\nFrom: eve@example.net\r\nFrom: "),
        (b"List-Id: <press", b"List-Id: <other"),
        (b"multipart/alternative", b"multipart/mixed"),
        (b"indented", b"invented"),
    ],
)
def test_no_change_survives(kind: str, old: bytes, new: bytes) -> None:
    signed = sign(kind, MADE.fill(SOMEONE))
    changed = signed.replace(old, new, 1)
    assert changed != signed
    assert not dkim.verify(changed, dnsfunc=dns(KEYS[kind]))


def test_every_field_is_covered() -> None:
    signed = sign("rsa", MADE.fill(SOMEONE))
    covered = re.search(rb"h=([^;]*);", signed)
    assert covered
    names = [name.strip().decode() for name in covered[1].split(b":")]
    header = signed.partition(b"\r\n\r\n")[0]
    written = [name.decode().lower() for name in re.findall(rb"^([!-9;-~]+):", header, re.MULTILINE)]
    assert sorted(names) == sorted([*(set(written) - {"dkim-signature"}), *SIGNED])


def test_the_signature_is_folded() -> None:
    assert max(map(len, sign("rsa", MADE.fill(SOMEONE)).partition(b"From:")[0].split(b"\r\n"))) <= 78


def test_a_local_part_beyond_ascii_is_signed_as_it_stands() -> None:
    content = MADE.fill(replace(SOMEONE, address="josé@example.com"))
    assert dkim.verify(sign("rsa", content), dnsfunc=dns(RSA))


@given(
    html=st.text(BLANKS, max_size=60), text=st.text(BLANKS, max_size=60), outlet=st.text(BLANKS, max_size=30)
)
@example(html="", text="", outlet="two  blanks")
@example(html="a \n b  \n", text="a\t\n", outlet=" ")
def test_bodies_are_their_own_canonical_form(html: str, text: str, outlet: str) -> None:
    """RFC 6376 §3.4.4: so the signer only hashes."""
    made = composition(html=f"{html}\ue0001\ue001{html}", text=f"{text}\ue0001\ue001{text}")
    body = made.fill(addressee(values={"outlet": outlet})).partition(b"\r\n\r\n")[2]
    assert Relaxed.canonicalize_body(body) == body


# ---- settings ---------------------------------------------------------------------------------------


def key_file(folder: Path, key, password: bytes | None = None) -> str:
    cipher = BestAvailableEncryption(password) if password else NoEncryption()
    (folder / "dkim.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, cipher))
    return "dkim.pem"


def settings(key_file: str) -> Settings:
    return Settings(dkim_domain="example.org", dkim_selector="press2026", dkim_key_file=key_file)


@pytest.mark.parametrize("kind", KEYS)
def test_the_key_is_read_from_the_workspace(tmp_path: Path, kind: str) -> None:
    signer = read_signer(settings(key_file(tmp_path, KEYS[kind])), tmp_path)
    assert signer is not None
    assert dkim.verify(signer.sign(MADE.fill(SOMEONE)), dnsfunc=dns(KEYS[kind]))


def test_without_settings_nothing_is_signed(tmp_path: Path) -> None:
    assert read_signer(Settings(), tmp_path) is None


def test_half_a_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DKIM_SELECTOR and DKIM_KEY_FILE must be set too"):
        read_signer(Settings(dkim_domain="example.org"), tmp_path)


def test_keys_that_cannot_sign(tmp_path: Path) -> None:
    def complaint() -> str:
        with pytest.raises(SettingsError) as caught:
            read_signer(settings("dkim.pem"), tmp_path)
        return str(caught.value)

    assert "dkim.pem: No such file" in complaint()
    (tmp_path / "dkim.pem").write_text("-----BEGIN NONSENSE-----\n")
    assert "contains no usable private key" in complaint()
    key_file(tmp_path, RSA, b"secret")
    assert "without a password" in complaint()
    key_file(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    assert "neither RSA nor Ed25519" in complaint()
