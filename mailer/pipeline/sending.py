"""What a sending needs beside the release: how it is done, what must hold before it begins, and taking back what waits.

What asks a person is the command line's; what must hold whoever is asked stands here, for every way of sending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailer.checks import must_be_ready
from mailer.delivery import (
    REFUSED_SHARE,
    AddressDigest,
    Ledger,
    Mailing,
    Order,
    Progress,
    Request,
    Stop,
    whoever_we_are,
)
from mailer.env_file import mailbox_alone
from mailer.errors import MailerError
from mailer.pipeline.outgoing import Outgoing
from mailer.pipeline.prepared import Prepared
from mailer.release.values import moment_text
from mailer.settings import Rate


def _nobody_watches(progress: Progress) -> None:
    pass


def _nobody_hears(request: Request) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Instructions:
    """How a mailing is to be delivered, where that is not what the settings say.

    Attributes:
        max_wait: seconds to go on trying deferred recipients once everybody else is done; 0: one attempt each.
        uncertain: canonical addresses of people in doubt who are to get it again.
        refused_share: halt when more than this share of at least 20 recipients are refused; None: never.
        rates: None: SMTP_RATE; (): as fast as it goes.
        stop: pressed once, what is in flight is finished; twice, the run ends at once.
        on_progress: called about ten times a second.
        on_request: called when somebody at the desk has asked for a pause, to go on, or to stop.
        heed_after: the last such request that was looked at before; None: none came since it was.
    """

    max_wait: float = 1800.0
    uncertain: tuple[str, ...] = ()
    refused_share: float | None = REFUSED_SHARE
    rates: tuple[Rate, ...] | None = None
    stop: Stop | None = None
    on_progress: Callable[[Progress], None] = _nobody_watches
    on_request: Callable[[Request], None] = _nobody_hears
    heed_after: int | None = None


@contextmanager
def holding(ledger: Ledger, release: str) -> Iterator[None]:
    """Nobody else sends or takes back this release meanwhile; what a killed sender left of it is sorted out first, so
    that what is shown is what leaves.

    Raises:
        LedgerError: somebody else is sending it.
    """
    with ledger.holding(release):
        if mailing := ledger.find(release):
            with ledger.claims(mailing):
                pass
        yield


# ---- what must hold -------------------------------------------------------------------------------------


def must_be_fit_to_leave(prepared: Prepared) -> None:
    """
    Raises:
        CheckFailed: pre-flight found errors, or something that may be rehearsed and must not be sent.
    """
    prepared.must_be_sound()
    # Whoever practises may write to themselves in the sample's name.
    if not mailbox_alone(prepared.workspace.root):
        must_be_ready(prepared.findings)


def must_not_spread_what_was_corrected(outgoing: Outgoing) -> None:
    """
    Raises:
        MailerError: newcomers would get a text that others have a correction of.
    """
    if outgoing.corrected_by and outgoing.newcomers:
        raise MailerError(
            f"“{outgoing.corrected_by}” stands in for “{outgoing.release}”: nobody new is sent the earlier text.",
            "To send the corrected one to newcomers as well: "
            f"mailer send {outgoing.corrected_by} --newcomers. A withdrawn release is sent to nobody.",
        )


def must_spare_whom_an_embargo_shuts_out(outgoing: Outgoing, now: float, *, unmarked: bool) -> None:
    """
    Args:
        now: seconds since 1970.
        unmarked: it was said that whoever isn't marked as accepting embargoes gets it too.

    Raises:
        MailerError: it leaves under an embargo, and somebody in the queue accepts none, or is not said to.
    """
    if outgoing.embargoed(now) and outgoing.unmarked.number and not unmarked:
        raise MailerError(
            f"Some people in the queue are not marked as accepting embargoes: {outgoing.unmarked}."
            f"{queued_under(outgoing)}",
            "To send it to them as well, add --include-unmarked. Or send it once the embargo is over, or take the "
            f"queue back: `mailer resume {outgoing.release} --at TIME`, `mailer discard {outgoing.release}`.",
        )
    if outgoing.embargoed(now) and outgoing.refuse_embargo.number:
        raise MailerError(
            f"Some people in the queue accept no embargoes: {outgoing.refuse_embargo}.{queued_under(outgoing)}",
            "Send it once the embargo is over, or take the queue back: "
            f"`mailer resume {outgoing.release} --at TIME`, `mailer discard {outgoing.release}`.",
        )


def queued_under(outgoing: Outgoing) -> str:
    """Where an embargo comes from of which the file says nothing any more, and what lifts it, to be added
    to what is said of it; "": the file names it."""
    if not outgoing.queued_under:
        return ""
    until = moment_text(outgoing.moment(outgoing.embargo))
    return f" It was queued under an embargo until {until}; `mailer discard {outgoing.release}` lifts that."


def must_be_said_to_a_script(outgoing: Outgoing, now: float, *, under_embargo: bool) -> None:
    """What a person is asked about, a script has to say beforehand.

    Args:
        now: seconds since 1970.
        under_embargo: it was said that a running embargo is meant.

    Raises:
        MailerError: an embargo runs, or the planned time has long gone by.
    """
    if outgoing.embargoed(now) and not under_embargo:
        raise MailerError(
            f"It is under embargo until {moment_text(outgoing.moment(outgoing.embargo))}: nothing was sent."
            f"{queued_under(outgoing)}",
            "Anyone who gets it now can read it now. In a script, add --under-embargo, or choose a later time.",
        )
    if outgoing.late(now):
        raise MailerError(
            f"It was planned for {moment_text(outgoing.moment(outgoing.planned))}, long ago: nothing was sent.",
            "Check whether it should still go out; then use --now.",
        )


# ---- taking it back -------------------------------------------------------------------------------------


def waiting_for(ledger: Ledger, release: str) -> AddressDigest:
    """Whoever of a release surely has nothing yet: how many, and a digest of their addresses."""
    return AddressDigest.of(person.canonical for person in ledger.waiting(release))


def take_back(ledger: Ledger, mailing: Mailing, waiting: AddressDigest) -> int:
    """Takes those off the queue; the ledger keeps by whose word.

    Args:
        waiting: as it was shown to whoever gives the order.

    Returns:
        How many.
    """
    order = Order("discard", waiting.number, str(waiting), giver=whoever_we_are())
    return ledger.discard(mailing, order)
