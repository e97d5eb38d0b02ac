"""One mail out of the bounce mailbox, read: what sort it is, whom it is about, to which of our mails it belongs.

A pure function of the mail's bytes. What follows from it for ledger and suppressions is `handling`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailer.bounces.reading.authentication import NOBODY_ASKED, Vouching, vouching
from mailer.bounces.reading.kinds import MailKind, is_by_system, kind_of
from mailer.bounces.reading.parsed import parse
from mailer.bounces.reading.recipients import FailedRecipient, on_one_line, recipients_of
from mailer.bounces.reading.signs import signs_of
from mailer.bounces.reading.status_fields import feedback_type, original_recipients
from mailer.bounces.reading.wish import Wish, wish_in
from mailer.visible import visible


@dataclass(frozen=True, slots=True)
class MailReport:
    """What a mail says.

    Attributes:
        token: of our VERP address that it was sent to, or that the returned message shows.
        references: Message-IDs of what it may be about, with angle brackets, likeliest first.
        by_system: a mail system wrote it, not a person, so far as can be known.
        wish: what it asks, where its kind is UNSUBSCRIBE.
        sender: address in From, lower case, or "".
        vouching: whether our own server vouches for the sender.
        at: its Date; None where that can't be read.
        feedback: what a provider reports, where its kind is COMPLAINT: "abuse" if somebody pressed “spam”.
        complainers: who did, where the provider tells.
    """

    kind: MailKind
    recipients: tuple[FailedRecipient, ...] = ()
    token: str = ""
    references: tuple[str, ...] = ()
    by_system: bool = False
    wish: Wish | None = None
    sender: str = ""
    vouching: Vouching = NOBODY_ASKED
    subject: str = ""
    at: datetime | None = None
    feedback: str = ""
    complainers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OurAddresses:
    """What of our own helps to read a mail.

    Attributes:
        envelope_from: ENVELOPE_FROM, with its `{token}` where VERP is used.
        unsubscribe: UNSUBSCRIBE_MAILTO.
        servers: BOUNCE_AUTHSERV_ID: the names under which our own servers vouch for senders.
    """

    envelope_from: str = ""
    unsubscribe: str = ""
    servers: tuple[str, ...] = ()


def read_report(content: bytes, ours: OurAddresses | None = None) -> MailReport:
    """Reads a mail. Never raises, whatever the bytes, and costs about a second at the most.

    Args:
        content: the mail as it lies in a mailbox.
        ours: our own addresses, where they are known.
    """
    try:
        return _read(content, ours or OurAddresses())
    except Exception:  # Python's parser, not ours: one odd mail must not keep the others from being read
        return MailReport(MailKind.UNREADABLE)


def _read(content: bytes, ours: OurAddresses) -> MailReport:
    """From the bytes to its parts, from those to the signs, from the signs to what it is and whom it is about."""
    mail = parse(content)
    signs = signs_of(mail, ours.envelope_from)
    wish = wish_in(signs, ours.unsubscribe)
    kind = kind_of(signs, wish)
    return MailReport(
        kind=kind,
        recipients=recipients_of(kind, signs),
        token=signs.token,
        references=signs.references,
        by_system=is_by_system(signs),
        wish=wish if kind is MailKind.UNSUBSCRIBE else None,
        sender=visible(signs.sender),
        vouching=vouching(mail.raw_fields("Authentication-Results"), mail.raw_fields("From"), ours.servers),
        subject=on_one_line(signs.subject),
        at=signs.at,
        feedback=feedback_type(mail.feedback),
        complainers=original_recipients(mail.feedback),
    )
