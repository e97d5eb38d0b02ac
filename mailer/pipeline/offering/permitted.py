"""What forbids a sending, whoever asks for it: the page tells all of it, and whoever sends stops at the first."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from mailer.delivery import Ledger, Mailing, SmtpTransport, Snapshot
from mailer.errors import MailerError
from mailer.pipeline.approval import must_be_approved, must_be_what_was_sent, queue_must_be_approved
from mailer.pipeline.offering.asked import Asked
from mailer.pipeline.outgoing import Outgoing
from mailer.pipeline.prepared import Prepared
from mailer.pipeline.sending import (
    must_be_fit_to_leave,
    must_be_said_to_a_script,
    must_not_spread_what_was_corrected,
    must_spare_whom_an_embargo_shuts_out,
)
from mailer.release.values import moment_text
from mailer.settings import Settings
from mailer.workspace import Workspace

Rule = Callable[[], object]


def rules_for_sending(
    prepared: Prepared, leaving: Outgoing, settings: Settings, ledger: Ledger, asked: Asked
) -> tuple[Rule, ...]:
    """Each raises a MailerError where it forbids. The approval is not among them."""
    return (
        partial(must_be_fit_to_leave, prepared),
        *_for_both(leaving, settings, ledger, asked),
        partial(must_not_spread_what_was_corrected, leaving),
        partial(must_be_what_was_sent, prepared, settings, ledger),
        partial(_must_have_followed_a_whole_one, prepared, ledger),
    )


def approval_for(prepared: Prepared, settings: Settings, ledger: Ledger) -> Snapshot | None:
    """The approval by which it leaves; None: newsroom.md asks for none.

    Raises:
        MailerError: there is none that is good.
    """
    return must_be_approved(prepared, settings, ledger)


def rules_for_the_rest(
    workspace: Workspace,
    mailing: Mailing,
    leaving: Outgoing,
    settings: Settings,
    ledger: Ledger,
    asked: Asked,
) -> tuple[Rule, ...]:
    """The same for what is left of what was queued."""
    return (
        *_for_both(leaving, settings, ledger, asked),
        partial(queue_must_be_approved, workspace, mailing, settings, ledger),
    )


def broken(rules: tuple[Rule, ...]) -> list[MailerError]:
    """All that forbids it."""
    found = []
    for rule in rules:
        try:
            rule()
        except MailerError as error:
            found.append(error)
    return found


def _for_both(leaving: Outgoing, settings: Settings, ledger: Ledger, asked: Asked) -> tuple[Rule, ...]:
    now = time.time()
    return (
        partial(ledger.store.must_be_whole, leaving.release),
        settings.must_name_a_server,
        partial(SmtpTransport, settings),  # no encryption to another machine
        partial(_must_lie_ahead, leaving, asked, now),
        partial(must_spare_whom_an_embargo_shuts_out, leaving, now, unmarked=asked.include_unmarked),
        partial(must_be_said_to_a_script, leaving, now, under_embargo=True),  # what is offered asks about it
        partial(_must_reach_somebody, leaving),
    )


def _must_lie_ahead(leaving: Outgoing, asked: Asked, now: float) -> None:
    if asked.planned and asked.planned <= now:
        raise MailerError(
            f"{moment_text(leaving.moment(asked.planned))} has passed.", "Choose another time, or now."
        )


def _must_reach_somebody(leaving: Outgoing) -> None:
    if not leaving.number:
        raise MailerError(
            "There is nobody to send it to who has not got it.", "Choose other lists, or others too."
        )


def _must_have_followed_a_whole_one(prepared: Prepared, ledger: Ledger) -> None:
    if followed := prepared.release.original.corrects:
        ledger.store.must_be_whole(followed)
