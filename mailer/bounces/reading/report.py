"""One mail out of the bounce mailbox, read: what sort it is, whom it is about, to which of our mails it belongs.

A pure function of the mail's bytes. What follows from it for ledger and suppressions is `intake`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from mailer.bounces.reading import automatic, prose
from mailer.bounces.reading.authentication import NO_VERDICT, Verdict, verdict
from mailer.bounces.reading.bounds import OPENING
from mailer.bounces.reading.parsed import Incoming, take_apart
from mailer.bounces.reading.severity import WORDS, Severity, judge, status_code
from mailer.bounces.reading.status_fields import RecipientFields, original_message_ids, read_groups
from mailer.bounces.reading.unsubscribe_request import Wish, wish
from mailer.visible import visible


class MailKind(StrEnum):
    """What sort of mail it is; docs/reference/bounces.md explains each."""

    BOUNCE = "bounce"
    DELAY = "delay"
    UNSUBSCRIBE = "unsubscribe"
    AUTO_REPLY = "auto-reply"
    OTHER = "other"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """A recipient whom a mail did not reach, or has not reached yet.

    Attributes:
        address: as the report has it; a forwarder may have made it another than the one we mailed.
        status: RFC 3463 code, or "" where none was given.
        reason: what was said about it, one line.
        what: what happened, by the rule that fits.
    """

    address: str
    severity: Severity
    status: str
    reason: str
    what: str

    @property
    def hard(self) -> bool:
        """Whether it will bounce again."""
        return self.severity is Severity.HARD


@dataclass(frozen=True, slots=True)
class MailReport:
    """What a mail says.

    Attributes:
        token: of our VERP address that it was sent to, or that the returned message shows.
        references: Message-IDs of what it may be about, with angle brackets, likeliest first.
        by_system: a mail system wrote it, not a person, so far as can be known.
        wish: what it asks, where its kind is UNSUBSCRIBE.
        sender: address in From, lower case, or "".
        verdict: whether our own server vouches for the sender.
        at: its Date; None where that can't be read.
        complaint: the recipient pressed “spam” and their provider tells us so (RFC 5965).
    """

    kind: MailKind
    recipients: tuple[FailedRecipient, ...] = ()
    token: str = ""
    references: tuple[str, ...] = ()
    by_system: bool = False
    wish: Wish | None = None
    sender: str = ""
    verdict: Verdict = NO_VERDICT
    subject: str = ""
    at: datetime | None = None
    complaint: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """What of our own addresses helps to read a mail.

    Attributes:
        envelope_from: ENVELOPE_FROM, with its `{token}` where VERP is used.
        unsubscribe: UNSUBSCRIBE_MAILTO.
        servers: BOUNCE_AUTHSERV_ID: the names under which our own servers vouch for senders.
    """

    envelope_from: str = ""
    unsubscribe: str = ""
    servers: tuple[str, ...] = ()


def read_report(content: bytes, office: Office | None = None) -> MailReport:
    """Reads a mail. Never raises, whatever the bytes, and costs about a second at the most.

    Args:
        content: the mail as it lies in a mailbox.
        office: our own addresses, where they are known.
    """
    try:
        return _read(take_apart(content), office or Office())
    except Exception:  # Python's parser, not ours: one odd mail must not keep the others from being read
        return MailReport(MailKind.UNREADABLE)


def _read(mail: Incoming, office: Office) -> MailReport:
    kind, recipients, asked = _classified(mail, office)
    sent_to = _verp_token(office.envelope_from, *(mail.text_of(name) for name in _SENT_TO))
    return MailReport(
        kind,
        recipients,
        sent_to or _verp_token(office.envelope_from, mail.returned[:OPENING]),
        tuple(dict.fromkeys(_references(mail)))[:50],
        bool(read_groups(mail.status)) or prose.surely_by_a_system(mail, bool(sent_to)),
        asked,
        visible(next(iter(mail.addresses_in("From")), "")),
        verdict(mail.values_of("Authentication-Results"), mail.values_of("From"), office.servers),
        prose.printable(mail.text_of("Subject")),
        _date(mail),
        mail.report_type == "feedback-report",
    )


_Found = tuple[MailKind, tuple[FailedRecipient, ...], Wish | None]


def _classified(mail: Incoming, office: Office) -> _Found:
    """The first of these that fits: a complaint, status fields, a wish, a machine's reply, a bounce in words."""
    if mail.report_type == "feedback-report":
        return MailKind.OTHER, (), None
    groups = read_groups(mail.status) or _fields_elsewhere(mail)
    if groups:
        return _by_fields(mail, groups)
    bouncing = prose.is_a_bounce(mail)
    asked = wish(mail, office.unsubscribe) if not prose.by_a_daemon(mail) else None
    if asked is not None and (asked.token or not automatic.is_marked(mail)):
        return MailKind.UNSUBSCRIBE, (), asked
    if mail.report_type == "disposition-notification":
        return _by_receipt(mail)
    if automatic.opens_as_automatic(mail) or automatic.is_challenge(mail):
        return MailKind.AUTO_REPLY, (), None
    if automatic.is_marked(mail) and not (bouncing and _is_bounce_like(mail)):
        return MailKind.AUTO_REPLY, (), None
    if bouncing and (prose.by_a_daemon(mail) or not prose.is_answer(mail.text_of("Subject"))):
        return _by_prose(mail)
    return MailKind.OTHER, (), None


