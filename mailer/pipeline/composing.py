"""What they get: the header of its messages, what fills the slots, and the messages themselves."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from mailer.delivery import Entry, FrozenEdition, FrozenRelease
from mailer.message import Addressee, Composition, Head, compile_message, verify
from mailer.model import Edition, Kind, Mailbox, Recipient
from mailer.pipeline.prepared import Prepared
from mailer.press import canonical, unsubscribe_token
from mailer.release import plain_text
from mailer.render import merge_values
from mailer.settings import Settings


def head_of(edition: Edition, settings: Settings, prefix: str = "") -> Head:
    """What the header of an edition's messages says."""
    newsroom = edition.newsroom
    takes_unsubscribes = settings.unsubscribe_mailto or (newsroom.reply_to or newsroom.sender).address
    sender = Mailbox(newsroom.sender.address, newsroom.sender.name or newsroom.name)
    list_id = f"press.{newsroom.sender.domain}"
    return Head(
        sender=sender,
        reply_to=newsroom.reply_to,
        list_id=list_id,
        list_name=newsroom.name,
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


def compositions_of(prepared: Prepared, settings: Settings, prefix: str = "") -> dict[str, Composition]:
    """The message of each edition, by language.

    Args:
        prefix: put before the subject.

    Raises:
        ComposeError: read again by another parser, it is not what was rendered.
    """
    return {
        edition.language: compile_message(
            prepared.rendered[edition.language], head_of(edition, settings, prefix)
        )
        for edition in prepared.release.editions
    }


def frozen_release_of(
    prepared: Prepared, settings: Settings, compositions: Mapping[str, Composition]
) -> FrozenRelease:
    """What the ledger keeps of a release as it goes out."""
    original = prepared.release.original
    frozen = {}
    for edition in prepared.release.editions:
        content = compositions[edition.language].freeze()
        digest = hashlib.sha256(content).hexdigest()
        frozen[edition.language] = FrozenEdition(digest, content, words_of(edition))
    return FrozenRelease(
        release=prepared.release.name,
        kind=original.kind.value,
        subject=original.subject,
        mail_from=settings.envelope_from or original.newsroom.sender.address,
        domain=original.newsroom.sender.domain,
        editions=frozen,
        follows=original.corrects,
        supersedes=bool(original.corrects) and original.kind is not Kind.FOLLOW_UP,
        embargo=embargo_of(prepared),
        zone=original.newsroom.zone,
        day=original.date.isoformat(),
    )


def embargo_of(prepared: Prepared) -> float:
    """The last moment until which one of the editions is under embargo, in seconds since 1970; 0: none is."""
    return max((e.embargo.timestamp() for e in prepared.release.editions if e.embargo), default=0.0)


def words_of(edition: Edition) -> str:
    """A digest of what an edition says, whatever the release is called and dated, and however it is set."""
    words = re.findall(r"\w+", f"{edition.headline} {plain_text(edition.body)}".casefold())
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def entries_of(
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
        addressee = Addressee(
            *(recipient.address, recipient.name, values, f"<rehearsal@{domain}>", thread),
            provider=settings.events_provider,
        )
        content = compositions[language].fill(addressee)
        if thorough or language not in verified:
            verify(content, addressee, compositions[language])
            verified.add(language)
        yield Entry(key, recipient.address, recipient.name, language, values, thread)


def example_message(prepared: Prepared, settings: Settings, edition: Edition, recipient: Recipient) -> bytes:
    """The mail as this recipient would get it, to be looked at."""
    composition = compile_message(prepared.rendered[edition.language], head_of(edition, settings))
    message_id = f"<preview@{edition.newsroom.sender.domain}>"
    values = values_for(recipient, settings)
    thread = prepared.threads.get(canonical(recipient.address), "")
    return composition.fill(Addressee(recipient.address, recipient.name, values, message_id, thread))
