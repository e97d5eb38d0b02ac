"""Ctrl-C: once finishes what is in flight, twice drops everything."""

from __future__ import annotations


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
