"""How much memory a command has needed at most: its resident set, which the system measures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.terminal import COMMAND, environment

_WATCH = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(bytes, os.waitstatus_to_exitcode(status), file=sys.stderr)
"""
"""By a small process of its own: a child begins with what its parent has, and pytest has much."""


def peak(*arguments: str, cwd: Path) -> int:
    """Bytes that `mailer` needed at most. What it says is thrown away.

    Raises:
        AssertionError: it could not do what was asked.
    """
    with (cwd / ".peak").open("w+") as said:
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _WATCH, *COMMAND, *arguments],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            timeout=300,
            check=True,
        )
        assert ran.returncode == 0
        said.seek(0)
        size, code = said.readlines()[-1].split()
    assert code in ("0", "1"), (arguments, (cwd / ".peak").read_text())
    return int(size)
