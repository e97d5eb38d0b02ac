"""A process per core: this process claims, decides and counts, and sends too; helpers send and write down.

A helper that can't get a connection gives back what it was handed and leaves; the others go on, and after a while
another one is tried.

Helpers inherit the mailing's lock, so it stays taken until the last of them has ended, however this process
ends; and they drop everything when this process is gone. docs/decisions/sending-processes.md says why.
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, fields, replace
from multiprocessing.connection import Connection

from mailer.authorization import AccessToken
from mailer.delivery.ledger.claim import GROUP, Claim
from mailer.delivery.pace import Schedule, signals_blocked
from mailer.delivery.smtp.login.tokens import Ask
from mailer.delivery.transport import Dispatch, Handover, NoLogin, NoToken, Paused, SharedWork
from mailer.errors import LedgerError, TransportError
from mailer.settings import Settings

_BUSY = 0.85
"""Share of a core from which on a process counts as busy."""

_LEFT = 2.0
"""Seconds of work, at the pace so far, that must be left: a helper takes half of one to begin."""

_LOOK = 0.1
"""Seconds between looks at whether to drop everything."""

_PATIENCE = 5.0
"""Seconds that helpers have to end after they were told to drop everything."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a helper is told first: no secret but the password that it logs in with."""

    settings: Settings
    schedule: Schedule
    handover: Handover

    @classmethod
    def of(cls, settings: Settings, schedule: Schedule, handover: Handover) -> Assignment:
        """Leaves out what a helper has no need of. Access tokens it asks for, one at a time."""
        password = "" if settings.by_token else settings.smtp_password
        its = replace(_without_secrets(settings), smtp_password=password)
        if handover.signing:  # which has settings of its own: it need not be told the server's
            signing = replace(handover.signing, settings=_without_secrets(handover.signing.settings))
            handover = replace(handover, signing=signing)
        return cls(its, schedule, handover)


def _without_secrets(settings: Settings) -> Settings:
    secrets: dict[str, str] = {setting.name: "" for setting in fields(settings) if not setting.repr}
    return replace(settings, oauth_certificate_file="", **secrets)  # type: ignore[arg-type]


def _environment() -> Mapping[str, str]:
    """This process's own, without any setting: there may be a secret among them, and a helper reads none."""
    names = {
        name
        for setting in fields(Settings)
        for name in (setting.metadata["key"], *setting.metadata["aliases"])
    }
    return {name: value for name, value in os.environ.items() if name not in names}


class _Helper:
    """A process that carries messages."""

    def __init__(self, assignment: Assignment) -> None:
        ours, theirs = socket.socketpair()
        descriptors = (theirs.fileno(), assignment.handover.lock)
        command = [sys.executable, "-m", "mailer.delivery.smtp.helper_process", str(theirs.fileno())]
        with signals_blocked():
            self._process = subprocess.Popen(  # noqa: S603
                command, pass_fds=descriptors, stdin=subprocess.DEVNULL, env=_environment()
            )
        theirs.close()
        self.connection = Connection(ours.detach())
        self.connection.send(assignment)
        self.hungry = self.idle = self.working = self.left = self.gone = False
        self.token: Future[AccessToken] | None = None

    def feed(self, claims: Sequence[Claim] | None) -> None:
        """More claims; None: no more will come, complete what is in flight, and end."""
        self.hungry = self.idle = False
        self.tell(claims)

    def tell(self, word: Sequence[Claim] | NoLogin | AccessToken | NoToken | Paused | None) -> None:
        """Says something. That it has ended is heard, not noticed here."""
        with contextlib.suppress(OSError):
            self.connection.send(word)

    def hear(self) -> Dispatch | None:
        """Its next dispatch; None: it has ended."""
        try:
            dispatch = self.connection.recv()
        except (EOFError, OSError):
            self.gone = True
            return None
        assert isinstance(dispatch, Dispatch)
        self.hungry, self.idle, self.working = dispatch.hungry, dispatch.idle, dispatch.working
        self.left = dispatch.unsent is not None
        return dispatch

    def hand_token(self) -> None:
        """The access token that it has asked for, if that has come."""
        if self.token and self.token.done():
            answer, self.token = self.token, None
            try:
                self.tell(answer.result())
            except TransportError as error:
                self.tell(NoToken(error.message, error.hint))

    def end(self) -> None:
        """Waits until it has ended. Where it was not told to, closing the connection makes it drop everything."""
        self.connection.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Need:
    """Whether help is worth it: this process has been busy all the time, and much is left.

    Where the server is the slower one, or another program needs the other cores, a helper only gets in the way.
    """

    def __init__(self, work: SharedWork, seconds: float) -> None:
        self._work, self._seconds = work, seconds
        self._begin()

    def _begin(self) -> None:
        self._started, self._cpu, self._left = time.monotonic(), time.process_time(), self._work.left()

    def proven(self) -> bool:
        """Whether it is, by now."""
        passed = time.monotonic() - self._started
        if passed < self._seconds:
            return False
        busy = time.process_time() - self._cpu
        done, left = self._left - self._work.left(), self._work.left()
        self._begin()
        return busy / passed > _BUSY and left > _LEFT * done / passed


