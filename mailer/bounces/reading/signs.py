"""The signs by which a mail is told: who wrote it, to whom, what its subject and its text say of themselves.

Each is looked for once, when the mail has been parsed. `kinds` and what comes after it ask the signs, not the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property

from mailer.bounces.reading.bounds import OPENING
from mailer.bounces.reading.named import is_a_daemon, named_in
from mailer.bounces.reading.parsed import ParsedMail
from mailer.bounces.reading.phrases import PHRASES
from mailer.bounces.reading.severity import cause_of
from mailer.bounces.reading.status_fields import RecipientFields, original_message_ids, read_groups

_BEGINNING = 4000
"""Characters of the text in which phrases are looked for."""


@dataclass(frozen=True)
class Signs:
    """What a mail shows of itself.

    Attributes:
        mail: the mail.
        subject: decoded, on one line.
        sender: address in From, lower case, or "".
        at: its Date; None where that can't be read.
        references: Message-IDs of what it may be about, with angle brackets, likeliest first.
        status: the recipients in its status fields, wherever those stand.
        status_is_its_own: they stand in a part of their own, neither flattened into the text nor in a bounce within it.
        is_feedback: a provider reports something about our mail (RFC 5965): most often that somebody pressed “spam”.
        is_receipt: it says what became of a mail that arrived (RFC 8098).
        says_rejected: its text has this word, as where a filter refuses a mail by a receipt (RFC 5429).
        without_from: it has no From at all.
        has_null_return_path: nobody is to answer it (RFC 5321 §4.5.5).
        has_failed_recipients: X-Failed-Recipients names those who were not reached, as Exim's bounces do.
        by_daemon: From is a mail system's address or name.
        by_program: a mail system wrote it, by any of these three, or as From has no address.
        of_a_list: a mailing list or a newsletter sent it (RFC 2919, RFC 2369).
        sent_to_token: the token of our VERP address that it was sent to, or "".
        token: the same, or the token that the returned message shows.
        is_reply: its subject begins as people's replies and forwards do.
        has_automatic_subject: its subject begins as automatic replies do.
        is_marked_automatic: its header says that a program wrote it.
        is_challenge: it asks the sender to prove that they are a person.
        has_bounce_subject: its subject says that a mail did not arrive.
        has_bounce_text: its text says so.
        says_still_trying: it is a warning only: more attempts will follow.
        says_delivered: it says that a mail arrived, and nothing of a failure.
    """

    mail: ParsedMail
    subject: str
    sender: str
    at: datetime | None
    references: tuple[str, ...]
    status: tuple[RecipientFields, ...]
    status_is_its_own: bool
    is_feedback: bool
    is_receipt: bool
    says_rejected: bool
    without_from: bool
    has_null_return_path: bool
    has_failed_recipients: bool
    by_daemon: bool
    by_program: bool
    of_a_list: bool
    sent_to_token: str
    token: str
    is_reply: bool
    has_automatic_subject: bool
    is_marked_automatic: bool
    is_challenge: bool
    has_bounce_subject: bool
    has_bounce_text: bool
    says_still_trying: bool
    says_delivered: bool

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Whom it is about if it is a bounce in words. Looked for when it is asked, as it takes long."""
        return named_in(self.mail)


