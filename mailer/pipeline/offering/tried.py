"""What a proof or a rehearsal is still worth: how much has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from mailer.message import Composition
from mailer.pipeline.earlier import mail_of
from mailer.pipeline.offering.differing import changed_words


@dataclass(frozen=True, slots=True)
class Since:
    """What has changed. `said`: "" where nothing has."""

    said: str

    def __bool__(self) -> bool:
        return bool(self.said)


def since(before: Mapping[str, bytes], now: Mapping[str, bytes]) -> Since:
    """
    Args:
        before, now: editions as `Composition.freeze` has them, by language.
    """
    if before == now:
        return Since("")
    if new := [language for language in now if language not in before]:
        return Since(f"a new edition: {', '.join(new)}")
    if gone := [language for language in before if language not in now]:
        return Since(f"an edition is gone: {', '.join(gone)}")
    words = sum(changed_words(_words(before[lang]), _words(now[lang])) for lang in now)
    if words:
        return Since(f"{words:,} {'word' if words == 1 else 'words'}")
    return Since("not the words: the layout, a picture, a file or a header field")


def _words(frozen: bytes) -> str:
    """Subject, sender and text."""
    message = message_from_bytes(mail_of(Composition.thaw(frozen)), policy=default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    return f"{message['Subject']}\n{message['From']}\n{text.get_content() if text else ''}"