class Helpers:
    """Helpers that share this process's run. They start when this process has its share of connections and can't keep
    up; one after the other, as a wrong password must cost one attempt, and a server without room one refusal.

    Args:
        settings: for the helpers; SMTP_CONNECTIONS are those of each.
        count: how many helpers.
        after: seconds for which this process must have been busy; 0: helpers start at once.
        ask: for access tokens; None: they log in by password, or not at all.

    Attributes:
        each: how many connections each process may have, once helpers are wanted.
        wanted: helpers are, or will be, at work.
    """

    def __init__(
        self,
        settings: Settings,
        schedule: Schedule,
        work: SharedWork,
        count: int,
        after: float,
        ask: Ask | None = None,
    ) -> None:
        self._assignment, self._ask = Assignment.of(settings, schedule, work.handover), ask
        self._work, self._count, self._after = work, count, after
        self.each = settings.smtp_connections
        self.wanted = after == 0
        self._need: _Need | None = None
        self._helpers: list[_Helper] = []
        self._told = self._no_login_told = self._paused_told = False
        self._schedule, self._refusals, self._not_before = schedule, 0, 0.0

    @property
    def _present(self) -> list[_Helper]:
        return [helper for helper in self._helpers if not helper.gone]

    @property
    def busy(self) -> bool:
        """Whether some helper has, or may have, something in hand."""
        return any(not helper.idle for helper in self._present)

    @property
    def may_give_back(self) -> bool:
        """Whether some helper has something in hand that others are to carry if it can't."""
        return self.busy and not self._work.ending

    @property
    def wait_for_tokens(self) -> bool:
        """Whether some helper has asked for an access token that has not come yet."""
        return any(helper.token for helper in self._present)

    def tend(self, selector: selectors.BaseSelector, *, room: bool) -> None:
        """Hears what helpers report, and gives the hungry more. Never waits.

        Args:
            room: this process has no more connections than its share.
        """
        if not self.wanted:
            self._need = self._need or _Need(self._work, self._after)
            self.wanted = self._need.proven()
        elif room and self._one_more():
            self._helpers.append(_Helper(self._assignment))
            selector.register(self._helpers[-1].connection, selectors.EVENT_READ, self._helpers[-1])
        for helper in self._present:
            while not helper.gone and select.select([helper.connection], [], [], 0)[0]:
                self._hear(helper)
            helper.hand_token()
            if helper.gone:
                selector.unregister(helper.connection)
            elif helper.hungry and not self._work.ending:
                claims = self._work.hand_out()
                if claims:
                    helper.feed(claims)
        if (paused := self._work.paused) != self._paused_told:
            self._paused_told = paused
            for helper in self._present:
                helper.tell(Paused(over=not paused))
        if (why := self._work.no_login) and not self._no_login_told:
            self._no_login_told = True
            for helper in self._present:
                helper.tell(why)
        if self._work.ending:
            self._tell_all()

    def _one_more(self) -> bool:
        """Whether one more helper is of use now. Those there are have shown that the server has room for them."""
        present = self._present
        return (
            len(present) < self._count
            and all(helper.working for helper in present)
            and self._work.left() > GROUP
            and not (self._work.ending or self._work.no_login)
            and time.monotonic() >= self._not_before
        )

    def _tell_all(self) -> None:
        if not self._told:
            self._told = True
            for helper in self._present:
                helper.feed(None)

    def finish(self) -> None:
        """Lets them complete what is in flight, and hears the last of it."""
        self._tell_all()
        for helper in self._helpers:
            while not (helper.gone or self._work.aborting):
                if select.select([helper.connection], [], [], _LOOK)[0]:
                    self._hear(helper)

    def close(self) -> None:
        """Whoever is still there drops everything; returns when all are gone."""
        for helper in self._helpers:
            helper.end()

    def _hear(self, helper: _Helper) -> None:
        dispatch = helper.hear()
        if dispatch is None:
            if not (self._told or helper.left):
                self._work.halt(
                    "One of the sending processes ended unexpectedly.", "Carry on with `mailer resume`."
                )
            return
        self._work.hear(dispatch)
        if dispatch.wants_token and self._ask:
            helper.token = self._ask(dispatch.refused_token)
        if dispatch.ledger_failed and dispatch.failed:
            raise LedgerError(*dispatch.failed)
        if dispatch.failed:
            self._work.halt(*dispatch.failed, dispatch.window)
        if dispatch.leaving:
            helper.feed(None)
            self._refusals += 1
            self._not_before = time.monotonic() + self._schedule.more_after(self._refusals)
