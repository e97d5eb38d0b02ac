"""`mailer` in a process of its own that did not have to import it: see fork_server.py."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock

from support.fork_server import LENGTH, TOLD

SERVER = Path(__file__).with_name("fork_server.py")
_ENVIRONMENT = os.environ | {"PYTHONUTF8": "1"}
_BEFORE_MAIN = ("PYTHON", "LC_", "LANG", "LD_")
"""How those variables begin that only a new interpreter, or its libraries, look at."""
_ONE_AT_A_TIME = Lock()


@dataclass
class Forked:
    """A command that runs.

    Attributes:
        pid: the process's number.
    """

    pid: int
    _told: int
    _code: int | None = field(default=None, init=False)

    def wait(self) -> int:
        """Its exit code, negative for a signal, when it has ended."""
        if self._code is None:
            self._code = _read(self._told)
            os.close(self._told)
        return self._code


def can_fork(environment: dict[str, str]) -> bool:
    """Whether a fork would be as good as a new interpreter for a command with this environment."""
    return sys.platform == "linux" and _before_main(environment) == _before_main(_ENVIRONMENT)


def fork(
    *arguments: str,
    cwd: Path,
    environment: dict[str, str],
    streams: tuple[int, int, int],
    own_terminal: bool = False,
) -> Forked:
    """Start a command.

    Args:
        streams: what becomes its stdin, stdout and stderr. The caller's own stay open.
        own_terminal: it leads a session, the terminal of which is its stdin.
    """
    umask = os.umask(0o022)
    os.umask(umask)
    asked = {
        "arguments": arguments,
        "folder": str(cwd),
        "environment": environment,
        "umask": umask,
        "own_terminal": own_terminal,
    }
    octets = json.dumps(asked).encode()
    told, teller = os.pipe()
    with _ONE_AT_A_TIME:
        server = _server()
        socket.send_fds(server, [LENGTH.pack(len(octets))], [*streams, teller])
        server.sendall(octets)
    os.close(teller)
    return Forked(_read(told), told)


def _read(told: int) -> int:
    octets = os.read(told, TOLD.size)
    assert octets, "the fork server has ended"
    return int(TOLD.unpack(octets)[0])


def _before_main(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_BEFORE_MAIN)}


@cache
def _server() -> socket.socket:
    """The way to it. It ends with this process."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-P", str(SERVER), str(theirs.fileno())]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=_ENVIRONMENT, pass_fds=[theirs.fileno()], **quiet)
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours
