"""Proof that a provider posted something: the signatures of Mailgun, SendGrid and Amazon SNS."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mailer.bounces.events.values import read_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

MAILGUN_MINUTES = 15
"""How old a signature of Mailgun's may be, and how far ahead its clock."""
_REMEMBERED = 10_000


class NotProven(Exception):
    """Nothing shows that the provider posted it."""


class NotNow(Exception):
    """It can't be told at the moment; the provider is to try again."""


class MailgunProof:
    """A HMAC of a time and a token (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks).
    It does not cover what is told: so a token that was seen with other words is refused, for as long as it is fresh.

    Args:
        key: the account's HTTP webhook signing key.
        clock: seconds since 1970.
    """

    def __init__(self, key: str, clock: Callable[[], float] = time.time) -> None:
        self._key, self._clock = key.encode(), clock
        self._seen: OrderedDict[str, bytes] = OrderedDict()

    def check(self, body: bytes) -> None:
        """
        Raises:
            NotProven: it is not signed, not by this key, not now, or its token came with something else.
        """
        signature = read_json(body)["signature"]
        moment, token = signature["timestamp"].text, signature["token"].text
        mac = hmac.new(self._key, f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
        if not token or not hmac.compare_digest(mac.encode(), signature["signature"].text.encode()):
            raise NotProven
        if not moment.isdecimal() or abs(int(moment[:12]) - self._clock()) > 60 * MAILGUN_MINUTES:
            raise NotProven
        posted = hashlib.sha256(body).digest()
        if self._seen.setdefault(token, posted) != posted:
            raise NotProven
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)


class SendGridProof:
    """ECDSA over a time and the body, as SendGrid's signed event webhook has it.

    Args:
        key: the verification key, as SendGrid shows it.

    Raises:
        ValueError: it is none.
        ImportError: the package cryptography is not installed.
    """

    def __init__(self, key: str) -> None:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        read = load_der_public_key(base64.b64decode("".join(key.split()), validate=True))
        if not isinstance(read, EllipticCurvePublicKey) or not isinstance(read.curve, SECP256R1):
            raise ValueError
        self._key: EllipticCurvePublicKey = read

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """
        Raises:
            NotProven: it is not signed, or not by this key.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        moment = headers.get("x-twilio-email-event-webhook-timestamp", "")
        signature = headers.get("x-twilio-email-event-webhook-signature", "")
        if not (moment.isascii() and moment.isdecimal()):  # else it could have the body's beginning in it
            raise NotProven
        try:
            signed = moment.encode("latin-1") + body
            self._key.verify(base64.b64decode(signature, validate=True), signed, ECDSA(SHA256()))
        except (InvalidSignature, binascii.Error, ValueError):
            raise NotProven from None
