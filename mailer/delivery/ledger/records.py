"""What the ledger holds, as data: a mailing, who is to get it, what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.unknown import UnknownState
from mailer.model import Status
from mailer.visible import visible

QUEUED, SENDING, DOT, ACCEPTED = "q", "s", ".", "a"
REJECTED, DEFERRED, UNCERTAIN, BOUNCED = "r", "d", "u", "b"
"""A delivery's state in the file: one letter, so that a change of state never moves a row."""
UNREADY = "w"
"""Being written by an order that is not complete: nobody but its writer sees it."""

LEFT_NOWHERE = QUEUED + DEFERRED + SENDING
"""Who surely has nothing yet: never tried, refused for now, or on the way and surely incomplete."""
MAY_HAVE_IT = ACCEPTED + UNCERTAIN + DOT
ARRIVED = ACCEPTED + BOUNCED
"""At the next hop."""

ACCEPTS = "(code BETWEEN 200 AND 299 OR host = 'event')"
"""Of an attempt: a server has the message, by its own answer, or by an event of the provider's where there was none."""

READY = f"state <> '{UNREADY}'"
"""SQL: a delivery that somebody beside its writer sees."""
IS_WAITING = f"state IN ('{QUEUED}', '{DEFERRED}')"
"""SQL: never tried, or refused for now."""

LETTERS = {
    Status.QUEUED: QUEUED,
    Status.SENDING: SENDING,
    Status.DOT: DOT,
    Status.ACCEPTED: ACCEPTED,
    Status.REJECTED: REJECTED,
    Status.DEFERRED: DEFERRED,
    Status.UNCERTAIN: UNCERTAIN,
    Status.BOUNCED: BOUNCED,
}
_STATES = {letter: status for status, letter in LETTERS.items()}

UNKNOWN = f"state NOT IN {(*_STATES, UNREADY)}"
"""SQL: a delivery whose state no mailer of this version has written."""


def status_of(letter: str) -> Status:
    """What a letter in this ledger stands for.

    Raises:
        LedgerError: nothing that we know.
    """
    if letter in _STATES:
        return _STATES[letter]
    raise UnknownState(letter)


def must_be_known(db: Connection, mailing: int) -> None:
    """Looks at every delivery of a mailing, before any of them goes on.

    Raises:
        LedgerError: one is in a state that nobody knows: it may have been mailed.
    """
    query = f"SELECT state FROM deliveries WHERE mailing = ? AND {UNKNOWN} LIMIT 1"
    if odd := db.execute(query, (mailing,)).fetchone():
        status_of(odd[0])


@dataclass(frozen=True, slots=True)
class FrozenEdition:
    """The message of one language.

    Attributes:
        digest: of its content, by which a later `send` tells whether the release was changed.
        content: `Composition.freeze()`.
        words: a digest of what it says, whatever the release is called and whenever it is dated; "" = unknown.
    """

    digest: str
    content: bytes
    words: str = ""


@dataclass(frozen=True, slots=True)
class FrozenRelease:
    """What is about to be frozen.

    Attributes:
        release: the release's name: with the canonical address, the key of a delivery.
        mail_from: the envelope sender; `{token}` in it is filled per recipient (VERP).
        domain: right side of the Message-IDs: the sender's domain.
        editions: by language.
        follows: for a correction, update, withdrawal or follow-up: the release's name that it follows.
        supersedes: nobody is to get the earlier one any more.
        embargo: until when nothing may be published, in seconds since 1970; 0: no embargo.
        zone: the office's time zone (IANA), in which moments of this mailing are shown.
        day: the release's date (ISO 8601), for one that does not say it: the next day it must be the same.
    """

    release: str
    kind: str
    subject: str
    mail_from: str
    domain: str
    editions: Mapping[str, FrozenEdition]
    follows: str = ""
    supersedes: bool = False
    embargo: float = 0.0
    zone: str = ""
    day: str = ""


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
class Order:
    """What somebody has said, to be remembered: send this to so many, or take it back.

    Attributes:
        kind: "send", "resume", "move" or "discard", which a person said; or what `mailer post` did about such a word:
            "post", it began to send, and "stop", it ended and somebody is left.
        number: what was typed: everything that leaves by this order, or is taken back.
        recipients: a digest of their canonical addresses (`queueing.AddressDigest`).
        sender: the address that the mail is from.
        relay: host and port of the server that carries it; "": it is left to whoever works (`mailer work`).
        planned: nothing leaves before, in seconds since 1970; 0: at once.
        giver: who gave it: a user and a machine.
        given: when, in seconds since 1970.
        content: a digest of all editions; the ledger fills it in.
    """

    kind: str
    number: int
    recipients: str
    sender: str = ""
    relay: str = ""
    planned: float = 0.0
    giver: str = ""
    given: float = 0.0
    content: str = ""


