"""Tokens for unsubscribe links: an address and the proof that we wrote it.

They travel in List-Unsubscribe, a field that can't be folded inside an address, so they are as short as they can be
while the server needs no list and no ledger to read them: it may be another machine, and people unsubscribe from old
mails.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

_SALT, _FIRST_SALT = b"mailer.unsubscribe.2", b"mailer.unsubscribe"
_PROOF = 12
"""Octets of HMAC-SHA-256, 96 bits: NIST SP 800-107 §5.3.3 wants 32 at least where each guess must be shown to a
server, RFC 2104 §5 not less than 80. A hit would take one person off the list."""

_CHARACTERS = re.compile("[A-Za-z0-9_-]+")


class UnsubscribeTokenError(ValueError):
    """A token that we did not make, or that was cut or changed on its way."""


def unsubscribe_token(address: str, key: str) -> str:
    """A URL-safe token for an address: always the same one for the same address and key.

    It is base64url of a proof (the first 12 octets of an HMAC-SHA-256) and the address, 16 characters longer than the
    address is in base64url. It never expires: people unsubscribe from old mails, and the law wants that to work.

    Args:
        address: as mailed.
        key: SECRET_KEY; changing it breaks the links of all mails sent before.

    Raises:
        ValueError: the key is empty.
    """
    named = address.encode()
    return urlsafe_b64encode(_proof(named, key) + named).decode("ascii").rstrip("=")


def read_unsubscribe_token(token: str, key: str) -> str:
    """The address for which a token was made here, of this kind or of the first, which was the address, a dot and a
    signature of 43 characters: such links are in mailboxes, and stay valid.

    A token is read in one spelling alone. Base64 would be read in many: with padding, with odd characters between,
    with other last bits.

    Raises:
        UnsubscribeTokenError: none of ours.
        ValueError: the key is empty.
    """
    address = _first_kind(token, key) if "." in token else _second_kind(token, key)
    if not address:
        raise UnsubscribeTokenError("this unsubscribe link was not made here, or is damaged")
    return address


def _second_kind(token: str, key: str) -> str:
    """The address, or "" where the token is none of ours."""
    _key(key, _SALT)
    if not _CHARACTERS.fullmatch(token) or len(token) % 4 == 1:
        return ""
    try:
        address = urlsafe_b64decode(token + "=" * (-len(token) % 4))[_PROOF:].decode("utf-8")
    except UnicodeError:
        return ""
    return address if address and hmac.compare_digest(unsubscribe_token(address, key), token) else ""


def _first_kind(token: str, key: str) -> str:
    """The address, or "" where the token is none of ours."""
    signer = Signer(_key(key, _FIRST_SALT), key_derivation="none", digest_method=sha256)
    try:
        address = base64_decode(signer.unsign(token.encode("ascii"))).decode("utf-8")
    except (BadData, UnicodeError):
        return ""
    made = signer.sign(base64_encode(address)).decode("ascii")
    return address if hmac.compare_digest(made, token) else ""


def _proof(named: bytes, key: str) -> bytes:
    return hmac.digest(_key(key, _SALT), named, "sha256")[:_PROOF]


@lru_cache(maxsize=8)
def _key(key: str, salt: bytes) -> bytes:
    """Derived once, not anew for each of a million tokens."""
    if not key:
        raise ValueError("SECRET_KEY is empty: without it anybody could unsubscribe anybody")
    return hmac.digest(key.encode(), salt, "sha256")
