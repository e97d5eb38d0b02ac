"""The whole job in one screen: prepare → queue → deliver. Read this first.

Check, preview, rehearsal, proof and send all start at `prepare`. A rehearsal is `deliver` with a throw-away
ledger and the rehearsal transport; a proof is `deliver` with a throw-away ledger and a few addresses of the
office. There is no `if dry_run`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from mailer import delivery
from mailer.checks import Draft, run_checks
from mailer.delivery import Entry, Frozen, Ledger, Mailing, Report, Transport
from mailer.errors import CheckFailed, WorkspaceError
from mailer.message import Addressee, Composition, Head, compile_message, verify
from mailer.model import Audience, Edition, Finding, Kind, LeftOut, Mailbox, Recipient, Release, Rendered
from mailer.press import Choice, Suppressions, canonical, parse_address, read_audience, unsubscribe_token
from mailer.release import read_release
from mailer.render import merge_values, render
from mailer.settings import Settings
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release with its audience, rendered and checked: everything short of sending.

    Attributes:
        rendered: by language (BCP 47), one for each edition.
        findings: what pre-flight noticed, gravest first; one of level error blocks `queue`.
        threads: for a follow-up: canonical address → Message-ID of what that person got.
    """

    workspace: Workspace
    release: Release
    audience: Audience
    rendered: Mapping[str, Rendered]
    findings: tuple[Finding, ...]
    threads: Mapping[str, str]


def prepare(workspace: Workspace, name: str, choice: Choice, *, theme: str = "") -> Prepared:
    """Everything short of sending. Check, preview, rehearsal and send all start here.

    Args:
        theme: another one than the release's own.

    Raises:
        ReleaseError, ListError, TemplateError: with every fault of the file.
        WorkspaceError: no release, list or theme of that name.
        LedgerError: a follow-up of a release that was never sent from here.
    """
    release = read_release(workspace, name)
    if release.original.kind.follows and release.original.corrects:
        waiting = release.original.kind is not Kind.WITHDRAWAL
        audience, threads = who_got(workspace, release.original.corrects, waiting=waiting)
    else:
        embargoed = any(e.embargo and e.embargo > datetime.now(UTC) for e in release.editions)
        choice = replace(choice, lists=choice.lists or release.original.lists, embargoed=embargoed)
        audience, threads = read_audience(workspace, choice), {}
    rendered = {e.language: render(e, workspace.theme(theme or e.theme)) for e in release.editions}
    findings = run_checks(Draft.at_once(workspace, release, audience, rendered))
    return Prepared(workspace, release, audience, rendered, findings, threads)


def queue(
    prepared: Prepared, settings: Settings, ledger: Ledger, *, prefix: str = "", thorough: bool = False
) -> Mailing:
    """Freeze what is sent and to whom. No file of the workspace is read after this.

    Every recipient's message is composed once here, so that a row that can't be composed stops the whole
    mailing before the first connection.

    Args:
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
    compositions = {
        edition.language: compile_message(
            prepared.rendered[edition.language], head_of(edition, settings, prefix)
        )
        for edition in prepared.release.editions
    }
    original = prepared.release.original
    draft = delivery.Draft(
        release=prepared.release.name,
        kind=original.kind.value,
        subject=original.subject,
        mail_from=settings.envelope_from or original.newsroom.sender.address,
        domain=original.newsroom.sender.domain,
        editions={language: _frozen(composition) for language, composition in compositions.items()},
        follows=original.corrects,
    )
    return ledger.queue(draft, _entries(prepared, settings, compositions, thorough))


def deliver(
    mailing: Mailing,
    ledger: Ledger,
    transport: Transport,
    workspace: Workspace,
    settings: Settings,
    **how: Any,
) -> Report:
    """Drain the queue. Kill it at any line; run it again to continue.

    ALLOW_ONLY and the suppressions of this very moment hold for every transport; so does SMTP_RATE, unless told
    otherwise. Messages are signed if the settings have a DKIM key.

    Args:
        how: further arguments of `mailer.delivery.deliver`.
    """
    suppressions = Suppressions(workspace.suppressed)

    def still_wanted(address: str) -> str:
        suppressions.refresh()
        found = suppressions.get(address)
        return str(found) if found else ""

    return delivery.deliver(
        mailing,
        ledger,
        transport,
        allow_only=settings.allow_only,
        still_wanted=still_wanted,
        signing=delivery.Signing(settings, workspace.root),
        **{"rates": settings.smtp_rate} | how,
    )


# ---- who ------------------------------------------------------------------------------------------------


def who_got(workspace: Workspace, release: str, *, waiting: bool = True) -> tuple[Audience, dict[str, str]]:
    """Whom a follow-up of a release goes to: those who have it or may have it, each with the Message-ID they
    got; and those who were still to get it, who get only the follow-up.

    Args:
        waiting: whether the latter count: nobody needs the withdrawal of what they never got.

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
            if not person.message_id and not waiting:
                left_out.append(
                    LeftOut(person.address, "never got it", f"{release} is not sent to them any more")
                )
                continue
            languages = (person.language,)
            recipients.append(
                Recipient(person.address, person.name, languages=languages, fields=person.fields)
            )
            threads[person.canonical] = person.message_id
    return Audience(tuple(recipients), tuple(left_out), (f"those who got {release}",)), threads