@dataclass(frozen=True, slots=True)
class Mailing:
    """A frozen release with its queue. `added` and `already_sent` are of the `queue` call that made this.
    `embargo`, `zone` and `day` are the `FrozenRelease`'s; `planned` is the last order's. `lost`: when a person said
    that the ledger does not know everybody who was mailed, in seconds since 1970; 0: it does."""

    id: int
    release: str
    kind: str
    subject: str
    mail_from: str
    domain: str
    follows: str
    created: float
    planned: float = 0.0
    embargo: float = 0.0
    zone: str = ""
    day: str = ""
    lost: float = 0.0
    added: int = 0
    already_sent: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One recipient in `mailer status`. `reply` is the last answer, or what happened to the line; `at` in
    seconds since 1970, 0 before the first attempt."""

    address: str
    state: Status
    reply: str
    at: float
    host: str
    attempts: int


@dataclass(frozen=True, slots=True)
class EarlierRecipient:
    """Someone of an earlier release: who has it, may have it, or was still to get it. `in_reply_to`: the Message-ID of
    what they had before, of a release that follows another."""

    canonical: str
    address: str
    name: str
    language: str
    fields: Mapping[str, str]
    message_id: str
    in_reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of a server, or the lack of one (code 0). `host`: "bounce" where a mail said it later, "event" where
    an event of the provider's did."""

    at: float
    code: int
    enhanced: str
    text: str
    host: str

    @property
    def accepts(self) -> bool:
        """Whether it tells that a server has the message, as `ACCEPTS` finds it."""
        return 200 <= self.code < 300 or self.host == "event"

    def __str__(self) -> str:
        return visible(" ".join(filter(None, (str(self.code or ""), self.enhanced, self.text))))


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody answered one of our mails, or a program did in their name. `at` in seconds since 1970."""

    at: float
    automatic: bool


@dataclass(frozen=True, slots=True)
class PastMail:
    """One release in somebody's history: what became of it for them.

    Attributes:
        fields: what filled the merge slots.
        message_id: with angle brackets; "" for one that was taken back.
        taken_back: what was known when it was taken off the queue (`discard`); "" for all others.
        complained: when they reported it as spam, in seconds since 1970; 0: they did not.
    """

    release: str
    kind: str
    subject: str
    address: str
    name: str
    language: str
    fields: Mapping[str, str]
    state: Status
    message_id: str = ""
    attempts: tuple[Attempt, ...] = ()
    answers: tuple[Answer, ...] = ()
    taken_back: str = ""
    complained: float = 0.0

    @property
    def at(self) -> float:
        """The last thing that is known of it, in seconds since 1970; 0 before the first attempt."""
        return self.attempts[-1].at if self.attempts else 0.0


@dataclass(frozen=True, slots=True)
class LastMail:
    """The newest mail to somebody, and what became of it.

    Attributes:
        answer: of the server or the bounce, one line.
    """

    canonical: str
    release: str
    state: Status
    answer: str


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
