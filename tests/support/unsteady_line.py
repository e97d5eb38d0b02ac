"""Lines to a database, in a process of its own: each may break, fall silent, or deliver late what it was given."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from support.forking import forked

_RESET = struct.pack("ii", 1, 0)
_OFTEN = 0.02
_READ_AT_LAST = 2.0
"""Seconds for which a server may still answer what reached it late."""


@dataclass(eq=False)
class _Call:
    """One connection: `near` is the sender's, `far` the server's."""

    near: socket.socket
    far: socket.socket
    line: int
    late: float = 0.0
    held: list[tuple[float, bytes]] = field(default_factory=list)
    ends: float = 0.0


class UnsteadyLines:
    """As a context manager, which starts the process.

    Args:
        server: the socket (a file) that all of them lead to.
        lines: how many.

    Attributes:
        ports: theirs, on 127.0.0.1.
    """

    def __init__(self, server: Path, lines: int) -> None:
        self._server = str(server)
        self._listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(lines)]
        self.ports = [int(each.getsockname()[1]) for each in self._listeners]
        self._said, self._hears = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = 0

    def __enter__(self) -> Self:
        self._pid = forked(lambda: _Exchange(self._server, self._listeners, self._hears).run())
        for listener in self._listeners:
            listener.close()
        return self

    def __exit__(self, *exc: object) -> None:
        ended, _ = os.waitpid(self._pid, os.WNOHANG)
        assert not ended, "the lines' process has failed"
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._said.close()
        self._hears.close()

    def drop(self, line: int) -> None:
        """Breaks, as if somebody had pulled the plug out of both ends."""
        self._said.send(f"drop {line} 0".encode())

    def hang(self, line: int, seconds: float) -> None:
        """Is silent for a while in both directions, and goes on then."""
        self._said.send(f"hang {line} {seconds}".encode())

    def late(self, line: int, seconds: float) -> None:
        """What is said next on each open connection breaks it at once, but reaches the server, so much later."""
        self._said.send(f"late {line} {seconds}".encode())


class _Exchange:
    """What the process does."""

    def __init__(self, server: str, listeners: list[socket.socket], commands: socket.socket) -> None:
        self._server, self._selector = server, selectors.DefaultSelector()
        self._calls: set[_Call] = set()
        self._silent: dict[int, float] = {}
        self._selector.register(commands, selectors.EVENT_READ, "commands")
        for number, listener in enumerate(listeners):
            self._selector.register(listener, selectors.EVENT_READ, number)

    def run(self) -> None:
        while True:
            for key, _ in self._selector.select(_OFTEN):
                each: Any = key.fileobj
                if key.data == "commands":
                    self._heed(*each.recv(100).decode().split())
                elif isinstance(key.data, int):
                    self._accept(each.accept()[0], key.data)
                elif key.data in self._calls:
                    self._pass_on(key.data, each)
            self._look_at_the_clock()

    def _heed(self, what: str, line: str, seconds: str) -> None:
        if what == "hang":
            was_silent = int(line) in self._silent
            self._silent[int(line)] = time.monotonic() + float(seconds)
            if was_silent:
                return
        for call in [call for call in self._calls if call.line == int(line) and not call.held]:
            if what == "drop":
                self._end(call, reset=True)
            elif what == "late":
                call.late = float(seconds)
            else:
                self._selector.unregister(call.near)
                self._selector.unregister(call.far)

    def _accept(self, near: socket.socket, line: int) -> None:
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(self._server)
        except OSError:
            near.close()
            return
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        call = _Call(near, far, line)
        self._calls.add(call)
        if line not in self._silent:
            self._listen(call)

    def _listen(self, call: _Call) -> None:
        for end in (call.near, call.far):
            self._selector.register(end, selectors.EVENT_READ, call)

    def _pass_on(self, call: _Call, source: socket.socket) -> None:
        try:
            chunk = source.recv(1 << 20)
            if source is call.near and call.late and chunk:
                call.held.append((time.monotonic() + call.late, chunk))
                self._selector.unregister(call.near)
                call.near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                call.near.close()
            elif not chunk:
                self._end(call)
            elif source is call.near:
                call.far.sendall(chunk)
            elif not call.held:
                call.near.sendall(chunk)
        except OSError:
            self._end(call)

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        for line in [line for line, until in self._silent.items() if until <= now]:
            del self._silent[line]
            for call in self._calls:
                if call.line == line and not call.held:
                    self._listen(call)
        for call in list(self._calls):
            if call.held and call.held[0][0] <= now and not call.ends:
                call.ends = now + _READ_AT_LAST
                try:
                    call.far.sendall(call.held[0][1])
                except OSError:
                    self._end(call)
            elif call.ends and call.ends <= now:
                self._end(call)

    def _end(self, call: _Call, *, reset: bool = False) -> None:
        self._calls.discard(call)
        for end in (call.near, call.far):
            if end.fileno() < 0:
                continue
            if end.fileno() in self._selector.get_map():
                self._selector.unregister(end)
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.close()
