"""`mailer send --order ID`: what somebody at the desk said yes to leaves, in a process of its own.

The page has shown it, and the order says what that was. Everything is made of the files and the ledger once more, while
nobody else can send this release, and must be the same. Then the server lets us in, the seconds in which somebody may
still stop it go by, and only after them anything is queued. How it ended stands in the order. If one was begun, has no
end, and nobody has hold of the release, its sender was killed (`pipeline/offering/alive.py`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, NamedTuple

from mailer.cli import COULD_NOT_START, DONE, INTERRUPTED
from mailer.cli.asking import Flags
from mailer.cli.options import settings_of
from mailer.cli.ordered.countdown import Awake, count_down
from mailer.cli.sending import Departure
from mailer.cli.terminal.failures import as_told
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, say
from mailer.delivery import Ledger
from mailer.delivery.consent import Offers
from mailer.errors import MailerError, SourceError
from mailer.model import Status
from mailer.pipeline import Instructions, holding, queue
from mailer.pipeline.offering import NEVER_BEGUN, Asked, Look, differences, looked_at, may_begin
from mailer.pipeline.outgoing import at_the_office
from mailer.release.values import moment_text

if TYPE_CHECKING:
    from mailer.delivery import Mailing
    from mailer.delivery.consent import Offer
    from mailer.settings import Settings
    from mailer.workspace import Workspace

_LEFT = (Status.QUEUED, Status.DEFERRED, Status.UNCERTAIN, Status.REJECTED)


class _End(NamedTuple):
    """How it came out, for the order and for whoever started the process."""

    state: Literal["done", "failed", "withdrawn"]
    said: str
    code: int


def send_ordered(number: int, workspace: Workspace) -> int:
    """
    Args:
        number: the order's, in the ledger.

    Raises:
        MailerError: there is no such order, or another process has it; or nothing may leave by it, as it says too.
    """
    with Ledger(workspace.ledger) as ledger:
        offers = Offers(ledger)
        offer = offers.offer(number)
        _must_be_given(offer)
        try:
            with holding(ledger, offer.release):
                if not may_begin(offer):
                    raise MailerError(NEVER_BEGUN, "Look at it again, and say so again.")
                if not offers.begin(offer.id, ledger.hold_of(offer.mailing, offer.release).fence.token):
                    _must_be_given(offers.offer(number))
                    return COULD_NOT_START
                end = _to_its_end(offers, offer, workspace, ledger)
        except MailerError as error:
            if (
                offers.offer(number).state == "given"
            ):  # somebody else has hold of the release, or it is too old
                offers.end(offer.id, "failed", _told(error))
            raise
    say(end.said, err=True)
    return end.code


def _must_be_given(offer: Offer) -> None:
    if offer.state != "given":
        raise MailerError(
            f"Order {offer.id} of “{offer.release}” is not to be sent: it is “{offer.state}”.",
            "An order is sent once. Look at what became of it.",
        )


def _to_its_end(offers: Offers, offer: Offer, workspace: Workspace, ledger: Ledger) -> _End:
    """Whatever happens, the order says how it ended, before anybody else can have hold of the release."""
    try:
        end = _sent(offer, workspace, ledger)
    except BaseException as error:
        told = as_told(error) if isinstance(error, Exception) else MailerError("The sender was interrupted.")
        offers.end(offer.id, "failed", _told(told))
        raise
    offers.end(offer.id, end.state, end.said)
    return end


def _told(error: MailerError) -> str:
    if isinstance(error, SourceError):
        return "\n".join(str(fault) for fault in error.faults)
    return " ".join(filter(None, (error.message, error.hint)))


def _sent(offer: Offer, workspace: Workspace, ledger: Ledger) -> _End:
    awake, settings = Awake(), settings_of(workspace)
    asked = Asked.of(offer.what["asked"])
    flags = Flags(yes=True, no_wait=bool(asked.planned))
    departure = Departure(workspace, settings, flags, Instructions(uncertain=asked.uncertain))
    look = looked_at(asked, workspace, offer.release, settings, ledger)
    now = look.must_be_permitted()
    if changed := differences(offer.what, now.what, now.addresses):
        raise MailerError(
            f"What would leave is not what was shown: {' '.join(changed)} Nothing was sent.",
            "Look at it again, and say so again.",
        )
    departure.may_begin(look.leaving, asked=True)
    if why := count_down(ledger, offer, awake):
        logged(workspace, "withdraw", offer.release, recipients=look.leaving.number)
        return _End("withdrawn", why, INTERRUPTED)
    mailing = _queued(look, asked, settings, ledger, departure)
    Offers(ledger).leave(offer.id)
    code = departure.deliver(mailing, ledger)
    return _ended(ledger, mailing, departure, code)


def _queued(look: Look, asked: Asked, settings: Settings, ledger: Ledger, departure: Departure) -> Mailing:
    """From here on it is in the ledger, by this order, and can be gone on with."""
    order = look.leaving.order("resume" if asked.rest else "send", settings, time.time())
    if look.prepared is None:
        mailing = ledger.order(ledger.mailing(look.leaving.release), order)
    else:
        mailing = queue(look.prepared, settings, ledger, order)
    departure.log(order.kind, mailing, order)
    return mailing


def _ended(ledger: Ledger, mailing: Mailing, departure: Departure, code: int) -> _End:
    report = departure.report
    if report is None:
        when = moment_text(at_the_office(mailing.planned, mailing.zone))
        return _End("done", f"Kept: it leaves on {when}.", code)
    if code == DONE:
        return _End("done", f"Accepted for {count(report.accepted, 'recipient')}.", code)
    if report.halted:
        return _End("failed", " ".join(filter(None, (report.halted, report.hint))), code)
    counts = ledger.counts(mailing.release)
    left = ", ".join(f"{counts[state]:,} {state.value}" for state in _LEFT if counts.get(state))
    stopped = "Stopped before everybody had it" if code == INTERRUPTED else "Not everybody has it"
    return _End("failed" if code == INTERRUPTED else "done", f"{stopped}: {left}.", code)
