"""Amazon SNS, which posts what SES tells: its signature, and the confirmation that it asks for first.

Whose certificate it is, only the office says: a message of any topic but EVENTS_SES_TOPIC is refused before anything is
fetched, and what is fetched is a certificate of SNS in that topic's own region, over https
(https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from mailer.bounces.events.values import Value, read_json
from mailer.desk.unsubscribe.events.proof import NotNow, NotProven
from mailer.desk.unsubscribe.request_limit import RequestLimit

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_TOPIC = re.compile(r"arn:aws(-[a-z]+)*:sns:(?P<region>[a-z0-9-]{1,40}):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_TO_CONFIRM = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_KINDS = ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation")
_LARGEST = 65_536
"""Octets of a certificate, and of the answer to a confirmation."""
_PATIENCE = 5.0
"""Seconds for each step of a fetch."""
_FETCHES = 6
"""In a minute: SNS has a new certificate once in a while, and whoever knows our address could name many."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """What SNS points to is what is fetched, and nothing else."""

    def redirect_request(self, *_: object) -> None:
        return None


class SnsProof:
    """
    Args:
        topic: EVENTS_SES_TOPIC.

    Raises:
        ValueError: it is no topic's ARN.
        ImportError: the package cryptography is not installed.
    """

    def __init__(self, topic: str) -> None:
        import cryptography.x509  # noqa: F401 - so that it is missed at the start

        match = _TOPIC.fullmatch(topic)
        if not match:
            raise ValueError
        self._topic, region = topic, match["region"]
        self._host = f"sns.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
        self._certificate_url = re.compile(
            rf"https://{re.escape(self._host)}/SimpleNotificationService-[A-Za-z0-9]{{1,64}}\.pem"
        )
        self._certificates: dict[str, Certificate] = {}
        self._limit = RequestLimit(_FETCHES)
        self._one_by_one: asyncio.Lock | None = None

    async def check(self, body: bytes) -> Value:
        """The message, if it is SNS's and of our topic.

        Raises:
            NotProven: it is another topic's, or not SNS's.
            NotNow: the certificate can't be fetched.
        """
        message = read_json(body)
        if message["TopicArn"].text != self._topic:
            raise NotProven
        url, kind = message["SigningCertURL"].text, message["Type"].text
        versions = {"1": "SHA1", "2": "SHA256"}
        if not self._certificate_url.fullmatch(url) or message["SignatureVersion"].text not in versions:
            raise NotProven
        if (
            kind not in _KINDS
        ):  # it comes last in what is signed: any other could have another message's end in it
            raise NotProven
        names = _SIGNED if kind == "Notification" else _SIGNED_TO_CONFIRM
        values = {name: message[name].raw for name in names}
        if not all(
            isinstance(value, str) or (name == "Subject" and value is None) for name, value in values.items()
        ):
            raise NotProven
        signed = "".join(f"{name}\n{value}\n" for name, value in values.items() if value is not None)
        _verify(
            await self._certificate(url),
            message["Signature"].text,
            signed.encode("utf-8", "replace"),
            versions[message["SignatureVersion"].text],
        )
        return message

    async def confirm(self, message: Value) -> None:
        """Tells SNS that the office wants what the topic has to say, by an address made here.

        Raises:
            NotNow: SNS did not take it.
        """
        query = {"Action": "ConfirmSubscription", "TopicArn": self._topic, "Token": message["Token"].text}
        await self._fetch(f"https://{self._host}/?{urlencode(query)}")

    async def _certificate(self, url: str) -> Certificate:
        from cryptography.x509 import load_pem_x509_certificate

        self._one_by_one = self._one_by_one or asyncio.Lock()
        async with self._one_by_one:
            if url not in self._certificates:
                content = await self._fetch(url)
                try:
                    read = load_pem_x509_certificate(content)
                except ValueError:
                    raise NotNow from None
                if len(self._certificates) >= _FETCHES:
                    self._certificates.clear()
                self._certificates[url] = read
            return self._certificates[url]

    async def _fetch(self, url: str) -> bytes:
        if not self._limit.allows(self._host):
            raise NotNow
        try:
            return await asyncio.wait_for(asyncio.to_thread(_get, url), 3 * _PATIENCE)
        except (OSError, HTTPException, TimeoutError, ValueError):  # URLError and HTTPError are OSErrors
            raise NotNow from None


def _get(url: str) -> bytes:
    handlers = urllib.request.HTTPSHandler(context=ssl.create_default_context()), NoRedirect()
    with urllib.request.build_opener(*handlers).open(url, timeout=_PATIENCE) as answer:
        content: bytes = answer.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError
    return content


def _verify(certificate: Certificate, signature: str, signed: bytes, algorithm: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    key, now = certificate.public_key(), datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NotProven
    if not isinstance(key, RSAPublicKey):
        raise NotProven
    try:
        hashing = SHA1() if algorithm == "SHA1" else SHA256()  # noqa: S303 - SignatureVersion 1 is SNS's default
        key.verify(base64.b64decode(signature, validate=True), signed, PKCS1v15(), hashing)
    except (InvalidSignature, binascii.Error, ValueError):
        raise NotProven from None
