"""`mailer unsubscribe-server` as a process, and clients that are many, slow, or not quite HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from itsdangerous import Signer
from itsdangerous.encoding import base64_encode

from mailer.press import Suppressions, unsubscribe_token
from mailer.workspace import Workspace
from support.forked import Forked
from support.terminal import COMMAND, environment, start

KEY = "a long random text, but only for tests"
BODY = b"List-Unsubscribe=One-Click"
FILES = 8192
FORM = "application/x-www-form-urlencoded"


def token_of_the_first_kind(address: str, key: str = KEY) -> str:
    """As links had them that are in mailboxes: the address, a dot, and a signature of 43 characters."""
    derived = hmac.digest(key.encode(), b"mailer.unsubscribe", "sha256")
    signer = Signer(derived, key_derivation="none", digest_method=hashlib.sha256)
    return signer.sign(base64_encode(address)).decode()


@dataclass
class Server:
    process: subprocess.Popen[str] | Forked
    port: int
    log: Path

    def kill(self) -> None:
        """kill -9: no handler, no flush, no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")


def _limited(
    command: Sequence[str], workspace: Workspace, log: int, largest_file: int, settings: dict[str, str]
) -> subprocess.Popen[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.Popen(
        [*COMMAND, *command], cwd=workspace.root, env=environment(**settings), stdout=subprocess.PIPE,
        stderr=log, text=True, preexec_fn=limit,
    )  # fmt: skip


@contextmanager
def serving(workspace: Workspace, *options: str, largest_file: int = 0, **settings: str) -> Iterator[Server]:
    """The server, until it was killed or the block ends.

    Args:
        largest_file: octets; 0 = any. A full disk, as the system can play it.
        settings: besides SECRET_KEY, or in its place.
    """
    settings = {"SECRET_KEY": KEY} | settings
    log = workspace.root.parent / f"server-{time.monotonic_ns()}.log"

    command = ("unsubscribe-server", "--port", "0", *options)
    with log.open("wb") as file:
        if largest_file:
            process = _limited(command, workspace, file.fileno(), largest_file, settings)
        else:
            process = start(*command, cwd=workspace.root, stderr=file.fileno(), **settings)
    assert process.stdout is not None
    url = process.stdout.readline()
    assert url.startswith("http://127.0.0.1:"), log.read_text("utf-8")
    try:
        yield Server(process, int(url.split(":")[2].partition("/")[0]), log)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)
        process.stdout.close()


def request(address: str, body: bytes = BODY, *, kind: str = FORM, token: str = "", key: str = KEY) -> bytes:
    """A whole POST as it stands on the wire."""
    token = token or unsubscribe_token(address, key)
    head = (
        f"POST /u/{token} HTTP/1.1\r\nHost: press.example.org\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("utf-8") + body


def exchange(port: int, *pieces: bytes, seconds: float = 30) -> bytes:
    """Everything the server says to these bytes until it hangs up; what it said before a reset."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it hung up first
        try:
            while data := connection.recv(65536):
                answer += data
        except ConnectionError:
            pass
    return answer


def status(answer: bytes) -> int:
    """Of the first answer; 0 where there was none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def many_files() -> None:
    """Room for some thousands of connections in this process too; skips, saying so, where there is none."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FILES:
        pytest.skip(f"the system allows {most} open files, and this takes {FILES} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))


def all_at_once(port: int, addresses: Sequence[str]) -> dict[str, int]:
    """One-click POSTs, each on a connection of its own, all open together: the status each got, 0 for none."""
    many_files()

    async def post(address: str) -> int:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request(address))
            answer = await reader.read()
            writer.close()
        except OSError:
            return 0
        return status(answer)

    async def posts() -> list[int]:
        return await asyncio.gather(*map(post, addresses))

    return dict(zip(addresses, asyncio.run(posts()), strict=True))


@contextmanager
def slow_connections(port: int, number: int) -> Iterator[list[socket.socket]]:
    """Connections that have begun to say something, and don't go on: in the header, in the body, not at all."""
    many_files()
    whole = request("slow@example.net")
    beginnings = (b"", b"P", whole[: whole.index(b"\r\n\r\n") + 2], whole[:-1])
    opened = []
    try:
        for n in range(number):
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
            connection.sendall(beginnings[n % len(beginnings)])
            opened.append(connection)
        yield opened
    finally:
        for connection in opened:
            connection.close()


def off(workspace: Workspace) -> set[str]:
    """Who is suppressed now, in the eyes of a process that has just begun."""
    return {entry.address for entry in Suppressions(workspace.suppressed)}


def beside(workspace: Workspace) -> set[str]:
    """What lies in lists/ that is no list."""
    return {path.name for path in workspace.lists.glob(".*") if path.name != ".lock"}
