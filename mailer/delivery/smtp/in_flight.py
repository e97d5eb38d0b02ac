"""Messages that may be complete on the wire, and the answers they wait for, in order."""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

from mailer.delivery.replies import Reply, Stage, Verdict, judge, outcome
from mailer.delivery.smtp.connection import ConnectionLost
from mailer.delivery.smtp.login.authenticate import LoginRefused
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


_WANTS_LOGIN = re.compile(r"(53[05]|454) |5\d\d 5\.7\.57$")
"""Codes that want a login (RFC 4954 §6; Exchange Online's own is 5.7.57), of a server that had one."""


class Decision(NamedTuple):
    """What decided about a message. The first refusal counts; what follows is only its echo."""

    stage: Stage
    verdict: Verdict
    reply: Reply


class InFlight:
    """What one session has in flight.

    Args:
        credentials: what it logged in with.
        user: as whom; "" without a login.

    Attributes:
        accepted: how many messages this session's server has accepted.
        token_expired: and what it logged in with is no longer good: nothing more is to be begun.
    """

    def __init__(self, work: Work, credentials: Credentials, user: str = "") -> None:
        self._work, self._credentials, self._user = work, credentials, user
        self._parcels: deque[Parcel] = deque()
        self._expected: deque[tuple[Stage, Parcel]] = deque()
        self._decisions: dict[Parcel, Decision] = {}
        self._server_quit = False
        self.accepted = 0
        self.token_expired = False

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
            raise ConnectionLost(f"the server answered the {stage} with {reply}")
        self._expected.popleft()
        decision = self._decisions.pop(parcel, None) or Decision(stage, verdict, reply)
        if stage is Stage.DOT:
            self._parcels.remove(parcel)
            self.settle(parcel, decision, host)
        elif decision.verdict is not Verdict.PROCEED:
            self._decisions[parcel] = decision
        if verdict is Verdict.RECONNECT and (reply.code == 421 or not self._login_is_over(decision)):
            self._server_quit = reply.code == 421
            raise ConnectionLost(f"the server answered the {stage} with {reply}")

    def settle(self, parcel: Parcel, decision: Decision, host: str) -> None:
        """Tells the run what became of a message, in flight or not."""
        if decision.verdict is Verdict.ACCEPTED:
            self.accepted += 1
            self._credentials.let_through()
        if self._login_is_over(decision):
            why = f"the server answered the {decision.stage} with {decision.reply}"
            self._work.give_back(parcel, why, suspect=False)
            return
        if decision.verdict is not Verdict.ACCEPTED and (
            why := wanted(decision.stage, decision.reply, self._user)
        ):
            self._work.halt(*why)  # the first reason is the one that is told
        self._work.settle(
            parcel, decision.verdict, outcome(decision.stage, decision.reply, decision.verdict), host
        )

    def _login_is_over(self, decision: Decision) -> bool:
        """Whether a refusal means that the token has expired meanwhile. Whatever was refused so was not accepted, and
        its recipient is not to blame; a newer token shows whether it was that."""
        if not self._credentials.token or not _WANTS_LOGIN.match(
            f"{decision.reply.code} {decision.reply.enhanced}"
        ):
            return False
        why = LoginRefused(*refused(decision.reply, self._user, token=True))
        self.token_expired = self.token_expired or self._credentials.refused(why)
        return self.token_expired

    def lost(self, why: str, host: str) -> None:
        """The line is gone, and every reply that came has been heard: judges what is left."""
        for parcel in self._parcels:
            decision = self._decisions.get(parcel)
            if decision and decision.verdict in REFUSALS:
                self.settle(parcel, decision, host)
            elif decision or self._server_quit:
                # Commands are answered in order (RFC 2920 §3.2), so what stands behind a 421 was never heard.
                self._work.give_back(parcel, why)
            else:
                self._work.settle(parcel, Verdict.BROKEN, Outcome(Status.UNCERTAIN, text=why), host)
        self._parcels.clear()
        self._expected.clear()
