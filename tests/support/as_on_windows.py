"""Run `mailer` in a process in which files are as stubborn as on Windows.

    python as_on_windows.py [--held FILE] COMMAND …

There a file that anybody has open can be neither replaced nor removed, not even by the one who has it open;
and what Excel has open nobody else may write. Python tells an audit hook about every such call before it is
made, so nothing of the program is changed: the hook looks for open handles as the kernel lists them, and
answers as Windows would.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path


def refuse(path: str) -> None:
    error = PermissionError(errno.EACCES, "Access is denied", path)
    error.winerror = 5
    raise error


def open_here(path: str) -> bool:
    """Whether this process has a handle to a file."""
    for handle in Path("/proc/self/fd").iterdir():
        try:
            if handle.samefile(path):
                return True
        except OSError:
            continue
    return False


def behave_like_windows(held: str) -> None:
    """Args: held: the end of the path of a file that Excel has open, or ""."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("os.rename", "os.remove"):
            for path in filter(lambda a: isinstance(a, str | bytes | os.PathLike), arguments):
                name = os.fsdecode(path)
                if (held and name.endswith(held)) or open_here(name):
                    refuse(name)
        elif event == "open" and held and isinstance(arguments[0], str) and arguments[0].endswith(held):
            mode, flags = arguments[1], arguments[2]
            writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if writing or (isinstance(mode, str) and set(mode) & set("wa+")):
                refuse(arguments[0])

    sys.addaudithook(hook)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    held = arguments[1] if arguments[:1] == ["--held"] else ""
    behave_like_windows(held)
    from mailer.cli import main

    sys.exit(main(arguments[2:] if held else arguments))
PROGRAM = Path(__file__)
