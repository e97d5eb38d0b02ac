"""An application proves who it is by its certificate's key (RFC 7523 §2.2), as Microsoft wants it: PS256, and the
certificate named by its SHA-256 (RFC 7515 §4.1.8)."""

from __future__ import annotations

import base64
import json
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_SECONDS = 300
"""It is good for so long. Made for one question, which is asked at once."""

_KEY = "OAUTH_CERTIFICATE_FILE"


def assertion(file: Path, client: str, audience: str) -> str:
    """A JWT, good for five minutes.

    Args:
        file: PEM, with a private RSA key and its certificate.
        client: the application's id.
        audience: the token endpoint.

    Raises:
        SettingsError: the file can't be used, or `cryptography` is not installed.
    """
    key, thumbprint = _read(file)
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
    from cryptography.hazmat.primitives.hashes import SHA256

    now = int(time.time())
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": _base64url(thumbprint)}
    claims = {
        "aud": audience,
        "iss": client,
        "sub": client,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + _SECONDS,
    }
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = key.sign(signed.encode(), PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH), SHA256())
    return f"{signed}.{_base64url(signature)}"


def _read(file: Path) -> tuple[RSAPrivateKey, bytes]:
    """The private key, and the certificate's SHA-256."""
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from cryptography.x509 import load_pem_x509_certificates
    except ImportError:
        raise SettingsError(
            f"{_KEY} is set, but the package that reads certificates is not installed.",
            'Run: pip install "release-mailer[signatures]"',
        ) from None
    both = "It is PEM text with the application's private key, without a password, and its certificate."
    try:
        pem = file.read_bytes()
        key = load_pem_private_key(pem, password=None)
        certificates = load_pem_x509_certificates(pem)
    except OSError as error:
        raise SettingsError(f"{_KEY} {file} can't be read: {error.strerror}.", both) from None
    except (ValueError, TypeError):  # TypeError: it wants a password
        raise SettingsError(f"{_KEY} {file} holds no key and certificate that can be used.", both) from None
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError(f"{_KEY} {file} holds a key of another kind than RSA.", both)
    own = [c for c in certificates if c.public_key() == key.public_key()]
    if not own:
        raise SettingsError(f"{_KEY} {file} holds a key without its certificate.", both)
    return key, own[0].fingerprint(SHA256())


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
