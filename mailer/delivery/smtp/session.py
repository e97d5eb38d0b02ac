"""One SMTP session and the messages it carries (RFC 5321 §3.3).

Theory of operation. A session is a generator: it yields what it waits for (`WaitFor`), and loop.py resumes it when
that is there, or throws `ConnectionLost` into it when its time is up. smtplib raises the same exception for a
connection lost at MAIL and for one lost after acceptance; here, at every moment, each message stands in exactly one
place:

    current     on the wire, surely incomplete: its envelope or its body is being sent
    ready       all but its end is out (DATA; until that is written down it is `current` too, surely incomplete), or
                none of it yet (BDAT); it waits for the ledger to write down that it is about to be complete
    in flight   it may be complete on the wire; its answer has not come
    settled     the server's answer was judged, or the lack of one; it is the `Work`'s again

and moves only as the methods of “transitions” below say:

    taken ── _begin ──> current ── _refused ──> settled             a refusal before the body
                        current ── _complete ──> ready              the body is out (DATA)
    taken ───────────── _complete ─────────────> ready              (BDAT)
    ready ── the loop asks the ledger (`Work.ask`); whoever is withheld is settled, and leaves `ready`
    ready ── _release ──> in flight                                 the dot leaves next, or BDAT LAST
    in flight ── InFlight.hear ──> settled                          its answer
    lost():  current, ready ──> given back: nothing of it was accepted, though it may be written down as about to be
             complete; or settled by the server's last word on its body
             in flight ──> settled: uncertain; or refused, where the server had said so before; or given back, where
             it had said goodbye before it could hear the end (InFlight.lost)

What must never happen follows: a dot leaves only from `ready`, and nothing leaves `ready` but through the ledger.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence

from mailer.delivery.pace import Schedule
from mailer.delivery.replies import Stage, Verdict, judge
from mailer.delivery.smtp.commands import envelope_commands, has_bare_dot, not_for, too_big
from mailer.delivery.smtp.connection import Connection, ConnectionLost, WaitFor, Withdrawn
from mailer.delivery.smtp.dialogue import Capabilities, Dialogue
from mailer.delivery.smtp.handshake import open_session
from mailer.delivery.smtp.in_flight import Decision, InFlight, last_word, lost_by
from mailer.delivery.smtp.login.tokens import Credentials
from mailer.delivery.smtp.resolving import SocketAddress
from mailer.delivery.transport import Parcel, Work
from mailer.model import Outcome, Status
from mailer.settings import Settings

BDAT_FROM = 4
"""From this window on BDAT pays: below, a server's delayed ACK makes it slower than DATA."""

_SLOWEST = 10_000
"""Octets a second that a server must take at least."""


