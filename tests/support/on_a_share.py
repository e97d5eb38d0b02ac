"""Run `mailer` in a process whose drive can't lock files, as on a network share: `python on_a_share.py ERRNO COMMAND …`

Python tells an audit hook about every lock before the system is asked for it, so nothing of the program is changed: the
hook answers as such a drive would.
"""

from __future__ import annotations

import errno
import os
import sys


def answer(name: str) -> None:
    number = getattr(errno, name)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "fcntl.flock":
            raise OSError(number, os.strerror(number))

    sys.addaudithook(hook)


if __name__ == "__main__":
    from mailer.cli import main

    answer(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
