"""Several SMTP sessions in one loop, without threads: whoever can go on goes on. After each round, all messages whose
bodies are out are written down in one transaction, and only then do their final dots leave. While a database is at
that, the others go on."""

from __future__ import annotations

import selectors
import socket
import time

from mailer.delivery.dots import Dots
from mailer.delivery.pace import Schedule
from mailer.delivery.smtp.attempts import Attempts
from mailer.delivery.smtp.connection import ConnectionLost, WaitFor, Withdrawn
from mailer.delivery.smtp.helpers import Helpers
from mailer.delivery.smtp.login.authenticate import LoginRefused, TokenExpired, TokenRefused
from mailer.delivery.smtp.login.tokens import Ask, Credentials, Login
from mailer.delivery.smtp.login_replies import HANGS_UP
from mailer.delivery.smtp.resolving import resolve
from mailer.delivery.smtp.session import Session
from mailer.delivery.transport import NoLogin, Work
from mailer.errors import TransportError
from mailer.settings import Settings

_NAP = 0.001
"""Seconds without news after which there is a moment for the ledger."""

_TICK = 0.25
"""Seconds between looks at the clock and at whether to stop."""

_WORTH_A_CONNECTION = 10
"""Messages for which one more connection is opened."""

_TOKEN_TICK = 0.02
"""Seconds between looks at whether an access token has come."""

_EVENTS = {WaitFor.READ: selectors.EVENT_READ, WaitFor.WRITE: selectors.EVENT_READ | selectors.EVENT_WRITE}


