"""An SMTP server that does what it should, until a script tells it otherwise. Its list of accepted messages is
the oracle of every trust test: what stands there, someone got."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

STAGES = ("connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot", "QUIT")

_REFUSALS = {
    "connect": "554 5.3.2 no mail here",
    "EHLO": "554 5.5.0 not you",
    "STARTTLS": "501 5.5.4 no",
    "AUTH": "535 5.7.8 wrong password",
    "MAIL": "553 5.1.8 sender unknown",
    "RCPT": "550 5.1.1 no such user",
    "DATA": "554 5.3.0 no",
    "body": "554 5.6.0 enough",
    "dot": "554 5.6.0 not this message",
    "QUIT": "500 5.5.1 stay",
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong: at the `nth` time that any connection reaches a stage, and `times` - 1 times after."""

    stage: str
    kind: str
    nth: int = 1
    times: int = 1


class _End(Exception):
    """This connection is over."""


class FaultyServer:
    """Listens on 127.0.0.1 as a context manager.

    Args:
        faults: what goes wrong.
        extensions: lines of the EHLO reply; None: a server with no ESMTP.
        refuse: replies to RCPT by address, instead of acceptance.
        tls: for STARTTLS (if offered), or for all of a connection with `implicit_tls`.
        login: accepted user and password.
        hook: called with stage and "before" or "after" its reply.
        most: so many connections at once; None: any number. May be set while it runs.
        crowded: what further ones are told.

    Attributes:
        turned_away: how many further ones there were.
    """

    def __init__(
        self,
        *faults: Fault,
        extensions: tuple[str, ...] | None = ("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8"),
        refuse: dict[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
        hook: Callable[[str, str], None] = lambda stage, when: None,
        most: int | None = None,
        crowded: str = "421 4.7.0 too many connections",
    ) -> None:
        self.most, self.crowded, self.turned_away = most, crowded, 0
        self.faults, self.extensions, self.refuse = list(faults), extensions, refuse or {}
        self.tls, self.implicit_tls, self.login, self.hook = tls, implicit_tls, login, hook
        self.accepted: list[tuple[str, bytes]] = []
        self.commands: list[str] = []
        self.seen: Counter[str] = Counter()
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._closing = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        self.faults.clear()
        self.hook = lambda stage, when: None

    def wait_until_idle(self, seconds: float = 10.0) -> None:
        """Until every connection is over: then all that a sender let go before it was killed has been read."""
        until = time.monotonic() + seconds
        while self._now:
            assert time.monotonic() < until, "a connection does not end"
            time.sleep(0.005)

    def times(self, address: str) -> int:
        """How often a recipient got the message."""
        return sum(recipient == address for recipient, _ in self.accepted)

    def _serve(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with self._lock:
            if self.most is not None and self._now >= self.most:
                self.turned_away += 1
                with contextlib.suppress(OSError):
                    connection.sendall(self.crowded.encode() + b"\r\n")
                connection.close()
                return
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        conversation = _Conversation(self, connection)
        with contextlib.suppress(_End, OSError, ssl.SSLError):
            conversation.run()
        with self._lock:
            self._now -= 1
        with contextlib.suppress(OSError):
            conversation.socket.close()

    def fault(self, stage: str) -> str:
        """Counts an arrival at a stage; the kind of fault that is due, or ""."""
        with self._lock:
            self.seen[stage] += 1
            number = self.seen[stage]
            for fault in self.faults:
                if fault.stage == stage and fault.nth <= number < fault.nth + fault.times:
                    return fault.kind
        return ""

    def accept(self, recipient: str, content: bytes) -> None:
        with self._lock:
            self.accepted.append((recipient, content))


class _Conversation:
    def __init__(self, server: FaultyServer, connection: socket.socket) -> None:
        self.server, self.socket = server, connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server._open.add(connection)
        self._in = b""
        self._sender: str | None = None
        self._recipient: str | None = None
        self._secure = False

    # ---- the wire ----

    def _more(self) -> None:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise _End
        self._in += chunk

    def _line(self) -> bytes:
        while b"\n" not in self._in:
            self._more()
        line, _, self._in = self._in.partition(b"\n")
        return line.rstrip(b"\r")

    def _exactly(self, octets: int) -> bytes:
        while len(self._in) < octets:
            self._more()
        content, self._in = self._in[:octets], self._in[octets:]
        return content

    def _say(self, reply: str) -> None:
        self.socket.sendall(reply.encode() + b"\r\n")

    def _answer(self, stage: str, reply: str) -> bool:
        """Says the reply, or does what the script wants; whether all went as it should."""
        kind = self.server.fault(stage)
        self.server.hook(stage, "before")
        if not kind:
            self._say(reply)
            self.server.hook(stage, "after")
            return True
        self._misbehave(stage, kind)
        return False

    def _misbehave(self, stage: str, kind: str) -> None:
        if kind == "drop":
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
            raise _End
        if kind == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _End
        if kind == "stall":
            while self.socket.recv(65536):
                pass
            raise _End
        if kind == "trickle":
            for _ in range(600):
                self.socket.sendall(b"250-still here\r\n")
                time.sleep(0.05)
            raise _End
        if kind == "421":
            self._say("421 4.3.2 going down")
            raise _End
        if kind == "4xx":
            self._say("454 4.7.0 later" if stage in ("STARTTLS", "AUTH") else "451 4.3.0 later")
        elif kind == "5xx":
            self._say(_REFUSALS[stage])
        elif kind == "garbage":
            self.socket.sendall(b"\x00\xffHTTP/1.1 200 OK\r\n")
        else:
            self._say(kind)
        if stage in ("connect", "body"):
            raise _End

    # ---- the conversation ----

    def run(self) -> None:
        if self.server.implicit_tls:
            self._encrypt()
        self._answer("connect", "220 faulty.example.net ESMTP")
        while True:
            line = self._line()
            self.server.commands.append(line.decode("utf-8", "replace"))
            words = line.decode("utf-8", "replace").split()
            verb = words[0].upper() if words else ""
            handler = getattr(self, f"_{verb.lower()}", None) if verb.isalpha() else None
            if handler is None:
                self._say("502 5.5.2 what?")
            else:
                handler(words)

    def _encrypt(self) -> None:
        assert self.server.tls
        if kind := self.server.fault("TLS"):
            self.socket.recv(65536)
            self._misbehave("TLS", kind)
        self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
        self.server._open.add(self.socket)
        self._secure = True

    def _ehlo(self, words: list[str]) -> None:
        extensions = self.server.extensions
        if extensions is None:
            self._say("502 5.5.1 no ESMTP")
            return
        lines = ["faulty.example.net", *extensions]
        if self._secure:
            lines = [line for line in lines if line != "STARTTLS"]
        separators = ["-"] * (len(lines) - 1) + [" "]
        self._answer("EHLO", "\r\n".join(f"250{s}{line}" for s, line in zip(separators, lines, strict=True)))

    def _helo(self, words: list[str]) -> None:
        self._answer("EHLO", "250 faulty.example.net")

    def _starttls(self, words: list[str]) -> None:
        if self._answer("STARTTLS", "220 2.0.0 go"):
            self._encrypt()

    def _auth(self, words: list[str]) -> None:
        if words[1] == "PLAIN":
            given = base64.b64decode(words[2]).split(b"\0")[1:]
        elif words[1] == "LOGIN":
            given = []
            for prompt in (b"Username:", b"Password:"):
                self._say("334 " + base64.b64encode(prompt).decode())
                given.append(base64.b64decode(self._line()))
        else:
            self._cram_md5()
            return
        right = self.server.login is None or [g.decode() for g in given] == list(self.server.login)
        self._answer("AUTH", "235 2.7.0 welcome" if right else "535 5.7.8 wrong password")

    def _cram_md5(self) -> None:
        import hmac

        assert self.server.login
        challenge = b"<1.2@faulty.example.net>"
        self._say("334 " + base64.b64encode(challenge).decode())
        user, digest = base64.b64decode(self._line()).decode().rsplit(" ", 1)
        right = hmac.new(self.server.login[1].encode(), challenge, "md5").hexdigest()
        good = (user, digest) == (self.server.login[0], right)
        self._answer("AUTH", "235 2.7.0 welcome" if good else "535 5.7.8 wrong password")

    def _rset(self, words: list[str]) -> None:
        self._sender = self._recipient = None
        self._say("250 2.0.0 reset")

    def _noop(self, words: list[str]) -> None:
        self._say("250 2.0.0 fine")

    def _mail(self, words: list[str]) -> None:
        if self._sender is not None:
            self._say("503 5.5.1 nested MAIL")
        elif self._answer("MAIL", "250 2.1.0 ok"):
            self._sender = words[1][6:-1]

    def _rcpt(self, words: list[str]) -> None:
        address = words[1][4:-1]
        if self._sender is None:
            self._say("503 5.5.1 MAIL first")
        elif address in self.server.refuse:
            self.server.fault("RCPT")
            self._say(self.server.refuse[address])
        elif self._answer("RCPT", "250 2.1.5 ok"):
            self._recipient = address

    def _data(self, words: list[str]) -> None:
        if self._recipient is None:
            self._say("503 5.5.1 no valid recipients")
            return
        if not self._answer("DATA", "354 go on"):
            return
        while len(self._in) < 1000 and b"\r\n.\r\n" not in self._in:
            self._more()
        self._body()
        while b"\r\n.\r\n" not in self._in:
            self._more()
        content, _, self._in = self._in.partition(b"\r\n.\r\n")
        self._done((b"\r\n" + content).replace(b"\r\n.", b"\r\n")[2:] + b"\r\n")

    def _bdat(self, words: list[str]) -> None:
        octets = int(words[1])
        if self._recipient is None:
            self._exactly(octets)
            self._say("503 5.5.1 no valid recipients")
            return
        self._body()
        self._done(self._exactly(octets))

    def _body(self) -> None:
        kind = self.server.fault("body")
        self.server.hook("body", "before")
        if kind:
            self._misbehave("body", kind)
        self.server.hook("body", "after")

    def _done(self, content: bytes) -> None:
        assert self._recipient is not None
        recipient, self._sender, self._recipient = self._recipient, None, None
        kind = self.server.fault("dot")
        if kind and kind != "accepted-then-dropped":
            self._misbehave("dot", kind)
            return
        self.server.hook("dot", "before")
        self.server.accept(recipient, content)
        if kind:
            raise _End
        self._say("250 2.0.0 queued")
        self.server.hook("dot", "after")

    def _quit(self, words: list[str]) -> None:
        self._answer("QUIT", "221 2.0.0 bye")
        raise _End
