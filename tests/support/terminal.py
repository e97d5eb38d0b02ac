"""`mailer` as a person or a script runs it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "mailer")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


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
    ran = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(**settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def on_a_terminal(*arguments: str, cwd: Path, typed: str, **settings: str) -> Ran:
    """Run a command on a pseudo-terminal and type `typed` into it. What it shows comes back as `out`."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execvpe(COMMAND[0], [*COMMAND, *arguments], environment(**{"TERM": "dumb"} | settings))
    shown = b""
    sent = False
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the other end is closed
            break
        if not data:
            break
        shown += data
        if not sent and b"Type " in shown:
            os.write(terminal, typed.encode() + b"\n")
            sent = True
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return Ran(os.waitstatus_to_exitcode(status), shown.decode("utf-8", "surrogateescape"), "")
