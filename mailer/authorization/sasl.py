"""What a mail server is told by whoever has an access token, and what it says when it does not take it.

SASL OAUTHBEARER (RFC 7628), and XOAUTH2 of Google and Microsoft, for SMTP and IMAP alike.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from mailer.visible import visible

MECHANISMS = ("OAUTHBEARER", "XOAUTH2")
"""The standard first. Exchange Online and some others know only the second."""

UNDERSTOOD = {"OAUTHBEARER": b"\1", "XOAUTH2": b""}
"""What answers the server's reason, so that it can end the exchange (RFC 7628 §3.2.3)."""

_RENEWED = frozenset(("invalid_token", "400", "401"))
"""RFC 6750 §3.1; Google says what HTTP would: 400 or 401."""

_LONGEST, _SHOWN = 8192, 200


def initial_response(mechanism: str, user: str, token: str, host: str, port: int) -> bytes:
    """The client's first message, and the only one with something in it.

    Args:
        mechanism: one of `MECHANISMS`.
        user: whose mailbox it is.
        token: the access token's value.
        host, port: of the mail server, as it was named.
    """
    if mechanism == "XOAUTH2":
        return f"user={user}\1auth=Bearer {token}\1\1".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 §4
    return f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a server did not take a token, as it says in JSON (RFC 7628 §3.2.2). Both are others' text, made visible.

    Attributes:
        status: `invalid_token` (RFC 6750 §3.1), or what HTTP would say; "": it did not tell.
        scope: what the token would have to be good for.
    """

    status: str = ""
    scope: str = ""

    def __str__(self) -> str:
        return ", ".join(
            f"{name}: {value}" for name, value in (("status", self.status), ("scope", self.scope)) if value
        )

    @property
    def may_have_expired(self) -> bool:
        """Whether another token may be taken."""
        return self.status in _RENEWED


def reason_in(challenge: str | bytes) -> Reason:
    """What a challenge tells that came instead of success: in base64, or as it is. A server may say anything there."""
    said = challenge.encode("utf-8", "replace") if isinstance(challenge, str) else challenge
    try:
        told = json.loads(_decoded(said[:_LONGEST].strip()))
    except (ValueError, RecursionError):
        return Reason()
    if not isinstance(told, dict):
        return Reason()
    return Reason(_text(told.get("status")), _text(told.get("scope")))


def _decoded(said: bytes) -> bytes:
    return said if said.startswith(b"{") else base64.b64decode(said, validate=True)


def _text(value: object) -> str:
    """A server's word: `visible` and short. Statuses are also written as numbers."""
    return visible(str(value))[:_SHOWN] if isinstance(value, str | int) else ""
