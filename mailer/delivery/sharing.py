"""A process per core: this process claims, decides and counts; helpers fill, send and write down.

Helpers inherit the mailing's lock, so it stays taken until the last of them has ended, however this process
ends; and they drop everything when this process is gone. docs/decisions/sending-processes.md says why.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait

from mailer.delivery.held import Claim
from mailer.delivery.schedule import Schedule
from mailer.delivery.work import Dispatch, Handover, SharedWork
from mailer.errors import LedgerError, TransportError
from mailer.settings import Settings

_LOOK = 0.05
"""Seconds between looks at whether to stop, and at who is due."""

_PATIENCE = 5.0
"""Seconds that helpers have to end after they were told to drop everything."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a helper is told first."""

    settings: Settings
    schedule: Schedule
    handover: Handover


class _Helper:
    """A process that carries messages."""

    def __init__(self, assignment: Assignment) -> None:
        ours, theirs = socket.socketpair()
        descriptors = (theirs.fileno(), assignment.handover.lock)
        command = [sys.executable, "-m", "mailer.delivery.helper", str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=descriptors, stdin=subprocess.DEVNULL)  # noqa: S603
        theirs.close()
        self.connection = Connection(ours.detach())
        self.connection.send(assignment)
        self.opened = self.hungry = self.idle = self.gone = False

    def feed(self, claims: Sequence[Claim] | None) -> None:
        """More claims; None: complete what is in flight, and end."""
        self.hungry = self.idle = False
        try:
            self.connection.send(claims)
        except OSError:
            self.gone = True

    def hear(self) -> Dispatch | None:
        """Its next dispatch; None: it has ended."""
        try:
            dispatch = self.connection.recv()
        except (EOFError, OSError):
            self.gone = True
            return None
        assert isinstance(dispatch, Dispatch)
        self.opened = self.opened or dispatch.opened
        self.hungry, self.idle = dispatch.hungry, dispatch.idle
        return dispatch

    def end(self) -> None:
        """Waits until it has ended. Where it was not told to, closing the connection makes it drop everything."""
        self.connection.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Team:
    """Helpers that share one run.

    Args:
        count: how many processes; the connections are shared among them.
    """

    def __init__(self, settings: Settings, schedule: Schedule, work: SharedWork, count: int) -> None:
        share = max(1, settings.smtp_connections // count)
        self._assignment = Assignment(replace(settings, smtp_connections=share), schedule, work.handover)
        self._work, self._count = work, count
        self._helpers: list[_Helper] = []
        self._told = False

    def run(self) -> None:
        """See `Transport.carry`."""
        self._helpers.append(_Helper(self._assignment))
        try:
            while self._present and not self._work.aborting:
                heard = wait([helper.connection for helper in self._present], _LOOK)
                for helper in self._present:
                    if helper.connection in heard:
                        self._hear(helper)
                self._enlist()
                if not self._told:
                    self._feed()
        finally:
            for helper in self._helpers:
                helper.end()

    @property
    def _present(self) -> list[_Helper]:
        return [helper for helper in self._helpers if not helper.gone]

    def _enlist(self) -> None:
        """The others start when the first one has logged in: a wrong password must cost one attempt."""
        while self._helpers[0].opened and len(self._helpers) < self._count and not self._told:
            self._helpers.append(_Helper(self._assignment))

    def _feed(self) -> None:
        """Gives the hungry what there is; once nothing is left and nobody has anything in hand, all may end."""
        pause: float | None = 0.0
        for helper in self._present:
            if helper.hungry:
                pause = self._work.wait()
                if pause == 0:
                    helper.feed(self._work.hand_out())
        done = pause is None and all(helper.idle for helper in self._present)
        if done or self._work.ending:
            self._told = True
            for helper in self._present:
                helper.feed(None)

    def _hear(self, helper: _Helper) -> None:
        dispatch = helper.hear()
        if dispatch is None:
            if not self._told:
                self._work.halt(
                    "One of the sending processes ended unexpectedly.", "Go on with `mailer resume`."
                )
            return
        self._work.hear(dispatch)
        if dispatch.failed is None:
            return
        if dispatch.ledger_failed:
            raise LedgerError(*dispatch.failed)
        if not any(other.opened for other in self._helpers):
            raise TransportError(*dispatch.failed)
        self._work.halt(*dispatch.failed)
