"""An SMTP server with words of its own: any bytes, at any stage, at any pace. What it heard is the oracle."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

Words = bytes | Callable[[bytes], bytes]
"""What it says at a stage; as a function, of the line that it answers."""

USUAL: dict[str, Words] = {
    "greeting": b"220 hostile.example.net ESMTP\r\n",
    "EHLO": b"250-hostile.example.net\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
    "user": b"334 " + base64.b64encode(b"Username:") + b"\r\n",
    "password": b"334 " + base64.b64encode(b"Password:") + b"\r\n",
    "challenge": b"334 " + base64.b64encode(b"<1.2@hostile.example.net>") + b"\r\n",
    "MAIL": b"250 2.1.0 ok\r\n",
    "RCPT": b"250 2.1.5 ok\r\n",
    "DATA": b"354 go on\r\n",
    "dot": b"250 2.0.0 queued\r\n",
    "RSET": b"250 2.0.0 reset\r\n",
    "NOOP": b"250 2.0.0 fine\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}


class Peer:
    """One connection, as a script sees it."""

    def __init__(self, connection: socket.socket, heard: list[bytes]) -> None:
        self.connection, self._heard = connection, heard
        self._lines = connection.makefile("rb")

    def say(self, words: bytes) -> None:
        self.connection.sendall(words)

    def drip(self, words: bytes, pause: float = 0.01) -> None:
        """Byte by byte."""
        for octet in words:
            self.say(bytes((octet,)))
            time.sleep(pause)

    def flood(self, words: bytes) -> None:
        """Without an end, as fast as it is taken."""
        while True:
            self.say(words)

    def line(self) -> bytes:
        """The next line that the client sends, without its end.

        Raises:
            ConnectionError: there will be none.
        """
        line = self._lines.readline()
        if not line:
            raise ConnectionResetError
        self._heard.append(line.rstrip(b"\r\n"))
        return self._heard[-1]

    def body(self) -> bytes:
        """A message up to its final dot."""
        content = b""
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            content += line[1:] if line.startswith(b".") else line
        return content


class HostileServer:
    """Listens as a context manager.

    Args:
        script: what is done with each connection; by default what any server does, in the words of `replies`.
        replies: by stage (see `USUAL`).
        host: where to listen.

    Attributes:
        heard: every line but those of messages.
        accepted: recipient and message.
        connections: how many there were.
    """

    def __init__(
        self,
        script: Callable[[Peer], None] | None = None,
        replies: Mapping[str, Words] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._script = script or self._converse
        self._replies = {**USUAL, **(replies or {})}
        self.heard: list[bytes] = []
        self.accepted: list[tuple[str, bytes]] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((host, 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def settings(self, **more: str) -> dict[str, str]:
        """How the command line reaches it."""
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.port),
            "SMTP_SECURITY": "none",
            "SMTP_TIMEOUT": "3",
            **more,
        }

    @property
    def logins(self) -> list[bytes]:
        """Every AUTH command."""
        return [line for line in self.heard if line.upper().startswith(b"AUTH")]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._script(Peer(connection, self.heard))
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    # ---- what any server does -------------------------------------------------------------------

    def _converse(self, peer: Peer) -> None:
        self._answer(peer, "greeting", b"")
        recipient = ""
        while True:
            line = peer.line()
            verb = line.split(b" ")[0].upper().decode("latin-1")
            if verb == "AUTH":
                self._log_in(peer, line)
            elif verb == "DATA" and not recipient:
                peer.say(b"503 5.5.1 no valid recipients\r\n")
            else:
                said = self._answer(peer, "EHLO" if verb == "HELO" else verb, line)
                if verb == "RCPT" and said.startswith(b"2"):
                    recipient = line.partition(b"<")[2].rpartition(b">")[0].decode()
                if verb == "DATA" and said.startswith(b"354"):
                    content = peer.body()
                    if self._answer(peer, "dot", content).startswith(b"250"):
                        self.accepted.append((recipient, content))
                    recipient = ""
            if verb == "QUIT":
                return

    def _log_in(self, peer: Peer, line: bytes) -> None:
        mechanism = line.split(b" ")[1].upper()
        stages = {b"LOGIN": ("user", "password"), b"CRAM-MD5": ("challenge",)}.get(mechanism, ())
        for stage in stages:
            self._answer(peer, stage, line)
            line = peer.line()
        self._answer(peer, "AUTH", line)

    def _answer(self, peer: Peer, stage: str, line: bytes) -> bytes:
        words = self._replies.get(stage, b"502 5.5.2 what?\r\n")
        words = words(line) if callable(words) else words
        peer.say(words)
        return words
