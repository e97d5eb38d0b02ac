"""The whole job in one screen: prepare → queue → deliver. Read this first.

Check, preview, rehearsal, proof and send all start at `prepare`. A rehearsal is `deliver` with a throw-away
ledger and the rehearsal transport; a proof is `deliver` with a throw-away ledger and a few addresses of the
office. There is no `if dry_run`. What is real is asked about first: `outgoing.py` says what would leave.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from mailer import delivery
from mailer.checks import Draft, run_checks
from mailer.delivery import Claims, Ledger, Mailing, Order, Report, Transport
from mailer.errors import CheckFailed, MailerError
from mailer.model import Kind
from mailer.pipeline.prepared import Prepared
from mailer.pipeline.what import compositions_of, draft_of, entries_of, example_message
from mailer.pipeline.who import as_addressed, not_those_who_got, only, who_got
from mailer.press import Choice, StillWanted, read_audience
from mailer.release import read_release
from mailer.render import render
from mailer.settings import Settings
from mailer.workspace import Workspace

__all__ = [
    "Prepared",
    "as_addressed",
    "deliver",
    "example_message",
    "holding",
    "not_those_who_got",
    "only",
    "prepare",
    "queue",
    "who_got",
]


def prepare(
    workspace: Workspace, name: str, choice: Choice, *, theme: str = "", leaves: datetime | None = None
) -> Prepared:
    """Everything short of sending. Check, preview, rehearsal and send all start here.

    Args:
        theme: another one than the release's own.
        leaves: when it is to leave, aware; now by default. Who accepts no embargoes is left out of what leaves
            under one.

    Raises:
        ReleaseError, ListError, TemplateError: with every fault of the file.
        WorkspaceError: no release, list or theme of that name.
        LedgerError: a follow-up of a release that was never sent from here.
        MailerError: recipients were chosen for a follow-up, which goes to those who got what it follows.
    """
    release = read_release(workspace, name, today=_day_of(workspace, name))
    original = release.original
    if original.kind.follows and original.corrects:
        if choice.is_made:
            raise MailerError(
                f"A {original.kind.value} goes to exactly those who got “{original.corrects}”: lists and conditions "
                "have no effect on that.",
                "Leave out --list, --except, --where, --not-got and --limit.",
            )
        waiting = original.kind is not Kind.WITHDRAWAL
        audience, threads = who_got(
            workspace, original.corrects, waiting=waiting, allow_only=choice.allow_only
        )
    else:
        embargoed = any(e.embargo and e.embargo > (leaves or datetime.now(UTC)) for e in release.editions)
        choice = replace(choice, lists=choice.lists or original.lists, embargoed=embargoed)
        audience, threads = read_audience(workspace, choice), {}
    rendered = {e.language: render(e, workspace.theme(theme or e.theme)) for e in release.editions}
    findings = run_checks(Draft.at_once(workspace, release, audience, rendered))
    return Prepared(workspace, release, audience, rendered, findings, threads)


def queue(
    prepared: Prepared,
    settings: Settings,
    ledger: Ledger,
    order: Order | None = None,
    *,
    prefix: str = "",
    thorough: bool = False,
) -> Mailing:
    """Freeze what is sent and to whom. No file of the workspace is read after this.

    Every recipient's message is composed once here, so that a row that can't be composed stops the whole
    mailing before the first connection.

    Args:
        order: by whose word, for what was shown to them (`outgoing.py`); None: a rehearsal, a proof or a demonstration.
        prefix: put before the subject, "[TEST] " of a proof.
        thorough: have every message read again by another parser, not only the first of each edition: a
            millisecond or two each.

    Raises:
        CheckFailed: pre-flight found errors.
        ComposeError: a message is not what was meant.
        LedgerError: this release was sent before, with another content.
    """
    if any(finding.level == "error" for finding in prepared.findings):
        raise CheckFailed(prepared.findings)
    compositions = compositions_of(prepared, settings, prefix)
    draft = draft_of(prepared, settings, compositions)
    return ledger.queue(draft, entries_of(prepared, settings, compositions, thorough), order)


def deliver(
    mailing: Mailing,
    ledger: Ledger,
    transport: Transport,
    workspace: Workspace,
    settings: Settings,
    **how: Any,
) -> Report:
    """Drain the queue. Kill it at any line; run it again to continue.

    The planned time, ALLOW_ONLY and the suppressions of this very moment hold for every transport; so does SMTP_RATE,
    unless told otherwise. Messages are signed if the settings have a DKIM key.

    Args:
        how: further arguments of `mailer.delivery.deliver`.
    """
    return delivery.deliver(
        mailing,
        ledger,
        transport,
        allow_only=settings.allow_only,
        still_wanted=StillWanted(workspace.suppressed),
        signing=delivery.Signing(settings, workspace.root),
        **{"rates": settings.smtp_rate} | how,
    )


@contextmanager
def holding(ledger: Ledger, release: str) -> Iterator[None]:
    """Nobody else sends or takes back this release meanwhile; what a killed sender left of it is sorted out first, so
    that what is shown is what leaves.

    Raises:
        LedgerError: somebody else is sending it.
    """
    with ledger.holding(release):
        if mailing := ledger.find(release):
            with Claims(ledger, mailing):
                pass
        yield


def _day_of(workspace: Workspace, name: str) -> date | None:
    """The date that a release without one was given when it was first queued."""
    if not workspace.ledger.is_file():
        return None
    with Ledger(workspace.ledger) as ledger:
        day = ledger.day_of(workspace.release_name(workspace.release_path(name)))
    return date.fromisoformat(day) if day else None
