"""A connection: a socket that never blocks, its buffers, replies as they come, and TLS."""

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
from mailer.errors import TransportError

_LONGEST_REPLY = 64 * 1024
_CHUNK = 16 * 1024
_SEND_BUFFER = 256 * 1024
"""A whole release fits, so that its body leaves in one call."""

_NOTHING = memoryview(b"")

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])([^\r\n]*))?\r?\n")
_KNOWN: dict[bytes, Reply] = {}
_MOST_KNOWN = 100
"""Most replies have been read before, word for word: "250 2.1.5 Ok"."""

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


class Want(Enum):
    """What a conversation waits for."""

    READ = 1
    WRITE = 2
    COMMIT = 3
    WORK = 4


class Cut(Exception):
    """The line is gone or of no use; the text says how."""


SocketAddress = tuple[int, int, int, str, tuple[object, ...]]
"""As `socket.getaddrinfo` gives it."""


class Wire:
    """One connection to the server.

    Args:
        address: as `socket.getaddrinfo` gives it.
    """

    def __init__(self, address: SocketAddress) -> None:
        family, kind, protocol, _, self._peer = address
        self.socket: socket.socket = socket.socket(family, kind, protocol)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.encrypted = False
        self._in = bytearray()
        self._out = _NOTHING
        self._ended = ""

    @property
    def host(self) -> str:
        return str(self._peer[0])

    @property
    def loopback(self) -> bool:
        return self.host.startswith("127.") or self.host == "::1"

    def close(self) -> None:
        """Closes at once."""
        self.socket.close()

    # ---- opening --------------------------------------------------------------------------------

    def connect(self) -> Generator[Want, None, None]:
        """
        Raises:
            Cut: no connection.
        """
        try:
            code = self.socket.connect_ex(self._peer)
        except OSError as error:
            raise Cut(str(error)) from None
        while code in (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY):
            yield Want.WRITE
            code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise Cut(os.strerror(code).lower())

    def start_tls(self, context: ssl.SSLContext, name: str) -> Generator[Want, None, None]:
        """Everything from here on is encrypted, and the server is who it should be: `name`.

        Raises:
            TransportError: its certificate is not to be trusted, or it speaks no TLS.
            Cut: the line broke.
        """
        if self._in:
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
                    yield Want.READ
                except ssl.SSLWantWriteError:
                    yield Want.WRITE
        except ssl.SSLCertVerificationError as error:
            raise TransportError(*_distrust(name, error)) from None
        except ssl.SSLError as error:
            raise TransportError(
                f"No TLS with {name}: {(error.reason or str(error)).replace('_', ' ').lower()}.",
                "Is SMTP_SECURITY right for SMTP_PORT? tls is for 465, starttls for 587 and 25.",
            ) from None
        except OSError as error:
            raise Cut(f"the line broke during the TLS handshake: {error_text(error)}") from None
        self.encrypted = True

    # ---- out ------------------------------------------------------------------------------------

    def send(self, content: bytes) -> bool:
        """Sends as much as goes; whether all went. The rest goes with `flush`.

        Raises:
            Cut: the line is gone.
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
                raise Cut(f"the line broke: {error_text(error)}") from None
            if sent == len(self._out):
                self._out = _NOTHING
                return True
            self._out = self._out[sent:]
        return True

    # ---- in -------------------------------------------------------------------------------------

    def receive(self) -> None:
        """Reads all there is. `next_reply` tells that the line ended, after every reply that came first."""
        while not self._ended:
            try:
                chunk = self.socket.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._ended = f"the line broke: {error_text(error)}"
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
            Cut: the line ended before one, or this is no reply.
        """
        end = self._in.find(b"\n") + 1
        if end and (known := _KNOWN.get(bytes(self._in[:end]))):
            del self._in[:end]
            return known
        position, texts = 0, []
        while match := _LINE.match(self._in, position):
            position = match.end()
            texts.append((match[3] or b"").decode("utf-8", "replace"))
            if match[2] != b"-":
                reply = _reply(int(match[1]), texts)
                if len(texts) == 1 and len(_KNOWN) < _MOST_KNOWN:
                    _KNOWN[bytes(self._in[:position])] = reply
                del self._in[:position]
                return reply
        if b"\n" in self._in[position:] or len(self._in) > _LONGEST_REPLY:
            raise Cut(f"the server does not speak SMTP: {bytes(self._in[position : position + 60])!r}")
        if self._ended:
            raise Cut(self._ended)
        return None

    def has_reply(self) -> bool:
        """Whether a reply, or a line of one, is waiting."""
        return b"\n" in self._in

    def has_news(self) -> bool:
        """Whether the server has said something, or hung up, unasked."""
        self.receive()
        return bool(self._in or self._ended)


def _reply(code: int, texts: list[str]) -> Reply:
    match = _ENHANCED.match(texts[0])
    if match and match[1][0] == str(code)[0]:
        enhanced = match[1]
        texts = [text.removeprefix(enhanced).lstrip() for text in texts]
        return Reply(code, "\n".join(texts), enhanced)
    return Reply(code, "\n".join(texts))


def error_text(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()


_TAMPERED = "Someone may be tampering with the connection. Ask whoever runs the network before sending."


def _distrust(name: str, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    reason = error.verify_message
    if "expired" in reason:
        return f"The certificate of {name} has expired.", "Whoever runs that server must renew it."
    if "mismatch" in reason or "not valid for" in reason:
        return (
            f"The server's certificate is for another name than {name}.",
            "Is SMTP_HOST right? It must be a name that the certificate holds.",
        )
    return (
        f"The certificate of {name} can't be trusted: {reason}.",
        "If it is your organisation's own, name its authority's certificate in SMTP_CA_FILE.",
    )
