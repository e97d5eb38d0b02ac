"""One run over a mailing's queue, as a transport sees it: what is next, what became of it, when to stop."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.claims import Claim, Claims, ClaimSize
from mailer.delivery.ledger.journal import Journal
from mailer.delivery.ledger.records import Mailing
from mailer.delivery.limits import NOTHING_LOST, Limits
from mailer.delivery.messages import Messages
from mailer.delivery.pace import Stop
from mailer.delivery.quota import room_again
from mailer.delivery.replies import Verdict
from mailer.delivery.report import Progress
from mailer.delivery.tally import Tally
from mailer.delivery.transport import Dispatch, Handover, NoLogin, Parcel, SharedWork, not_to_leave
from mailer.errors import MailerError
from mailer.model import Outcome, Status

LATE = 600.0
"""Seconds after the planned time from which on a person has to be asked."""

MOST_DROPS = 3
"""So many lines lost with the same message in hand, and it is deferred: it may be what breaks them."""


class Run:
    """The `Work` of one `deliver`."""

    def __init__(
        self,
        ledger: Ledger,
        mailing: Mailing,
        claims: Claims,
        limits: Limits,
        stop: Stop,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], float],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._claims, self._limits, self._stop = claims, limits, stop
        self._ledger, self._mailing, self._clock, self._now = ledger, mailing, clock, now
        self._messages = Messages(ledger, mailing, limits.signing)
        self._journal = Journal(claims.tenure, limits.schedule.retry_after, clock)
        self._claim_size = ClaimSize()
        self._backlog: deque[Claim] = deque()
        self._again: deque[Parcel] = deque()
        self._unclaimed = claims.waiting()
        self._queue_empty_since = 0.0
        self._begun = False
        self.tally = Tally(self._unclaimed, limits.refused_share, on_progress)
        self.halted = self.hint = ""
        self._used_up = 0
        self.no_login: NoLogin | None = None

    # ---- what is next ---------------------------------------------------------------------------

    def take(self) -> Parcel | None:
        """See `Work.take`."""
        if self.ending or self._too_early(self._now()) or self._limits.pace.wait() > 0:
            return None
        parcel = self._next()
        if parcel and not self._limits.pace.take(parcel.claim.id):
            self._again.appendleft(parcel)
            return None
        return parcel

    def _too_early(self, now: float) -> float:
        """Seconds until the planned time, which is the wall clock's. Who finds it long gone by, as after a night in a
        closed laptop, does not begin: what was right at six may be wrong at noon."""
        if self._begun:
            return 0.0
        planned = self._claims.planned
        if planned > now:
            return planned - now
        if planned and now - planned > LATE:
            self.halt("The planned time has passed: nothing was sent.", _TOO_LATE)
            return 0.0
        self._claims.begin()
        self.tally.expect(self._limits.pace.seconds(self._unclaimed))
        self._begun = True
        return 0.0

    def _next(self) -> Parcel | None:
        """Whoever is next and still to be mailed: asked now, as they were claimed a while ago."""
        while not self.ending and (self._again or self._backlog or self._refill()):
            parcel = self._again.popleft() if self._again else None
            claim = parcel.claim if parcel else self._backlog.popleft()
            if self._still_to_be_mailed(claim):
                return parcel or Parcel(claim, self._messages.envelope(claim))
        return None

    def wait(self) -> float | None:
        """See `Work.wait`."""
        if self.ending:
            return None
        if (early := self._too_early(self._now())) or self.ending:
            return early or None
        pause = self._limits.pace.wait()
        # Nobody is claimed before a message may leave: a correction may come in the hours between.
        if self._again or self._backlog or (self._claims.has_queued() if pause else self._refill()):
            return pause
        self._journal.flush()
        due = self._claims.next_due()
        if due is None or (self._queue_empty_since and due > self._queue_empty_since + self._limits.max_wait):
            return None
        return max(pause, due - self._clock())

    def left(self) -> int:
        """See `Work.left`."""
        return 0 if self.ending else len(self._again) + len(self._backlog) + self._unclaimed

    @property
    def ending(self) -> bool:
        """See `SharedWork.ending`."""
        return bool(self.halted) or self._stop.finishing

    @property
    def aborting(self) -> bool:
        """See `Work.aborting`. Asked in each round, so it sees who is suppressed while nothing leaves for a while."""
        if not self.ending:
            self._limits.gate.look()
        return self._stop.aborting

    def _refill(self) -> bool:
        """Claims the next group; whether there may be somebody to mail."""
        if not self._backlog:
            self._backlog.extend(self._claim_group())
        return bool(self._backlog)

    def _claim_group(self) -> list[Claim]:
        """The next of them; empty: there is nobody now."""
        most = max(1, self._limits.pace.room(self._claim_size.next()))
        claims = self._claims.claim_queued(most) or self._claim_deferred(most)
        self._claim_size.claimed()
        self._unclaimed = max(0, self._unclaimed - len(claims)) if claims else 0
        return claims

    def _still_to_be_mailed(self, claim: Claim) -> bool:
        """Whether nothing has come between; else it is remembered what. Whom this machine may not mail stays in the
        queue, for one that may."""
        if not self._limits.may_mail(claim):
            self._journal.remember(claim, Outcome(Status.QUEUED), "")
            return False
        try:
            reason = self._limits.gate.still_to_be_mailed(claim)
        except MailerError as error:  # whether they may be mailed can't be told, so nobody is
            self.halt(error.message, error.hint or NOTHING_LOST)
            return False
        if reason:
            self._journal.remember(claim, Outcome(Status.REJECTED, text=reason), "")
            self.tally.count(Status.REJECTED)
        return not reason

    def _claim_deferred(self, most: int) -> list[Claim]:
        """Those whose time has come, as long as the run waits for them."""
        now = self._clock()
        self._queue_empty_since = self._queue_empty_since or now
        return self._claims.claim_deferred(min(now, self._queue_empty_since + self._limits.max_wait), most)

    # ---- for several processes ------------------------------------------------------------------

    def shared(self) -> SharedWork | None:
        """See `Work.shared`. A pace is kept by one process."""
        return None if self._limits.pace else self

    @property
    def handover(self) -> Handover:
        """See `SharedWork.handover`."""
        return Handover(
            self._ledger.path, self._ledger.witnessed, self._mailing.release, self._claims.hold.fileno(),
            self._claims.hold.fence, self._limits.signing, self._limits.gate.still_wanted,
        )  # fmt: skip

    def hand_out(self) -> list[Claim]:
        """See `SharedWork.hand_out`. Helpers ask again before each message; whoever was suppressed earlier in this run
        is known here alone."""
        while not self.ending and not self._too_early(self._now()) and (claims := self._claim_group()):
            wanted = [claim for claim in claims if not self.ending and self._still_to_be_mailed(claim)]
            if wanted and not self.ending:
                return wanted
        return []

    def hear(self, dispatch: Dispatch) -> None:
        """See `SharedWork.hear`."""
        self.tally.accept(dispatch.accepted)
        self._backlog.extend(dispatch.unsent or ())
        if dispatch.no_login:
            self.bar_login(dispatch.no_login)
        for other in dispatch.others:
            self._consider(*other)
        self.tally.show()

    # ---- what became of it ----------------------------------------------------------------------

    def before_dots(self, parcels: Sequence[Parcel]) -> frozenset[Parcel]:
        """See `Work.before_dots`. Whoever was taken is asked about once more: a message may take its time."""
        may_leave = [parcel.claim.id for parcel in parcels if self._still_to_be_mailed(parcel.claim)]
        withheld = self._journal.before_dots(may_leave)
        for _ in withheld:
            self.tally.count(Status.REJECTED)  # as whoever took them off has written down
        self.tally.show()
        return not_to_leave(parcels, may_leave, withheld)

    def flush(self) -> None:
        """See `Work.flush`."""
        self._journal.flush()

    def settle(self, parcel: Parcel, verdict: Verdict, outcome: Outcome, host: str) -> None:
        """See `Work.settle`."""
        self._journal.remember(parcel.claim, outcome, host)
        self._consider(parcel.claim.address, verdict, outcome)

    def give_back(self, parcel: Parcel, why: str, *, suspect: bool = True) -> None:
        """See `Work.give_back`."""
        parcel.drops += suspect
        if parcel.drops >= MOST_DROPS:
            self.settle(parcel, Verdict.DEFERRED, Outcome(Status.DEFERRED, text=why), "")
        else:
            self._journal.unmark(parcel.claim)
            self._again.append(parcel)

    def halt(self, reason: str, hint: str = "", window: int = 0) -> None:
        """See `Work.halt`. The first reason is the one that is told."""
        if self.halted:
            return
        self.halted, self.hint, self._used_up = reason, hint, window

    def bar_login(self, why: NoLogin) -> None:
        """See `Work.bar_login`."""
        self.no_login = self.no_login or why

    def finish(self) -> None:
        """The transport is done: writes down the rest, and shows the last of the progress."""
        self._journal.flush()
        if self._used_up:  # now that all who were in flight are counted
            self.hint = f"{self.hint} {room_again(self._ledger, self._used_up, self._mailing.zone)}"
            self._used_up = 0
        self.tally.show(now=True)

    def _consider(self, address: str, verdict: Verdict, outcome: Outcome) -> None:
        """Counts an outcome, and decides whether to go on."""
        if verdict is Verdict.ACCEPTED:
            self.tally.accept()
            return
        too_many = self.tally.answer(address, verdict, outcome)
        if verdict in (Verdict.HALT, Verdict.HALT_QUEUED, Verdict.STOP):
            self.halt(f"The server refused the message to {address}: {outcome}", _ABOUT_US)
        elif too_many:
            self.halt(too_many, _OLD_LIST)


_OLD_LIST = (
    "An outdated list harms the sender's reputation. Check the replies before you go on: "
    "`mailer status --recipients`."
)

_TOO_LATE = "Check whether it should still go out; then run `mailer resume --now` (or `mailer discard`)."

_ABOUT_US = (
    "This is about the sender or the message, not about one recipient, so the rest were not tried. Ask "
    "the people who run the server, then run `mailer resume`."
)
