"""Several SMTP sessions in one loop, without threads: whoever can go on goes on.

After each round of the loop, all messages whose bodies are out are written down in one transaction, and only
then do their final dots leave.
"""

from __future__ import annotations

import selectors
import socket
import time

from mailer.delivery.resolving import resolve
from mailer.delivery.schedule import Schedule
from mailer.delivery.session import Session
from mailer.delivery.sharing import Team
from mailer.delivery.wire import Cut, Want
from mailer.delivery.work import Work
from mailer.errors import TransportError
from mailer.settings import Settings

_NAP = 0.001
"""Seconds without news after which there is a moment for the ledger."""

_TICK = 0.25
"""Seconds between looks at the clock and at whether to stop."""

_WORTH_A_CONNECTION = 10
"""Messages for which one more connection is opened."""

_MOST_UNANSWERED = 2
"""So often a password leaves without an answer before any login has succeeded. Silence is no verdict: once more, after
a pause, costs a right password nothing. But some servers hang up on a wrong one, and others lock the account after
three."""

_EVENTS = {Want.READ: selectors.EVENT_READ, Want.WRITE: selectors.EVENT_READ | selectors.EVENT_WRITE}


class Crew:
    """The sessions of one run, in this process.

    Args:
        settings: SMTP_*.
        team: other processes that share the run.
    """

    def __init__(self, settings: Settings, schedule: Schedule, work: Work, team: Team | None = None) -> None:
        self._settings, self._schedule, self._work, self._team = settings, schedule, work, team
        self._addresses = resolve(settings)
        self._selector = selectors.DefaultSelector()
        self._wants: dict[Session, Want] = {}
        self._sockets: dict[Session, socket.socket] = {}
        self._failures = self._unanswered = 0
        self._not_before = 0.0
        self._ever_opened = False

    def carry(self) -> None:
        """See `Transport.carry`."""
        try:
            self._run()
        finally:
            self._close()

    def _run(self) -> None:
        while not self._work.aborting:
            if self._team and self._ever_opened:
                self._make_room(self._team)
            self._staff()
            patience = self._patience()
            if not self._wants:
                pause = self._work.wait()
                if pause is None and not (self._team and self._team.busy):
                    return
                patience = min(_TICK, max(pause or 0.0, self._not_before - time.monotonic(), 0.001))
            for key, _ in self._look(patience):
                if isinstance(key.data, Session):
                    self._advance(key.data)
            self._commit()
            self._look_at_the_clock()

    def _look(self, patience: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Who can go on, waiting so many seconds for them. Before it sleeps, what became of others is written down: a
        process that is killed then leaves in doubt only what is on the wire."""
        events = self._selector.select(min(patience, _NAP))
        if events or patience <= _NAP:
            return events
        self._work.flush()
        return self._selector.select(patience - _NAP)

    @property
    def _share(self) -> int:
        """How many connections this process may have: all of them, until it has help."""
        return self._team.each if self._team and self._team.wanted else self._settings.smtp_connections

    def _make_room(self, team: Team) -> None:
        """Lets the helpers work, once as many connections have ended as they will open."""
        for session in list(self._wants)[self._share :]:
            session.leaving = True
        team.tend(self._selector, room=len(self._wants) <= team.each)

    def _close(self) -> None:
        for session in self._wants:
            session.line.wire.close()
        self._selector.close()

    def _staff(self) -> None:
        """Opens as many sessions as there is work for: one, until that one has logged in, as a wrong password
        must cost one attempt."""
        while time.monotonic() >= self._not_before:
            enough = -(-self._work.left() // _WORTH_A_CONNECTION)
            most = min(self._share, enough)
            if not self._ever_opened or self._failures:
                most = min(most, 1)
            if len(self._wants) >= most or (self._wants and not self._ever_opened):
                return
            pause = self._work.wait()
            if pause is None or pause > self._schedule.linger:
                return
            session = Session(self._settings, self._addresses, self._work, self._schedule)
            self._wants[session] = Want.WORK
            self._advance(session)

    def _patience(self) -> float:
        """Seconds that the loop may sleep: until the next deadline, or until there is work."""
        patience, now = _TICK, time.monotonic()
        for session, want in self._wants.items():
            if want is Want.WORK:
                patience = min(patience, self._work.wait() or 0)
            else:
                patience = min(patience, max(0.0, session.line.deadline - now))
        return patience

    def _advance(self, session: Session, late: Cut | None = None) -> None:
        if session not in self._wants:
            return
        try:
            want = session.conversation.throw(late) if late else next(session.conversation)
        except StopIteration:
            self._remove(session)
            session.line.wire.close()
        except Cut as cut:
            self._lost(session, cut)
        except TransportError as error:
            self._remove(session)
            session.lost(error.message)
            if not self._ever_opened:
                raise
            self._work.halt(error.message, error.hint)
        else:
            self._ever_opened = self._ever_opened or session.opened
            if session.flying.accepted:
                self._failures = 0
            self._watch(session, want)

    def _watch(self, session: Session, want: Want) -> None:
        """Has the loop resume a session when what it wants is there."""
        events = _EVENTS.get(want, selectors.EVENT_READ)
        wire_socket = session.line.wire.socket
        known = self._sockets.get(session)
        if known is not wire_socket:
            if known is not None:
                self._selector.unregister(known)
            self._selector.register(wire_socket, events, session)
            self._sockets[session] = wire_socket
        elif _EVENTS.get(self._wants[session], selectors.EVENT_READ) != events:
            self._selector.modify(wire_socket, events, session)
        self._wants[session] = want

    def _remove(self, session: Session) -> None:
        del self._wants[session]
        known = self._sockets.pop(session, None)
        if known is not None:
            self._selector.unregister(known)

    def _lost(self, session: Session, cut: Cut) -> None:
        self._remove(session)
        session.lost(str(cut))
        if session.line.unanswered and not self._ever_opened:
            self._unanswered += 1
            if self._unanswered == _MOST_UNANSWERED:
                raise TransportError(
                    f"The password was sent {_MOST_UNANSWERED} times, and each time {cut}.",
                    "Some servers hang up on a wrong password: look at SMTP_USERNAME and SMTP_PASSWORD in .env. It is "
                    "not sent again, lest the account be locked.",
                )
        self._failures = 1 if session.flying.accepted else self._failures + 1
        pause = self._schedule.reconnect_after(self._failures)
        where = f"{self._settings.smtp_host}:{self._settings.port}"
        if pause is not None and (self._ever_opened or session.line.greeted):
            self._not_before = time.monotonic() + (0 if session.flying.accepted else pause)
            return
        message = f"No connection to {where}: {cut}."
        hint = "Check SMTP_HOST, SMTP_PORT and SMTP_SECURITY; `mailer doctor` looks closer."
        if not self._ever_opened:
            raise TransportError(message, hint)
        self._work.halt(message, hint)

    def _commit(self) -> None:
        """Writes down all whose bodies are out, and lets their dots go."""
        while ready := [session for session, want in self._wants.items() if want is Want.COMMIT]:
            withheld = self._work.before_dots([parcel for session in ready for parcel in session.ready])
            for session in ready:
                session.ready = [parcel for parcel in session.ready if parcel not in withheld]
                self._advance(session)

    def _look_at_the_clock(self) -> None:
        """Resumes those whose time is up, and those who wait for work that is there now."""
        now = time.monotonic()
        for session, want in list(self._wants.items()):
            if want is Want.WORK:
                pause = self._work.wait()
                if not pause or pause > self._schedule.linger:
                    self._advance(session)
            elif now > session.line.deadline:
                self._advance(session, Cut(f"timed out waiting for {session.line.awaited}"))
