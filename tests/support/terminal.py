"""`mailer` as a person or a script runs it: a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from support.forked import Forked, can_fork, fork

COMMAND = (sys.executable, "-m", "mailer")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class RanInOctets:
    code: int
    out: bytes
    err: bytes


def environment(**settings: str) -> dict[str, str]:
    """This process's environment, without what a developer may have set for a server of theirs."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("SMTP_", "UNSUBSCRIBE_", "ENVELOPE_", "ALLOW_ONLY"))
    }
    return kept | {"PYTHONUTF8": "1", "COLUMNS": "100", **settings}


def mailer(*arguments: str, cwd: Path, typed: str = "", **settings: str) -> Ran:
    """Run a command to its end. `settings` are set in its environment."""
    its = environment(**settings)
    if can_fork(its):
        return _forked(arguments, cwd, its, typed)
    ran = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=its,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def on_a_computer(computer: str, arguments: Sequence[str], cwd: Path, its: dict[str, str], typed: str) -> Ran:
    """The same where a host's name and all mounts are the command's own: root's shell makes them so.

    Args:
        computer: what the shell does; $PROCESS is the command's number.
        its: the whole environment, in which a fork is as good as a new interpreter.
    """
    return _forked(arguments, cwd, its, typed, computer)


def _forked(arguments: Sequence[str], cwd: Path, its: dict[str, str], typed: str, computer: str = "") -> Ran:
    keys, keyboard = os.pipe()
    streams = (keys, subprocess.PIPE, subprocess.PIPE)
    process = fork(*arguments, cwd=cwd, environment=its, streams=streams, on_a_computer=computer)
    os.close(keys)
    with contextlib.suppress(BrokenPipeError), os.fdopen(keyboard, "w", encoding="utf-8") as stream:
        stream.write(typed)  # it may not read it
    out, err = process.communicate(timeout=120)
    return Ran(process.wait(), out, err)


def octets_of(*arguments: str, cwd: Path, typed: bytes = b"", **settings: str) -> RanInOctets:
    """Run a command to its end, for what it wrote in pipes, to the octet: PYTHONIOENCODING may ask for any encoding."""
    its = environment(**settings)
    if not can_fork(its):
        ran = subprocess.run(
            [*COMMAND, *arguments], cwd=cwd, env=its, input=typed, capture_output=True, timeout=120
        )
        return RanInOctets(ran.returncode, ran.stdout, ran.stderr)
    return forked_octets(arguments, cwd, its, typed)


def forked_octets(
    arguments: Sequence[str], cwd: Path, its: dict[str, str], typed: bytes = b"", *, most_memory: int = 0,
    timeout: float = 120,
) -> RanInOctets:  # fmt: skip
    keys, keyboard = os.pipe()
    streams = (keys, subprocess.PIPE, subprocess.PIPE)
    process = fork(*arguments, cwd=cwd, environment=its, streams=streams, most_memory=most_memory)
    os.close(keys)
    with contextlib.suppress(BrokenPipeError), os.fdopen(keyboard, "wb") as stream:
        stream.write(typed)  # it may not read it
    assert process.stdout and process.stderr
    with process.stdout, process.stderr, ThreadPoolExecutor(2) as readers:
        said = readers.map(lambda stream: stream.buffer.read(), (process.stdout, process.stderr))
        try:
            code = process.wait(timeout)
        except BaseException:  # the time limit of a test, too: whoever leaves waits for the readers
            process.kill()
            raise
        return RanInOctets(code, *said)


def start(
    *arguments: str, cwd: Path, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE, **settings: str
) -> subprocess.Popen[str] | Forked:
    """A command that goes on by itself."""
    its = environment(**settings)
    if can_fork(its):
        return fork(*arguments, cwd=cwd, environment=its, streams=(0, stdout, stderr))
    return subprocess.Popen([*COMMAND, *arguments], cwd=cwd, env=its, stdout=stdout, stderr=stderr, text=True)


def _on_a_new_terminal(command: Sequence[str], cwd: Path, its: dict[str, str]) -> tuple[int, int]:
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.chdir(cwd)
            os.execvpe(command[0], command, its)
        finally:
            os._exit(127)  # as a shell says it
    return pid, terminal


class Terminal:
    """A command on a pseudo-terminal, as a context manager: what it shows is read, answers are typed."""

    def __init__(self, *arguments: str, cwd: Path, **settings: str) -> None:
        its = environment(**{"TERM": "dumb"} | settings)
        self._forked: Forked | None = None
        if can_fork(its):
            self._terminal, theirs = os.openpty()
            self._forked = fork(
                *arguments, cwd=cwd, environment=its, streams=(theirs, theirs, theirs), own_terminal=True
            )
            self.pid = self._forked.pid
            os.close(theirs)
        else:
            self.pid, self._terminal = _on_a_new_terminal([*COMMAND, *arguments], cwd, its)
        self._shown = b""
        self._read = 0
        self._code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._code is None:
            self.kill()
        os.close(self._terminal)

    @property
    def shown(self) -> str:
        """All that stood on the terminal so far, colours and all."""
        return self._shown.decode("utf-8", "surrogateescape").replace("\r\n", "\n")

    def until(self, text: str, seconds: float = 60) -> str:
        """Waits until a text is shown that was not there before; returns what was shown up to it, without colours.

        Raises:
            AssertionError: the command ended, or the time is up, before.
        """
        deadline = time.monotonic() + seconds
        while text.encode() not in self._shown[self._read :]:
            assert time.monotonic() < deadline and self._more(), f"“{text}” was not shown:\n{self.shown}"
        begin = self._read
        self._read = self._shown.index(text.encode(), begin) + len(text.encode())
        text = self._shown[begin : self._read].decode("utf-8", "replace").replace("\r\n", "\n")
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)

    def type(self, answer: str) -> None:
        os.write(self._terminal, answer.encode() + b"\n")

    def hang_up(self) -> int:
        """Somebody closes its window. What is shown from then on nobody sees; the exit code."""
        os.dup2(os.open(os.devnull, os.O_RDONLY), self._terminal)
        self._code = self._wait()
        return self._code

    def kill(self) -> None:
        """Ends it as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.code()

    def code(self, seconds: float = 120) -> int:
        """Reads to the end; the exit code.

        Raises:
            AssertionError: the time is up before.
        """
        deadline = time.monotonic() + seconds
        while self._more():
            assert time.monotonic() < deadline, f"it did not come to an end:\n{self.shown}"
        if self._code is None:
            self._code = self._wait()
        return self._code

    def _wait(self) -> int:
        if self._forked:
            return self._forked.wait()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _more(self) -> bool:
        if not select.select([self._terminal], [], [], 0.5)[0]:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # Linux says EIO when the other end is closed
            return False
        self._shown += data
        return bool(data)


def on_a_terminal(*arguments: str, cwd: Path, typed: str, **settings: str) -> Ran:
    """Run a command on a pseudo-terminal and type `typed` where it says what to type. What it shows comes back as `out`."""
    with Terminal(*arguments, cwd=cwd, **settings) as terminal:
        with contextlib.suppress(AssertionError):
            terminal.until("Type ")
            terminal.type(typed)
        return Ran(terminal.code(), terminal.shown, "")
