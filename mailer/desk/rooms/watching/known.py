"""What is known of a mailing at a moment, and where it stands by that: made of what the ledger says, of who has hold of
it, and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailer.delivery import LATE, Order, Request
from mailer.delivery.consent import AT_WORK, Offer
from mailer.model import Status
from mailer.pipeline.offering import may_begin
from mailer.pipeline.outgoing import at_the_office


class Phase(StrEnum):
    """Where a mailing stands; each is a line of docs/guide/desk/watching.md."""

    NOTHING = "nothing ordered"
    COUNTDOWN = "about to leave"
    BEGINNING = "beginning"
    NEVER_BEGAN = "never began"
    WITHDRAWN = "taken back"
    PLANNED = "planned"
    OVERDUE = "its time has passed"
    QUEUED = "waiting"
    IN_HAND = "in hand"
    SENDING = "sending"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    HALTED = "halted"
    PUT_OFF = "put off"
    FINISHED = "sent"
    DISCARDED = "all taken back"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at a moment.

    Attributes:
        now: seconds since 1970; so are all other moments.
        counts: how many are in which state, those who were taken back among them.
        unsent: how many of the rejected no server refused: suppressed since, superseded, forgotten.
        held: some process has hold of it.
        holder: the token of whoever took hold last.
        since: when that was.
        orders: oldest first.
        offer: the last one that somebody has said yes to.
        request: the last that somebody has asked of a sender.
        planned: nothing leaves before; 0: no time.
        last_accepted: when a server last took a message; 0: none has.
        lately: how many were accepted in the last `LATELY` seconds.
        halted: why the last run ended before its end, as it was written down; "".
        refused, in_doubt: the first of those, by address.
        last_word: what the last sender said at its end, where it wrote nothing into its order; "".
        corrected_by: the release that stands in for it; "".
        lost: the ledger does not know everybody who was mailed.
        why_not_yet: why what is due has not begun, as the process said that was to send it; "".
        elsewhere: the server that the settings name, where what is planned was ordered through another one; "".
        by_workers: it was queued for those that work (`mailer work`), and leaves by no desk and no timer.
    """

    now: float
    counts: Mapping[Status, int]
    held: bool
    unsent: int = 0
    holder: str = ""
    since: float = 0.0
    orders: tuple[Order, ...] = ()
    offer: Offer | None = None
    request: Request | None = None
    planned: float = 0.0
    zone: str = ""
    last_accepted: float = 0.0
    lately: int = 0
    halted: str = ""
    refused: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    last_word: str = ""
    corrected_by: str = ""
    lost: bool = False
    why_not_yet: str = ""
    elsewhere: str = ""
    by_workers: bool = False

    def number(self, *states: Status) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        """Everybody to whom it goes; who was taken back is nobody's any more."""
        return sum(self.counts.values()) - self.number(Status.DISCARDED)

    @property
    def accepted(self) -> int:
        """A server took it, whatever came back later."""
        return self.number(Status.ACCEPTED, Status.BOUNCED)

    @property
    def turned_down(self) -> int:
        """Whom a server refused."""
        return self.number(Status.REJECTED) - self.unsent

    @property
    def uncertain(self) -> int:
        """Who may have it. Where nobody has hold of it, nobody reads the answers of those on the wire any more."""
        return self.number(Status.UNCERTAIN) + (0 if self.held else self.number(Status.DOT))

    @property
    def on_the_wire(self) -> int:
        return self.number(Status.DOT) if self.held else 0

    @property
    def left(self) -> int:
        """Who surely has nothing yet, and is still to get it."""
        return self.number(Status.QUEUED, Status.SENDING, Status.DEFERRED)

    @property
    def done(self) -> int:
        return self.total - self.left - self.on_the_wire

    @property
    def ordered(self) -> float:
        """When somebody last said that it is to leave, at another time, or is taken back; 0: never."""
        return self.orders[-1].given if self.orders else 0.0

    @property
    def held_up(self) -> bool:
        """Whether somebody has asked for a pause or a stop since the last order: what is planned leaves by a person's
        word only, as `mailer post` has it (pipeline/planned.py)."""
        return bool(self.request and self.request.kind != "go on" and self.request.at > self.ordered)

    @property
    def tried(self) -> bool:
        """Whether anything of it has ever left, or may have."""
        return self.total > self.number(Status.QUEUED)

    def at(self, moment: float) -> datetime:
        """A moment at the office."""
        return at_the_office(moment, self.zone)


LATELY = 15.0
"""Seconds over which the rate is counted."""


def phase_of(known: Known) -> Phase:
    """Where it stands."""
    offer = pending_offer(known)
    if offer and offer.state != "sending":
        return Phase.COUNTDOWN if known.now < offer.leaves else Phase.BEGINNING
    if known.held:
        return _held(known)
    if known.left or known.uncertain:
        return _left_alone(known)
    return _over(known)


def pending_offer(known: Known) -> Offer | None:
    """The order that somebody has given, as long as its sender may come, or is at it."""
    offer = known.offer
    if offer is None or offer.state not in AT_WORK:
        return None
    if offer.state == "given":
        return offer if may_begin(offer, known.now) else None
    return offer if known.held and known.holder == offer.holder else None


def _held(known: Known) -> Phase:
    """A process has it in hand. What it is asked for it does only once it says so (`Request.heard`)."""
    asked = known.request
    if asked and asked.heard and asked.heard == known.holder:
        if asked.kind == "stop":
            return Phase.STOPPING
        if asked.kind == "pause":
            return Phase.PAUSING if known.on_the_wire else Phase.PAUSED
    if known.total and not known.left and not known.on_the_wire:
        return Phase.FINISHED
    if known.planned > known.now:
        return Phase.PLANNED
    if known.number(Status.SENDING, Status.DOT):
        return Phase.SENDING
    if (
        known.left and known.ordered + 1 >= known.since
    ):  # the holder's own order: it waits for its turn to send
        return Phase.SENDING
    return Phase.IN_HAND if pending_offer(known) is None else Phase.BEGINNING


def _left_alone(known: Known) -> Phase:
    """Somebody is left, and no process has it in hand."""
    if not known.left:
        return Phase.FINISHED if not known.number(Status.DOT) else Phase.STOPPED
    if known.number(Status.DOT, Status.SENDING):
        return Phase.STOPPED
    if known.planned and known.held_up:
        return Phase.STOPPED
    if known.planned > known.now:
        return Phase.PLANNED
    if known.planned and known.now - known.planned > LATE:
        return Phase.OVERDUE
    if known.planned:
        return Phase.PLANNED
    if known.halted:
        return Phase.HALTED
    if known.left == known.number(Status.DEFERRED):
        return Phase.PUT_OFF
    return Phase.STOPPED if known.tried else Phase.QUEUED


def _over(known: Known) -> Phase:
    if known.total:
        return Phase.FINISHED
    if known.number(Status.DISCARDED):
        return Phase.DISCARDED
    offer = known.offer
    if offer is None:
        return Phase.NOTHING
    return Phase.WITHDRAWN if offer.state == "withdrawn" else Phase.NEVER_BEGAN