def not_those_who_got(workspace: Workspace, choice: Choice, release: str) -> Choice:
    """The choice without everybody who got an earlier release."""
    with Ledger(workspace.ledger) as ledger:
        got = frozenset(person.canonical for person in ledger.reached(release))
    return replace(choice, except_addresses=got, except_reason=f"got {release}")


def newcomers(prepared: Prepared, ledger: Ledger) -> int:
    """How many of the audience have no delivery of this release yet: whom a `send` would add."""
    name = prepared.release.name
    if not any(mailing.release == name for mailing in ledger.mailings()):
        return len(prepared.audience.recipients)
    return sum(ledger.state_of(name, canonical(r.address)) is None for r in prepared.audience.recipients)


def only(prepared: Prepared, addresses: tuple[str, ...]) -> Prepared:
    """The same for a few addresses only: a proof. Whoever stands on the list gets it as the list has them.

    Raises:
        AddressError: one is no address.
    """
    wanted = {canonical(parse_address(address)): parse_address(address) for address in addresses}
    known = {key: r for r in prepared.audience.recipients if (key := canonical(r.address)) in wanted}
    audience = Audience(
        tuple(known.get(key, Recipient(address)) for key, address in wanted.items()), lists=("proof",)
    )
    findings = tuple(f for f in prepared.findings if f.id not in ("no-recipients", "empty-merge-value"))
    return replace(prepared, audience=audience, findings=findings)


# ---- what -----------------------------------------------------------------------------------------------


def head_of(edition: Edition, settings: Settings, prefix: str = "") -> Head:
    """What the header of an edition's messages says."""
    room = edition.newsroom
    takes_unsubscribes = settings.unsubscribe_mailto or (room.reply_to or room.sender).address
    sender = Mailbox(room.sender.address, room.sender.name or room.name)
    list_id = f"press.{room.sender.domain}"
    return Head(
        sender=sender,
        reply_to=room.reply_to,
        list_id=list_id,
        list_name=room.name,
        unsubscribe_mailto=takes_unsubscribes,
        one_click=_one_click(settings),
        language=edition.language,
        prefix=prefix,
    )


def values_for(recipient: Recipient, settings: Settings) -> dict[str, str]:
    """What fills a recipient's slots; with UNSUBSCRIBE_URL, their own link of one-click (RFC 8058)."""
    values = merge_values(recipient)
    values.pop("unsubscribe", None)
    if _one_click(settings):
        token = unsubscribe_token(recipient.address, settings.secret_key)
        values["unsubscribe"] = f"{settings.unsubscribe_url.rstrip('/')}/{token}"
    return values


def _one_click(settings: Settings) -> bool:
    return bool(settings.unsubscribe_url and settings.secret_key)


def _frozen(composition: Composition) -> Frozen:
    content = composition.freeze()
    return Frozen(hashlib.sha256(content).hexdigest(), content)


def _entries(
    prepared: Prepared, settings: Settings, compositions: Mapping[str, Composition], thorough: bool
) -> Iterator[Entry]:
    """Everybody, as a stream, each message composed once."""
    verified: set[str] = set()
    domain = prepared.release.original.newsroom.sender.domain
    for recipient in prepared.audience.recipients:
        key = canonical(recipient.address)
        language = prepared.release.edition_for(recipient.languages).language
        values = values_for(recipient, settings)
        thread = prepared.threads.get(key, "")
        addressee = Addressee(recipient.address, recipient.name, values, f"<rehearsal@{domain}>", thread)
        content = compositions[language].fill(addressee)
        if thorough or language not in verified:
            verify(content, addressee, compositions[language])
            verified.add(language)
        yield Entry(key, recipient.address, recipient.name, language, values, thread)


# ---- what can be looked at --------------------------------------------------------------------------------


def example_message(prepared: Prepared, settings: Settings, edition: Edition, recipient: Recipient) -> bytes:
    """The mail as this recipient would get it, to be looked at."""
    composition = compile_message(prepared.rendered[edition.language], head_of(edition, settings))
    message_id = f"<preview@{edition.newsroom.sender.domain}>"
    values = values_for(recipient, settings)
    thread = prepared.threads.get(canonical(recipient.address), "")
    return composition.fill(Addressee(recipient.address, recipient.name, values, message_id, thread))


def as_addressed(prepared: Prepared, address: str) -> Recipient:
    """Someone of the audience, or the sender's own office where no address is given.

    Raises:
        AddressError: it is no address.
        WorkspaceError: nobody of that address is in the audience.
    """
    if not address:
        return Recipient(prepared.release.original.newsroom.sender.address)
    key = canonical(parse_address(address))
    for recipient in prepared.audience.recipients:
        if canonical(recipient.address) == key:
            return recipient
    lists = ", ".join(prepared.audience.lists) or "no list"
    raise WorkspaceError(
        f"{address} would not get it: not among the recipients of {lists}.", "Name a --list."
    )
