"""What is done in a fork of a test's own process, such as what is killed in the middle.

Whoever forks by hand has a second pytest as soon as something raises there: it goes on with the tests that come next, and
what it says of them gets mixed up with what the first one says, for which a whole run may wait for ever.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import traceback
from collections.abc import Callable


def forked(work: Callable[[], object]) -> int:
    """The number of a process that does it and ends: with 0, or 1 if it raised, which stands on stderr then."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def exit_code(child: int, seconds: float = 120) -> int:
    """How a child of this process ended: its exit code, negative for a signal.

    Raises:
        AssertionError: it had to be killed, as it had not by then.
    """
    if hasattr(os, "pidfd_open"):  # Linux
        watched = os.pidfd_open(child)
        try:
            ended = bool(select.select([watched], [], [], seconds)[0])
        finally:
            os.close(watched)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        assert ended, f"process {child} had not ended after {seconds} s"
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_a_fork(work: Callable[[], object]) -> int:
    """Does it in a process of its own; how that ended, as `exit_code` has it."""
    return exit_code(forked(work))
