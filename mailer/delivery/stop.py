"""Ctrl-C and its like: once finishes what is in flight, twice drops everything."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""What ends a sending: Ctrl-C, whoever ends processes (`kill`, a supervisor, a shutdown), a terminal that is closed.
Windows has no SIGHUP."""


class Stop:
    """Shared by whoever may want to stop a run and the run itself. Setting it from a signal handler or
    another thread is safe: it is one assignment.

    How a command line uses it::

        stop = Stop()
        signal.signal(signal.SIGINT, lambda *_: stop.press())
        report = deliver(..., stop=stop)
    """

    def __init__(self) -> None:
        self._pressed = 0

    def press(self) -> None:
        self._pressed += 1

    @property
    def finishing(self) -> bool:
        return self._pressed > 0

    @property
    def aborting(self) -> bool:
        return self._pressed > 1


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Around the start of a helper process, which keeps them blocked all its life: the coordinator alone decides.

    Ctrl-C and a closed terminal reach the whole group, and a supervisor ends every process that it finds. A helper that
    ended by itself would leave whoever it had in flight in doubt. What comes for us meanwhile we get afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
