"""Logging in to read the bounce mailbox: by a password, or by the access token that serves for sending too."""

from __future__ import annotations

import imaplib

from mailer.authorization import AccessTokens, access_tokens, sasl
from mailer.bounces.sources.imap_client import BoundedClient, TokenRefused, masked, words_of
from mailer.delivery import Redaction
from mailer.errors import SettingsError, TransportError
from mailer.settings import Settings
from mailer.visible import visible

_MOST_TIMES_ASKED = 3
_LONGEST_ANSWER, _MOST_SHOWN = 10_000, 300


class ImapLogin:
    """
    Args:
        settings: BOUNCE_IMAP_*; OAUTH_* where there is no BOUNCE_IMAP_PASSWORD.

    Raises:
        SettingsError: something of them is missing.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokens: AccessTokens | None = None
        self._seen: tuple[str, ...] = ()
        by_password = settings.bounce_imap_password or not settings.by_token
        needed = {
            "BOUNCE_IMAP_HOST": settings.bounce_imap_host,
            "BOUNCE_IMAP_USERNAME": settings.bounce_imap_username,
            "BOUNCE_IMAP_PASSWORD": settings.bounce_imap_password if by_password else "not needed",
        }
        if missing := [key for key, value in needed.items() if not value]:
            are, them = ("are", "them") if len(missing) > 1 else ("is", "it")
            raise SettingsError(f"{', '.join(missing)} {are} missing.", f"Add {them} to .env.")
        if not by_password:
            self._tokens = access_tokens(settings)

    def prepare(self) -> None:
        """Sees to it that there is a token, before a server has to wait for it.

        Raises:
            AuthorizationError: there is none.
        """
        if self._tokens:
            self._token()

    def _token(self, refused: str = "") -> str:
        assert self._tokens
        value = self._tokens.current(refused).value
        self._seen = tuple(dict.fromkeys((*self._seen, value)))
        return value

    def hide(self, text: str) -> str:
        """A server's words without what it was told."""
        if self._seen:
            return Redaction.of_tokens(self._settings.bounce_imap_username, *self._seen)(text)
        return masked(text, self._settings.bounce_imap_password)

    def log_in(self, server: BoundedClient) -> None:
        """
        Raises:
            imaplib.IMAP4.error: the server does not take the password.
            TransportError: it does not take the token, nor the one that came in its place; or there is no way to log
                in that both know.
        """
        if self._tokens:
            self._by_token(server)
        else:
            _by_password(server, self._settings)

    def _by_token(self, server: BoundedClient) -> None:
        """Once; and once more with a newer token, where the server may have refused one that has expired."""
        token = self._seen[-1]
        try:
            self._show(server, token)
        except TokenRefused as once:
            newer = self._token(token) if once.may_have_expired else token
            if newer == token:
                raise self._told(once) from None
            try:
                self._show(server, newer)
            except TokenRefused as twice:
                raise self._told(twice) from None

    def _show(self, server: BoundedClient, token: str) -> None:
        settings = self._settings
        mechanism = next((name for name in sasl.MECHANISMS if f"AUTH={name}" in server.capabilities), "")
        if not mechanism:
            offered = [name.removeprefix("AUTH=") for name in server.capabilities if name.startswith("AUTH=")]
            raise TransportError(
                f"{settings.bounce_imap_host} offers no way to sign in with a token that mailer knows (it offers: "
                f"{visible(', '.join(offered)) or 'none'}).",
                "Is BOUNCE_IMAP_HOST the server of whoever you signed in at? To log in with a password, set "
                "BOUNCE_IMAP_PASSWORD.",
            )
        first = sasl.initial_response(
            mechanism,
            settings.bounce_imap_username,
            token,
            settings.bounce_imap_host,
            settings.bounce_imap_port,
        )
        server.show_token(mechanism, first)

    def _told(self, refused: TokenRefused) -> TransportError:
        reason = f" ({refused.reason})" if str(refused.reason) else ""
        said = self.shown(refused) + visible(self.hide(reason))
        return TransportError(
            f"{self._settings.bounce_imap_host} did not take the sign-in for "
            f"{self._settings.bounce_imap_username}: {said}.",
            "Is that the mailbox that signed in? Then sign in again with `mailer login`, and accept that mail is read.",
        )

    def shown(self, error: BaseException) -> str:
        """A server's words, as staff may see them."""
        said = visible(" ".join(self.hide(words_of(error)[:_LONGEST_ANSWER]).split()).strip(" ."))
        return said[:_MOST_SHOWN] or type(error).__name__


def _by_password(server: imaplib.IMAP4_SSL, settings: Settings) -> None:
    user, password = settings.bounce_imap_username, settings.bounce_imap_password
    asked = 0

    def answer(_: bytes) -> bytes | None:
        """The password once. None sends a `*`, which gives up (RFC 9051 §6.2.2)."""
        nonlocal asked
        asked += 1
        if asked > _MOST_TIMES_ASKED:
            raise server.abort("it keeps asking for the password")
        return f"\0{user}\0{password}".encode() if asked == 1 else None

    if "AUTH=PLAIN" in server.capabilities:
        server.authenticate("PLAIN", answer)
    elif (user + password).isascii():
        server.login(user, password)
    else:
        raise TransportError(
            f"{settings.bounce_imap_host} does not support user names or passwords with non-ASCII characters.",
            "Give that mailbox a password of plain ASCII characters.",
        )