def signs_of(mail: ParsedMail, envelope_from: str) -> Signs:
    """What a mail shows of itself.

    Args:
        envelope_from: ENVELOPE_FROM, with `{token}` where VERP is used; "" where it is not known.
    """
    subject, beginning = mail.field("Subject"), mail.text[:_BEGINNING]
    senders = mail.addresses_in("From")
    null_return_path = "Return-Path" in mail.header and mail.field("Return-Path").strip("<> ") == ""
    failed_recipients = "X-Failed-Recipients" in mail.header
    by_daemon = any(map(is_a_daemon, senders)) or _DAEMON_NAME.search(mail.field("From")) is not None
    by_program = not senders or failed_recipients or null_return_path or by_daemon
    status = read_groups(mail.status_fields)
    sent_to_token = _verp_token(envelope_from, *map(mail.field, _SENT_TO))
    reply = is_reply(subject)
    replies_to_us = null_return_path or mail.field("In-Reply-To") != ""
    return Signs(
        mail=mail,
        subject=subject,
        sender=next(iter(senders), ""),
        at=_date(mail),
        references=tuple(dict.fromkeys(_references(mail)))[:50],
        status=status or (_status_elsewhere(mail) if by_program else ()),
        status_is_its_own=bool(status),
        is_feedback=mail.report_type == "feedback-report",
        is_receipt=mail.report_type == "disposition-notification",
        says_rejected="rejected" in mail.text[:2000].lower(),
        without_from="From" not in mail.header,
        has_null_return_path=null_return_path,
        has_failed_recipients=failed_recipients,
        by_daemon=by_daemon,
        by_program=by_program,
        of_a_list=_is_of_a_list(mail),
        sent_to_token=sent_to_token,
        token=sent_to_token or _verp_token(envelope_from, mail.returned[:OPENING], mail.feedback[:OPENING]),
        is_reply=reply,
        has_automatic_subject=_is_automatic(subject),
        is_marked_automatic=_is_marked_automatic(mail, replies_to_us),
        is_challenge=(replies_to_us or not reply) and _is_challenge(subject, mail.text[:OPENING]),
        has_bounce_subject=_says("bounce_subject", subject),
        has_bounce_text=any(
            _says(name, beginning) for name in ("bounce_talk", "no_mailbox", "no_domain", "full")
        ),
        says_still_trying=_says_still_trying(subject, beginning),
        says_delivered=_says_delivered(subject, beginning),
    )


# ---- who, when, about what ---------------------------------------------------------------------------


_DAEMON_NAME = re.compile(
    r"mail(er)? ?(delivery|daemon|system|administrator|server)|postmaster|delivery (sub)?system|undeliver|mail-daemon",
    re.I,
)
_SENT_TO = (
    "Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "X-Envelope-To", "To", "Received",
)  # fmt: skip


_ID = re.compile(r"<[^<>@\s]{1,200}@[^<>@\s]{1,200}>")


def _date(mail: ParsedMail) -> datetime | None:
    try:
        moment = parsedate_to_datetime(mail.field("Date"))
        return moment if moment.tzinfo else moment.astimezone()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _references(mail: ParsedMail) -> Iterator[str]:
    yield from original_message_ids(mail.status_fields)
    yield from re.findall(rf"^[ \t>]*Message-ID:\s*({_ID.pattern})", mail.returned, re.I | re.M)
    for name in ("In-Reply-To", "References", "X-Original-Message-ID"):
        yield from _ID.findall(mail.field(name))
    yield from re.findall(rf"Message-ID:?\s*({_ID.pattern})", mail.text[:OPENING], re.I)


def _status_elsewhere(mail: ParsedMail) -> tuple[RecipientFields, ...]:
    """Status fields that a gateway flattened into the text, or wrapped into a bounce of its own. A person who
    forwards a bounce writes a letter: this is asked of programs' mail only."""
    flat = re.search(r"^\s{0,3}Final-Recipient:", mail.text, re.I | re.M)
    return read_groups(mail.text if flat else mail.enclosed_status_fields)


def _is_of_a_list(mail: ParsedMail) -> bool:
    named = any(name in mail.header for name in ("List-Id", "List-Unsubscribe", "List-Post"))
    return named or mail.field("Precedence").lower() == "list"


def _verp_token(envelope_from: str, *places: str) -> str:
    """The token of our bounce address in the first place that shows one."""
    before, mark, after = envelope_from.partition("{token}")
    if not mark:
        return ""
    pattern = re.compile(rf"{re.escape(before)}([A-Za-z0-9_-]{{6,80}}){re.escape(after)}", re.IGNORECASE)
    return next((match[1].lower() for place in places if (match := pattern.search(place))), "")


