"""Whom what follows a release goes to: those who have it, or may have it, and who else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice

from mailer.delivery import History, Ledger
from mailer.model import Audience, LeftOut, Recipient, Release, Status
from mailer.pipeline.following.chain import Link, chain_of
from mailer.press import Choice, Reason, Suppressions, canonical, read_audience
from mailer.settings import allows
from mailer.workspace import Workspace

_EVER_QUEUED = tuple(status for status in Status if status is not Status.DISCARDED)


def who_got(
    workspace: Workspace, release: str, *, waiting: bool = True, allow_only: tuple[str, ...] = ()
) -> tuple[Audience, dict[str, str]]:
    """Whom a follow-up of a release goes to: those who have it or may have it, each with the Message-ID they
    got; and those who were still to get it, who get only the follow-up.

    Args:
        waiting: whether the latter count: nobody needs the withdrawal of what they never got.
        allow_only: globs of addresses (ALLOW_ONLY); whoever matches none doesn't get it. None: no such limit.

    Raises:
        LedgerError: it was never sent from here.
    """
    suppressions = Suppressions(workspace.suppressed)
    recipients, left_out, threads = [], [], {}
    with Ledger(workspace.ledger) as ledger:
        for person in chain(ledger.reached(release), ledger.waiting(release)):
            if found := suppressions.get(person.canonical):
                left_out.append(LeftOut(person.address, "suppressed", str(found)))
                continue
            if not allows(allow_only, person.canonical):
                left_out.append(LeftOut(person.address, Reason.NOT_ALLOWED, ", ".join(allow_only)))
                continue
            if not person.message_id and not waiting:
                left_out.append(
                    LeftOut(person.address, "never got it", f"{release} is no longer sent to them")
                )
                continue
            languages = (person.language,)
            recipients.append(
                Recipient(person.address, person.name, languages=languages, fields=person.fields)
            )
            threads[person.canonical] = person.message_id
    return Audience(tuple(recipients), tuple(left_out), (f"those who got {release}",)), threads


def with_newcomers(
    workspace: Workspace, release: Release, choice: Choice
) -> tuple[Audience, Mapping[str, str]]:
    """Those who got the earlier text, and people of the lists who never did: they get only the corrected one."""
    original = release.original
    got, threads = who_got(workspace, original.corrects, allow_only=choice.allow_only)
    with Ledger(workspace.ledger) as ledger:
        known = frozenset(
            canonical(standing.address)
            for link in chain_of(ledger, original.corrects) or (Link(ledger.mailing(original.corrects), 0),)
            for standing in ledger.recipients(link.mailing.release, *_EVER_QUEUED)
            if standing.address and link.mailing.release != release.name
        )
    others = replace(
        choice, lists=choice.lists or original.lists, except_addresses=known, except_reason="no newcomer"
    )
    new = read_audience(workspace, others)
    recipients = (*got.recipients, *new.recipients)
    left_out = (*got.left_out, *(each for each in new.left_out if each.reason != "no newcomer"))
    return Audience(recipients, left_out, (*got.lists, *new.lists), new.findings), threads


def those_to_follow_up(
    workspace: Workspace, release: Release, choice: Choice, leaves: datetime
) -> tuple[Audience, Mapping[str, str]]:
    """Those of a choice who have a release, or may have it, and had no other mail of ours a short while ago.

    Args:
        release: the follow-up.
        leaves: when it is to leave, aware.
    """
    original = release.original
    got, threads = who_got(workspace, original.corrects, waiting=False, allow_only=choice.allow_only)
    chosen: dict[str, str] | None = None
    if choice.is_made:
        audience = read_audience(workspace, replace(choice, lists=choice.lists or original.lists, limit=None))
        chosen = {canonical(each.address): each.reason for each in audience.left_out if each.address}
        chosen |= {canonical(person.address): "" for person in audience.recipients}
    pause = original.newsroom.follow_up_after * 3600
    with Ledger(workspace.ledger) as ledger:
        last = History(ledger).last_mailed(release.name)
    recipients, left_out = [], list(got.left_out)
    for person in got.recipients:
        key = canonical(person.address)
        at, mail = last.get(key, (0.0, ""))
        if chosen is not None and (reason := chosen.get(key, "not on the lists that were chosen")):
            left_out.append(LeftOut(person.address, reason))
        elif leaves.timestamp() - at < pause:
            when = f"{mail}, {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
            hours = f"{original.newsroom.follow_up_after:g} hours have not gone by since {when}"
            left_out.append(LeftOut(person.address, Reason.TOO_SOON, hours))
        else:
            recipients.append(person)
    few = tuple(islice(recipients, choice.limit))
    left_out += [LeftOut(person.address, Reason.OVER_LIMIT) for person in recipients[len(few) :]]
    return Audience(few, tuple(left_out), got.lists), threads
