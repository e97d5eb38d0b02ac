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
import re
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import ModuleType

LENGTH = struct.Struct("=I")
"""Octets of JSON that follow. With it come four descriptors: stdin, stdout, stderr, and where TOLD is written."""

TOLD = struct.Struct("=q")
"""First the process's number; when it has ended, its exit code, negative for a signal."""


WITHIN = re.compile(r"^ +(?:from|import) ([a-z][\w.]*)", re.MULTILINE)
"""An import that is not at the left edge."""

LOOK_AT_THEIR_ENVIRONMENT = ("keyring",)
"""What chooses by the environment when it is imported, which is another one in a command."""

CLONE_NEWNS, CLONE_NEWUTS, MS_REC, MS_PRIVATE = 0x20000, 0x4000000, 1 << 14, 1 << 18
"""Of the kernel, for unshare(2) and mount(2)."""

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
            for name in _imported_later(importlib.import_module(module.name)):
                with contextlib.suppress(ImportError):  # of another system, or not installed
                    importlib.import_module(name)
    from mailer.desk.pages import static_digest, templates
    from mailer.pipeline import prepare
    from mailer.press import Choice
    from mailer.workspace import make_workspace

    static_digest()
    for name in templates().list_templates(["j2"]):
        templates().get_template(name)
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "office")
        theme = workspace.templates / "own"  # built upon the default one, which is compiled anew for it
        theme.mkdir(parents=True)
        (theme / "release.html.j2").write_text('{% extends "default/release.html.j2" %}', "utf-8")
        for theme_name in ("", theme.name):
            prepare(workspace, "harbour-report", Choice(), theme=theme_name)


def _imported_later(module: ModuleType) -> set[str]:
    """What a module imports where it is used, as it takes long."""
    assert module.__file__
    named = set(WITHIN.findall(Path(module.__file__).read_text("utf-8")))
    return {name for name in named if name.partition(".")[0] not in ("mailer", *LOOK_AT_THEIR_ENVIRONMENT)}


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
    most_files: list[int], own_terminal: bool, most_memory: int, on_a_computer: str,
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
    if on_a_computer:
        folder = _move_to(on_a_computer, folder, environment)
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


def _move_to(computer: str, folder: str, environment: dict[str, str]) -> str:
    """As unshare(1) does it, before this process becomes the command: the folder where the shell ended."""
    import ctypes
    import subprocess

    libc = ctypes.CDLL(None, use_errno=True)
    for failed in (
        libc.unshare(CLONE_NEWNS | CLONE_NEWUTS),
        libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None),
    ):
        if failed:
            raise OSError(ctypes.get_errno(), "no computer of its own")
    its = environment | {"PROCESS": str(os.getpid())}
    told = subprocess.run(
        ["sh", "-ec", f"{computer}\npwd"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=folder, env=its, text=True, check=True,
    )  # fmt: skip
    return told.stdout.splitlines()[-1]


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
