"""imaplib's client, for a server that may mean harm.

imaplib takes a server at its word: it reserves whatever size a literal is said to have, keeps all that is sent, and
waits as long as an octet comes now and then. Here each of these has an end.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import socket
import ssl
import threading
from typing import Any

from mailer.authorization import sasl
from mailer.bounces.reading.bounds import LONGEST

_STEP = 60.0

_MOST_OCTETS = LONGEST + 2_000_000
"""Of all answers to one command: a mail's first octets, and two lines of imaplib's greatest length."""


_MOST_TIMES_ASKED = 3


class TokenRefused(imaplib.IMAP4.error):
    """The server does not take an access token.

    Attributes:
        reason: what it said about it in JSON (RFC 7628 §3.2.2).
        may_have_expired: a newer one may be taken.
    """

    def __init__(self, said: str, reason: sasl.Reason, *, may_have_expired: bool) -> None:
        super().__init__(said)
        self.reason, self.may_have_expired = reason, may_have_expired


class _Exchange:
    """What is answered to the server's challenges, in turn."""

    def __init__(self, mechanism: str, first: bytes | None) -> None:
        self._mechanism, self._first, self._asked = mechanism, first, 0
        self.reason = sasl.Reason()

    def answer(self, challenge: bytes | None) -> bytes:
        self._asked += 1
        if self._asked > _MOST_TIMES_ASKED:
            raise imaplib.IMAP4.abort("it keeps asking for the token")
        if self._first is not None:
            first, self._first = self._first, None
            return base64.b64encode(first)
        self.reason = sasl.reason_in(challenge or b"")
        return base64.b64encode(sasl.UNDERSTOOD[self._mechanism])


class BoundedClient(imaplib.IMAP4_SSL):
    """imaplib's client, with an end to what a server may send and to how long it may take.

    Args:
        deadline: seconds from the first octet to the last.
        over: is set when they have passed.
    """

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext, deadline: float, over: threading.Event
    ) -> None:
        self._context = context
        self._over = over
        self._left = _MOST_OCTETS
        self._deadline = deadline
        self._line: socket.socket | None = None
        self._watch: threading.Timer | None = None
        try:
            super().__init__(host, port, ssl_context=context, timeout=min(_STEP, deadline))
        except BaseException:
            self.end()
            raise

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        """Time-outs of single steps don't end a server that sends an octet now and then, be it in the handshake."""
        plain = socket.create_connection((self.host, self.port), timeout)
        self._line = plain.dup()
        self._watch = threading.Timer(self._deadline, self._cut)
        self._watch.daemon = True
        self._watch.start()
        return self._context.wrap_socket(plain, server_hostname=self.host)

    def _cut(self) -> None:
        """Ends the line under whoever waits for it. Closing its file instead would wait for them."""
        self._over.set()
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def send(self, data: Any) -> None:
        self._left = _MOST_OCTETS
        super().send(data)

    def read(self, size: int) -> bytes:
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def show_token(self, mechanism: str, first: bytes) -> None:
        """AUTHENTICATE, with the first message in the same line where the server takes it there (RFC 4959).

        Raises:
            TokenRefused: the server does not take it.
        """
        at_once = "SASL-IR" in self.capabilities
        exchange = _Exchange(mechanism, None if at_once else first)
        # What `authenticate` does, which knows no SASL-IR, and can't read what is no base64.
        self.literal = exchange.answer  # type: ignore[assignment]
        more = [base64.b64encode(first).decode("ascii")] if at_once else []
        status, data = self._simple_command("AUTHENTICATE", mechanism, *more)
        if status != "OK":
            said = (
                data[-1].decode("utf-8", "replace") if data and isinstance(data[-1], bytes) else str(status)
            )
            expired = exchange.reason.may_have_expired if exchange.reason.status else status == "NO"
            raise TokenRefused(said, exchange.reason, may_have_expired=expired)
        self.state = "AUTH"

    def _spend(self, octets: int) -> None:
        self._left -= octets
        if self._left < 0:
            raise self.abort("it sends more than was requested")

    def end(self) -> None:
        """Gives the line back; the server is told nothing."""
        if self._watch is not None:
            self._watch.cancel()
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self.shutdown()
        if self._line is not None:
            self._line.close()


_OCTETS = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\(.)")
_BLANKS = {"n": " ", "r": " ", "t": " "}


def words_of(error: BaseException) -> str:
    """A server's words in one of imaplib's exceptions, which shows octets as Python writes them."""
    said = error.args[0] if error.args else error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return _OCTETS.sub(_as_text, text)


def _as_text(octets: re.Match[str]) -> str:
    text = _ESCAPE.sub(lambda e: chr(int(e[1], 16)) if e[1] else _BLANKS.get(e[2], e[2]), octets[0][2:-1])
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def masked(text: str, secret: str) -> str:
    """A server's words without a password that it repeats: as it is, as a quoted string (RFC 9051 §4.3), in capitals,
    cut off, and in base64 with whatever stands beside it there."""
    beginning = secret[: max(4, len(secret) // 2)]
    in_ascii = secret.encode().decode("ascii", "replace")  # as imaplib shows it after BYE
    forms = {secret, in_ascii, _quoted(secret), _quoted(in_ascii)}
    told = {
        form[:length] for form in forms for length in range(min(len(beginning), len(form)), len(form) + 1)
    }
    longest_first = "|".join(map(re.escape, sorted(told, key=len, reverse=True)))
    text = re.sub(longest_first, "…", text, flags=re.IGNORECASE)

    def tells(run: re.Match[str]) -> str:
        octets = (_from_base64(run[0][skipped:]) for skipped in range(4))
        return "…" if any(beginning.encode() in decoded for decoded in octets) else run[0]

    return re.sub(r"[A-Za-z0-9+/]{4,}", tells, text)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _from_base64(text: str) -> bytes:
    """What can be read of a piece of base64, without its padding."""
    whole = text[:-1] if len(text) % 4 == 1 else text
    return base64.b64decode(whole + "=" * (-len(whole) % 4))
