"""What the ledger holds, as data: a mailing, who is to get it, what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.model import Status

LETTERS = {
    Status.QUEUED: "q",
    Status.SENDING: "s",
    Status.DOT: ".",
    Status.ACCEPTED: "a",
    Status.REJECTED: "r",
    Status.DEFERRED: "d",
    Status.UNCERTAIN: "u",
    Status.BOUNCED: "b",
}
STATES = {letter: status for status, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Frozen:
    """The message of one language: `Composition.freeze()`, and a digest of its content by which a later
    `send` tells whether the release was changed."""

    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be frozen.

    Attributes:
        release: the release's name: with the canonical address, the key of a delivery.
        mail_from: the envelope sender; `{token}` in it is filled per recipient (VERP).
        domain: right side of the Message-IDs: the sender's domain.
        editions: by language.
        follows: for a correction, update or withdrawal: the release's name that it follows.
    """

    release: str
    kind: str
    subject: str
    mail_from: str
    domain: str
    editions: Mapping[str, Frozen]
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Someone to be mailed. `fields` fills the merge slots; `in_reply_to` is a Message-ID with its angle
    brackets, or ""."""

    canonical: str
    address: str
    name: str
    language: str
    fields: Mapping[str, str]
    in_reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Mailing:
    """A frozen release with its queue. `added` and `already_sent` are of the `queue` call that made this."""

    id: int
    release: str
    kind: str
    subject: str
    mail_from: str
    domain: str
    follows: str
    created: float
    added: int = 0
    already_sent: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient in `mailer status`. `reply` is the last answer, or what happened to the line; `at` in
    seconds since 1970, 0 before the first attempt."""

    address: str
    state: Status
    reply: str
    at: float
    host: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Reached:
    """Someone who has an earlier release, or may have it (state accepted or uncertain)."""

    canonical: str
    address: str
    name: str
    language: str
    fields: Mapping[str, str]
    message_id: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """What a bounce was found to belong to.

    Attributes:
        previous: the delivery's state before.
        soft: how many soft bounces of this address there were in half a year, this one included.
        soft_days: from the first of them to the last.
    """

    release: str
    canonical: str
    address: str
    previous: Status
    soft: int
    soft_days: float