class Loop:
    """The sessions of one run, in this process.

    Args:
        settings: SMTP_*.
        ask: for access tokens, where the login is by token.
        helpers: other processes that share the run.
        helping: this is one of those. The others work: where it can't open one connection, it leaves at once.
    """

    def __init__(
        self,
        settings: Settings,
        schedule: Schedule,
        work: Work,
        ask: Ask | None = None,
        helpers: Helpers | None = None,
        *,
        helping: bool = False,
    ) -> None:
        self._settings, self._schedule, self._work, self._helpers = settings, schedule, work, helpers
        self._helping = helping
        self._login = Login(settings, ask)
        self._addresses = resolve(settings)
        self._selector = selectors.DefaultSelector()
        self._wants: dict[Session, WaitFor] = {}
        self._sockets: dict[Session, socket.socket] = {}
        self._dots = Dots[Session](work, self._selector)
        self._attempts = Attempts(settings, schedule, work, helping=helping)

    def carry(self) -> None:
        """See `Transport.carry`.

        Raises:
            TransportError: no connection can be had, and none could; of a helper also: none any more.
        """
        try:
            self._run()
        except TransportError as error:
            if self._helping or not self._attempts.ever_opened:
                raise
            self._work.halt(error.message, error.hint)
        finally:
            self._close()

    def _run(self) -> None:
        while not self._work.aborting:
            if self._helpers and self._attempts.ever_opened:
                self._make_room(self._helpers)
            self._staff()
            patience = self._patience()
            if not self._wants:
                crowded = (
                    self._attempts.crowded_out and self._work.left() > 0
                )  # it claims nobody until it has one
                pause = _TICK if crowded else self._work.wait()
                if pause is None and not (self._helpers and self._helpers.busy):
                    return
                soon = max(pause or 0.0, self._attempts.not_before - time.monotonic(), 0.001)
                patience = _TICK if self._others_work else min(_TICK, soon)
            if self._login.waits or (self._helpers and self._helpers.wait_for_tokens):
                patience = _TOKEN_TICK
            for key, _ in self._look(patience):
                if isinstance(key.data, Session):
                    self._hear(key.data)
            self._commit()
            self._look_at_the_clock()

    def _look(self, patience: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Who can go on, waiting so many seconds. Before it sleeps, what became of others is written down, unless an
        answer is waited for. Whoever said something else to the ledger has heard that: nothing would wake us."""
        if self._dots.asked:
            return [] if self._dots.answered else self._selector.select(patience)
        events = self._selector.select(min(patience, _NAP))
        if events or patience <= _NAP:
            return events
        self._work.flush()
        return self._selector.select(patience - _NAP)

    @property
    def _share(self) -> int:
        """How many connections this process may have: all of them, until it has help."""
        return (
            self._helpers.each if self._helpers and self._helpers.wanted else self._settings.smtp_connections
        )

    @property
    def _working(self) -> int:
        """How many connections of this process the server has let in."""
        return sum(session.opened for session in self._wants)

    @property
    def _others_work(self) -> bool:
        """Whether something goes on without the connection that has just failed, or is missing."""
        return self._working > 0 or (self._helpers is not None and self._helpers.busy)

    def _make_room(self, helpers: Helpers) -> None:
        """Lets helpers work, once as many connections have ended as they will open, and this process has its share."""
        for session in list(self._wants)[self._share :]:
            session.leaving = True
        helpers.tend(self._selector, room=self._working == len(self._wants) == helpers.each)

    def _close(self) -> None:
        self._dots.drop()
        for session in self._wants:
            session.dialogue.connection.close()
        self._attempts.keep(0)
        self._selector.close()

    def _staff(self) -> None:
        """Opens as many sessions as there is work and room for: one after the other, as a wrong password must cost
        one attempt, and a server that has no room one refusal. Where the login is by token, one is asked for first.

        Raises:
            TransportError: none may be opened any more, and nobody works.
        """
        while self._one_more():
            if self._wait() is None:
                return
            if no := self._work.no_login:
                if self._others_work:
                    return
                raise TransportError(no.message, no.hint)
            credentials = self._credentials()
            if credentials is None:
                return
            session = Session(
                self._settings, credentials, self._addresses, self._work, self._schedule, self._wait
            )
            self._wants[session] = WaitFor.WORK
            self._advance(session)

    def _credentials(self) -> Credentials | None:
        """What one more connection logs in with; None: it is not there yet.

        Raises:
            TransportError: there is none, and nobody works.
        """
        try:
            return self._login.next()
        except TransportError as problem:
            if isinstance(problem, LoginRefused):
                self._work.bar_login(NoLogin(problem.message, problem.hint))
            self._attempts.without_token(problem, others_work=self._others_work)
            return None

    def _one_more(self) -> bool:
        """Whether one more session is of use now."""
        if self._working < len(self._wants):
            return False
        enough = -(-self._work.left() // _WORTH_A_CONNECTION)
        most = min(self._share, enough, self._attempts.most(others_work=self._others_work))
        return len(self._wants) < most and self._attempts.has_place(len(self._wants) + 1)

    def _patience(self) -> float:
        """Seconds that the loop may sleep: until the next deadline, or until there is work."""
        patience, now = _TICK, time.monotonic()
        for session, want in self._wants.items():
            if want is WaitFor.WORK:
                patience = min(patience, self._wait() or 0)
            elif want is not WaitFor.COMMIT:
                patience = min(patience, max(0.0, session.dialogue.deadline - now))
        return patience

    def _wait(self) -> float | None:
        """Seconds until there may be something to carry: what helpers have in hand they may give back. None: so long,
        or never, that no connection is kept for it."""
        pause = self._work.wait()
        if pause is None and self._helpers and self._helpers.may_give_back:
            return _TICK
        return None if pause is None or pause > self._schedule.linger else pause

    def _hear(self, session: Session) -> None:
        """There is news on its socket. Whoever waits for the ledger hears it after that."""
        if self._wants.get(session) is WaitFor.COMMIT:
            self._selector.unregister(self._sockets.pop(session))
        else:
            self._advance(session)

    def _advance(self, session: Session, late: ConnectionLost | None = None) -> None:
        if session not in self._wants:
            return
        was_open = session.opened
        try:
            want = session.conversation.throw(late) if late else next(session.conversation)
        except StopIteration:
            self._remove(session)
            session.dialogue.connection.close()
        except (ConnectionLost, TransportError) as problem:
            self._lost(session, session.in_flight.parting or problem)
        else:
            if session.opened and not was_open:
                self._attempts.opened(self._working)
            if session.in_flight.accepted:
                self._attempts.accepted()
            self._watch(session, want)

    def _watch(self, session: Session, want: WaitFor) -> None:
        """Has the loop resume a session when what it wants is there."""
        events = _EVENTS.get(want, selectors.EVENT_READ)
        its_socket = session.dialogue.connection.socket
        known = self._sockets.get(session)
        if known is not its_socket:
            if known is not None:
                self._selector.unregister(known)
            self._selector.register(its_socket, events, session)
            self._sockets[session] = its_socket
        elif _EVENTS.get(self._wants[session], selectors.EVENT_READ) != events:
            self._selector.modify(its_socket, events, session)
        self._wants[session] = want

    def _remove(self, session: Session) -> None:
        del self._wants[session]
        known = self._sockets.pop(session, None)
        if known is not None:
            self._selector.unregister(known)
        self._attempts.keep(len(self._wants))

    def _lost(self, session: Session, problem: ConnectionLost | TransportError) -> None:
        """A session is gone, or could not be opened. As long as others work, that is no reason to stop.

        Raises:
            TransportError: nobody works, and trying again would not help.
        """
        self._remove(session)
        if isinstance(problem, TokenRefused) and not session.credentials.refused(problem.final):
            problem = problem.in_vain
        if isinstance(problem, Withdrawn | TokenRefused | TokenExpired):
            session.lost(str(problem))
            return
        others_work = self._others_work
        if isinstance(problem, LoginRefused):
            self._work.bar_login(NoLogin(problem.message, problem.hint))
        elif session.dialogue.unanswered and not session.credentials.token and (others_work or self._helping):
            self._work.bar_login(NoLogin(f"The password was sent, and {problem}.", HANGS_UP))
        session.lost(problem.message if isinstance(problem, TransportError) else str(problem))
        if others_work:
            self._attempts.without(session, problem, self._working)
        else:
            self._attempts.again(session, problem)

    def _commit(self) -> None:
        """Has all written down whose bodies are out, and lets their dots go once they are."""
        while self._dots.asked or self._dots.ask(
            [s for s, want in self._wants.items() if want is WaitFor.COMMIT]
        ):
            if not self._dots.answered:
                return
            for session in self._dots.let_go():
                self._advance(session)

    def _look_at_the_clock(self) -> None:
        """Resumes those whose time is up, and those who wait for work that is there now."""
        now = time.monotonic()
        for session, want in list(self._wants.items()):
            if want is WaitFor.WORK:
                if not self._wait():
                    self._advance(session)
            elif want is not WaitFor.COMMIT and now > session.dialogue.deadline:
                self._advance(session, ConnectionLost(f"timed out waiting for {session.dialogue.awaited}"))
