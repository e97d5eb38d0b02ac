"""What the connections of one process log in with, and what is done about a token that a server refuses.

An access token is asked for before a connection is opened, and by a thread: it may have to be refreshed, and no message
under way waits for that. A refused one costs one refresh and one retry: whatever comes in its place must let a message
through before another refusal is taken for an expiry.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from mailer.authorization import AccessToken, AccessTokens
from mailer.delivery.smtp.login.authenticate import LoginRefused
from mailer.delivery.smtp.login.redaction import Redaction
from mailer.errors import AuthorizationError, MailerError
from mailer.settings import Settings

Ask = Callable[[str], "Future[AccessToken]"]
"""Asks for a token that is good now; see `AccessTokens.current`. Never waits."""


class TokenDesk:
    """Where the connections of this process, and its helpers, ask for tokens: one after the other."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens
        self._executor = ThreadPoolExecutor(1, "access-tokens")

    def ask(self, refused: str = "") -> Future[AccessToken]:
        """See `Ask`."""
        return self._executor.submit(self._current, refused)

    def _current(self, refused: str) -> AccessToken:
        """
        Raises:
            AuthorizationError: there is none, whatever the reason: messages may be under way, and nothing else may end
                the loop that carries them.
        """
        try:
            return self._tokens.current(refused)
        except AuthorizationError:
            raise
        except MailerError as error:
            raise AuthorizationError(error.message, error.hint) from None

    def close(self) -> None:
        """Nobody asks any more. A refresh that has begun comes to its end, as its result must be kept."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Credentials:
    """What one connection logs in with.

    Attributes:
        token: secret; "": it is by password, or without a login.
        redaction: hides it, and the one before.
    """

    def __init__(self, redaction: Redaction, token: str = "", login: Login | None = None) -> None:
        self.redaction, self.token, self._login = redaction, token, login

    def refused(self, why: LoginRefused) -> bool:
        """The server does not want the token any more; whether a newer one is to be tried.

        Args:
            why: what to tell, if it comes to that.
        """
        return self._login is not None and self._login.refused(self.token, why)

    def let_through(self) -> None:
        """The server has taken a message of whoever logged in with it."""
        if self._login is not None:
            self._login.let_through(self.token)


class Login:
    """How the connections of one process log in.

    Args:
        settings: SMTP_*.
        ask: for access tokens; None: it is by password, or without a login.
    """

    def __init__(self, settings: Settings, ask: Ask | None = None) -> None:
        self._settings, self._ask = settings, ask
        self._answer: Future[AccessToken] | None = None
        self._asked_about = self._current = self._before = self._refused = ""
        self._why: LoginRefused | None = None
        self._on_trial = False
        self._redaction = Redaction(settings.smtp_username, "")

    @property
    def waits(self) -> bool:
        """Whether a token is on its way."""
        return self._answer is not None and not self._answer.done()

    def next(self) -> Credentials | None:
        """For one more connection; None: it is on its way.

        Raises:
            AuthorizationError: there is no token.
            LoginRefused: there is none but the one that was refused.
        """
        user = self._settings.smtp_username
        if self._ask is None:
            return Credentials(Redaction(user, self._settings.smtp_password))
        if self._answer is None:
            self._asked_about = self._refused
            self._answer = self._ask(self._refused)
        if not self._answer.done():
            return None
        answer, self._answer = self._answer, None
        token = answer.result().value
        if self._why and token == self._refused:
            if self._asked_about == token:
                raise self._why
            return self.next()  # it was refused while this was on its way
        self._why, self._refused = None, ""
        if token != self._current:
            self._redaction = Redaction.of_tokens(user, self._before, token)
            self._before = self._current = token
        return Credentials(self._redaction, token, self)

    def refused(self, token: str, why: LoginRefused) -> bool:
        """See `Credentials.refused`. An older token than the current one has its successor."""
        if token != self._current:
            return True
        if self._on_trial:
            return False
        self._current, self._refused, self._why, self._on_trial = "", token, why, True
        return True

    def let_through(self, token: str) -> None:
        """See `Credentials.let_through`."""
        if token == self._current:
            self._on_trial = False
