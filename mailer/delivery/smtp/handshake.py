"""From the first byte to a server that takes mail: greeting, EHLO, STARTTLS, AUTH (RFC 5321, 3207, 4954)."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Generator

from mailer.delivery.replies import Reply, Stage, Verdict, judge
from mailer.delivery.smtp.connection import ConnectionLost, WaitFor
from mailer.delivery.smtp.dialogue import Capabilities, Dialogue
from mailer.delivery.smtp.login.authenticate import log_in
from mailer.delivery.smtp.resolving import is_loopback
from mailer.errors import SettingsError, TransportError
from mailer.settings import Settings

_HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)+", re.ASCII)


class TurnedAway(TransportError):
    """The server answered the connection, or EHLO, with 5xx. One that counts connections may mean this one only."""


class NotNow(ConnectionLost):
    """The server is there, and answers that it has no time for us."""


def check_security(settings: Settings, *, cleartext: bool = False) -> None:
    """
    Raises:
        SettingsError: no server is named, or no mailbox for whoever signed in, or mail would leave unencrypted for
            another machine.
    """
    settings.must_name_a_server()
    if settings.by_token and not settings.smtp_username:
        raise SettingsError(
            "SMTP_USERNAME is empty: a sign-in (OAUTH_CLIENT_ID) is for a mailbox.",
            "Set it to the full address of the mailbox that sends.",
        )
    if settings.smtp_security == "none" and not (cleartext or is_loopback(settings.smtp_host)):
        raise SettingsError(
            f"SMTP_SECURITY=none would send everything to {settings.smtp_host} unencrypted.",
            "Use starttls or tls; none is only for a server on this machine.",
        )


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Verifying, with the system's authorities or those in SMTP_CA_FILE.

    Raises:
        SettingsError: SMTP_CA_FILE can't be read.
    """
    try:
        context = ssl.create_default_context(cafile=settings.smtp_ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"SMTP_CA_FILE {settings.smtp_ca_file} can't be read: {error}.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def open_session(
    dialogue: Dialogue, settings: Settings, token: str = ""
) -> Generator[WaitFor, None, Capabilities]:
    """Connects, encrypts and logs in, as the settings say.

    Args:
        token: to log in with, where they say that it is by token.

    Returns:
        What the server offers.

    Raises:
        TurnedAway, LoginRefused: it won't have us.
        TokenRefused: it may have us with a newer token.
        TransportError: it can't be trusted, or does not do what the settings want; trying again would not help.
        NotNow: it says that it may work later.
        ConnectionLost: it may.
    """
    seconds = float(settings.smtp_timeout)
    dialogue.within(seconds, "a connection")
    yield from dialogue.connection.connect()
    if settings.smtp_security == "tls":
        yield from dialogue.connection.start_tls(tls_context(settings), settings.smtp_host)
    greeting = yield from dialogue.reply(Stage.CONNECT, seconds)
    dialogue.greeted = True
    _must(Stage.CONNECT, greeting)
    capabilities = yield from _hello(dialogue, seconds)
    if settings.smtp_security == "starttls":
        if "STARTTLS" not in capabilities.extensions:
            raise TransportError(
                f"{settings.smtp_host} does not offer STARTTLS, so nothing was sent to it.",
                "If it never did, use SMTP_SECURITY=tls with port 465. If it used to, someone may be "
                "stripping it from the connection: ask the people who run the network.",
            )
        _must(Stage.STARTTLS, (yield from dialogue.ask(b"STARTTLS", Stage.STARTTLS, seconds)))
        yield from dialogue.connection.start_tls(tls_context(settings), settings.smtp_host)
        capabilities = yield from _hello(
            dialogue, seconds
        )  # what was offered in clear is void (RFC 3207 §4.2)
    if settings.smtp_username:
        yield from log_in(dialogue, capabilities, settings, token)
    return capabilities


def _must(stage: Stage, reply: Reply) -> None:
    verdict = judge(stage, reply)
    if verdict is Verdict.PROCEED:
        return
    if verdict is Verdict.STOP:
        kind = TurnedAway if stage in (Stage.CONNECT, Stage.EHLO) else TransportError
        raise kind(f"The server refused {stage}: {reply}", "Ask the people who run it.")
    raise NotNow(f"the server answered {stage} with {reply}")


def _hello(dialogue: Dialogue, seconds: float) -> Generator[WaitFor, None, Capabilities]:
    name = _own_name(dialogue.connection.socket)
    reply = yield from dialogue.ask(b"EHLO " + name, Stage.EHLO, seconds)
    if reply.code in (500, 501, 502, 504, 550):  # no ESMTP (RFC 5321 §3.2)
        _must(Stage.EHLO, (yield from dialogue.ask(b"HELO " + name, Stage.EHLO, seconds)))
        return Capabilities()
    _must(Stage.EHLO, reply)
    return Capabilities.read(reply)


def _own_name(connected: socket.socket) -> bytes:
    """This machine's full name, or its address in brackets (RFC 5321 §4.1.3). Never asks DNS."""
    name = socket.gethostname()
    if _HOST_NAME.fullmatch(name):
        return name.encode()
    address = str(connected.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]".encode() if ":" in address else f"[{address}]".encode()
