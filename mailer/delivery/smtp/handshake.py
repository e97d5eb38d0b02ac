"""From the first byte to a server that takes mail: greeting, EHLO, STARTTLS, AUTH (RFC 5321, 3207, 4954)."""

from __future__ import annotations

import base64
import hmac
import re
import socket
import ssl
import time
from collections.abc import Generator
from dataclasses import dataclass

from mailer.delivery.replies import Reply, Stage, Verdict, judge
from mailer.delivery.smtp.connection import Connection, ConnectionLost, WaitFor
from mailer.delivery.smtp.login_replies import ONCE, refused
from mailer.delivery.smtp.resolving import is_loopback
from mailer.errors import SettingsError, TransportError
from mailer.settings import Settings

_SIZE = re.compile(r"[0-9]{1,20}")
"""RFC 1870 §4. Anything else says nothing."""

_HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)+", re.ASCII)


class TurnedAway(TransportError):
    """The server answered the connection, or EHLO, with 5xx. One that counts connections may mean this one only."""


class LoginRefused(TransportError):
    """The server did not take the login. Another attempt may lock the account."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the server's EHLO reply offers. `size`: the largest message in octets, 0: not said."""

    extensions: frozenset[str] = frozenset()
    mechanisms: tuple[str, ...] = ()
    size: int = 0

    @classmethod
    def read(cls, reply: Reply) -> Offer:
        """From the lines after the first (RFC 5321 §4.1.1.1). `AUTH=X` is an old `AUTH X`."""
        lines = [line.replace("AUTH=", "AUTH ").upper().split() for line in reply.text.split("\n")[1:]]
        words = {line[0]: line[1:] for line in lines if line}
        size = _SIZE.fullmatch(" ".join(words.get("SIZE", ())))
        return cls(frozenset(words), tuple(words.get("AUTH", ())), int(size[0]) if size else 0)


@dataclass
class Dialogue:
    """What is said on a connection, and the clock for it. `deadline` (of `time.monotonic`) is for all of what is
    `awaited`: a server that trickles bytes gains nothing by that. Whoever drives the conversation enforces it.

    Attributes:
        greeted: the server has said something.
        password_sent: what proves who we are has left, or was about to.
        unanswered: and the connection broke before the server said what it made of it.
    """

    connection: Connection
    deadline: float = 0.0
    awaited: str = ""
    greeted: bool = False
    password_sent: bool = False
    unanswered: bool = False

    def within(self, seconds: float, awaited: str) -> None:
        self.deadline = time.monotonic() + seconds
        self.awaited = awaited

    def reply(self, stage: Stage, seconds: float) -> Generator[WaitFor, None, Reply]:
        """The next reply, within so many seconds.

        Raises:
            ConnectionLost: there will be none.
        """
        reply = self.connection.next_reply()
        if reply is None:
            self.within(seconds, f"an answer to {stage}")
        while reply is None:
            yield WaitFor.READ
            self.connection.receive()
            reply = self.connection.next_reply()
        return reply

    def flush(self, stage: Stage, seconds: float) -> Generator[WaitFor, None, None]:
        """Until everything has left, within so many seconds."""
        if not self.connection.flush():
            self.within(seconds, f"the server to take the {stage}")
            while not self.connection.flush():
                yield WaitFor.WRITE

    def ask(self, command: bytes, stage: Stage, seconds: float) -> Generator[WaitFor, None, Reply]:
        """A command and its reply."""
        self.connection.send(command + b"\r\n")
        yield from self.flush(stage, seconds)
        return (yield from self.reply(stage, seconds))


def check_security(settings: Settings, *, cleartext: bool = False) -> None:
    """
    Raises:
        SettingsError: no server is named, or mail would leave unencrypted for another machine.
    """
    settings.must_name_a_server()
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


def open_session(dialogue: Dialogue, settings: Settings) -> Generator[WaitFor, None, Offer]:
    """Connects, encrypts and logs in, as the settings say.

    Returns:
        What the server offers.

    Raises:
        TurnedAway, LoginRefused: it won't have us.
        TransportError: it can't be trusted, or does not do what the settings want; trying again would not help.
        ConnectionLost: it may work later.
    """
    seconds = float(settings.smtp_timeout)
    dialogue.within(seconds, "a connection")
    yield from dialogue.connection.connect()
    if settings.smtp_security == "tls":
        yield from dialogue.connection.start_tls(tls_context(settings), settings.smtp_host)
    greeting = yield from dialogue.reply(Stage.CONNECT, seconds)
    dialogue.greeted = True
    _must(Stage.CONNECT, greeting)
    offer = yield from _hello(dialogue, seconds)
    if settings.smtp_security == "starttls":
        if "STARTTLS" not in offer.extensions:
            raise TransportError(
                f"{settings.smtp_host} does not offer STARTTLS, so nothing was sent to it.",
                "If it never did, use SMTP_SECURITY=tls with port 465. If it used to, someone may be "
                "stripping it from the connection: ask the people who run the network.",
            )
        _must(Stage.STARTTLS, (yield from dialogue.ask(b"STARTTLS", Stage.STARTTLS, seconds)))
        yield from dialogue.connection.start_tls(tls_context(settings), settings.smtp_host)
        offer = yield from _hello(dialogue, seconds)  # what was offered in clear is void (RFC 3207 §4.2)
    if settings.smtp_username:
        yield from _log_in(dialogue, offer, settings)
    return offer


