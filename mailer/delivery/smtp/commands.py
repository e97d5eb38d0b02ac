"""What an envelope is in SMTP commands, and whether this server can carry it."""

from __future__ import annotations

import re

from mailer.delivery.replies import Stage
from mailer.delivery.smtp.dialogue import Capabilities
from mailer.model import Envelope

_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>@\x00-\x1f\x7f]+")

_EIGHT_BIT = frozenset(("8BITMIME", "SMTPUTF8"))


def envelope_commands(
    envelope: Envelope, capabilities: Capabilities, last: bytes
) -> list[tuple[Stage, bytes]]:
    """MAIL, RCPT and what announces the message: DATA or BDAT."""
    mail = f"MAIL FROM:<{envelope.mail_from}>"
    if capabilities.size:
        mail += f" SIZE={len(envelope.content)}"  # RFC 1870 §5
    if "8BITMIME" in capabilities.extensions and not envelope.content.isascii():
        mail += " BODY=8BITMIME"
    if not (envelope.rcpt_to.isascii() and envelope.mail_from.isascii()):
        mail += " SMTPUTF8"
    return [
        (Stage.MAIL, mail.encode() + b"\r\n"),
        (Stage.RCPT, f"RCPT TO:<{envelope.rcpt_to}>\r\n".encode()),
        (Stage.DATA, last + b"\r\n"),
    ]


def too_big(envelope: Envelope, capabilities: Capabilities) -> str:
    """Why the message is too big for this server (RFC 1870 §6), or ""."""
    if not 0 < capabilities.size < len(envelope.content):
        return ""
    return (
        f"the message has {len(envelope.content):,} bytes, but the server accepts at most {capabilities.size:,}: make "
        "pictures smaller, or link to attachments"
    )


def has_bare_dot(envelope: Envelope) -> str:
    """Why the message breaks `Envelope.content`'s contract, or "". A line that begins with a dot would lose it, and a
    line that is one would end the message there; what follows would be taken for commands (RFC 5321 §4.5.2)."""
    if b"\n." not in envelope.content and not envelope.content.startswith(b"."):
        return ""
    return "a line of the message begins with a dot, which would end it too early: please report this bug in mailer"


def not_for(envelope: Envelope, capabilities: Capabilities) -> str:
    """Why this server can't carry this recipient's message, or "". Concerns that recipient alone."""
    if not (_ADDRESS.fullmatch(envelope.rcpt_to) and _ADDRESS.fullmatch(envelope.mail_from)):
        return "not sent: SMTP can't carry this address"
    if not envelope.rcpt_to.isascii() and "SMTPUTF8" not in capabilities.extensions:
        return "not sent: the server does not accept addresses with non-ASCII letters (SMTPUTF8, RFC 6531)"
    if not capabilities.extensions & _EIGHT_BIT and not envelope.content.isascii():
        return "not sent: the server accepts only ASCII (no 8BITMIME, RFC 6152)"
    return ""
