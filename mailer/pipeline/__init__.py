"""The whole job in one screen: prepare → queue → deliver. Read this first.

Check, preview, rehearsal, proof and send all start at `prepare`. A rehearsal is `deliver` with a throw-away
ledger and the rehearsal transport; a proof is `deliver` with a throw-away ledger and a few addresses of the
office (`rehearsal.py`). There is no `if dry_run`. What is real is asked about first: `outgoing.py` says what would
leave, `sending.py` what must hold before it does.
"""

from __future__ import annotations

from datetime import UTC, datetime

from mailer import delivery
from mailer.checks import Draft, look_over
from mailer.delivery import Ledger, Mailing, Order, Report, Signing, Transport
from mailer.model import Finding
from mailer.pipeline.audience import (
    as_addressed,
    audience_of,
    in_any_language,
    not_those_who_got,
    only,
)
from mailer.pipeline.composing import compositions_of, entries_of, example_message, frozen_release_of
from mailer.pipeline.following.readers import who_got
from mailer.pipeline.prepared import Prepared, day_leaving, planned_before
from mailer.pipeline.sending import Instructions, holding
from mailer.pipeline.several.suppressions import agree
from mailer.press import Choice, StillWanted
from mailer.release import read_release
from mailer.render import render
from mailer.settings import Settings
from mailer.workspace import Workspace

__all__ = [
    "Instructions",
    "Prepared",
    "as_addressed",
    "deliver",
    "example_message",
    "holding",
    "in_any_language",
    "not_those_who_got",
    "only",
    "prepare",
    "queue",
    "who_got",
]


def prepare(
    workspace: Workspace,
    name: str,
    choice: Choice,
    *,
    theme: str = "",
    leaves: datetime | None = None,
    links: bool = False,
) -> Prepared:
    """Everything short of sending. Check, preview, rehearsal and send all start here.

    Args:
        theme: another one than the release's own.
        leaves: when it is to leave, aware; by default when it was planned before, else now. Who accepts no
            embargoes is left out of what leaves under one.
        links: look up whether the release's links lead anywhere. Nothing is asked of any server otherwise.

    Raises:
        ReleaseError, ListError, TemplateError: with every fault of the file.
        WorkspaceError: no release, list or theme of that name.
        LedgerError: a follow-up of a release that was never sent from here.
        MailerError: recipients were chosen for a follow-up, which goes to those who got what it follows.
    """
    agree(workspace)
    leaves = leaves or planned_before(workspace, name)
    release = read_release(workspace, name, today=day_leaving(workspace, name, leaves))
    audience, threads = audience_of(workspace, release, choice, leaves or datetime.now(UTC))
    rendered = {e.language: render(e, workspace.theme(theme or e.theme)) for e in release.editions}
    draft = Draft.at_once(workspace, release, audience, rendered, theme, leaves)
    checked = look_over(draft, _looked_up(draft) if links else ())
    return Prepared(workspace, release, audience, rendered, checked.findings, threads, checked.silenced)


def _looked_up(draft: Draft) -> list[Finding]:
    from mailer.checks.links import looked_up

    return looked_up(draft.manuscripts, draft.workspace.private / "links.json", draft.now)


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
    prepared.must_be_sound()
    agree(prepared.workspace, ledger)
    compositions = compositions_of(prepared, settings, prefix)
    frozen = frozen_release_of(prepared, settings, compositions)
    return ledger.queue(frozen, entries_of(prepared, settings, compositions, thorough), order)


def deliver(
    mailing: Mailing,
    ledger: Ledger,
    transport: Transport,
    workspace: Workspace,
    settings: Settings,
    instructions: Instructions = Instructions(),  # noqa: B008 - it is frozen
) -> Report:
    """Drain the queue. Kill it at any line; run it again to continue.

    The planned time, ALLOW_ONLY and the suppressions of this very moment hold for every transport. Messages are signed
    if the settings have a DKIM key.

    Raises:
        TransportError: the server can't be reached or won't have us, and nothing was sent.
        LedgerError: someone else is sending this, or the ledger can't be written, which stops the sending.
    """
    agree(workspace, ledger)
    return delivery.deliver(
        mailing,
        ledger,
        transport,
        rates=settings.smtp_rate if instructions.rates is None else instructions.rates,
        allow_only=settings.allow_only,
        still_wanted=StillWanted(workspace.suppressed),
        signing=Signing(settings, workspace.root),
        max_wait=instructions.max_wait,
        uncertain=instructions.uncertain,
        refused_share=instructions.refused_share,
        stop=instructions.stop,
        on_progress=instructions.on_progress,
        on_request=instructions.on_request,
        heed_after=instructions.heed_after,
    )
