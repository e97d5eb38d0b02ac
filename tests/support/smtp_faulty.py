"""An SMTP server that does what it should, until a script tells it otherwise. Its list of accepted messages is
the oracle of every trust test: what stands there, someone got."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from support.smtp_conversation import Conversation, End

STAGES = ("connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot", "QUIT")
"""Where something may go wrong. With BDAT (RFC 3030) there is no DATA; "body" is the middle of a chunk, "dot" the end of
the last one. "RSET" is a stage too, where a client sends one."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong: at the `nth` time that any connection reaches a stage, and `times` - 1 times after.

    Attributes:
        kind: "drop" the line, "reset" it, "stall" (no answer), "trickle" (an answer without an end), "421", "4xx", "5xx",
            "garbage", or a reply in full; at the dot also "accepted-then-dropped". In the middle of a message that
            follows DATA, a reply ends the connection; a chunk is read to its end first (RFC 3030 §2).
    """

    stage: str
    kind: str
    nth: int = 1
    times: int = 1


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
        accepted: recipient and content of each message that was taken.
        commands: every line that a client sent.
        seen: how often each stage was reached.
        happened: stage and kind of each fault, in the order in which they happened.
        most_at_once: connections.
        turned_away: how many connections there were no room for.
    """

    conversation = Conversation

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
        self.happened: list[tuple[str, str]] = []
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
        self.go_away()

    def go_away(self) -> None:
        """Nobody answers at its port any more, and whoever is connected is cut off."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def come_back(self) -> None:
        """At the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self._closing = False
        threading.Thread(target=self._serve, daemon=True).start()

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
        conversation = self.conversation(self, connection)
        with contextlib.suppress(End, OSError, ssl.SSLError):
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
                    self.happened.append((stage, fault.kind))
                    return fault.kind
        return ""

    def accept(self, recipient: str, content: bytes) -> None:
        with self._lock:
            self.accepted.append((recipient, content))
