"""What a worker counts, for whoever watches it."""

from __future__ import annotations

import time

from mailer.delivery import Progress


class Figures:
    """Written by the worker, read by others at any moment.

    Attributes:
        due: mailings that are to be sent now.
        resting: mailings of which everybody who is left was deferred.
        held_up: mailings that somebody has paused or stopped.
        late: mailings that a person has to look at before they go on.
        halted: turns that ended because something was wrong.
        accepted: messages that a server took from this process.
        last_accepted: when it took the last one, in seconds since 1970; 0: none yet.
        ledger_up: the ledger could be read, as far as is known.
        began: when this process began, likewise.
        release: what is being sent; "": nothing.
    """

    def __init__(self) -> None:
        self.due = self.resting = self.held_up = self.late = self.halted = 0
        self.accepted, self._before, self.last_accepted = 0, 0, 0.0
        self.ledger_up = False
        self.began = time.time()
        self.release = ""
        self._progress: Progress | None = None

    def begin_turn(self, release: str) -> None:
        self.release, self._before, self._progress = release, self.accepted, None

    def progress(self, progress: Progress) -> None:
        accepted = self._before + progress.accepted
        if accepted > self.accepted:
            self.accepted, self.last_accepted = accepted, time.time()
        self._progress = progress

    def end_turn(self) -> None:
        self.release, self._progress = "", None

    @property
    def status(self) -> str:
        """In a few words."""
        if not self.ledger_up:
            return "The ledger is away"
        progress = self._progress
        if self.release and progress:
            return f"{self.release}: {progress.done:,} of {progress.total:,}, {progress.accepted:,} accepted"
        return f"Sending {self.release}" if self.release else "Nothing is due"
