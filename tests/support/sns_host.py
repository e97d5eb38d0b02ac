"""Amazon SNS's host, played on this machine: https with a certificate for its name, reached through a proxy.

The server that is tested believes it to be the real one: its proxy is `HTTPS_PROXY`, its authority `SSL_CERT_FILE`. So it
asks for whatever host it would ask for, and each one is written down.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.event_signing import CERTIFICATE, REGION, sns_certificate
from support.smtp_certificates import Authority

HOST = f"sns.{REGION}.amazonaws.com"


class SnsHost:
    """
    Attributes:
        pages: what is served, by path: status, content.
        asked: the paths that were asked for.
        connected: the hosts and ports to which a connection was asked of the proxy.
        settings: for the environment of who is to reach it.
    """

    def __init__(self, folder: Path, name: str = HOST) -> None:
        authority = Authority(folder)
        self.pages = {CERTIFICATE.removeprefix(f"https://{HOST}"): (200, sns_certificate())}
        self.asked: list[str] = []
        self.connected: list[str] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                status, content = host.pages.get(self.path.partition("?")[0], (404, b""))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", content.decode())
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._web.socket = authority.server(name).wrap_socket(self._web.socket, server_side=True)
        self._proxy = socket.create_server(("127.0.0.1", 0))
        self.settings = {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._proxy.getsockname()[1]}",
            "SSL_CERT_FILE": str(authority.file),
        }

    def run(self) -> None:
        threading.Thread(target=self._web.serve_forever, daemon=True).start()
        threading.Thread(target=self._take, daemon=True).start()

    def stop(self) -> None:
        self._proxy.close()
        self._web.shutdown()
        self._web.server_close()

    def _take(self) -> None:
        while True:
            try:
                client, _ = self._proxy.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        """CONNECT (RFC 9110 §9.3.6), to whatever host: all are this one."""
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.connected.append(head.split()[1].decode())
        server = socket.create_connection(self._web.server_address[:2])  # type: ignore[arg-type]
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        threading.Thread(target=_pump, args=(server, client), daemon=True).start()
        _pump(client, server)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ssl.SSLError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def sns_host(folder: Path, name: str = HOST) -> Iterator[SnsHost]:
    """
    Args:
        name: for which its certificate is.
    """
    host = SnsHost(folder, name)
    host.run()
    try:
        yield host
    finally:
        host.stop()
