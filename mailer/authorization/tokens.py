"""Access tokens that are good now: one refresher for all processes of this user."""

from __future__ import annotations

import time
from dataclasses import replace

from mailer.authorization.access import AccessToken, AccessTokens
from mailer.authorization.client import Client, client_of
from mailer.authorization.endpoint import NoAnswer
from mailer.authorization.grants import Refusal, by_application, by_refresh
from mailer.authorization.lock import Lock
from mailer.authorization.sign_in import SignIn
from mailer.authorization.store import Store
from mailer.errors import AuthorizationError
from mailer.settings import Settings


def access_tokens(settings: Settings) -> AccessTokens | None:
    """Who hands out tokens for the mailbox of the settings; None: it logs in by password, or not at all.

    Raises:
        SettingsError: what the settings say of OAuth 2.0 contradicts itself, or is not enough.
    """
    return KeptTokens(client_of(settings)) if settings.by_token else None


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
            with Lock(self._store.file.with_suffix(".lock")):
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
        return kept

    def _good(self, kept: SignIn, refused: str) -> bool:
        return kept.access != refused and kept.fresh(time.time())

    def _renewed(self, kept: SignIn, refused: str) -> SignIn:
        try:
            renewed = (
                by_application(self._client, kept) if kept.application else by_refresh(self._client, kept)
            )
        except NoAnswer as none:
            if kept.access != refused and kept.alive(time.time()):
                return kept
            raise AuthorizationError(f"No access token: {none.why}.", "Is this computer online?") from None
        except Refusal as refusal:
            if refusal.error == "invalid_grant":
                self._store.write(replace(kept, access="", refresh="", number=kept.number + 1))
                raise _withdrawn(kept) from None
            raise AuthorizationError(
                f"{self._client.server.title} refuses: {refusal.error}. {refusal.said}"
            ) from None
        self._store.write(renewed)
        return renewed


def _withdrawn(kept: SignIn) -> AuthorizationError:
    return AuthorizationError(
        f"The sign-in for {kept.user} was withdrawn or has expired.", "Sign in again: mailer login"
    )
