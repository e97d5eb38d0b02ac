"""A connection: a socket that never blocks, its buffers, replies as they come, and TLS.

Replies are others' text. Here is where they enter: from here on they hold no secret of ours, and nothing that could
steer a terminal.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import ssl
from collections.abc import Generator
from enum import Enum

from mailer.delivery.replies import Reply
from mailer.delivery.smtp.login.redaction import Redaction
from mailer.delivery.smtp.resolving import SocketAddress, is_loopback
from mailer.errors import TransportError
from mailer.visible import visible

_LONGEST_REPLY = 64 * 1024
"""Octets of one reply, all of its lines together; a line has 512 at most (RFC 5321 §4.5.3.1.5)."""

_CHUNK = 16 * 1024
_SEND_BUFFER = 256 * 1024
"""A whole release fits, so that its body leaves in one call."""

_NOTHING = memoryview(b"")

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])([^\r\n]*))?\r?\n")
_MOST_KNOWN = 100
"""Most replies have been read before, word for word: "250 2.1.5 Ok"."""

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)", re.ASCII)
_SHOWN = 60


class WaitFor(Enum):
    """What a conversation waits for."""

    READ = 1
    WRITE = 2
    COMMIT = 3
    WORK = 4


class ConnectionLost(Exception):
    """The line is gone or of no use; the text says how."""


class HandshakeLost(ConnectionLost):
    """The line broke in the TLS handshake. Somebody is there, and may have time later."""


class Withdrawn(ConnectionLost):
    """We hang up, in the midst of a message that is not to leave after all: the server has to drop what has no end
    (RFC 5321 §4.1.1.10)."""


class Connection:
    """One connection to the server.

    Args:
        address: as `socket.getaddrinfo` gives it.
        redaction: hides the login's secret in whatever the server says.
    """

    def __init__(self, address: SocketAddress, redaction: Redaction) -> None:
        family, kind, protocol, _, self._peer = address
        self.socket: socket.socket = socket.socket(family, kind, protocol)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.encrypted = False
        self.redaction = redaction
        self._known: dict[bytes, Reply] = {}
        self._in = bytearray()
        self._lines: list[bytes] = []
        self._octets = 0
        self._out = _NOTHING
        self._ended = ""

    @property
    def host(self) -> str:
        return str(self._peer[0])

    @property
    def loopback(self) -> bool:
        """Whether the other end is this machine."""
        return is_loopback(self.host)

    def close(self) -> None:
        """Closes at once."""
        self.socket.close()

    # ---- opening --------------------------------------------------------------------------------

    def connect(self) -> Generator[WaitFor, None, None]:
        """
        Raises:
            ConnectionLost: no connection.
        """
        try:
            code = self.socket.connect_ex(self._peer)
        except OSError as error:
            raise ConnectionLost(str(error)) from None
        while code in (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY):
            yield WaitFor.WRITE
            code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise ConnectionLost(_reason(code))

    def start_tls(self, context: ssl.SSLContext, name: str) -> Generator[WaitFor, None, None]:
        """Everything from here on is encrypted, and the server is who it should be: `name`.

        Raises:
            TransportError: its certificate is not to be trusted, or it speaks no TLS.
            HandshakeLost: the line broke, as a server's does that is too busy for one more.
        """
        if self._in or self._lines:
            # Bytes sent before the handshake would be taken for encrypted ones (CVE-2011-0411).
            raise TransportError("The server sent something between STARTTLS and TLS.", _TAMPERED)
        try:
            self.socket = context.wrap_socket(
                self.socket, server_hostname=name, do_handshake_on_connect=False
            )
            while True:
                try:
                    self.socket.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    yield WaitFor.READ
                except ssl.SSLWantWriteError:
                    yield WaitFor.WRITE
        except ssl.SSLCertVerificationError as error:
            raise TransportError(*_distrust(name, error)) from None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise HandshakeLost("the server hung up during the TLS handshake") from None
        except ssl.SSLError as error:
            raise TransportError(
                f"TLS failed with {name}: {(error.reason or str(error)).replace('_', ' ').lower()}.",
                "Is SMTP_SECURITY right for SMTP_PORT? tls is for 465, starttls for 587 and 25.",
            ) from None
        except OSError as error:
            raise HandshakeLost(
                f"the connection broke during the TLS handshake: {error_text(error)}"
            ) from None
        self.encrypted = True

    # ---- out ------------------------------------------------------------------------------------

    def send(self, content: bytes) -> bool:
        """Sends as much as goes; whether all went. The rest goes with `flush`.

        Raises:
            ConnectionLost: the line is gone.
        """
        if self._out:
            content = bytes(self._out) + content
        self._out = memoryview(content)
        return self.flush()

    def flush(self) -> bool:
        while self._out:
            try:
                sent = self.socket.send(self._out)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return False
            except OSError as error:
                self._out = _NOTHING
                raise ConnectionLost(f"the connection broke: {error_text(error)}") from None
            if sent == len(self._out):
                self._out = _NOTHING
                return True
            self._out = self._out[sent:]
        return True

    # ---- in -------------------------------------------------------------------------------------

    def receive(self) -> None:
        """Reads what there is, but no more than a reply may have: a flood must not keep us reading for ever.
        `next_reply` tells that the line ended, after every reply that came first."""
        while not self._ended and len(self._in) <= _LONGEST_REPLY:
            try:
                chunk = self.socket.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._ended = f"the connection broke: {error_text(error)}"
                return
            if not chunk:
                self._ended = "the server hung up"
                return
            self._in += chunk
            if len(chunk) < _CHUNK and not self.encrypted:
                return

    def next_reply(self) -> Reply | None:
        """The next reply, or None if it has not come in full.

        Raises:
            ConnectionLost: the line ended before one, or this is no reply.
        """
        while end := self._in.find(b"\n") + 1:
            line = bytes(self._in[:end])
            if not self._lines and (known := self._known.get(line)):
                del self._in[:end]
                return known
            match = _LINE.fullmatch(line)
            # Each line has the same code (RFC 5321 §4.2.1); where they differ, nobody knows what was meant.
            if not match or (self._lines and match[1] != self._lines[0][:3]):
                raise ConnectionLost(f"the server does not speak SMTP: {self._shown()}")
            del self._in[:end]
            self._lines.append(line)
            self._octets += end
            if self._octets > _LONGEST_REPLY:
                break
            if match[2] != b"-":
                return self._read()
        if self._octets + len(self._in) > _LONGEST_REPLY:
            raise ConnectionLost(f"the server's reply does not end: {self._shown()}")
        if self._ended:
            raise ConnectionLost(self._ended)
        return None

    def _shown(self) -> str:
        """The beginning of what can't be read, for a message. Redacted before it is cut: half a secret is one too."""
        said = b"".join((*self._lines[:1], self._in)).decode("utf-8", "replace")
        return f"“{visible(self.redaction(said)).strip()[:_SHOWN]}”"

    def _read(self) -> Reply:
        """The reply whose last line has come."""
        lines, self._lines, self._octets = self._lines, [], 0
        said = "\n".join(line[4:].rstrip(b"\r\n").decode("utf-8", "replace") for line in lines)
        texts = [visible(text) for text in self.redaction(said).split("\n")]
        reply = _reply(int(lines[0][:3]), texts)
        if len(lines) == 1 and len(self._known) < _MOST_KNOWN:
            self._known[lines[0]] = reply
        return reply

    def has_reply(self) -> bool:
        """Whether a reply, or a line of one, is waiting."""
        return bool(self._lines) or b"\n" in self._in

    def has_news(self) -> bool:
        """Whether the server has said something, or hung up, unasked."""
        self.receive()
        return bool(self._in or self._lines or self._ended)

    def is_over(self) -> bool:
        """Whether the line has ended, and nothing that came before is left to be heard."""
        self.receive()
        return bool(self._ended) and not (self._in or self._lines)


def _reply(code: int, texts: list[str]) -> Reply:
    match = _ENHANCED.match(texts[0])
    if match and match[1][0] == str(code)[0]:
        enhanced = match[1]
        texts = [text.removeprefix(enhanced).lstrip() for text in texts]
        return Reply(code, "\n".join(texts), enhanced)
    return Reply(code, "\n".join(texts))


def _reason(code: int) -> str:
    """What an error number of a socket means. `os.strerror` does not know those of Windows."""
    table: dict[int, str] = getattr(socket, "errorTab", {})  # on Windows only
    return (table.get(code) or os.strerror(code)).rstrip(".").lower()


def error_text(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()


_TAMPERED = "Someone may be tampering with the connection. Ask the people who run the network before you send anything."


def _distrust(name: str, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    reason = error.verify_message
    if "expired" in reason:
        return f"The certificate of {name} has expired.", "The people who run that server must renew it."
    if "mismatch" in reason or "not valid for" in reason:
        return (
            f"The server's certificate is not for {name} but for another name.",
            "Is SMTP_HOST right? It must be a name in the certificate.",
        )
    return (
        f"The certificate of {name} can't be trusted: {reason}.",
        "If your organisation has its own certificate authority, name its certificate in SMTP_CA_FILE.",
    )
