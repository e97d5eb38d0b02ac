"""Reaching a server without sending anything: it answers, is who it should be, and lets us in."""

from __future__ import annotations

import contextlib
import selectors
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from mailer.authorization import AccessTokens, access_tokens
from mailer.delivery.pace import Schedule
from mailer.delivery.replies import Stage
from mailer.delivery.smtp.connection import Connection, ConnectionLost, HandshakeLost, WaitFor
from mailer.delivery.smtp.dialogue import Capabilities, Dialogue
from mailer.delivery.smtp.handshake import NotNow, check_security, open_session
from mailer.delivery.smtp.login.authenticate import NO_ANSWER, TokenRefused
from mailer.delivery.smtp.login.redaction import Redaction
from mailer.delivery.smtp.resolving import SocketAddress, resolve
from mailer.errors import TransportError, Unreachable
from mailer.settings import Settings

_Answer = TypeVar("_Answer")

_TRIES = 3
"""So often a server that is there, and has no time, is asked."""


@dataclass(frozen=True, slots=True)
class Greeted:
    """How a server let us in: what it offers, its address, and the seconds that all greetings took."""

    capabilities: Capabilities
    host: str
    seconds: float


def log_in(
    settings: Settings,
    schedule: Schedule | None = None,
    *,
    cleartext: bool = False,
    tokens: AccessTokens | None = None,
) -> Greeted:
    """Connects, encrypts, logs in as for a sending, and leaves. A login is tried once, and once more with a newer
    token where the server refuses one as it may refuse one that has expired; a server that is busy before that, a few
    times.

    Args:
        settings: SMTP_*, OAUTH_*.
        schedule: pauses between those times.
        cleartext: allow SMTP_SECURITY=none to another machine.
        tokens: who hands out access tokens; by default those of whoever has signed in.

    Raises:
        SettingsError: no server is named, or mail would leave in clear.
        TransportError: it can't be reached, or won't have us.
    """
    check_security(settings, cleartext=cleartext)
    schedule, tokens = schedule or Schedule(), tokens or access_tokens(settings)
    if tokens is None:
        return _greeted(settings, schedule, "")
    token = tokens.current().value
    try:
        return _greeted(settings, schedule, token)
    except TokenRefused as once:
        newer = tokens.current(token).value
        if newer == token:
            raise once.final from None
    try:
        return _greeted(settings, schedule, newer, token)
    except TokenRefused as twice:
        raise twice.in_vain from None


def _greeted(settings: Settings, schedule: Schedule, token: str, before: str = "") -> Greeted:
    """
    Args:
        before: the token that was refused.

    Raises:
        TokenRefused: a newer token may be taken.
        TransportError: see `log_in`.
    """
    redaction = (
        Redaction.of_tokens(settings.smtp_username, before, token)
        if token
        else Redaction(settings.smtp_username, settings.smtp_password)
    )
    problem, hint, failures = "", "", 0
    while failures < _TRIES:
        for address in resolve(settings):
            dialogue = Dialogue(Connection(address, redaction))
            try:
                return _let_in(dialogue, address, settings, token)
            except TokenRefused:
                raise
            except ConnectionLost as cut:
                problem, hint = str(cut), _what_to_try(cut)
                if dialogue.proof_sent:
                    hint = f"The access token was sent once. {NO_ANSWER}" if token else _UNANSWERED
                    raise TransportError(_no_connection(settings, problem), hint) from None
            finally:
                dialogue.connection.close()
        if not dialogue.greeted and hint == _NOBODY_THERE:
            break
        failures += 1
        if failures < _TRIES:
            time.sleep(schedule.reconnect_after(failures) or 0)
    raise Unreachable(_no_connection(settings, problem), hint)


def _let_in(dialogue: Dialogue, address: SocketAddress, settings: Settings, token: str) -> Greeted:
    started = time.monotonic()
    capabilities = _driven(dialogue, open_session(dialogue, settings, token))
    with contextlib.suppress(ConnectionLost):
        _driven(dialogue, dialogue.ask(b"QUIT", Stage.QUIT, 5))
    return Greeted(capabilities, str(address[4][0]), time.monotonic() - started)


def _what_to_try(cut: ConnectionLost) -> str:
    if isinstance(cut, NotNow):
        return _BUSY
    return _WHICH_SECURITY if isinstance(cut, HandshakeLost) else _NOBODY_THERE


def _no_connection(settings: Settings, problem: str) -> str:
    return f"Can't connect to {settings.smtp_host}:{settings.port}: {problem}."


_NOBODY_THERE = "Is SMTP_HOST right, is a firewall blocking this port, and is this computer online?"
_BUSY = "It is there, but has no room for us now: try again in a few minutes."
_WHICH_SECURITY = (
    "The server may be busy: try again. Otherwise, is SMTP_SECURITY right for SMTP_PORT? tls is for 465, starttls for "
    "587 and 25."
)
_UNANSWERED = (
    "The password was sent once, and got no answer. Some servers hang up on a wrong one: check SMTP_USERNAME and "
    "SMTP_PASSWORD in .env."
)


def _driven(dialogue: Dialogue, conversation: Generator[WaitFor, None, _Answer]) -> _Answer:
    """Runs a conversation to its end, alone.

    Raises:
        ConnectionLost: its time is up, or the connection broke.
    """
    try:
        want = next(conversation)
        while True:
            seconds = max(0.0, dialogue.deadline - time.monotonic())
            if seconds and _ready(
                dialogue, want, seconds
            ):  # who always has one more byte gains no time by it
                want = next(conversation)
            else:
                want = conversation.throw(ConnectionLost(f"timed out waiting for {dialogue.awaited}"))
    except StopIteration as end:
        answer: _Answer = end.value
        return answer


def _ready(dialogue: Dialogue, want: WaitFor, seconds: float) -> bool:
    """Whether what is wanted comes in time. A selector hears on Windows, too, that a connection was refused."""
    event = selectors.EVENT_READ if want is WaitFor.READ else selectors.EVENT_WRITE
    with selectors.DefaultSelector() as selector:
        selector.register(dialogue.connection.socket, event)
        return bool(selector.select(seconds))
