"""What is to leave at its time: by whose order, whether its time has come, and what `mailer post` may do about it.

An order that was given for a time is the consent to it, and needs no other when that comes. It holds once: what ends
in good order, though not with everybody (the server refused, people were left over), is for a person to look at. Only
what was killed in the midst, as by a restart of the machine, is gone on with; and not if somebody had it paused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from mailer.delivery import LATE, Ledger, Mailing, Order, Requests, whoever_we_are
from mailer.delivery.consent import LastWord, last_word
from mailer.delivery.ledger.queueing import record_order
from mailer.env_file import mailbox_alone
from mailer.errors import LedgerError, MailerError
from mailer.model import Status
from mailer.pipeline.outgoing import Outgoing, relay_of
from mailer.pipeline.prepared import may_change
from mailer.release.values import moment_text
from mailer.settings import Settings
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl

_LEFT = (Status.QUEUED, Status.DEFERRED, Status.SENDING)
_SAID = ("send", "resume", "move")


class When(StrEnum):
    """Where a planned mailing stands."""

    TO_COME = "planned"
    DUE = "due"
    LATE = "late"
    STOPPED = "stopped"


def dated_later(ledger: Ledger, leaving: Outgoing, now: float) -> tuple[str, str]:
    """Of what was queued, and leaves before the day that it is dated with, as it was queued for that: what is said, and
    what to do. Under an embargo the date is that of its end, which is as it should be.

    Returns:
        "", "": it does not; of what to do: somebody has it with that date already.
    """
    mailing = ledger.find(leaving.release)
    if mailing is None:
        return "", ""
    leaves = leaving.planned if leaving.planned > now else 0.0
    if leaving.embargo or mailing.day <= leaving.moment(leaves or now).date().isoformat():
        return "", ""
    said = f"{mailing.day}, after the day on which it leaves."
    if not may_change(ledger, mailing.release):
        return said, ""
    when = f' --at "{moment_text(leaving.moment(leaves))}"' if leaves else " --now" if mailing.planned else ""
    return (
        said,
        f"If its file has no Date:, `mailer send {mailing.release}{when}`, to its lists, dates it anew.",
    )


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
    said = said_last(orders)
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
    if when is not When.TO_COME and (last.kind == "stop" or is_held_up(ledger, mailing, last)):
        when = When.STOPPED
    return Planned(mailing, when, moment, number, last, said)


def said_last(orders: Sequence[Order]) -> Order | None:
    """Of orders, oldest first, the last one that a person gave to have something leave; None: nobody has."""
    return next((order for order in reversed(orders) if order.kind in _SAID), None)


def is_held_up(ledger: Ledger, mailing: Mailing, last: Order) -> bool:
    """Whether somebody has asked for a pause or a stop since the last order: whoever heeded that may be gone."""
    asked = Requests(ledger).newest(mailing.id)
    return asked is not None and asked.kind != "go on" and asked.at > last.given


def must_be_what_was_ordered(said: Order, leaving: Outgoing) -> None:
    """
    Args:
        said: the last order that a person gave.

    Raises:
        MailerError: more would leave than somebody has typed the number of.
    """
    if leaving.number > said.number:
        raise MailerError(
            f"“{leaving.release}” was ordered for {said.number:,}, and {leaving.number:,} stand in its queue: "
            "nothing was sent.",
            f"Look at it, and say so anew: `mailer resume {leaving.release}`.",
        )


NO_SERVER = "no server"


def other_relay(said: Order, workspace: Workspace, settings: Settings) -> str:
    """The server that the settings name, or that they name none, where it is not that of an order. "": it is, or the
    order names none; or in this place to practise in there is only a mailbox, at another port each time. Capitals tell
    no hosts apart (RFC 4343)."""
    relay = relay_of(settings) if settings.smtp_host else NO_SERVER
    is_other = said.relay.casefold() not in ("", relay.casefold())
    return relay if is_other and not mailbox_alone(workspace.root) else ""


def must_go_as_ordered(said: Order, workspace: Workspace, settings: Settings) -> None:
    """
    Args:
        said: the last order that a person gave, and was shown the server of.

    Raises:
        MailerError: `.env` names another one by now, as after a trial.
    """
    if relay := other_relay(said, workspace, settings):
        raise MailerError(
            f"It was ordered to leave through {said.relay}, and the settings name {relay} now: nothing was sent.",
            "Set that again; or if the new one is meant, say so: `mailer schedule` shows what is planned, "
            "`mailer schedule move` and `mailer resume` ask anew.",
        )


def left_to_workers(ledger: Ledger, due: Planned) -> bool:
    """Whether it is not for `mailer post`: several computers share the ledger, and it was queued for those that
    work."""
    return isinstance(ledger.place, DatabaseUrl) and not due.said.relay


def begin(
    ledger: Ledger, mailing: Mailing, leaving: Outgoing, word: LastWord, relay: str = ""
) -> Mailing | None:
    """Writes down that it begins, if nothing was said of it since it was seen to: a login takes its time, and whoever
    held it may hold it no more. Its time stays, until the first of it is claimed.

    Args:
        word: the last word by which all was seen to.
        relay: host and port of the server that carries it, where the order does not say that.

    Returns:
        None: something was said.

    Raises:
        TakenOver: somebody else holds it now.
    """
    order = Order(
        "post", leaving.number, leaving.recipients, sender=leaving.sender if relay else "", relay=relay,
        planned=mailing.planned, giver=whoever_we_are(), given=ledger.store.wall(),
    )  # fmt: skip
    with ledger.hold(mailing) as hold, hold.writing(durable=True) as db:
        if last_word(db, mailing.id) != word:
            return None
        record_order(db, mailing.id, order)
    return mailing


def end(ledger: Ledger, release: str) -> None:
    """Writes down that it has ended, if anybody is left: from now on it is for a person to look at."""
    mailing = ledger.mailing(release)
    if left := _left(ledger, release):
        order = ledger.orders(release)[-1]
        now, giver = ledger.store.wall(), whoever_we_are()
        ledger.order(
            mailing,
            replace(order, kind="stop", number=left, planned=mailing.planned, giver=giver, given=now),
        )


@contextmanager
def ending(ledger: Ledger, release: str) -> Iterator[None]:
    """Around a sending in a process of its own. In a database others go on with what was killed, so what came to its
    end, in whatever way, is told apart from that. What still waits for its time has not begun."""
    try:
        yield
    finally:
        if isinstance(ledger.place, DatabaseUrl):
            with suppress(LedgerError):
                if not ledger.mailing(release).planned and ledger.orders(release)[-1].kind in _SAID:
                    end(ledger, release)


def _left(ledger: Ledger, release: str) -> int:
    return sum(number for state, number in ledger.counts(release).items() if state in _LEFT)


def is_being_sent(ledger: Ledger, planned: Planned) -> bool:
    """Whether a process has it in hand."""
    return ledger.is_held(planned.mailing.id)
