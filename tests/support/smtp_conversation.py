"""One connection of smtp_faulty.py: a server's half of SMTP, with DATA and with BDAT, that misbehaves on demand."""

from __future__ import annotations

import base64
import contextlib
import hmac
import socket
import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.smtp_faulty import FaultyServer

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
    "RSET": "500 5.5.1 not now",
    "QUIT": "500 5.5.1 stay",
}


class End(Exception):
    """This connection is over."""


class Conversation:
    def __init__(self, server: FaultyServer, connection: socket.socket) -> None:
        self.server, self.socket = server, connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server._open.add(connection)
        self._in = b""
        self._sender: str | None = None
        self._recipient: str | None = None
        self._chunks: bytes | None = None
        self._failed = False
        self._secure = False

    # ---- the wire ----

    def _more(self) -> None:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise End
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
        self._break_off(kind)
        self._refuse(stage, kind)

    def _break_off(self, kind: str) -> None:
        """Ends the connection, if that is what the script wants."""
        if kind == "drop":
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
            raise End
        if kind == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise End
        if kind == "stall":
            while self.socket.recv(65536):
                pass
            raise End
        if kind == "trickle":
            for _ in range(600):
                self.socket.sendall(b"250-still here\r\n")
                time.sleep(0.05)
            raise End
        if kind.startswith("421"):  # whatever it says, it closes the connection (RFC 5321 §4.2.3)
            self._say("421 4.3.2 going down" if kind == "421" else kind)
            raise End

    def _refuse(self, stage: str, kind: str) -> None:
        if kind == "4xx":
            self._say("454 4.7.0 later" if stage in ("STARTTLS", "AUTH") else "451 4.3.0 later")
        elif kind == "5xx":
            self._say(_REFUSALS[stage])
        elif kind == "garbage":
            self.socket.sendall(b"\x00\xffHTTP/1.1 200 OK\r\n")
        else:
            self._say(kind)

    # ---- the conversation ----

    def run(self) -> None:
        if self.server.implicit_tls:
            self._encrypt()
        if not self._answer("connect", "220 faulty.example.net ESMTP"):
            raise End
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
        assert self.server.login
        challenge = b"<1.2@faulty.example.net>"
        self._say("334 " + base64.b64encode(challenge).decode())
        user, digest = base64.b64decode(self._line()).decode().rsplit(" ", 1)
        right = hmac.new(self.server.login[1].encode(), challenge, "md5").hexdigest()
        good = (user, digest) == (self.server.login[0], right)
        self._answer("AUTH", "235 2.7.0 welcome" if good else "535 5.7.8 wrong password")

    def _rset(self, words: list[str]) -> None:
        if self._answer("RSET", "250 2.0.0 reset"):
            self._forget()

    def _forget(self) -> None:
        """No transaction is open."""
        self._sender = self._recipient = self._chunks = None
        self._failed = False

    def _noop(self, words: list[str]) -> None:
        self._say("250 2.0.0 fine")

    def _mail(self, words: list[str]) -> None:
        if self._sender is not None or self._failed:
            self._say("503 5.5.1 nested MAIL")
        elif self._answer("MAIL", "250 2.1.0 ok"):
            self._sender = words[1][6:-1]

    def _rcpt(self, words: list[str]) -> None:
        address = words[1][4:-1]
        if self._sender is None or self._chunks is not None or self._failed:
            self._say("503 5.5.1 MAIL first")
        elif address in self.server.refuse:
            self.server.fault("RCPT")
            self._say(self.server.refuse[address])
        elif self._answer("RCPT", "250 2.1.5 ok"):
            self._recipient = address

    def _data(self, words: list[str]) -> None:
        if self._recipient is None or self._chunks is not None or self._failed:
            self._say("503 5.5.1 no valid recipients, or BDAT was used")
            return
        if not self._answer("DATA", "354 go on"):
            return
        while len(self._in) < 1000 and b"\r\n.\r\n" not in self._in:
            self._more()
        if kind := self._middle():
            self._refuse("body", kind)
            raise End
        while b"\r\n.\r\n" not in self._in:
            self._more()
        content, _, self._in = self._in.partition(b"\r\n.\r\n")
        self._complete((b"\r\n" + content).replace(b"\r\n.", b"\r\n")[2:] + b"\r\n")
        self._forget()

    def _bdat(self, words: list[str]) -> None:
        """A chunk (RFC 3030 §2). Whatever becomes of it, its octets are read; once one was refused, only RSET helps."""
        octets, last = int(words[1]), [word.upper() for word in words[2:]] == ["LAST"]
        if self._recipient is None or self._failed:
            self._exactly(octets)
            self._failed = True
            self._say("503 5.5.1 no valid recipients, or a chunk was refused")
            return
        content = (self._chunks or b"") + self._exactly(octets // 2)
        kind = self._middle()
        self._chunks = content + self._exactly(octets - octets // 2)
        if kind:
            self._failed = True
            self._refuse("body", kind)
        elif not last:
            self._say(f"250 2.0.0 {octets} octets received")
        elif self._complete(self._chunks):
            self._forget()
        else:
            self._failed = True

    def _middle(self) -> str:
        """In the middle of a message: the kind of refusal that is due, or ""."""
        kind = self.server.fault("body")
        self.server.hook("body", "before")
        self._break_off(kind)
        self.server.hook("body", "after")
        return kind

    def _complete(self, content: bytes) -> bool:
        """A message has come in full; whether it is accepted."""
        assert self._recipient is not None
        kind = self.server.fault("dot")
        if kind and kind != "accepted-then-dropped":
            self._misbehave("dot", kind)
            return False
        self.server.hook("dot", "before")
        self.server.accept(self._recipient, content)
        if kind:
            raise End
        self._say("250 2.0.0 queued")
        self.server.hook("dot", "after")
        return True

    def _quit(self, words: list[str]) -> None:
        self._answer("QUIT", "221 2.0.0 bye")
        raise End
