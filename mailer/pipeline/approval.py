"""A second person's word: what they approve is bound to what leaves, text and people.

Where newsroom.md names approvers, nothing new is sent without it. An approval is signed with SECRET_KEY, so that nobody
who can write the ledger but has not the office's key can make one; it holds the message of each edition, byte for byte,
and a keyed digest of each recipient. Fewer people than were approved are no reason to stop: somebody who asked this
morning to be taken off is not to be waited for. More, or others, are.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from mailer.delivery import Ledger, Snapshot, Snapshots, whoever_we_are
from mailer.delivery.snapshots import DIGEST
from mailer.errors import MailerError, SettingsError
from mailer.model import Status
from mailer.pipeline.composing import compositions_of
from mailer.pipeline.prepared import Prepared
from mailer.press import canonical
from mailer.settings import Settings

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
    """Writes an approval down: of what is prepared, for whom it is prepared.

    Args:
        by: one of newsroom.md's approvers.

    Raises:
        CheckFailed: pre-flight found errors.
        SettingsError: there is no SECRET_KEY to sign it with.
        MailerError: who it is may not approve.
        LedgerError: it can't be written down.
    """
    key = _key(settings)
    prepared.must_be_sound()
    approval = Snapshot(
        release=prepared.release.name,
        occasion="approval",
        at=time.time(),
        account=whoever_we_are(),
        editions=_editions(prepared, settings),
        by=approver_called(prepared, by),
        people=b"".join(sorted(_digests(_people(prepared), key))),
    )
    approval = replace(approval, signature=_signature(approval, key))
    Snapshots(ledger).keep(approval)
    return approval


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
    name, key = prepared.release.name, _key(settings)
    how = f"`mailer approve {name} --by NAME` ({', '.join(newsroom.approvers)})."
    approval = Snapshots(ledger).latest(name, "approval")
    if approval is None:
        raise MailerError(
            f"“{name}” has not been approved, and newsroom.md asks for it: nothing was sent.", how
        )
    if not hmac.compare_digest(approval.signature, _signature(approval, key)):
        raise MailerError(
            f"The approval of “{name}” was not signed with this office's SECRET_KEY: nothing was sent.",
            f"If the key was changed, have it approved again: {how}",
        )
    if approval.by not in newsroom.approvers:
        raise MailerError(f"{approval.by} approved “{name}”, but may not any more: nothing was sent.", how)
    _must_say_the_same(prepared, settings, approval, how)
    _must_reach_nobody_else(prepared, approval, key, how)
    return approval


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
    now = _editions(prepared, settings)
    if changed := [language for language, frozen in now.items() if sent.get(language, frozen) != frozen]:
        raise MailerError(
            f"“{name}” ({', '.join(changed)}) was changed after it was sent.",
            f"Those who already have it would not learn of the change. Begin its correction: `mailer correct {name}`.",
        )


def _must_say_the_same(prepared: Prepared, settings: Settings, approval: Snapshot, how: str) -> None:
    now, then = _editions(prepared, settings), approval.editions
    changed = [language for language in {**then, **now} if now.get(language) != then.get(language)]
    if changed:
        raise MailerError(
            f"“{approval.release}” has changed since {approval.by} approved it ({', '.join(changed)}): nothing was"
            " sent.",
            f"`mailer diff {approval.release} --since approval` shows how. Then: {how}",
        )


def _must_reach_nobody_else(prepared: Prepared, approval: Snapshot, key: bytes, how: str) -> None:
    pieces = range(0, len(approval.people), DIGEST)
    approved = {approval.people[start : start + DIGEST] for start in pieces}
    new = [address for address in _people(prepared) if next(_digests((address,), key)) not in approved]
    if new:
        listed = ", ".join(new[:NAMED]) + (f" and {len(new) - NAMED:,} more" if len(new) > NAMED else "")
        raise MailerError(
            f"“{approval.release}” was approved for {len(approved):,} people, and these are not among them: {listed}."
            " Nothing was sent.",
            f"Leave them out, or have it approved for them too: {how}",
        )


def _people(prepared: Prepared) -> Iterator[str]:
    return (canonical(recipient.address) for recipient in prepared.audience.recipients)


def _editions(prepared: Prepared, settings: Settings) -> dict[str, bytes]:
    return {
        language: composition.freeze()
        for language, composition in compositions_of(prepared, settings).items()
    }


def _key(settings: Settings) -> bytes:
    if not settings.secret_key:
        raise SettingsError(
            "SECRET_KEY is empty: an approval is signed with it.",
            "Put a long random text into .env, the same on every computer of the office: "
            'python -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    return hashlib.sha256(b"approval\0" + settings.secret_key.encode()).digest()


def _digests(people: Iterable[str], key: bytes) -> Iterator[bytes]:
    for address in people:
        yield hmac.digest(key, address.encode(), "sha256")[:DIGEST]


def _signature(approval: Snapshot, key: bytes) -> str:
    """Over everything that an approval says (HMAC, RFC 2104)."""
    said = [
        approval.release,
        approval.at,
        approval.account,
        approval.by,
        hashlib.sha256(approval.people).hexdigest(),
        {language: hashlib.sha256(frozen).hexdigest() for language, frozen in approval.editions.items()},
    ]
    return hmac.digest(key, json.dumps(said, sort_keys=True).encode(), "sha256").hex()
