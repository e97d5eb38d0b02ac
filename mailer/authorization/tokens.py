"""Access tokens that are good now: one refresher for all processes of this user."""

from __future__ import annotations

import time
from dataclasses import replace

from mailer.authorization.access import AccessToken, AccessTokens
from mailer.authorization.client import Client, client_of
from mailer.authorization.endpoint import NoAnswer
from mailer.authorization.grants import by_application, by_refresh
from mailer.authorization.kept.lock import Lock
from mailer.authorization.kept.sign_in import SignIn
from mailer.authorization.kept.store import Store
from mailer.authorization.refusals import Refusal, told, unanswered
from mailer.errors import AuthorizationError
from mailer.settings import Settings


def access_tokens(settings: Settings) -> AccessTokens | None:
    """Who hands out tokens for the mailbox of the settings; None: it logs in by password, or not at all.

    Raises:
        SettingsError: what the settings say of OAuth 2.0 contradicts itself, or is not enough.
    """
    return KeptTokens(client_of(settings)) if settings.by_token else None


def keep(client: Client, sign_in: SignIn) -> str:
    """A new sign-in takes the place of the one before.

    Returns:
        Where it is kept, for people.

    Raises:
        AuthorizationError: it can't be kept.
    """
    store = Store(client.server.token, client.id, client.user)
    with Lock(store.lock):
        try:
            before = store.read()
        except AuthorizationError:  # unreadable, and soon replaced
            before = None
        if before:  # other workspaces may send through other servers
            hosts = tuple(sorted({*before.hosts, *sign_in.hosts}))
            sign_in = replace(sign_in, hosts=hosts, number=before.number + 1)
        return store.write(sign_in)


class KeptTokens:
    """What was kept at `mailer login`, and is renewed when it is time.

    Args:
        client: the office's application.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._store = Store(client.server.token, client.id, client.user)

    def current(self, refused: str = "") -> AccessToken:
        kept = self._kept()
        if not self._good(kept, refused):
            with Lock(self._store.lock):
                kept = self._kept()  # another process may have renewed it while we waited
                if not self._good(kept, refused):
                    kept = self._renewed(kept, refused)
        return AccessToken(kept.access, kept.expires)

    def _kept(self) -> SignIn:
        kept = self._store.read()
        if kept is None:
            raise AuthorizationError(
                f"Nobody has signed in for {self._client.user}.", "Sign in: mailer login"
            )
        if not (kept.refresh or kept.access or kept.application):
            raise _withdrawn(kept)
        for host in self._client.hosts:
            if host not in kept.hosts:
                raise _elsewhere(kept, host)
        return kept

    def _good(self, kept: SignIn, refused: str) -> bool:
        return kept.access != refused and kept.fresh(time.time())

    def _renewed(self, kept: SignIn, refused: str) -> SignIn:
        """The next tokens, kept before anybody uses them: a server that rotates has made the old ones worthless."""
        try:
            if kept.application:
                renewed = by_application(self._client, kept)
            elif kept.refresh:
                renewed = by_refresh(self._client, kept)
            else:
                raise _ended(kept)
        except NoAnswer as none:
            if kept.access != refused and kept.alive(time.time()):
                return kept
            raise unanswered(none) from None
        except Refusal as refusal:
            if refusal.error == "invalid_grant":
                self._store.write(replace(kept, access="", refresh="", number=kept.number + 1))
            raise told(refusal, self._client.server.title) from None
        self._store.write(renewed)
        return renewed


def _withdrawn(kept: SignIn) -> AuthorizationError:
    return AuthorizationError(
        f"The sign-in for {kept.user} was withdrawn or has expired.", "Sign in again: mailer login"
    )


def _elsewhere(kept: SignIn, host: str) -> AuthorizationError:
    """The workspace says where mail goes, and others may write there; the token is its owner's, for where it was
    meant (RFC 6750 §5.3)."""
    return AuthorizationError(
        f"The sign-in for {kept.user} is for {' and '.join(kept.hosts) or 'no server'}, and not to be shown to {host}.",
        f"If SMTP_HOST or BOUNCE_IMAP_HOST means {host} rightly, sign in again: mailer login. To take the others out: "
        "mailer logout before that.",
    )


def _ended(kept: SignIn) -> AuthorizationError:
    return AuthorizationError(
        f"The sign-in for {kept.user} has ended: the server gave it no refresh token.",
        "Sign in again: mailer login. For Microsoft, OAUTH_SCOPE must hold offline_access.",
    )
