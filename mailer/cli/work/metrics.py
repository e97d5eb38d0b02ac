"""`mailer work --metrics`: what was counted, by HTTP, for whoever asks on that port."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import click

from mailer.delivery import Ledger
from mailer.errors import LedgerError, MailerError
from mailer.pipeline.working import Figures
from mailer.pipeline.working.open_metrics import CONTENT_TYPE, Recipients, exposition, recipients_of
from mailer.workspace.database_url import DatabaseUrl

_KEPT = 5.0
"""Seconds for which the ledger's answer is told again: however often somebody asks, it is not asked more often."""


class Metrics:
    """
    Args:
        figures: the worker's.
        place: its ledger, which is read for whoever asks.
    """

    def __init__(self, figures: Figures, place: Path | DatabaseUrl) -> None:
        self._figures, self._place = figures, place
        self._lock = Lock()
        self._recipients: Recipients | None = None
        self._read_at = float("-inf")

    def text(self) -> str:
        """As they are now."""
        if not self._figures.ledger_up:  # the worker tries; whoever asks need not wait for it
            return exposition(self._figures, None)
        with self._lock:
            if time.monotonic() - self._read_at > _KEPT:
                self._recipients = self._read()
                self._read_at = time.monotonic()
            return exposition(self._figures, self._recipients)

    def _read(self) -> Recipients | None:
        try:
            with Ledger(self._place) as ledger:
                return recipients_of(ledger)
        except LedgerError:
            return None


def address_of(text: str) -> tuple[str, int]:
    """HOST:PORT, [ADDRESS]:PORT, or a port of this computer alone.

    Raises:
        click.BadParameter: it is none of these.
    """
    found = re.fullmatch(r"(?:(?:\[([0-9A-Fa-f:.%]+)\]|([^\s:/\[\]]+)):)?(\d{1,5})", text.strip())
    if not found or int(found[3]) > 65535:
        raise click.BadParameter(f"“{text}” is no HOST:PORT", param_hint="--metrics")
    return found[1] or found[2] or "127.0.0.1", int(found[3])


@contextmanager
def served(metrics: Metrics, host: str, port: int) -> Iterator[str]:
    """Answers on that port meanwhile; yields the address at which it does.

    Raises:
        MailerError: it can't be had.
    """

    class Handler(_Handler):
        def text(self) -> str:
            return metrics.text()

    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        kind = type("Server", (_Server,), {"address_family": family})
        server: _Server = kind(address[:2], Handler)
    except OSError as error:
        raise MailerError(
            f"--metrics: {host}:{port} can't be had: {error.strerror or error}.",
            "Does another process answer there? Name another port.",
        ) from None
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_address[1]}/metrics"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *request: Any) -> None:
        """Who asks may go away before the answer: that is nobody's business, and no line of a log."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*request)


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # head and body are two writes
    protocol_version = "HTTP/1.1"
    timeout = 10

    def text(self) -> str:
        raise NotImplementedError

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self._answer(404, "text/plain; charset=utf-8", "Only /metrics is here.\n")
        else:
            self._answer(200, CONTENT_TYPE, self.text())

    do_HEAD = do_GET  # noqa: N815 - as http.server asks for it

    def _answer(self, code: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "mailer"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Who asked is nobody's business."""
