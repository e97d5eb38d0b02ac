"""`mailer` in a process of its own that did not have to import it: see fork_server.py."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from select import select
from threading import Lock, Thread
from typing import TextIO

from support.fork_server import LENGTH, TOLD

SERVER = Path(__file__).with_name("fork_server.py")
_ENVIRONMENT = os.environ | {"PYTHONUTF8": "1"}
_BEFORE_MAIN = ("PYTHON", "LC_", "LANG", "LD_")
"""How those variables begin that only a new interpreter, or its libraries, look at."""
_AFTER_ALL = ("PYTHON_KEYRING_BACKEND", "PYTHONIOENCODING")
"""The first keyring looks at, when it is asked; by the second a fork opens its streams."""
_ONE_AT_A_TIME = Lock()
_PATIENCE = 120.0
"""Seconds that a command may take unless a test says otherwise. A test that waited for ever would do so once more while
it cleans up, where no time limit of a test reaches."""


class Forked:
    """A command that runs: what tests ask of subprocess.Popen.

    Attributes:
        pid: the process's number.
        returncode: as Popen has it, once somebody has looked.
    """

    def __init__(
        self, pid: int, told: int, stdout: TextIO | None = None, stderr: TextIO | None = None
    ) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self._told = told
        self._waiting = Lock()

    def wait(self, timeout: float = _PATIENCE) -> int:
        """Its exit code, negative for a signal, when it has ended.

        Raises:
            subprocess.TimeoutExpired: it has not, in so many seconds.
        """
        with self._waiting:
            self._look(timeout)
            if self.returncode is None:
                raise subprocess.TimeoutExpired("mailer", timeout)
            return self.returncode

    def poll(self) -> int | None:
        """Its exit code; None while it runs, or while somebody else waits for it."""
        if self._waiting.acquire(blocking=False):
            try:
                self._look(0)
            finally:
                self._waiting.release()
        return self.returncode

    def _look(self, seconds: float) -> None:
        if self.returncode is None and select([self._told], [], [], seconds)[0]:
            self.returncode = _read(self._told)
            os.close(self._told)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float = _PATIENCE) -> tuple[str, str]:
        """What else it says on stdout and stderr, as far as they are pipes, when it has ended.

        Raises:
            subprocess.TimeoutExpired: it, or who else has these pipes, has not, in so many seconds.
        """
        until = time.monotonic() + timeout
        out, err = _Reader(self.stdout), _Reader(self.stderr)
        try:
            self.wait(timeout)
        except BaseException:  # a test whose time is up, too
            self.kill()
            raise
        return out.said(until), err.said(until)


class _Reader(Thread):
    """Reads a pipe to its end, while others do something else. Whoever holds its other end for ever holds nobody else up."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(daemon=True)
        self._stream, self._said = stream, ""
        self._odd: UnicodeDecodeError | None = None
        self.start()

    def run(self) -> None:
        if self._stream is None:
            return
        with self._stream:
            try:
                self._said = self._stream.read()
            except UnicodeDecodeError as odd:
                self._odd = odd

    def said(self, until: float) -> str:
        """All of it.

        Raises:
            subprocess.TimeoutExpired: its end has not come by then, by the clock of `time.monotonic`.
            UnicodeDecodeError: it is not in UTF-8.
        """
        self.join(max(0.1, until - time.monotonic()))
        if self.is_alive():
            raise subprocess.TimeoutExpired("mailer: what it has started", 0)
        if self._odd is not None:
            raise self._odd
        return self._said


def can_fork(environment: dict[str, str]) -> bool:
    """Whether a fork would be as good as a new interpreter for a command with this environment."""
    return sys.platform == "linux" and _before_main(environment) == _before_main(_ENVIRONMENT)


def fork(
    *arguments: str,
    cwd: Path,
    environment: dict[str, str],
    streams: tuple[int, int, int],
    own_terminal: bool = False,
    most_memory: int = 0,
    on_a_computer: str = "",
) -> Forked:
    """Start a command.

    Args:
        streams: what becomes its stdin, stdout and stderr; PIPE and DEVNULL of subprocess for the last two. The
            caller's own stay open.
        own_terminal: it leads a session, the terminal of which is its stdin.
        most_memory: octets that it may have; at its end it says on stderr how many kB it held at most. 0 = no limit.
        on_a_computer: what root's shell does first, where the host's name and all mounts are the command's own.
    """
    import resource

    pipes = {number: os.pipe() for number in (1, 2) if streams[number] == subprocess.PIPE}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    ends = {subprocess.DEVNULL: nowhere}
    theirs = [pipes[n][1] if n in pipes else ends.get(stream, stream) for n, stream in enumerate(streams)]
    umask = os.umask(0o022)
    os.umask(umask)
    asked = {
        "arguments": arguments,
        "folder": str(cwd),
        "environment": environment,
        "umask": umask,
        "most_files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "own_terminal": own_terminal,
        "most_memory": most_memory,
        "on_a_computer": on_a_computer,
    }
    octets = json.dumps(asked).encode()
    told, teller = os.pipe()
    with _ONE_AT_A_TIME:
        try:
            _ask(octets, theirs, teller)
        except (BrokenPipeError, ConnectionResetError):  # somebody has ended it, as `pkill` does
            the_server.cache_clear()
            _ask(octets, theirs, teller)
    for end in (teller, nowhere, *(writes for _, writes in pipes.values())):
        os.close(end)
    ours = {number: os.fdopen(reads, encoding="utf-8") for number, (reads, _) in pipes.items()}
    return Forked(_read(told), told, ours.get(1), ours.get(2))


def _ask(octets: bytes, streams: list[int], teller: int) -> None:
    server, _ = the_server()
    socket.send_fds(server, [LENGTH.pack(len(octets))], [*streams, teller])
    server.sendall(octets)


def _read(told: int) -> int:
    octets = os.read(told, TOLD.size)
    assert octets, "the fork server has ended"
    return int(TOLD.unpack(octets)[0])


def _before_main(environment: dict[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(_BEFORE_MAIN) and name not in _AFTER_ALL
    }


@cache
def the_server() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The way to it, and itself. It ends with this process."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-P", str(SERVER), str(theirs.fileno())]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=_ENVIRONMENT, pass_fds=[theirs.fileno()], **quiet)
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours, process
