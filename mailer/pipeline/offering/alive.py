"""Whether somebody is still at work on what was ordered at a page.

Whoever sends has hold of the release from before it takes an order in hand until after its end is written down, and the
system takes the hold from whoever dies. So an order that was begun, and whose sender has it no more, is a dead one's.
"""

from __future__ import annotations

import time

from mailer.delivery import Ledger
from mailer.delivery.consent import AT_WORK, Offer, Offers

STARTS_WITHIN = 60.0
"""Seconds in which a new process has surely taken its order in hand; one that is slower finds it ended, and sends
nothing."""

NEVER_BEGUN = "The sender never began. Nothing left by this order."
DIED = "The sender was ended before its time. What has left, and whom it may have reached, is told below."


def is_alive(ledger: Ledger, offer: Offer, now: float | None = None) -> bool:
    """Whether an order that was given is still to come, or at work.

    Args:
        now: seconds since 1970; the wall clock by default.
    """
    if offer.state not in AT_WORK:
        return False
    if offer.state == "given":
        return may_begin(offer, now)
    return ledger.is_held(offer.mailing) and Offers(ledger).has_hold(offer)


def may_begin(offer: Offer, now: float | None = None) -> bool:
    """Whether an order is so young that its sender may still take it in hand. One that was asleep until now, with the
    computer or by itself, would send hours later what somebody wanted to leave then.

    Args:
        now: seconds since 1970; the wall clock by default.
    """
    return abs((time.time() if now is None else now) - offer.given) < STARTS_WITHIN


def at_work(ledger: Ledger, mailing: int) -> Offer | None:
    """The order of a mailing that is still to come, or at work. One whose sender is gone is ended here, in words.

    Args:
        mailing: its id.
    """
    offers = Offers(ledger)
    offer = offers.newest(mailing)
    if offer is None or offer.state not in AT_WORK:
        return None
    if is_alive(ledger, offer):
        return offer
    offers.end(offer.id, "failed", NEVER_BEGUN if offer.state == "given" else DIED)
    return None
