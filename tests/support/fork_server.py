"""An interpreter that has imported all of `mailer` and waits to become one of its commands.

    python fork_server.py SOCKET

Each command is a fork of it, and so a process of its own: with its own arguments, environment, folder, streams, signals
and, where it is asked for, a terminal. Only what comes before `main` isn't done anew each time.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

LENGTH = struct.Struct("=I")
"""Octets of JSON that follow. With it come four descriptors: stdin, stdout, stderr, and where TOLD is written."""

TOLD = struct.Struct("=q")
"""First the process's number; when it has ended, its exit code, negative for a signal."""


_CODES: list[int] = []
"""That of this command, once it is known."""


def leave_at_once() -> None:
    """The last thing that is done at an interpreter's end. To take all apart that was imported would take
    longer than a short command does; where something went wrong, that is done all the same."""
    if _CODES:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(_CODES[0])


def import_everything() -> None:
    """What any command may need. A release is rendered and checked too: templates are compiled, and tables made, only
    then."""
    import mailer

    for module in pkgutil.walk_packages(mailer.__path__, "mailer."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    from mailer.pipeline import prepare
    from mailer.press import Choice
    from mailer.workspace import make_workspace

    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "office")
        prepare(workspace, "harbour-report", Choice())


def serve(requests: socket.socket) -> int:
    """Starts commands until nobody can ask for more. Returns in each of them too: its exit code."""
    news, notice = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(notice, warn_on_full_buffer=False)
    tellers: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests, news], [], [])
        if news in ready:
            os.read(news, 4096)
            _tell_who_ended(tellers)
        if requests not in ready:
            continue
        header, descriptors, _, _ = socket.recv_fds(requests, LENGTH.size, 4)
        if not header:
            return 0
        asked = json.loads(requests.recv(*LENGTH.unpack(header), socket.MSG_WAITALL))
        *streams, teller = descriptors
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for ours in (requests.detach(), news, notice, teller, *tellers.values()):
                os.close(ours)
            return _command(streams, **asked)
        for stream in streams:
            os.close(stream)
        with contextlib.suppress(BrokenPipeError):  # who asked for it is gone
            os.write(teller, TOLD.pack(pid))
        tellers[pid] = teller


def _tell_who_ended(tellers: dict[int, int]) -> None:
    for pid in list(tellers):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            teller = tellers.pop(pid)
            with contextlib.suppress(BrokenPipeError):  # nobody waits for it
                os.write(teller, TOLD.pack(os.waitstatus_to_exitcode(status)))
            os.close(teller)


def _command(
    streams: list[int], arguments: list[str], folder: str, environment: dict[str, str], umask: int,
    most_files: list[int], own_terminal: bool, most_memory: int,
) -> int:  # fmt: skip
    """`mailer`, in a process that was forked for it."""
    import fcntl
    import resource
    import termios

    if own_terminal:
        os.setsid()
        fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.umask(umask)
    resource.setrlimit(resource.RLIMIT_NOFILE, tuple(most_files))
    if most_memory:
        resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path.insert(0, folder)
    _open_streams()
    from mailer.cli import main

    sys.argv[1:] = arguments
    code = main()
    if most_memory:
        sys.stdout.flush()
        print(peak_of_memory(), file=sys.stderr)
    _CODES.append(code)
    return code


def peak_of_memory() -> int:
    """The most that this process ever held, in kB."""
    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def _open_streams() -> None:
    """As an interpreter in UTF-8 mode opens them, or as PYTHONIOENCODING has it."""
    encoding, _, handling = os.environ.get("PYTHONIOENCODING", "").partition(":")
    usual = handling or ("strict" if encoding else "surrogateescape")
    for name, number, mode, errors in (
        ("stdin", 0, "r", usual),
        ("stdout", 1, "w", usual),
        ("stderr", 2, "w", "backslashreplace"),
    ):
        octets = open(number, f"{mode}b", closefd=False)  # noqa: SIM115 - as long as the process
        lines = name == "stderr" or os.isatty(number)
        stream = io.TextIOWrapper(
            octets, encoding or "utf-8", errors, newline=None if mode == "r" else "\n", line_buffering=lines
        )
        stream.mode = mode
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    assert sys.flags.utf8_mode, "the commands' streams are opened so"
    atexit.register(leave_at_once)  # before all others: what is registered first comes last
    import_everything()
    gc.freeze()  # what is there already need not be looked at, and so copied, in each fork
    assert threading.active_count() == 1, "a fork would have lost the others"
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