class Session:
    """One connection's life.

    Args:
        credentials: what it logs in with.
        addresses: of the server, tried in this order.
        work: where messages come from and answers go to.
        wait: seconds until there may be a next one; None: it is not worth waiting for.

    Attributes:
        opened: the server has let us in.
        leaving: set from outside: begin no other message, and end.
        current: what is surely incomplete on the wire.
        ready: what waits to be written down as complete; after that, what is left of it to be sent.
        in_flight: what may be complete on the wire.
    """

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        addresses: Sequence[SocketAddress],
        work: Work,
        schedule: Schedule,
        wait: Callable[[], float | None],
    ) -> None:
        self._settings, self.credentials, self._addresses = settings, credentials, addresses
        self._work, self._schedule, self._wait = work, schedule, wait
        self._seconds = float(settings.smtp_timeout)
        self._left_over = self._in_body = False
        self.capabilities = Capabilities()
        self.dialogue = Dialogue(Connection(addresses[0], credentials.redaction))
        self.opened = self.leaving = False
        self.current: Parcel | None = None
        self.ready: list[Parcel] = []
        self._next: Parcel | None = None
        self.in_flight = InFlight(work, credentials, settings.smtp_username)
        self.conversation = self._converse()

    # ---- the conversation -----------------------------------------------------------------------

    def _converse(self) -> Generator[WaitFor, None, None]:
        self.capabilities = yield from self._open()
        self.opened = True
        several = self._settings.smtp_window >= BDAT_FROM and self._pipelining
        if several and "CHUNKING" in self.capabilities.extensions:
            yield from self._by_bdat()
        else:
            yield from self._by_data()
        yield from self.dialogue.ask(b"QUIT", Stage.QUIT, min(self._seconds, 5))

    def _open(self) -> Generator[WaitFor, None, Capabilities]:
        """At the first address that takes us. One that has seen the password had its say: it goes to no other."""
        token = self.credentials.token
        for further in self._addresses[1:]:
            try:
                return (yield from open_session(self.dialogue, self._settings, token))
            except ConnectionLost:
                if self.dialogue.proof_sent:
                    raise
                self.dialogue.connection.close()
                self.dialogue.connection = Connection(further, self.credentials.redaction)
        return (yield from open_session(self.dialogue, self._settings, token))

    @property
    def _pipelining(self) -> bool:
        return "PIPELINING" in self.capabilities.extensions

    def _by_data(self) -> Generator[WaitFor, None, None]:
        """One message in flight. With PIPELINING its dot leaves together with the next one's commands:
        content may lead a command group (RFC 2920 §3.1), so a message costs one round trip."""
        while True:
            parcel, self._next = self._next if self.in_flight else self._take(), None
            if parcel is None and not self.in_flight:
                if not (yield from self._more_to_come()):
                    return
                continue
            self._begin(parcel)
            commands = self._commands(parcel, b"DATA") if parcel else []
            dot = b".\r\n" if self.in_flight else b""
            if self._pipelining:
                dot += b"".join(command for _, command in commands)
            if dot:
                self.dialogue.connection.send(dot)
                yield from self.dialogue.flush(Stage.DOT, self._seconds)
            yield from self._answers()
            if parcel and (yield from self._envelope(parcel, commands)):
                yield from self._content(parcel)

    def _more_to_come(self) -> Generator[WaitFor, None, bool]:
        if self.in_flight.parting:
            raise self.in_flight.parting
        if self.leaving or self._wait() is None:
            return False
        yield WaitFor.WORK
        if self.dialogue.connection.has_news():
            raise ConnectionLost("the server closed the idle connection")
        return True

    def _take(self) -> Parcel | None:
        """The next parcel that this server can carry; others fail alone, unsent."""
        while not (self.leaving or self.in_flight.parting) and (parcel := self._work.take()):
            if why := too_big(parcel.envelope, self.capabilities) or has_bare_dot(parcel.envelope):
                self._work.settle(parcel, Verdict.STOP, Outcome(Status.QUEUED, text=why), "")
            elif why := not_for(parcel.envelope, self.capabilities):
                self._work.settle(parcel, Verdict.REJECTED, Outcome(Status.REJECTED, text=why), "")
            else:
                return parcel
        return None

    def _commands(self, parcel: Parcel, last: bytes) -> list[tuple[Stage, bytes]]:
        reset = [(Stage.RSET, b"RSET\r\n")] if self._left_over else []
        self._left_over = False
        return reset + envelope_commands(parcel.envelope, self.capabilities, last)

    def _envelope(
        self, parcel: Parcel, commands: list[tuple[Stage, bytes]]
    ) -> Generator[WaitFor, None, bool]:
        """Whether the message may follow."""
        decision: Decision | None = None
        pipelining = self._pipelining
        for stage, command in commands:
            if not pipelining:
                self.dialogue.connection.send(command)
                yield from self.dialogue.flush(stage, self._seconds)
            reply = yield from self.dialogue.reply(stage, self._seconds)
            verdict = judge(stage, reply)
            if verdict is Verdict.PROCEED:
                if stage is Stage.DATA and decision:
                    self._refused(parcel, decision)
                    raise ConnectionLost("the server asks for the message for a recipient that it refused")
                continue
            if verdict in (Verdict.RECONNECT, Verdict.FEWER, Verdict.SLOWER, Verdict.BROKEN):
                if decision:
                    self._refused(parcel, decision)
                raise lost_by(stage, verdict, reply)
            decision = decision or Decision(stage, verdict, reply)
            if not pipelining:
                break
        if decision:
            self._refused(parcel, decision)
        return decision is None

    def _content(self, parcel: Parcel) -> Generator[WaitFor, None, None]:
        """The body; then, once that is written down, the parcel is in flight: its dot leaves next."""
        content = parcel.envelope.content
        self._in_body = True
        self.dialogue.connection.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        yield from self.dialogue.flush(Stage.BODY, self._seconds + len(content) / _SLOWEST)
        self._next = self._take()  # before that is written down: the ledger may take long
        if self.dialogue.connection.has_news():
            raise ConnectionLost("the server broke off the message")
        yield from self._complete(parcel)
        if not self.ready:
            raise Withdrawn("a message was withdrawn before its end")
        self._release(Stage.DOT)

    # ---- several in flight ----------------------------------------------------------------------

    def _by_bdat(self) -> Generator[WaitFor, None, None]:
        """Up to SMTP_WINDOW messages in flight (RFC 3030). RSET leads each, as a refused BDAT leaves the
        transaction undefined (§2)."""
        while True:
            batch: list[Parcel] = []
            while len(self.in_flight) + len(batch) < self._settings.smtp_window and (parcel := self._take()):
                batch.append(parcel)
            if batch:
                yield from self._complete(*batch)
                yield from self._send_batch(self._release(Stage.RSET, Stage.MAIL, Stage.RCPT, Stage.DOT))
            elif not self.in_flight:
                if not (yield from self._more_to_come()):
                    return
                continue
            yield from self._answers()
            while self.in_flight and self.dialogue.connection.has_reply():
                yield from self._answers()

    def _send_batch(self, batch: list[Parcel]) -> Generator[WaitFor, None, None]:
        pieces, octets = [], 0
        for parcel in batch:
            content = parcel.envelope.content
            self._left_over = True
            pieces += [command for _, command in self._commands(parcel, b"BDAT %d LAST" % len(content))]
            pieces.append(content)
            octets += len(content)
        self.dialogue.connection.send(b"".join(pieces))
        yield from self.dialogue.flush(Stage.BODY, self._seconds + octets / _SLOWEST)

    def _answers(self) -> Generator[WaitFor, None, None]:
        """The answers to the oldest message in flight."""
        stage = None
        while stage is not Stage.DOT and (stage := self.in_flight.next_stage):
            seconds = max(self._schedule.dot, self._seconds) if stage is Stage.DOT else self._seconds
            reply = yield from self.dialogue.reply(stage, seconds)
            self.in_flight.hear(reply, self.dialogue.connection.host)

    # ---- transitions: where a message stands ----------------------------------------------------

    def _begin(self, parcel: Parcel | None) -> None:
        self.current = parcel

    def _refused(self, parcel: Parcel, decision: Decision) -> None:
        self.current = None
        self._left_over = True  # RSET keeps this envelope out of the next one
        self.in_flight.settle(parcel, decision, self.dialogue.connection.host)

    def _complete(self, *parcels: Parcel) -> Generator[WaitFor, None, None]:
        """Nothing but their ends is missing: waits until that is written down. Whoever is withheld has left `ready`."""
        self.ready = list(parcels)
        yield WaitFor.COMMIT  # a database may take long
        if (
            self.ready and self.dialogue.connection.is_over()
        ):  # a reply would be heard as the answer to the end
            raise ConnectionLost("the server hung up before the end of the message")
        self.current, self._in_body = None, False

    def _release(self, *stages: Stage) -> list[Parcel]:
        """What leaves now; `stages`: the replies that will come for each."""
        leaving, self.ready = self.ready, []
        for parcel in leaving:
            self.in_flight.add(parcel, *stages)
        return leaving

    def lost(self, why: str) -> None:
        """Judges what is in hand after the connection broke, once the answers that came before are heard."""
        self.conversation.close()
        connection = self.dialogue.connection
        connection.receive()
        with contextlib.suppress(ConnectionLost):
            while self.in_flight.next_stage and (reply := connection.next_reply()):
                self.in_flight.hear(reply, connection.host)
        self.in_flight.lost(why, connection.host)
        if self.current:
            decision = last_word(connection) if self._in_body else None
            if decision:
                self.in_flight.settle(self.current, decision, connection.host)
            else:  # what another message cost the line for is not suspect
                self._work.give_back(self.current, why, suspect=self.in_flight.parting is None)
        for parcel in self.ready:
            if parcel is not self.current:  # nothing of it has left
                self._work.give_back(parcel, why, suspect=False)
        self.ready = []
        if self._next:
            self._work.give_back(self._next, why, suspect=False)
        connection.close()
