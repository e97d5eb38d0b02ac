"""What the server offers, and whether it lets us in."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.authorization import access_tokens
from mailer.delivery.smtp.dialogue import Capabilities
from mailer.delivery.smtp.login.authenticate import LoginRefused
from mailer.delivery.smtp.probe import log_in
from mailer.errors import AuthorizationError, MailerError
from mailer.model import Finding, Level
from mailer.settings import Settings

_GOOD: Level = "notice"
_ODD: Level = "warning"
_BAD: Level = "error"


def look_at_server(settings: Settings) -> Iterator[Finding]:
    """Connects and logs in; nothing is sent."""
    try:
        tokens = access_tokens(settings)
        if tokens:
            tokens.current()
    except MailerError as error:  # nobody has signed in: that says nothing about the server
        yield Finding("login", _BAD, error.message, error.hint)
        return
    try:
        greeted = log_in(settings, tokens=tokens)
    except MailerError as error:
        about = "login" if isinstance(error, LoginRefused | AuthorizationError) else "reach"
        yield Finding(about, _BAD, error.message, error.hint)
        return
    yield Finding(
        "reach", _GOOD, f"{settings.smtp_host}:{settings.port} ({greeted.host}) answered in"
        f" {greeted.seconds * 1000:.0f} ms, greetings included.",
    )  # fmt: skip
    yield from _describe(settings, greeted.capabilities)


def _describe(settings: Settings, capabilities: Capabilities) -> Iterator[Finding]:
    if settings.smtp_security == "none":
        yield Finding(
            "tls",
            _ODD,
            "The connection is not encrypted.",
            "That is only right for a server on this computer.",
        )
    else:
        yield Finding(
            "tls",
            _GOOD,
            f"Encrypted ({settings.smtp_security}), and the server's certificate matches its name.",
        )
    if settings.smtp_username:
        # Some providers take one key as user name and password (Postmark): then it is not shown.
        secret = settings.smtp_username == settings.smtp_password
        yield Finding("login", _GOOD, "Logged in." if secret else f"Logged in as {settings.smtp_username}.")
    else:
        yield Finding("login", _GOOD, "No login is set, and the server did not ask for one.")
    if capabilities.size:
        yield Finding("size", _GOOD, f"Messages up to {capabilities.size / 1e6:.1f} MB are accepted.")
    else:
        yield Finding("size", _ODD, "The server does not say how big a message may be (no SIZE).")
    yield from _extensions(settings, capabilities)


def _extensions(settings: Settings, capabilities: Capabilities) -> Iterator[Finding]:
    offered = ", ".join(sorted(capabilities.extensions)) or "nothing"
    yield Finding("extensions", _GOOD, f"It offers: {offered}.")
    if "PIPELINING" not in capabilities.extensions:
        yield Finding(
            "extensions", _ODD, "No PIPELINING: each message takes five round trips instead of one.",
            "It works, but slowly; raising SMTP_CONNECTIONS helps.",
        )  # fmt: skip
    if settings.smtp_window > 1 and "CHUNKING" not in capabilities.extensions:
        yield Finding("extensions", _ODD, "SMTP_WINDOW has no effect: the server does not offer CHUNKING.")