# ---- of automatic replies ---------------------------------------------------------------------------
# Programs that write in a person's name: none of it is a bounce, as the mail arrived. RFC 3834 says how they should
# mark what they write; the rest of these marks are those of programs that came before it.


_MARKS = (
    "X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponse", "X-Auto-Responder", "X-Autoresponder",
    "X-Autogenerated", "X-Apple-Action", "X-FC-MachineGenerated", "X-Vacation", "X-TMDA-Confirm-Done",
    "X-Boxtrapper", "X-OTRS-AutoReply", "X-Mail-Autoreply", "X-AutoReply-From",
)  # fmt: skip
_RESPONDER = re.compile(r"vacation|auto-?(repl|respon)|out.of.office", re.IGNORECASE)
_ENDS_A_FORM = re.compile(r"\W*(?:[:：\])(]|[-–—] |$)|\w* ?(?:notiz|bericht|re:)", re.IGNORECASE)
_REPLY = re.compile(
    r"\s*(re|fw|fwd|aw|wg|rv|tr|sv|vs|antw|res|odp|回复|转发)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE
)
_LINK_OR_REPLY = re.compile(
    r"https?://|reply to this|hit reply|repl(y|ies) .{0,40}confirm|enlace|lien|antworten", re.I
)
_TO_BE_PROVEN = re.compile(r"verif|confirm|whitelist|approved|held|pending|bestätig|autoriz", re.I)


def is_reply(subject: str) -> bool:
    """Whether a subject begins as people's replies and forwards do."""
    return _REPLY.match(subject) is not None


def _is_marked_automatic(mail: ParsedMail, replies_to_us: bool) -> bool:
    """RFC 3834 §5: any Auto-Submitted but `no`."""
    submitted = re.sub(r"[(;].*", "", mail.field("Auto-Submitted")).strip().lower()
    precedence = mail.field("Precedence").lower()
    return bool(
        submitted not in ("", "no")
        or precedence in ("auto_reply", "auto-reply", "autoreply")
        or any(mark in mail.header for mark in _MARKS)
        or "auto_reply" in mail.field("Preference").lower()
        or _RESPONDER.search(mail.field("X-Mailer") + " " + mail.field("X-POST-MessageClass"))
        or _RESPONDER.search(mail.field("Delivered-To").partition("@")[0])
        or (precedence in ("bulk", "junk") and replies_to_us)
    )


def _is_automatic(subject: str) -> bool:
    """Whether a subject begins as the automatic replies of mail programs in several languages do."""
    subject = re.sub(r"^[\s\[(*]+", "", subject)
    match = PHRASES["automatic_subject"].match(subject)
    if match is None:
        return False
    # "Absence of data in table 3" and "Vacation homes: your view?" are people's: a form ends in a sign.
    rest = subject[match.end() :]
    return match[0].endswith(":") or _ENDS_A_FORM.match(rest) is not None


def _is_challenge(subject: str, text: str) -> bool:
    """Challenge and response: the subject asks, and the text says how to answer."""
    asks = _says("challenge", subject)
    return asks and bool(_LINK_OR_REPLY.search(text)) and bool(_TO_BE_PROVEN.search(text))


# ---- of failure and success -------------------------------------------------------------------------


def _says(phrases: str, text: str) -> bool:
    return PHRASES[phrases].search(text) is not None


def _says_still_trying(subject: str, beginning: str) -> bool:
    if _says("delayed", subject):
        return True
    return _says("delayed", beginning) and not _says("given_up", subject + "\n" + beginning)


def _says_delivered(subject: str, beginning: str) -> bool:
    if not (_says("delivered", subject) or _says("delivered", beginning[:1000])):
        return False
    return cause_of("", subject + "\n" + beginning).words is None
