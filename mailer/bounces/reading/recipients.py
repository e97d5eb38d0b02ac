"""The recipients whom a mail did not reach, each with what was said about them and what that means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailer.bounces.reading.bounds import OPENING
from mailer.bounces.reading.kinds import MailKind
from mailer.bounces.reading.severity import Severity, cause_of, status_code
from mailer.bounces.reading.signs import Signs
from mailer.bounces.reading.status_fields import RecipientFields
from mailer.visible import visible

_FAR = 1500
"""Characters that belong to what is said about one recipient."""

_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """A recipient whom a mail did not reach, or has not reached yet.

    Attributes:
        address: as the report has it; a forwarder may have made it another than the one we mailed.
        status: RFC 3463 code, or "" where none was given.
        said: what was said about it, one line.
        cause: what happened, by the line of severity's table that fits.
    """

    address: str
    severity: Severity
    status: str
    said: str
    cause: str

    @property
    def hard(self) -> bool:
        """Whether it will bounce again."""
        return self.severity is Severity.HARD


def recipients_of(kind: MailKind, signs: Signs) -> tuple[FailedRecipient, ...]:
    """Whom a bounce or a delay is about: by its status fields, else by its words. Of any other mail nobody. One with
    the address "" tells what was said where nobody is named."""
    if kind not in (MailKind.BOUNCE, MailKind.DELAY):
        return ()
    return tuple(_by_status(kind, signs) if signs.status else _by_words(signs))


def _by_status(kind: MailKind, signs: Signs) -> Iterable[FailedRecipient]:
    action = "failed" if kind is MailKind.BOUNCE else "delayed"
    chosen = [recipient for recipient in signs.status if recipient.action == action]
    addresses = [recipient.address for recipient in chosen]
    if not any(addresses):
        addresses = [*signs.named[: len(chosen)], *addresses][: len(chosen)]
    found = {
        address.lower(): _told_by_fields(address, fields, addresses, signs.mail.text)
        for address, fields in zip(addresses, chosen, strict=True)
    }
    return found.values()


def _told_by_fields(
    address: str, fields: RecipientFields, others: Iterable[str], text: str
) -> FailedRecipient:
    """By the remote server's reply in Diagnostic-Code; where that tells little, by what the text says besides."""
    reply = fields.text
    status = status_code(fields.status, reply)
    cause = cause_of(status, reply)
    if cause.words is None and (not reply or cause.severity is Severity.SOFT):
        beside = _said_about(address, others, text) if address else text[:_FAR]
        status = status_code(status, beside)
        cause = cause_of(status, f"{reply}\n{beside}")
        reply = reply or _telling_lines(beside)
    return FailedRecipient(visible(address), cause.severity, status, on_one_line(reply), cause.name)


def _by_words(signs: Signs) -> Iterator[FailedRecipient]:
    for address in signs.named or ("",):
        said = _said_about(address, signs.named, signs.mail.text)
        status = status_code("", said)
        cause = cause_of(status, said)
        yield FailedRecipient(
            visible(address), cause.severity, status, on_one_line(_telling_lines(said)), cause.name
        )


def _said_about(address: str, others: Iterable[str], text: str) -> str:
    """What is said about one of the recipients: from the line that names them to the next one's."""
    text = text[:OPENING]
    low = text.lower()
    at = low.find(address.lower())
    if at < 0:
        return text[:_FAR]
    begin = low.rfind("\n", 0, at) + 1
    after = at + len(address)
    ends = [end for other in others if other != address and (end := low.find(other.lower(), after)) > 0]
    said = text[begin : min([*ends, begin + _FAR])]
    status = status_code("", said)
    if not status and cause_of(status, said).words is None:
        return text[: min(begin, _FAR)] + text[begin : begin + _FAR]
    return said


_TELLING = re.compile(r"(?<!\d)[45]\d\d[ -]|[245]\.\d{1,3}\.\d{1,3}")


def _telling_lines(text: str) -> str:
    """The line of a text that tells why, and the two after it."""
    lines = [re.sub(r"\s+", " ", line).strip() for line in text.split("\n") if line.strip()]
    telling = next((i for i, line in enumerate(lines) if _TELLING.search(line)), None)
    if telling is None:
        words = cause_of("", text).words
        telling = next((i for i, line in enumerate(lines) if words and words.search(line)), 0)
    return " ".join(lines[telling : telling + 3])


def on_one_line(text: str) -> str:
    """Text for a terminal: controls as escapes, at most 300 characters."""
    clean = visible(re.sub(r"\s+", " ", text[:_FAR]).strip())
    return clean if len(clean) <= _MOST_SHOWN else clean[: _MOST_SHOWN - 1] + "…"
