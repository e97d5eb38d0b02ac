"""What is to leave at its time: by whose order, whether its time has come, and what `mailer post` may do about it.

An order that was given for a time is the consent to it, and needs no other when that comes. It holds once: what ends
in good order, though not with everybody (the server refused, people were left over), is for a person to look at. Only
what was killed in the midst, as by a restart of the machine, is gone on with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mailer.delivery import LATE, Ledger, Mailing, Order, whoever_we_are
from mailer.errors import BeingSent, MailerError
from mailer.model import Status
from mailer.pipeline.outgoing import Outgoing

_LEFT = (Status.QUEUED, Status.DEFERRED, Status.SENDING)
_SAID = ("send", "resume", "move")


class When(StrEnum):
    """Where a planned mailing stands."""

    TO_COME = "planned"
    DUE = "due"
    LATE = "late"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Planned:
    """A mailing of which somebody is to get something at a time.

    Attributes:
        when: where it stands.
        moment: the time, in seconds since 1970; of one that was begun and killed, the last that is known of it.
        number: how many people are left.
        order: the last word about it.
        said: who ordered it.
    """

    mailing: Mailing
    when: When
    moment: float
    number: int
    order: Order
    said: Order


def planned(ledger: Ledger, now: float) -> list[Planned]:
    """All that is planned, the soonest first.

    Args:
        now: seconds since 1970.
    """
    found = (_planned(ledger, mailing, now) for mailing in ledger.mailings())
    return sorted((each for each in found if each), key=lambda each: each.moment)


def planned_of(ledger: Ledger, release: str, now: float) -> Planned | None:
    """The same of one release; None: nothing of it is planned.

    Raises:
        LedgerError: it was never sent from here.
    """
    return _planned(ledger, ledger.mailing(release), now)


def must_be_planned(ledger: Ledger, release: str, now: float) -> None:
    """
    Raises:
        MailerError: nothing of it is planned.
        LedgerError: it was never sent from here.
    """
    if planned_of(ledger, release, now) is None:
        raise MailerError(
            f"Nothing of “{release}” is planned for a time.", "`mailer schedule` shows what is."
        )


def _planned(ledger: Ledger, mailing: Mailing, now: float) -> Planned | None:
    orders = ledger.orders(mailing.release)
    said = next((order for order in reversed(orders) if order.kind in _SAID), None)
    if said is None or not (mailing.planned or orders[-1].kind == "post"):
        return None
    last, number = orders[-1], _left(ledger, mailing.release)
    if not number:
        return None
    moment = mailing.planned
    if not moment:  # it was begun, and nobody has written down how it ended
        answers = (s.at for s in ledger.recipients(mailing.release) if s.host not in ("bounce", "event"))
        heard = max(answers, default=0.0)
        moment = max(last.given, heard)
    when = When.TO_COME if moment > now else When.DUE if now - moment <= LATE else When.LATE
    if last.kind == "stop" and when is not When.TO_COME:
        when = When.STOPPED
    return Planned(mailing, when, moment, number, last, said)


def must_be_what_was_ordered(due: Planned, leaving: Outgoing) -> None:
    """
    Raises:
        MailerError: more would leave than somebody has typed the number of.
    """
    if leaving.number > due.said.number:
        raise MailerError(
            f"“{leaving.release}” was ordered for {due.said.number:,}, and {leaving.number:,} stand in its queue: "
            "nothing was sent.",
            f"Look at it, and say so anew: `mailer resume {leaving.release}`.",
        )


def begin(ledger: Ledger, mailing: Mailing, leaving: Outgoing) -> Mailing:
    """Writes down that it begins. Its time stays, until the first of it is claimed."""
    order = Order("post", leaving.number, leaving.recipients, planned=mailing.planned, giver=whoever_we_are())
    return ledger.order(mailing, order)


def end(ledger: Ledger, release: str) -> None:
    """Writes down that it has ended, if anybody is left: from now on it is for a person to look at."""
    mailing = ledger.mailing(release)
    if left := _left(ledger, release):
        order = ledger.orders(release)[-1]
        ledger.order(mailing, replace(order, kind="stop", number=left, planned=mailing.planned, given=0.0))


def _left(ledger: Ledger, release: str) -> int:
    return sum(number for state, number in ledger.counts(release).items() if state in _LEFT)


def is_being_sent(ledger: Ledger, planned: Planned) -> bool:
    """Whether a process has it in hand."""
    try:
        with ledger.hold(planned.mailing):
            return False
    except BeingSent:
        return True
