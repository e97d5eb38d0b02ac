"""A second person's word: what they approve is bound to what leaves, text and people.

Where newsroom.md names approvers, nothing new is sent without it. An approval is signed with SECRET_KEY, so that nobody
who can write the ledger but has not the office's key can make one; it holds the message of each edition, byte for byte,
and of each recipient a keyed digest of the address, and of what that person alone is sent: the edition, the name, what
fills the slots, the link to unsubscribe. Fewer people than were approved are no reason to stop: somebody who asked this
morning to be taken off is not to be waited for. More, or others, are. Who stands in the queue from before leaves with
the others, so they are approved with them.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from mailer.delivery import Ledger, Mailing, Snapshot, Snapshots, whoever_we_are
from mailer.delivery.snapshots import DIGEST
from mailer.errors import MailerError
from mailer.message import Composition
from mailer.message.mime import UNSUBSCRIBE
from mailer.model import Status
from mailer.pipeline.approval.signed import Reader, office_key, pieces, signature
from mailer.pipeline.composing import compositions_of, values_for
from mailer.pipeline.prepared import Prepared
from mailer.press import canonical
from mailer.release import read_newsroom
from mailer.settings import Settings
from mailer.workspace import Workspace

_WAITING = (Status.QUEUED, Status.DEFERRED)
NAMED = 5
"""Of those who are new since the approval, so many are named."""

_NOTHING_LEFT = frozenset((Status.QUEUED, Status.DISCARDED))
"""States of people to whom nothing has gone yet."""


def approver_called(prepared: Prepared, name: str) -> str:
    """Who of newsroom.md is meant, as it writes them.

    Raises:
        MailerError: they may not approve, or newsroom.md asks for no approval.
    """
    approvers = prepared.release.original.newsroom.approvers
    if not approvers:
        raise MailerError(
            "newsroom.md names nobody who may approve, so nothing waits for an approval.",
            "To ask for one, write there who may give it: a line “Approvers:”, and below it “- NAME” for each.",
        )
    by_key = {_key_of(approver): approver for approver in approvers}
    if found := by_key.get(_key_of(name)):
        return found
    near = get_close_matches(_key_of(name), by_key, n=1, cutoff=0.7)
    raise MailerError(
        f"“{name}” may not approve: newsroom.md names {', '.join(approvers)}.",
        f"Did you mean --by “{by_key[near[0]]}”?" if near else "",
    )


def _key_of(name: str) -> str:
    return " ".join(name.split()).casefold()


def approve(prepared: Prepared, settings: Settings, ledger: Ledger, by: str) -> Snapshot:
    """Writes an approval down: of what is prepared, for whom it is prepared, and who stands in its queue.

    Args:
        by: one of newsroom.md's approvers.

    Raises:
        CheckFailed: pre-flight found errors.
        SettingsError: there is no SECRET_KEY to sign it with.
        MailerError: who it is may not approve.
        LedgerError: it can't be written down.
    """
    key = office_key(settings)
    prepared.must_be_sound()
    compositions = compositions_of(prepared, settings)
    slots = slots_of(compositions)
    people = {each.canonical: each.digests(slots, key) for each in readers_of(prepared, settings, ledger)}
    approval = Snapshot(
        release=prepared.release.name,
        at=time.time(),
        account=whoever_we_are(),
        editions=_frozen(compositions),
        by=approver_called(prepared, by),
        people=b"".join(sorted(people.values())),
    )
    approval = replace(approval, signature=signature(approval, key))
    Snapshots(ledger).keep(approval)
    return approval


def number_of(prepared: Prepared, settings: Settings, ledger: Ledger) -> int:
    """For how many people an approval would be."""
    return sum(1 for _ in readers_of(prepared, settings, ledger))


def must_be_approved(prepared: Prepared, settings: Settings, ledger: Ledger) -> Snapshot | None:
    """The approval of what is prepared; None where newsroom.md asks for none.

    Raises:
        MailerError: there is none, it is not the office's, or the text or the people have changed since; or the text is
            another than what was sent.
        SettingsError: there is no SECRET_KEY to tell that by.
    """
    newsroom = prepared.release.original.newsroom
    if not newsroom.approvers:
        return None
    must_be_what_was_sent(prepared, settings, ledger)
    name = prepared.release.name
    approval, key, how = _approval_of(name, newsroom.approvers, settings, ledger)
    if approval.by not in newsroom.approvers:
        raise MailerError(f"{approval.by} approved “{name}”, but may not any more: nothing was sent.", how)
    compositions = compositions_of(prepared, settings)
    _must_say_the_same(_frozen(compositions), approval, how)
    readers = list(readers_of(prepared, settings, ledger))
    if ledger.find(name):  # who has it, or was refused, gets nothing more
        readers = [r for r in readers if ledger.state_of(name, r.canonical) in (None, *_WAITING)]
    _must_reach_nobody_else(readers, slots_of(compositions), approval, key, how)
    return approval


def queue_must_be_approved(
    workspace: Workspace, mailing: Mailing, settings: Settings, ledger: Ledger
) -> None:
    """Who stands in a queue was approved with it, unless newsroom.md asks for no approval: they may have stood there
    before it began to ask.

    Raises:
        MailerError: there is no approval, it is not the office's, or it is of something else.
        SettingsError: there is no SECRET_KEY to tell that by.
    """
    try:
        approvers = read_newsroom(workspace).approvers
    except MailerError:  # somebody is at work on it, and nothing that is queued depends on it
        approvers = ("…",) if Snapshots(ledger).latest(mailing.release) else ()
    waiting = list(_waiting(mailing.release, ledger)) if approvers else []
    if not waiting:
        return
    approval, key, how = _approval_of(mailing.release, approvers, settings, ledger)
    how = (
        f"Have it approved as it is in the queue, or take it back (`mailer discard {mailing.release}`): {how}"
    )
    frozen = ledger.editions(mailing)
    _must_say_the_same(frozen, approval, how)
    slots = slots_of({language: Composition.thaw(content) for language, content in frozen.items()})
    _must_reach_nobody_else(waiting, slots, approval, key, how)


def _approval_of(
    name: str, approvers: tuple[str, ...], settings: Settings, ledger: Ledger
) -> tuple[Snapshot, bytes, str]:
    """The approval, by this office; the key; and how to get another one."""
    key = office_key(settings)
    how = f"`mailer approve {name} --by NAME` ({', '.join(approvers)})."
    approval = Snapshots(ledger).latest(name)
    if approval is None:
        raise MailerError(
            f"“{name}” has not been approved, and newsroom.md asks for it: nothing was sent.", how
        )
    if not hmac.compare_digest(approval.signature, signature(approval, key)):
        raise MailerError(
            f"The approval of “{name}” was not signed with this office's SECRET_KEY: nothing was sent.",
            f"If the key was changed, have it approved again: {how}",
        )
    return approval, key, how


def must_be_what_was_sent(prepared: Prepared, settings: Settings, ledger: Ledger) -> None:
    """No approval makes another text of one that some have: that is a correction's.

    Raises:
        MailerError: something of this release was sent before, with another content.
    """
    name = prepared.release.name
    mailing = ledger.find(name)
    if mailing is None or not set(ledger.counts(name)) - _NOTHING_LEFT:
        return
    sent = ledger.editions(mailing)
    now = _frozen(compositions_of(prepared, settings))
    if changed := [language for language, frozen in now.items() if sent.get(language, frozen) != frozen]:
        raise MailerError(
            f"“{name}” ({', '.join(changed)}) was changed after it was sent.",
            f"Those who already have it would not learn of the change. Begin its correction: `mailer correct {name}`.",
        )


def _must_say_the_same(now: Mapping[str, bytes], approval: Snapshot, how: str) -> None:
    then = approval.editions
    changed = [language for language in {**then, **now} if now.get(language) != then.get(language)]
    if changed:
        raise MailerError(
            f"“{approval.release}” has changed since {approval.by} approved it ({', '.join(changed)}): nothing was"
            " sent.",
            f"`mailer diff {approval.release} --since approval` shows how. Then: {how}",
        )


def _must_reach_nobody_else(
    readers: list[Reader], slots: Mapping[str, list[str]], approval: Snapshot, key: bytes, how: str
) -> None:
    approved = {piece[:DIGEST]: piece for piece in pieces(approval.people)}
    found = [(each.address, each.digests(slots, key)) for each in readers]
    if new := [address for address, both in found if both[:DIGEST] not in approved]:
        raise MailerError(
            f"“{approval.release}” was approved for {len(approved):,} people, and these are not among them:"
            f" {_named(new)}. Nothing was sent.",
            f"Leave them out, or have it approved for them too: {how}",
        )
    if other := [address for address, both in found if approved[both[:DIGEST]] != both]:
        raise MailerError(
            f"What “{approval.release}” says to these people alone has changed since {approval.by} approved it (their"
            f" edition, name, what is filled in, or the link to unsubscribe): {_named(other)}. Nothing was sent.",
            f"Take the change back, or have it approved again: {how}",
        )


def _named(addresses: list[str]) -> str:
    more = len(addresses) - NAMED
    return ", ".join(addresses[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def readers_of(prepared: Prepared, settings: Settings, ledger: Ledger) -> Iterator[Reader]:
    """Everybody to whom it would go, or has gone; who stands in the queue from before, as they stand there."""
    release, queued = prepared.release, set()
    for each in _waiting(release.name, ledger):
        queued.add(each.canonical)
        yield replace(each, language=release.edition_for((each.language,)).language)
    for person in prepared.audience.recipients:
        key = canonical(person.address)
        if key not in queued:
            language = release.edition_for(person.languages).language
            yield Reader(key, person.address, person.name, language, values_for(person, settings))


def _waiting(name: str, ledger: Ledger) -> Iterator[Reader]:
    if ledger.find(name):
        for each in ledger.waiting(name):
            yield Reader(each.canonical, each.address, each.name, each.language, each.fields)


def slots_of(compositions: Mapping[str, Composition]) -> dict[str, list[str]]:
    """What is filled in in each language, the link of one click included."""
    return {
        lang: sorted({UNSUBSCRIBE, *(slot.field for slot in c.slots)}) for lang, c in compositions.items()
    }


def _frozen(compositions: Mapping[str, Composition]) -> dict[str, bytes]:
    return {language: composition.freeze() for language, composition in compositions.items()}