def _must(stage: Stage, reply: Reply) -> None:
    verdict = judge(stage, reply)
    if verdict is Verdict.PROCEED:
        return
    if verdict is Verdict.STOP:
        kind = TurnedAway if stage in (Stage.CONNECT, Stage.EHLO) else TransportError
        raise kind(f"The server refused {stage}: {reply}", "Ask the people who run it.")
    raise ConnectionLost(f"the server answered {stage} with {reply}")


def _hello(dialogue: Dialogue, seconds: float) -> Generator[WaitFor, None, Offer]:
    name = _own_name(dialogue.connection.socket)
    reply = yield from dialogue.ask(b"EHLO " + name, Stage.EHLO, seconds)
    if reply.code in (500, 501, 502, 504, 550):  # no ESMTP (RFC 5321 §3.2)
        _must(Stage.EHLO, (yield from dialogue.ask(b"HELO " + name, Stage.EHLO, seconds)))
        return Offer()
    _must(Stage.EHLO, reply)
    return Offer.read(reply)


def _own_name(connected: socket.socket) -> bytes:
    """This machine's full name, or its address in brackets (RFC 5321 §4.1.3). Never asks DNS."""
    name = socket.gethostname()
    if _HOST_NAME.fullmatch(name):
        return name.encode()
    address = str(connected.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]".encode() if ":" in address else f"[{address}]".encode()


def _log_in(dialogue: Dialogue, offer: Offer, settings: Settings) -> Generator[WaitFor, None, None]:
    mechanism = _mechanism(dialogue, offer, settings)
    try:
        reply = yield from _prove(dialogue, mechanism, settings)
    except ConnectionLost:
        dialogue.unanswered = dialogue.password_sent
        raise
    verdict = judge(Stage.AUTH, reply)
    if verdict is Verdict.RECONNECT:
        raise ConnectionLost(f"the server answered AUTH with {reply}")
    if reply.code == 334:
        raise LoginRefused(
            f"The server keeps asking after the login of {settings.smtp_username} is complete: {reply}",
            f"Ask the people who run it. {ONCE}",
        )
    if verdict is Verdict.STOP:
        raise LoginRefused(*refused(reply, settings.smtp_username))


def _mechanism(dialogue: Dialogue, offer: Offer, settings: Settings) -> str:
    if not (dialogue.connection.encrypted or dialogue.connection.loopback):
        raise TransportError("A password is never sent unencrypted.", "Use SMTP_SECURITY=starttls or tls.")
    order = (
        ("PLAIN", "LOGIN", "CRAM-MD5") if dialogue.connection.encrypted else ("CRAM-MD5", "PLAIN", "LOGIN")
    )
    mechanism = next((name for name in order if name in offer.mechanisms), "")
    if not mechanism:
        offered = ", ".join(offer.mechanisms) or "none"
        raise TransportError(
            f"{settings.smtp_host} offers no way to log in that mailer knows (it offers: {offered}).",
            "Is this the port for sending mail (587 or 465)? If the server needs no login, leave "
            "SMTP_USERNAME empty.",
        )
    return mechanism


def _prove(dialogue: Dialogue, mechanism: str, settings: Settings) -> Generator[WaitFor, None, Reply]:
    """Says who we are, each thing once.

    Returns:
        What the server makes of it. 334 here is no answer: all was said, or it came out of turn.
    """
    seconds = float(settings.smtp_timeout)
    user, secret = settings.smtp_username.encode(), settings.smtp_password.encode()
    if mechanism == "PLAIN":
        proof = b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + secret)
    elif mechanism == "LOGIN":
        for command in (b"AUTH LOGIN", base64.b64encode(user)):
            reply = yield from dialogue.ask(command, Stage.AUTH, seconds)
            if reply.code != 334:
                return reply
        proof = base64.b64encode(secret)
    else:
        reply = yield from dialogue.ask(b"AUTH CRAM-MD5", Stage.AUTH, seconds)
        if reply.code != 334:
            return reply
        digest = hmac.new(secret, _challenge(reply), "md5").hexdigest()  # RFC 2195 §2
        proof = base64.b64encode(user + b" " + digest.encode())
        dialogue.connection.redaction.learn(digest, proof.decode("ascii"))
    dialogue.password_sent = True
    return (yield from dialogue.ask(proof, Stage.AUTH, seconds))


def _challenge(reply: Reply) -> bytes:
    try:
        return base64.b64decode(reply.text, validate=True)
    except ValueError:  # binascii.Error is one
        raise TransportError(
            f"The server's challenge for the login can't be read: {reply}",
            "No answer was sent. Ask the people who run the server: CRAM-MD5 (RFC 2195) requires base64.",
        ) from None