def _is_bounce_like(mail: Incoming) -> bool:
    """A mail marked as automatic is a bounce where a mail system's name or subject says so too."""
    named = "X-Failed-Recipients" in mail.header or prose.by_a_daemon(mail)
    return named or WORDS["bounce_subject"].search(mail.text_of("Subject")) is not None


def _fields_elsewhere(mail: Incoming) -> tuple[RecipientFields, ...]:
    """Status fields that a gateway flattened into the text, or wrapped into a bounce of its own. A person who
    forwards a bounce writes a letter."""
    if not prose.by_a_program(mail):
        return ()
    flat = re.search(r"^\s{0,3}Final-Recipient:", mail.talk, re.I | re.M)
    return read_groups(mail.talk if flat else mail.enclosed)


def _by_fields(mail: Incoming, groups: tuple[RecipientFields, ...]) -> _Found:
    failed = tuple(group for group in groups if group.action == "failed")
    delayed = tuple(group for group in groups if group.action == "delayed")
    if not failed and not delayed:
        return MailKind.OTHER, (), None
    chosen = failed or delayed
    addresses = [group.address for group in chosen]
    if not any(addresses):
        addresses = [*prose.unreachable(mail)[: len(chosen)], *addresses][: len(chosen)]
    found = {
        address.lower(): _recipient(mail, address, group, addresses)
        for address, group in zip(addresses, chosen, strict=True)
    }
    return (MailKind.BOUNCE if failed else MailKind.DELAY), tuple(found.values()), None


def _recipient(mail: Incoming, address: str, group: RecipientFields, others: list[str]) -> FailedRecipient:
    status, text = status_code(group.status, group.text), group.text
    rule = judge(status, text)
    if rule.words is None and (not text or rule.severity is Severity.SOFT):
        said = prose.said_about(address, others, mail.talk) if address else mail.talk[:1500]
        status, rule = status_code(status, said), judge(status_code(status, said), f"{text}\n{said}")
        text = text or prose.reason_in(said)
    return FailedRecipient(visible(address), rule.severity, status, prose.printable(text), rule.name)


def _by_prose(mail: Incoming) -> _Found:
    if prose.tells_of_success(mail):
        return MailKind.OTHER, (), None
    kind = MailKind.DELAY if prose.still_trying(mail) else MailKind.BOUNCE
    addresses = prose.unreachable(mail)
    recipients = []
    for address in addresses:
        said = prose.said_about(address, addresses, mail.talk)
        status = status_code("", said)
        rule = judge(status, said)
        recipients.append(
            FailedRecipient(visible(address), rule.severity, status, prose.reason_in(said), rule.name)
        )
    if not recipients and not WORDS["bounce_subject"].search(mail.text_of("Subject")) and not mail.returned:
        return MailKind.OTHER, (), None
    return kind, tuple(recipients), None


def _by_receipt(mail: Incoming) -> _Found:
    """A receipt (RFC 8098) is an automatic reply, but for mail that a filter sent back as one (RFC 5429)."""
    if not re.search(r"automatically rejected|rejected", mail.talk[:2000], re.I) or not prose.unreachable(
        mail
    ):
        return MailKind.AUTO_REPLY, (), None
    return _by_prose(mail)


# ---- to which of our mails it belongs -----------------------------------------------------------


_SENT_TO = (
    "Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "X-Envelope-To", "To", "Received",
)  # fmt: skip


def _verp_token(envelope_from: str, *places: str) -> str:
    """The token of our bounce address in the first place that shows one."""
    before, mark, after = envelope_from.partition("{token}")
    if not mark:
        return ""
    pattern = re.compile(rf"{re.escape(before)}([A-Za-z0-9_-]{{6,80}}){re.escape(after)}", re.IGNORECASE)
    return next((match[1].lower() for place in places if (match := pattern.search(place))), "")


_ID = re.compile(r"<[^<>@\s]{1,200}@[^<>@\s]{1,200}>")


def _references(mail: Incoming) -> Iterator[str]:
    yield from original_message_ids(mail.status)
    yield from re.findall(rf"^[ \t>]*Message-ID:\s*({_ID.pattern})", mail.returned, re.I | re.M)
    for name in ("In-Reply-To", "References", "X-Original-Message-ID"):
        yield from _ID.findall(mail.text_of(name))
    yield from re.findall(rf"Message-ID:?\s*({_ID.pattern})", mail.talk[:OPENING], re.I)


def _date(mail: Incoming) -> datetime | None:
    try:
        moment = parsedate_to_datetime(mail.text_of("Date"))
        return moment if moment.tzinfo else moment.astimezone()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
