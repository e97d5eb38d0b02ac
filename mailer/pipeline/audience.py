"""Whom it goes to: press lists, those who got an earlier release, the few of a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mailer.delivery import Ledger
from mailer.errors import MailerError, WorkspaceError
from mailer.model import Audience, Kind, Recipient, Release
from mailer.pipeline.following.readers import those_to_follow_up, who_got, with_newcomers
from mailer.pipeline.prepared import Prepared
from mailer.press import Choice, canonical, parse_address, read_audience, why_not
from mailer.press.audience_on_disk import RecipientsOnDisk
from mailer.workspace import Workspace

OTHER_LANGUAGE = "other-language"
"""The finding about those who would get a correction in another language than what they got."""


def audience_of(
    workspace: Workspace, release: Release, choice: Choice, leaves: datetime
) -> tuple[Audience, Mapping[str, str]]:
    """Whom a release goes to: its lists' people, or those who got what it follows.

    Args:
        leaves: when it is to leave, aware.

    Returns:
        Them, and for a follow-up the Message-ID that each has of what it follows, by canonical address.

    Raises:
        ListError: with every fault of the file.
        WorkspaceError: no list of that name.
        LedgerError: a follow-up of a release that was never sent from here.
        MailerError: recipients were chosen for a follow-up, which goes to those who got what it follows.
    """
    original = release.original
    embargoed = any(edition.embargo and edition.embargo > leaves for edition in release.editions)
    if not (original.kind.follows and original.corrects):
        if choice.newcomers:
            raise MailerError(_NO_NEWCOMERS, "Leave it out.")
        if choice.include_unmarked and not embargoed:
            raise MailerError(
                "--include-unmarked has no effect: it is not under embargo when it leaves.", "Leave it out."
            )
        return read_audience(
            workspace, replace(choice, lists=choice.lists or original.lists, embargoed=embargoed)
        ), {}
    if choice.include_unmarked and not (embargoed and choice.newcomers):
        raise MailerError("--include-unmarked has no effect: they have the text already.", "Leave it out.")
    if choice.newcomers and original.kind in (Kind.CORRECTION, Kind.UPDATE):
        return with_newcomers(workspace, release, replace(choice, embargoed=embargoed))
    if choice.newcomers:
        raise MailerError(_NO_NEWCOMERS, "Leave it out.")
    if original.kind is Kind.FOLLOW_UP:
        return those_to_follow_up(workspace, release, choice, leaves)
    if choice.is_made:
        raise MailerError(
            f"A {original.kind.value} goes to exactly those who got “{original.corrects}”: lists and conditions "
            "have no effect on that.",
            "Leave out --list, --except, --where, --not-got and --limit.",
        )
    waiting = original.kind in (Kind.CORRECTION, Kind.UPDATE)
    return who_got(workspace, original.corrects, waiting=waiting, allow_only=choice.allow_only)


_NO_NEWCOMERS = "--newcomers has no effect: it is for a correction or an update, which others are to get too."


def not_those_who_got(workspace: Workspace, choice: Choice, release: str) -> Choice:
    """The choice without everybody who got an earlier release."""
    with Ledger(workspace.ledger) as ledger:
        got = frozenset(person.canonical for person in ledger.reached(release))
    return replace(choice, except_addresses=got, except_reason=f"got {release}")


def only(prepared: Prepared, addresses: tuple[str, ...], language: str) -> Prepared:
    """One edition for a few addresses only: a proof. Whoever stands on the list gets it as the list has them, but for
    the language.

    Args:
        language: the edition's (BCP 47).

    Raises:
        AddressError: one is no address.
    """
    wanted = {canonical(parse_address(address)): parse_address(address) for address in addresses}
    known = {key: r for r in prepared.audience.recipients if (key := canonical(r.address)) in wanted}
    people = (known.get(key, Recipient(address)) for key, address in wanted.items())
    audience = Audience(tuple(replace(person, languages=(language,)) for person in people), lists=("proof",))
    not_theirs = ("no-recipients", "empty-merge-value", OTHER_LANGUAGE)
    findings = tuple(f for f in prepared.findings if f.id not in not_theirs)
    return replace(prepared, audience=audience, findings=findings)


def in_the_name_of(proof: Prepared, given: Recipient) -> Prepared:
    """A proof for a few addresses as somebody else would get it: their name, and what fills their slots; the address
    stays the office's, and so does the link by which nobody is mailed any more.

    Args:
        proof: of `only`.
    """
    people = (replace(given, address=r.address, languages=r.languages) for r in proof.audience.recipients)
    return replace(proof, audience=replace(proof.audience, recipients=tuple(people)))


def in_any_language(prepared: Prepared) -> Prepared:
    """A correction that somebody wants to go out although not everybody gets it in the language of their copy.

    Raises:
        MailerError: everybody does.
    """
    if not any(finding.id == OTHER_LANGUAGE for finding in prepared.findings):
        raise MailerError(
            "--any-language has no effect: nobody would get it in another language than what they got.",
            "Leave it out.",
        )
    findings = (replace(f, level="warning") if f.id == OTHER_LANGUAGE else f for f in prepared.findings)
    return replace(prepared, findings=tuple(findings))


def as_addressed(prepared: Prepared, address: str) -> Recipient:
    """Someone of the audience, or the sender's own office where no address is given.

    Raises:
        AddressError: it is no address.
        WorkspaceError: nobody of that address is in the audience.
    """
    if not address:
        return Recipient(prepared.release.original.newsroom.sender.address)
    key = canonical(parse_address(address))
    people = prepared.audience.recipients
    if isinstance(people, RecipientsOnDisk):
        found = people.of(key)
    else:
        found = next((person for person in people if canonical(person.address) == key), None)
    if found is not None:
        return found
    raise WorkspaceError(*why_not(prepared.audience, key, address))
