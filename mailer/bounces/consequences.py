"""What followed from a returned mail, or from an event of a provider: told to staff, one line a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mailer.bounces.reading import MailKind


class Done(StrEnum):
    """What was done about one person; docs/reference/bounces.md says when."""

    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    WAITING = "waiting"
    ACCEPTED = "accepted after all"
    FOR_YOU = "for you to decide"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What followed from a mail for one person.

    Attributes:
        address: as the ledger has it, where the mail was ours.
        detail: why, one line.
        release: which mail of ours it was about, or "".
    """

    address: str
    done: Done
    detail: str
    release: str = ""


@dataclass(frozen=True, slots=True)
class HandledMail:
    """A mail, or an event of a provider, with what followed from it.

    Attributes:
        where: the place it was read from.
        sender, subject: of an event, the provider and its own word for it.
        is_event: whether it is one.
    """

    where: str
    kind: MailKind
    sender: str
    subject: str
    consequences: tuple[Consequence, ...]
    is_event: bool = False


def for_you(detail: str, address: str = "", release: str = "") -> Consequence:
    """Something that a person has to look at."""
    return Consequence(address, Done.FOR_YOU, detail, release)


def suppressing(address: str) -> str:
    """What suppresses an address of ours, ready to be typed in any shell."""
    if re.fullmatch(r"[\w.+@-]+", address):
        return f"mailer suppress {address}"
    return f'mailer suppress "{address}"' if not set(address) & set('"$`\\!%') else "mailer suppress ADDRESS"
