"""Signing out: what was kept is given back, as far as the server takes it, and deleted."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from mailer.authorization.client import Client
from mailer.authorization.endpoint import NoAnswer
from mailer.authorization.grants import ask
from mailer.authorization.kept.lock import Lock
from mailer.authorization.kept.store import Store
from mailer.authorization.refusals import Refusal, in_its_words
from mailer.errors import AuthorizationError


@dataclass(frozen=True, slots=True)
class SignedOut:
    """
    Attributes:
        kept: something was kept.
        revoked: the server took it back.
        refused: why it did not; "" where it did, or has no way to.
    """

    kept: bool
    revoked: bool = False
    refused: str = ""


def sign_out(client: Client) -> SignedOut:
    """
    Raises:
        AuthorizationError: what is kept can't be deleted.
    """
    store = Store(client.server.token, client.id, client.user)
    with Lock(store.lock):
        try:
            kept = store.read()
        except AuthorizationError:  # unreadable; it goes all the same
            kept = None
        refused, revoked = "", False
        if kept and client.server.revoke and (kept.refresh or kept.access):
            try:
                revoked = _revoked(client.server.revoke, kept.refresh or kept.access)
            except (NoAnswer, Refusal) as error:
                refused = in_its_words(str(error)) or "it does not say why"
        return SignedOut(store.delete(), revoked, refused)


def _revoked(url: str, token: str) -> bool:
    """RFC 7009 §2.1: with the refresh token its access tokens end, too."""
    try:
        ask(url, urlencode({"token": token}))
    except Refusal as refusal:
        if refusal.error not in ("invalid_token", "invalid_grant"):  # it was dead before
            raise
        return False
    return True
