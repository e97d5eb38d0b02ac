"""Providers' keys, made for a test, and what they post with them."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

SECRET = "a-secret-only-for-tests_0123456789"
MAILGUN_KEY = "a signing key, but only for tests"
REGION = "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:press-events"
CERTIFICATE = (
    f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
)


@dataclass(frozen=True)
class Post:
    """A body with the header fields that it is posted with."""

    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def sendgrid_public() -> str:
    """As SendGrid shows it to its customers."""
    der = sendgrid_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


@cache
def sns_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def sns_certificate(key: rsa.RSAPrivateKey | None = None, *, days: int = 30) -> bytes:
    """PEM, as SNS serves it. `days`: until it expires."""
    key = key or sns_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=60))
        .not_valid_after(now + datetime.timedelta(days=days)).sign(key, SHA256())
    )  # fmt: skip
    return made.public_bytes(Encoding.PEM)


def settings() -> dict[str, str]:
    return {
        "EVENTS_SECRET": SECRET, "EVENTS_SES_TOPIC": TOPIC, "EVENTS_MAILGUN_KEY": MAILGUN_KEY,
        "EVENTS_SENDGRID_KEY": sendgrid_public(),
    }  # fmt: skip


def posted(provider: str, event: object, **more: str) -> Post:
    """An event as its provider posts it: wrapped, and signed."""
    if provider == "ses":
        return sns(json.dumps(event), **more)
    if provider == "mailgun":
        return mailgun(event, **more)
    if provider == "sendgrid":
        return sendgrid(json.dumps(event).encode(), **more)
    return Post(json.dumps(event).encode())


def mailgun(event: object, *, token: str = "", key: str = MAILGUN_KEY, at: str = "") -> Post:
    token, at = token or secrets.token_hex(25), at or str(int(time.time()))
    mac = hmac.new(key.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    signature = {"timestamp": at, "token": token, "signature": mac}
    return Post(json.dumps({"signature": signature, "event-data": event}).encode())


def sendgrid(body: bytes, *, key: ec.EllipticCurvePrivateKey | None = None, at: str = "1772528405") -> Post:
    signature = (key or sendgrid_key()).sign(at.encode() + body, ec.ECDSA(SHA256()))
    return Post(body, (
        ("X-Twilio-Email-Event-Webhook-Signature", base64.b64encode(signature).decode()),
        ("X-Twilio-Email-Event-Webhook-Timestamp", at),
    ))  # fmt: skip


def sns(
    message: str, *, version: str = "1", key: rsa.RSAPrivateKey | None = None, kind: str = "Notification",
    number: str = "", **instead: str,
) -> Post:  # fmt: skip
    """
    Args:
        instead: members in place of what SNS would say, signed as they stand.
    """
    said = {"Type": kind, "MessageId": number or secrets.token_hex(16), "TopicArn": TOPIC, "Message": message,
            "Timestamp": "2026-03-03T09:00:06.000Z", "SignatureVersion": version, "SigningCertURL": CERTIFICATE}  # fmt: skip
    if kind == "Notification":
        said["Subject"] = "Amazon SES Email Event Notification"
        names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    else:
        said["Token"] = "2336412f37fb687f5d51e6e2425c464d"
        said["SubscribeURL"] = "https://evil.example.net/?Action=ConfirmSubscription"
        names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    said |= instead
    signed = "".join(f"{name}\n{said[name]}\n" for name in names).encode()
    hashing = SHA1() if version == "1" else SHA256()
    signature = (key or sns_key()).sign(signed, padding.PKCS1v15(), hashing)
    said["Signature"] = base64.b64encode(signature).decode()
    return Post(json.dumps(said).encode())
