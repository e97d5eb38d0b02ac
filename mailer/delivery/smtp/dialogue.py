"""What is said on a connection until its end, and what the server offers at its beginning."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from dataclasses import dataclass

from mailer.delivery.replies import Reply, Stage
from mailer.delivery.smtp.connection import Connection, WaitFor

_SIZE = re.compile(r"[0-9]{1,20}")
"""RFC 1870 §4. Anything else says nothing."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the server's EHLO reply offers. `size`: the largest message in octets, 0: not said."""

    extensions: frozenset[str] = frozenset()
    mechanisms: tuple[str, ...] = ()
    size: int = 0

    @classmethod
    def read(cls, reply: Reply) -> Capabilities:
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
        proof_sent: what proves who we are has left, or was about to.
        unanswered: and the connection broke before the server said what it made of it.
    """

    connection: Connection
    deadline: float = 0.0
    awaited: str = ""
    greeted: bool = False
    proof_sent: bool = False
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
