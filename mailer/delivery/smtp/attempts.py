"""Whether one more connection is tried for, when, and when there were enough attempts."""

from __future__ import annotations

import time

from mailer.delivery.ledger.places import Places
from mailer.delivery.pace import Schedule
from mailer.delivery.smtp.connection import ConnectionLost, HandshakeLost
from mailer.delivery.smtp.handshake import TurnedAway
from mailer.delivery.smtp.in_flight import NoRoom, NotNow
from mailer.delivery.smtp.login.authenticate import NO_ANSWER
from mailer.delivery.smtp.login_replies import HANGS_UP
from mailer.delivery.smtp.session import Session
from mailer.delivery.transport import Work
from mailer.errors import AuthorizationUnanswered, TransportError
from mailer.settings import Settings

_MOST_UNANSWERED = 2
"""So often a password leaves without an answer before any login has succeeded. Silence is no verdict: once more, after
a pause, costs a right password nothing. But some servers hang up on a wrong one, and others lock the account after
three."""

_MOST_CUTS = 2
"""So many connections in a row are cut before a message of theirs was accepted, while others work: the server has no
room for them."""

_ANY = 1_000_000


class ConnectionLimit:
    """How many connections a server has room for: it does not say, so it is found out. A connection that fails while
    others work says that there are enough of them; later, after a pause that grows, one more is tried for.

    Moments are those of `time.monotonic`.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._known, self._refusals, self._again_at = _ANY, 0, 0.0
        self._cuts = 0

    def most(self, now: float) -> int:
        """How many connections may be had now."""
        return self._known + (now >= self._again_at)

    def cut(self, working: int, why: Exception, opened: bool, accepted: int) -> float:
        """A connection is gone, or could not be had, while so many others work. One that had messages accepted is
        replaced at once; one that had none, after a pause, and when that goes on, there is no room for it. Nor is there
        where the server says so; where it says that we are too fast, there is a pause in any case.

        Args:
            opened: the server had let it in.
            accepted: how many messages of it were.

        Returns:
            Seconds before another one is opened.
        """
        if isinstance(why, NoRoom):
            self._refused(working)
            return 0.0
        pause = self._schedule.reconnect_after(1) or 0.0
        if isinstance(why, NotNow):
            return pause
        if accepted:
            self._cuts = 0
            return 0.0
        self._cuts += opened
        if opened and self._cuts < _MOST_CUTS:
            return pause
        self._refused(working)
        return 0.0

    def _refused(self, working: int) -> None:
        """One more than these was too many."""
        self._known = working
        self._refusals += 1
        self._again_at = time.monotonic() + self._schedule.more_after(self._refusals)

    def opened(self, working: int) -> None:
        """So many work."""
        self._known = max(self._known, working)


class Attempts:
    """What one process knows of its attempts at a server.

    Args:
        helping: others work, in other processes.
        work: knows the places of all senders together, where they are counted.

    Attributes:
        crowded_out: others have all places; this process has no connection.
        ever_opened: the server has let this process in.
        not_before: the moment (`time.monotonic`) of the next attempt.
    """

    def __init__(self, settings: Settings, schedule: Schedule, work: Work, *, helping: bool) -> None:
        self._settings, self._schedule, self._helping = settings, schedule, helping
        self._limit = ConnectionLimit(schedule)
        self._failures = self._unanswered = self._tokenless = 0
        self.not_before = 0.0
        self.ever_opened = self.crowded_out = False
        self._places = _places(settings, work)

    def most(self, *, others_work: bool) -> int:
        """How many connections there may be now."""
        now = time.monotonic()
        if now < self.not_before:
            return 0
        room = self._limit.most(now) if others_work else 1
        return 1 if self._failures else room

    def has_place(self, number: int) -> bool:
        """Whether there may be so many, of those that all senders have together."""
        if self._places is None:
            return True
        found = self._places.have(number)
        self.crowded_out = number == 1 and not found
        return found

    def keep(self, number: int) -> None:
        """So many are left, of those that there were."""
        if self._places:
            self._places.keep(number)

    def opened(self, working: int) -> None:
        """The server has let one in; so many work now."""
        self.ever_opened = True
        self._tokenless = 0
        self._limit.opened(working)

    def accepted(self) -> None:
        """It has accepted a message."""
        self._failures = 0

    def without(self, session: Session, problem: Exception, working: int) -> None:
        """One is gone, or could not be had, and so many others work."""
        pause = self._limit.cut(working, problem, session.opened, session.in_flight.accepted)
        if pause:
            self.not_before = time.monotonic() + pause

    def again(self, session: Session, problem: ConnectionLost | TransportError) -> None:
        """One is gone, or could not be opened, and nobody works: another one after a pause, unless there were enough.

        Raises:
            TransportError: there were, or trying again would not help.
        """
        may_be_busy = isinstance(problem, TurnedAway) and self.ever_opened
        if isinstance(problem, NoRoom) and self._helping:
            raise TransportError(str(problem), problem.hint)
        if isinstance(problem, TransportError) and not may_be_busy:
            raise problem
        if session.dialogue.unanswered and not self.ever_opened:
            self._unanswered += 1
            if self._unanswered == _MOST_UNANSWERED:
                what = "access token" if self._settings.by_token else "password"
                raise TransportError(
                    f"The {what} was sent {_MOST_UNANSWERED} times, and each time {problem}.",
                    NO_ANSWER if self._settings.by_token else HANGS_UP,
                )
        self._failures = 1 if session.in_flight.accepted else self._failures + 1
        pause = self._schedule.reconnect_after(self._failures)
        somebody_is_there = session.dialogue.greeted or isinstance(problem, HandshakeLost)
        if pause is not None and (self.ever_opened or (somebody_is_there and not self._helping)):
            at_once = session.in_flight.accepted and not isinstance(problem, NotNow)
            self.not_before = time.monotonic() + (0 if at_once else pause)
            return
        if isinstance(problem, TransportError):
            raise problem
        if isinstance(problem, NotNow):
            raise TransportError(f"The server takes no message: {str(problem).rstrip('.')}.", problem.hint)
        raise TransportError(
            f"Can't connect to {self._settings.smtp_host}:{self._settings.port}: {problem}.",
            "Check SMTP_HOST, SMTP_PORT and SMTP_SECURITY; `mailer doctor` takes a closer look.",
        )

    def without_token(self, problem: TransportError, *, others_work: bool) -> None:
        """There is no access token to log in with. That is no reason to stop others; and where whoever gives them
        can't be reached, they are asked again after a pause.

        Raises:
            TransportError: nobody works, and there were enough attempts, or asking again would not help.
        """
        self._tokenless += 1
        if others_work:
            pause: float | None = self._schedule.more_after(self._tokenless)
        elif isinstance(problem, AuthorizationUnanswered) and self.ever_opened and not self._helping:
            pause = self._schedule.reconnect_after(self._tokenless)
        else:
            pause = None
        if pause is None:
            raise problem
        self.not_before = time.monotonic() + pause


def _places(settings: Settings, work: Work) -> Places | None:
    """The places at this server, for whoever logs in there as this user, where they are counted together."""
    server = f"{settings.smtp_host}:{settings.port} {settings.smtp_username}"
    return work.places(server, settings.smtp_connections_total) if settings.smtp_connections_total else None
