"""Messages that may be complete on the wire, and the answers they wait for, in order."""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

from mailer.delivery.replies import Reply, Stage, Verdict, judge, outcome, rule_for
from mailer.delivery.smtp.connection import Connection, ConnectionLost
from mailer.delivery.smtp.login.authenticate import LoginRefused, TokenExpired
from mailer.delivery.smtp.login.tokens import Credentials
from mailer.delivery.smtp.login_replies import refused, wanted
from mailer.delivery.transport import Parcel, Work
from mailer.model import Outcome, Status

REFUSALS = frozenset(
    (
        Verdict.REJECTED,
        Verdict.SUPPRESS,
        Verdict.DEFERRED,
        Verdict.HALT,
        Verdict.HALT_QUEUED,
        Verdict.STOP,
    )
)


class NotNow(ConnectionLost):
    """The server refused a message for now, no recipient is to blame, and this connection is given up.

    Attributes:
        hint: what to do where that goes on.
    """

    hint = ""


class NoRoom(NotNow):
    """It has more connections of ours than it wants."""

    hint = "Other programs may be using the same account: end them, or lower SMTP_CONNECTIONS."


class TooFast(NotNow):
    """It gets more messages of ours than it wants in such a time."""

    hint = "Set SMTP_RATE to what the account may send; other programs may be using it too."


_HALTS = frozenset((Verdict.HALT, Verdict.HALT_QUEUED, Verdict.STOP))

_NOT_NOW: dict[Verdict, type[NotNow]] = {Verdict.FEWER: NoRoom, Verdict.SLOWER: TooFast}

_PARTING = frozenset((Verdict.RECONNECT, *_NOT_NOW))
"""Nothing more is sent on this connection. What is in flight may still be answered: a server should close after 421
(RFC 5321 §4.2.3), but one that goes on has heard what stands behind."""


def lost_by(stage: Stage, verdict: Verdict, reply: Reply) -> ConnectionLost:
    """Why a connection has no future after a reply."""
    return _NOT_NOW.get(verdict, ConnectionLost)(f"the server answered the {stage} with {reply}")


_WANTS_LOGIN = re.compile(r"(53[05]|454) |5\d\d 5\.7\.57$")
"""Codes that want a login (RFC 4954 §6; Exchange Online's own is 5.7.57), of a server that had one."""


class Decision(NamedTuple):
    """What decided about a message. The first refusal counts; what follows is only its echo."""

    stage: Stage
    verdict: Verdict
    reply: Reply


def last_word(connection: Connection) -> Decision | None:
    """What the server said about a message that it did not let us finish."""
    try:
        reply = connection.next_reply()
    except ConnectionLost:
        return None
    verdict = judge(Stage.BODY, reply) if reply else Verdict.BROKEN
    return Decision(Stage.BODY, verdict, reply) if reply and verdict in REFUSALS else None


