"""DKIM signatures (RFC 6376), relaxed/relaxed, with RSA-SHA256 or Ed25519-SHA256 (RFC 8463).

Only what a sender needs, for messages as `Composition.fill` makes them: each field stands once, and the body is its
own canonical form (`quoted_printable`), so that hashing it is all there is to do.
`cryptography` does the arithmetic; install it with `pip install "release-mailer[dkim]"`.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.errors import SettingsError
from mailer.message.headers import field
from mailer.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SIGNED = (
    "from", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "list-unsubscribe",
    "list-unsubscribe-post", "list-id", "list-help", "list-subscribe", "list-post", "list-owner", "list-archive",
    "content-language", "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
)  # fmt: skip
"""Every field we write, and what would change what is read or where an answer goes: RFC 6376 §5.4.1, and RFC 8058 §4
for the two of unsubscribing. Not Sender, which a relay may add by right (RFC 6409 §8.1)."""

_ONCE_MORE = ": ".join(SIGNED)
"""Each is signed once more than it stands, those that are not there too: so none can be added (RFC 6376 §5.4.2, §8.15).
A field that is not there adds nothing to what is hashed."""

_LEAST_BITS = 1024
"""RFC 8301 §3.2: verifiers must not accept shorter RSA keys."""

_FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r]*\r\n[ \t])*[^\r]*)\r\n")
_BLANKS = re.compile(rb"[ \t\r\n]+")
_COLUMNS = 70


class Signer:
    """Signs messages for one domain.

    Args:
        domain: the signing domain (d=), in A-labels. DMARC wants it to be that of From, or above it.
        selector: names the key in DNS: `SELECTOR._domainkey.DOMAIN` (s=).
        key: RSA or Ed25519.
    """

    def __init__(self, domain: str, selector: str, key: RSAPrivateKey | Ed25519PrivateKey) -> None:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256

        self._signature: Callable[[bytes], bytes]
        if isinstance(key, RSAPrivateKey):
            algorithm, self._signature = "rsa", partial(key.sign, padding=PKCS1v15(), algorithm=SHA256())
        else:  # what is signed is itself a hash: RFC 8463 §3
            algorithm, self._signature = "ed25519", lambda data: key.sign(hashlib.sha256(data).digest())
        self._opening = f"v=1; a={algorithm}-sha256; c=relaxed/relaxed; d={domain}; s={selector};"

    def sign(self, content: bytes) -> bytes:
        """The message with a DKIM-Signature before its first field.

        Args:
            content: as `Composition.fill` makes it.
        """
        end = content.index(b"\r\n\r\n") + 2
        fields = {name.lower(): value for name, value in _FIELD.findall(content[:end])}
        names = [name for name in SIGNED if name.encode() in fields]
        covered = ": ".join([*names, _ONCE_MORE])
        body_hash = base64.b64encode(hashlib.sha256(memoryview(content)[end + 2 :]).digest()).decode()
        tags = f"{self._opening} t={int(time.time())}; h={covered}; bh={body_hash}; b="
        signed = [name.encode() + b":" + _relaxed(fields[name.encode()]) for name in names]
        data = b"\r\n".join((*signed, b"dkim-signature:" + tags.encode()))
        signature = base64.b64encode(self._signature(data)).decode()
        columns = (signature[n : n + _COLUMNS] for n in range(0, len(signature), _COLUMNS))
        return field("DKIM-Signature", f"{tags} {' '.join(columns)}").encode() + content


def _relaxed(value: bytes) -> bytes:
    """RFC 6376 §3.4.2, of a field's value."""
    return _BLANKS.sub(b" ", value).strip(b" ")


def read_signer(settings: Settings, folder: Path) -> Signer | None:
    """What DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE ask for; None where none of them is set.

    Args:
        folder: the workspace; DKIM_KEY_FILE is relative to it.

    Raises:
        SettingsError: one of them is missing, or the key can't be used.
    """
    given = {
        "DKIM_DOMAIN": settings.dkim_domain,
        "DKIM_SELECTOR": settings.dkim_selector,
        "DKIM_KEY_FILE": settings.dkim_key_file,
    }
    if not any(given.values()):
        return None
    if missing := [key for key, value in given.items() if not value]:
        raise SettingsError(
            f"To sign with DKIM, {' and '.join(missing)} must be set too.", "Or leave all three empty."
        )
    return Signer(settings.dkim_domain, settings.dkim_selector, _read_key(folder / settings.dkim_key_file))


def _read_key(path: Path) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise SettingsError(
            "Signing with DKIM needs the package cryptography.", 'Run: pip install "release-mailer[dkim]"'
        ) from None
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError(
            f"DKIM_KEY_FILE can't be read: {path}: {error.strerror}.",
            "It must be the path of the private key.",
        ) from None
    except (ValueError, TypeError):
        raise SettingsError(
            f"DKIM_KEY_FILE contains no usable private key: {path}.",
            "It must be a private key in PEM format, without a password.",
        ) from None
    if isinstance(key, RSAPrivateKey) and key.key_size < _LEAST_BITS:
        raise SettingsError(
            f"The DKIM key has only {key.key_size} bits.", "Make one of 2048 bits (RFC 8301 §3.2)."
        )
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsError(
            f"The DKIM key is neither RSA nor Ed25519: {path}.", "Make an RSA key of 2048 bits."
        )
    return key
