"""One run over a mailing's queue, as a transport sees it: what is next, what became of it, when to stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from mailer.delivery.consent import Heeding
from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.claim import Claim, ClaimSize
from mailer.delivery.ledger.places import Places
from mailer.delivery.ledger.records import Mailing
from mailer.delivery.ledger.store import Claims
from mailer.delivery.limits import ABOUT_US, AWAY, NOTHING_LOST, OLD_LIST, TOO_LATE, Limits
from mailer.delivery.messages import Messages
from mailer.delivery.pace import Stop
from mailer.delivery.quota import room_again
from mailer.delivery.replies import Verdict
from mailer.delivery.report import Progress
from mailer.delivery.tally import Tally
from mailer.delivery.transport import Dispatch, Handover, NoLogin, Parcel, Permission, SharedWork
from mailer.errors import MailerError
from mailer.model import Outcome, Status

LATE = 600.0
"""Seconds after the planned time from which on a person has to be asked."""

_ASK_AGAIN = 1.0
"""Seconds until the ledger is asked again whether the planned time has come, where its clock is behind."""

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
        heeding: Heeding,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._claims, self._limits, self._stop, self._heeding = claims, limits, stop, heeding
        self._ledger, self._mailing, self._clock, self._now = ledger, mailing, clock, now
        self._messages = Messages(ledger, mailing, limits.signing)
        self._journal = claims.journal(limits.schedule.retry_after)
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
        if not self._may_begin() or self._limits.pace.wait() > 0:
            return None
        parcel = self._next()
        if parcel and not self._limits.pace.take(parcel.claim.id):
            self._again.appendleft(parcel)
            return None
        return parcel

    def _too_early(self, now: float) -> float:
        """Seconds until the planned time, which is the wall clock's. Who finds it long gone by, as after a night in a
        closed laptop, does not begin: what was right at six may be wrong at noon. Unless it was
        paused over that time, and somebody has said to go on."""
        if self._begun:
            return 0.0
        planned = self._claims.planned
        if planned > now:
            return planned - now
        if planned and now - max(planned, self._heeding.went_on) > LATE:
            self.halt("The planned time has passed: nothing was sent.", TOO_LATE)
            return 0.0
        if not self._claims.begin():
            return _ASK_AGAIN
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
        paused = self.paused
        if self.ending:
            return None
        if paused:
            self._journal.flush()
            return self._heeding.rest() if self._anybody_left() else None
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

    def _anybody_left(self) -> bool:
        """Whether there is somebody to go on with, after a pause."""
        in_hand = self._again or self._backlog
        return bool(in_hand) or self._claims.has_queued() or self._claims.next_due() is not None

    def left(self) -> int:
        """See `Work.left`."""
        return 0 if self.paused or self.ending else len(self._again) + len(self._backlog) + self._unclaimed

    @property
    def paused(self) -> bool:
        """See `SharedWork.paused`."""
        return self._heeding.paused

    @property
    def ending(self) -> bool:
        """See `SharedWork.ending`."""
        return bool(self.halted) or self._stop.finishing

    @property
    def aborting(self) -> bool:
        """See `Work.aborting`. Asked in each round, so it sees who is suppressed while nothing leaves for a while."""
        if not self.ending:
            self._limits.gate.look()
        if not self._journal.keep():
            self.halt("Nothing was heard of this sender for a minute: others may send what it had.", AWAY)
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

    def places(self, server: str, most: int) -> Places | None:
        """See `Work.places`."""
        return self._ledger.store.places(server, most)

    def shared(self) -> SharedWork | None:
        """See `Work.shared`. A pace is kept by one process."""
        return None if self._limits.pace or self._claims.lock is None else self

    @property
    def handover(self) -> Handover:
        """See `SharedWork.handover`."""
        assert isinstance(self._ledger.place, Path) and self._claims.lock is not None
        return Handover(
            self._ledger.place, self._ledger.store.witnessed, self._mailing.release, self._claims.lock,
            self._claims.fence, self._limits.signing, self._limits.gate.still_wanted,
        )  # fmt: skip

    def hand_out(self) -> list[Claim]:
        """See `SharedWork.hand_out`. Helpers ask again before each message; whoever was suppressed earlier in this run
        is known here alone."""
        while self._may_begin() and (claims := self._claim_group()):
            wanted = [claim for claim in claims if not self.ending and self._still_to_be_mailed(claim)]
            if wanted and not self.ending:
                return wanted
        return []

    def _may_begin(self) -> bool:
        return not (self.paused or self.ending or self._too_early(self._now()))

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

    def ask(self, parcels: Sequence[Parcel]) -> Permission:
        """See `Work.ask`. Whoever was taken is asked about once more: a message may take its time."""
        may_leave = [parcel.claim.id for parcel in parcels if self._still_to_be_mailed(parcel.claim)]
        return Permission(parcels, may_leave, self._journal.ask(may_leave), self._withheld)

    def _withheld(self, statuses: Collection[Status], number: int) -> None:
        for status in statuses:
            self.tally.count(status)  # as whoever took them off has written down
        self.tally.show()

    def flush(self) -> None:
        """See `Work.flush`."""
        self._journal.flush()
        self._limits.pace.flush()

    def settle(self, parcel: Parcel, verdict: Verdict, outcome: Outcome, host: str) -> None:
        """See `Work.settle`."""
        self._limits.pace.answered(parcel.claim.id)
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
            self.halt(f"The server refused the message to {address}: {outcome}", ABOUT_US)
        elif too_many:
            self.halt(too_many, OLD_LIST)