class InFlight:
    """What one session has in flight.

    Args:
        credentials: what it logged in with.
        user: as whom; "" without a login.

    Attributes:
        accepted: how many messages this session's server has accepted.
        parting: why nothing more is to be sent here, once what is in flight has its answers.
    """

    def __init__(self, work: Work, credentials: Credentials, user: str = "") -> None:
        self._work, self._credentials, self._user = work, credentials, user
        self._parcels: deque[Parcel] = deque()
        self._expected: deque[tuple[Stage, Parcel]] = deque()
        self._decisions: dict[Parcel, Decision] = {}
        self._not_taken: set[Parcel] = set()
        self._server_quit = False
        self.accepted = 0
        self.parting: ConnectionLost | None = None

    def __len__(self) -> int:
        return len(self._parcels)

    def add(self, parcel: Parcel, *stages: Stage) -> None:
        """A message whose end has been written down and leaves now; the replies that will come for it."""
        self._parcels.append(parcel)
        self._expected.extend((stage, parcel) for stage in stages)

    @property
    def next_stage(self) -> Stage | None:
        """What the next reply answers; None: nothing is expected."""
        return self._expected[0][0] if self._expected else None

    def hear(self, reply: Reply, host: str) -> None:
        """The next reply.

        Raises:
            ConnectionLost: this session has no future.
        """
        stage, parcel = self._expected[0]
        verdict = judge(stage, reply)
        if verdict is Verdict.BROKEN:
            self._expected.clear()  # who knows what the next reply would answer
            raise lost_by(stage, verdict, reply)
        self._expected.popleft()
        self._server_quit = reply.code == 421  # one that goes on to talk has not
        if verdict in _PARTING:
            self.parting = self.parting or lost_by(stage, verdict, reply)
        if stage is Stage.DOT:
            before = self._refusal(parcel) if verdict is Verdict.ACCEPTED else self._decisions.get(parcel)
            self._forget(parcel)
            self.settle(parcel, before or Decision(stage, verdict, reply), host)
        elif verdict is not Verdict.PROCEED:
            self._decisions.setdefault(parcel, Decision(stage, verdict, reply))
            if stage is not Stage.RSET:
                self._not_taken.add(parcel)
        elif stage is Stage.RCPT:
            self._not_taken.discard(parcel)
        if self.parting and not self._expected:
            raise self.parting

    def _refusal(self, parcel: Parcel) -> Decision | None:
        """What proves that a message was not taken, whatever became of its end: its sender or recipient was refused. A
        refused RSET is not about the message; and a server that takes the recipient after all has proved nothing."""
        return self._decisions.get(parcel) if parcel in self._not_taken else None

    def _forget(self, parcel: Parcel) -> None:
        self._parcels.remove(parcel)
        self._decisions.pop(parcel, None)
        self._not_taken.discard(parcel)

    def settle(self, parcel: Parcel, decision: Decision, host: str) -> None:
        """Tells the run what became of a message, in flight or not."""
        if decision.verdict is Verdict.ACCEPTED:
            self.accepted += 1
            self._credentials.let_through()
        if self._login_is_over(decision):
            self._work.give_back(parcel, str(lost_by(*decision)), suspect=False)
            return
        if decision.verdict in _NOT_NOW or (
            decision.verdict is Verdict.RECONNECT and decision.stage is not Stage.DOT
        ):
            self._work.give_back(parcel, str(lost_by(*decision)))
            return
        if decision.verdict in _HALTS:
            self._explain(parcel, decision)
        self._work.settle(
            parcel, decision.verdict, outcome(decision.stage, decision.reply, decision.verdict), host
        )

    def _login_is_over(self, decision: Decision) -> bool:
        """Whether a refusal means that the token has expired meanwhile. Whatever was refused so was not accepted, and
        its recipient is not to blame; a newer token shows whether it was that."""
        codes = f"{decision.reply.code} {decision.reply.enhanced}"
        if not self._credentials.token or decision.verdict in _NOT_NOW or not _WANTS_LOGIN.match(codes):
            return False
        if not isinstance(self.parting, TokenExpired):
            why = LoginRefused(*refused(decision.reply, self._user, token=True))
            if self._credentials.refused(why):
                self.parting = TokenExpired(str(lost_by(*decision)))
        return isinstance(self.parting, TokenExpired)

    def _explain(self, parcel: Parcel, decision: Decision) -> None:
        """Halts the run with what is known of the reply; what the run itself would say then comes too late."""
        rule = rule_for(decision.stage, decision.reply)
        if rule.cure:
            what = f"The server refused the message to {parcel.claim.address}: {decision.reply}"
            cure = rule.cure.format(user=self._user or "the account")
            self._work.halt(what, f"{rule.reason} {cure}", rule.window)
        elif why := wanted(decision.stage, decision.reply, self._user):
            self._work.halt(*why)

    def lost(self, why: str, host: str) -> None:
        """The line is gone, and every reply that came has been heard: judges what is left."""
        for parcel in self._parcels:
            decision = self._refusal(parcel)
            if decision and decision.verdict in REFUSALS:
                self.settle(parcel, decision, host)
            elif decision or self._server_quit:
                # Commands are answered in order (RFC 2920 §3.2), so what stands behind a 421 was never heard.
                self._work.give_back(parcel, why)
            else:
                self._work.settle(parcel, Verdict.BROKEN, Outcome(Status.UNCERTAIN, text=why), host)
        self._parcels.clear()
        self._expected.clear()
