"""One event, whoever tells it: what happened, to which mail of ours, for whom, and by whose word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailer.bounces.reading import FailedRecipient, MailKind, Severity
from mailer.bounces.reading.recipients import on_one_line
from mailer.bounces.reading.severity import CAUSES, cause_of, status_code
from mailer.visible import visible

_UNKNOWN = CAUSES[-1]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a provider's own word stands for.

    Attributes:
        kind: what sort of mail says the same.
        severity: of a bounce, where neither a code nor what the server said tells more.
        cause: the same for staff; "": no known reason.
        withheld: the provider itself did not send it: then no server has said anything that could tell more.
    """

    kind: MailKind
    severity: Severity = Severity.SOFT
    cause: str = ""
    withheld: bool = False


Meanings = Mapping[str, Meaning]
"""By a provider's word, in lower case. docs/reference/events.md shows them."""

NOTICE = Meaning(MailKind.NOTICE)
DELAY = Meaning(MailKind.DELAY)
COMPLAINT = Meaning(MailKind.COMPLAINT)
UNSUBSCRIBE = Meaning(MailKind.UNSUBSCRIBE)


def hard(cause: str) -> Meaning:
    return Meaning(MailKind.BOUNCE, Severity.HARD, cause)


def soft(cause: str) -> Meaning:
    return Meaning(MailKind.BOUNCE, Severity.SOFT, cause)


def about_us(cause: str) -> Meaning:
    return Meaning(MailKind.BOUNCE, Severity.ABOUT_US, cause)


def never_sent(cause: str) -> Meaning:
    """The provider sends nothing to this person, for a reason of theirs."""
    return Meaning(MailKind.BOUNCE, Severity.HARD, cause, withheld=True)


def not_sent(cause: str) -> Meaning:
    """The provider did not send this mail, for a reason of ours."""
    return Meaning(MailKind.BOUNCE, Severity.ABOUT_US, cause, withheld=True)


@dataclass(frozen=True, slots=True)
class Event:
    """What a provider tells.

    Attributes:
        word: the provider's own for it, shown to staff.
        address: whom our mail went to.
        id: the provider's own of this event; "": it has none, and its content stands for it.
        content: the event as it came, for those without an id.
        at: when it happened; None: it does not say.
        status: RFC 3463 code, or "".
        said: the server's reply, or what the provider says in its place.
        feedback: of a complaint, as RFC 5965 has it: "abuse" if somebody pressed “spam”.
        tokens: of deliveries of ours, which a header field of ours brought there and back.
        message_ids: ours, with or without angle brackets.
        replies: texts that our server's reply had (without its codes) if it was about this mail.
    """

    meaning: Meaning
    word: str
    address: str
    id: str = ""
    content: object = field(default=None, repr=False)
    at: datetime | None = None
    status: str = ""
    said: str = ""
    feedback: str = "abuse"
    tokens: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()

    @property
    def recipient(self) -> FailedRecipient:
        """Whom it did not reach, and why: by code and text as of any bounce, else by the provider's word."""
        status = status_code(self.status, self.said)
        cause = cause_of(status, self.said)
        severity, name = cause.severity, cause.name
        if self.meaning.withheld or (cause is _UNKNOWN and self.meaning.cause):
            severity, name = self.meaning.severity, self.meaning.cause
        return FailedRecipient(visible(self.address), severity, status, on_one_line(self.said), name)
