"""Where a browser comes back to from a sign-in: this computer, on a port that is free (RFC 8252 §7.3)."""

from __future__ import annotations

import hmac
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

_STEP = 0.2
_LINGER = 3.0
"""Seconds for the browser to fetch its last page."""
_LONGEST = 64 * 1024
"""Characters of an answer: the request line's bound in `http.server`, and more than any code."""

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>mailer</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:20vh auto;padding:0 1em}}</style>
<h1>{heading}</h1><p>{text}</p></html>
"""
_CAME_BACK = ("Back to mailer", "Where you began, it says whether it worked. You can close this window.")
_NOT_OURS = (
    "This is not the answer that mailer waits for",
    "Nothing was taken from it. You can close this window.",
)
_AGAIN = ("Already answered", "This sign-in was answered before. You can close this window.")
_NOTHING = ("Nothing is here", "You can close this window.")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Redirection:
    """Listens for one answer, on loopback alone, until it is left.

    Args:
        host: as the address names this computer: "127.0.0.1", or "localhost", which may be IPv6 too.
        state: of the authorization request (RFC 6749 §10.12): an answer without it is refused.
        refused: called for the first that is; who sends thousands fills no terminal.
    """

    def __init__(self, host: str, state: str, refused: Callable[[], None]) -> None:
        self._state, self._refused = state, refused
        self._lock = threading.Lock()
        self._query: str | None = None
        self._answered, self._shown, self._wrong = (threading.Event() for _ in range(3))
        self._servers = _listening(host, _handler(self))
        self.port = _port(self._servers[0])
        self.address = f"http://{host}:{self.port}"

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._answered.is_set() and kind is not KeyboardInterrupt:
            self._shown.wait(_LINGER)
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def wait(self, seconds: float) -> str | None:
        """The query of the answer; None: none came in time."""
        until = time.monotonic() + seconds
        while not self._answered.wait(_STEP):  # in steps, or Ctrl-C would have to wait on Windows
            if time.monotonic() > until:
                return None
        return self._query

    def ours(self, host: str) -> bool:
        """Whether a Host field names us. A foreign name that leads here is a trick with DNS."""
        return host in (f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]"))

    def take(self, query: str) -> tuple[int, tuple[str, str]]:
        """An answer: a status, and what the page says; 303: it was taken."""
        given = parse_qs(query).get("state", [])
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), self._state.encode()):
            if not self._wrong.is_set():
                self._wrong.set()
                self._refused()
            return 400, _NOT_OURS
        with self._lock:
            if self._query is not None:
                return 409, _AGAIN
            self._query = query
        self._answered.set()
        return 303, _CAME_BACK

    def shown(self) -> None:
        """The browser has its last page."""
        self._shown.set()


def _handler(redirection: Redirection) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # a browser opens connections in advance, and says nothing on them

        def do_GET(self) -> None:
            if not redirection.ours(self.headers.get("Host", "")):
                return self._say(421, _NOTHING)
            parts = urlsplit(self.path)
            if parts.path == "/done":
                self._say(200, _CAME_BACK)
                return redirection.shown()
            if parts.path != "/" or len(parts.query) > _LONGEST:
                return self._say(404, _NOTHING)
            return self._say(*redirection.take(parts.query))

        def _say(self, status: int, page: tuple[str, str]) -> None:
            octets = _PAGE.format(heading=page[0], text=page[1]).encode()
            self.send_response(status)
            if status == 303:  # the address with the code stays neither in view nor in the browser's history
                self.send_header("Location", "/done")
            for name, value in (*_HEADERS.items(), ("Content-Type", "text/html; charset=utf-8")):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def version_string(self) -> str:
            return "mailer"

        def log_message(self, *_: object) -> None:
            """Requests hold a code: they are written nowhere."""

    return Handler


class _Loopback(ThreadingTCPServer):  # HTTPServer would ask the DNS for its own name, which may take its time
    daemon_threads = True
    allow_reuse_address = False  # on Windows it would let another program take the port, too

    def handle_error(self, *_: object) -> None:
        """A browser that hangs up is none of anybody's business."""


class _Loopback6(_Loopback):
    address_family = socket.AF_INET6


def _port(server: _Loopback) -> int:
    return int(server.server_address[1])


def _listening(host: str, handler: type[BaseHTTPRequestHandler]) -> list[_Loopback]:
    """
    Raises:
        OSError: this computer has no loopback address.
    """
    servers = [_Loopback(("127.0.0.1", 0), handler)]
    if host == "localhost":
        with suppress(OSError):  # no IPv6, or somebody has the port there: then the browser tries the other
            servers.append(_Loopback6(("::1", _port(servers[0])), handler))
    return servers
