"""The servers that benchmarks send to, as context managers that give a port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent


def program(name: str) -> str:
    path = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin:/usr/local/bin")
    if path is None:
        raise SystemExit(f"{name} is missing: install Debian's postfix package (and a C compiler).")
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running_server(*command: str, port: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Postfix's own sink."""
    port = free_port()
    with running_server(
        program("smtp-sink"), "-u", "nobody", "-c", f"127.0.0.1:{port}", "1000", port=port
    ) as running:
        yield running


@contextmanager
def fast_sink() -> Iterator[int]:
    """fast_sink.c, compiled."""
    with tempfile.TemporaryDirectory() as folder:
        binary = f"{folder}/fast_sink"
        subprocess.run([program("cc"), "-O2", "-o", binary, str(HERE / "fast_sink.c")], check=True)
        port = free_port()
        with running_server(binary, str(port), port=port) as running:
            yield running


@contextmanager
def far_away(port: int, milliseconds: float) -> Iterator[int]:
    """A port from which every byte takes half of `milliseconds` to get to `port`, and as long to come back."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, port, milliseconds / 2000), daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def _accept(listener: socket.socket, port: int, seconds: float) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", port))
        for source, target in ((near, far), (far, near)):
            target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_pump, args=(source, target, seconds), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, seconds: float) -> None:
    """Passes bytes on, each so much later; a line of any length, as TCP's window is not what is measured."""
    waiting: deque[tuple[float, bytes]] = deque()
    arrived = threading.Condition()

    def deliver() -> None:
        while True:
            with arrived:
                while not waiting:
                    arrived.wait()
                due, chunk = waiting.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                target.sendall(chunk)
                if not chunk:
                    target.shutdown(socket.SHUT_WR)
                    return
            except OSError:
                return

    threading.Thread(target=deliver, daemon=True).start()
    while True:
        try:
            chunk = source.recv(1 << 20)
        except OSError:
            chunk = b""
        with arrived:
            waiting.append((time.monotonic() + seconds, chunk))
            arrived.notify()
        if not chunk:
            return
