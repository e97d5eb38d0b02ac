"""Ctrl-C, SIGTERM and SIGHUP while a sending runs: once finishes what is in flight, twice stops at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Event, Thread

from mailer.cli.terminal.output import say
from mailer.delivery import SIGNALS, Stop

_ECHO = 0.5
"""Seconds in which SIGTERM and SIGHUP count once: `timeout` sends its SIGTERM twice, and of a terminal that is closed
the system, the shell and the end of the shell each tell. Nobody in flight is to be left in doubt for that."""


def _on_a_line_of_its_own(text: str) -> None:
    say(f"\n{text}", err=True)


@contextmanager
def interruptible(stop: Stop, tell: Callable[[str], None] = _on_a_line_of_its_own) -> Iterator[None]:
    """Presses `stop` for each of these signals. One that is ignored already, as SIGHUP under `nohup`, stays ignored.

    Args:
        tell: says that it was heard.
    """
    presses = _Presses(stop, tell)
    before = {
        number: signal.signal(number, presses)
        for number in SIGNALS
        if number is signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        presses.end()


class _Presses:
    """The handler of these signals. What it has to say another thread says: a handler comes in the middle of anything,
    and may not write to a stream that is just being written to."""

    def __init__(self, stop: Stop, tell: Callable[[str], None]) -> None:
        self._stop, self._say = stop, tell
        self._echo_until = 0.0
        self._terminals = [number for number in (0, 1, 2) if os.isatty(number)]
        self._words: SimpleQueue[tuple[str, float] | None] = SimpleQueue()
        self._over = Event()
        self._teller = Thread(target=self._tell, daemon=True)
        self._teller.start()

    def __call__(self, number: int, frame: object) -> None:
        pause, again = 0.0, "press again"
        if number != signal.SIGINT:
            self._leave_terminals()
            now = time.monotonic()
            if now < self._echo_until:
                return
            self._echo_until = now + _ECHO
            pause, again = _ECHO, f"another {signal.Signals(number).name}"
        self._stop.press()
        if self._stop.aborting:
            self._words.put(("Stopping.", 0.0))
        else:
            self._words.put((f"Finishing what is in flight; {again} to stop at once.", pause))

    def end(self) -> None:
        """The sending is over."""
        self._over.set()
        self._words.put(None)
        self._teller.join()

    def _tell(self) -> None:
        while (words := self._words.get()) is not None:
            text, pause = words
            if not self._over.wait(pause):  # when it has been said, another one is no echo
                with suppress(OSError, ValueError):
                    self._say(text)

    def _leave_terminals(self) -> None:
        """Where a terminal was closed, what is still to be said goes nowhere. To write to it would be an error, and the
        sending would break off with it."""
        for number in self._terminals:
            if not os.isatty(number):
                nowhere = os.open(os.devnull, os.O_RDWR)
                os.dup2(nowhere, number)
                os.close(nowhere)
