"""Tokens for unsubscribe links: an address and the proof that we wrote it (itsdangerous)."""

from __future__ import annotations

import hmac
from functools import lru_cache
from hashlib import sha256

from itsdangerous import BadData, BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

_SALT = b"mailer.unsubscribe"


class UnsubscribeTokenError(ValueError):
    """A token that we did not make, or that was cut or changed on its way."""


def unsubscribe_token(address: str, key: str) -> str:
    """A URL-safe token for an address: always the same one for the same address and key.

    It holds the address, readable (base64url), and a signature (HMAC-SHA-256). It never expires: people
    unsubscribe from old mails, and the law wants that to work.

    Args:
        address: as mailed.
        key: SECRET_KEY; changing it breaks the links of all mails sent before.

    Raises:
        ValueError: the key is empty.
    """
    return _signer(key).sign(base64_encode(address)).decode("ascii")


def read_unsubscribe_token(token: str, key: str) -> str:
    """The address for which `unsubscribe_token` made this token, character by character.

    Base64 alone would be read in many spellings: with padding, with odd characters between, with other last bits.

    Raises:
        UnsubscribeTokenError: it did not.
        ValueError: the key is empty.
    """
    try:
        address = base64_decode(_signer(key).unsign(token.encode("ascii"))).decode("utf-8")
    except (BadSignature, BadData, UnicodeError):
        address = ""
    if not address or unsubscribe_token(address, key) != token:
        raise UnsubscribeTokenError("this unsubscribe link was not made here, or is damaged")
    return address


@lru_cache(maxsize=4)
def _signer(key: str) -> Signer:
    if not key:
        raise ValueError("SECRET_KEY is empty: without it anybody could unsubscribe anybody")
    # Derived once; the signer would derive it anew for each of a million tokens.
    derived = hmac.digest(key.encode(), _SALT, "sha256")
    return Signer(derived, key_derivation="none", digest_method=sha256)
