"""What sort a mail is, by its signs."""

from __future__ import annotations

from enum import StrEnum

from mailer.bounces.reading.signs import Signs
from mailer.bounces.reading.wish import Wish


class MailKind(StrEnum):
    """What sort of mail it is; docs/reference/bounces.md explains each."""

    BOUNCE = "bounce"
    DELAY = "delay"
    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    NOTICE = "notice"
    OTHER = "other"
    UNREADABLE = "unreadable"


def kind_of(signs: Signs, wish: Wish | None) -> MailKind:
    """The first of these that fits: a complaint, status fields, a wish, a receipt, an automatic reply, a bounce in
    words.

    Args:
        wish: to be taken off, where it has one.
    """
    if signs.is_feedback:
        return MailKind.COMPLAINT
    if signs.status:
        return _by_status(signs)
    if wish and (wish.token or not signs.is_marked_automatic):
        return MailKind.UNSUBSCRIBE
    if signs.is_receipt:
        return _in_words(signs) if signs.says_rejected and signs.named else MailKind.AUTO_REPLY
    if _is_automatic_reply(signs):
        return MailKind.AUTO_REPLY
    if _is_bounce_in_words(signs) and (signs.by_daemon or not signs.is_reply):
        return _in_words(signs)
    return MailKind.OTHER


def is_by_system(signs: Signs) -> bool:
    """Whether a mail can be believed to be a mail system's: a person's letter about a bounce proves none, nor does the
    answer of a program that speaks for a person who has left, or for their desk, though it has a null return path
    (RFC 3834 §3.3) and comes to our bounce address. A report is one as a whole (RFC 6522): its fields in a letter are
    what somebody forwards."""
    is_report = signs.status_is_its_own and (signs.mail.report_type == "delivery-status" or signs.by_program)
    return is_report or signs.without_from or signs.has_failed_recipients or signs.by_daemon


def _by_status(signs: Signs) -> MailKind:
    actions = {recipient.action for recipient in signs.status}
    if "failed" in actions:
        return MailKind.BOUNCE
    return MailKind.DELAY if "delayed" in actions else MailKind.OTHER


def _is_automatic_reply(signs: Signs) -> bool:
    """A mail marked as automatic is a bounce all the same where a mail system's name or subject says so too."""
    if signs.has_automatic_subject or signs.is_challenge:
        return True
    like_a_bounce = signs.has_failed_recipients or signs.by_daemon or signs.has_bounce_subject
    return signs.is_marked_automatic and not (like_a_bounce and _is_bounce_in_words(signs))


def _is_bounce_in_words(signs: Signs) -> bool:
    """Whether a mail system says in words that a mail did not arrive. Where its name, return path and header
    don't show that it is one, subject and text must both say so, and it must not be a reply. What a mailing list
    sends is none, but for what Exim wrote to a list that is our bounce address."""
    if signs.has_failed_recipients:
        return True
    if signs.of_a_list:
        return False
    if not signs.by_program:
        return _says_so_twice(signs)
    if signs.has_bounce_subject or signs.has_bounce_text:
        return True
    return signs.by_daemon and bool(signs.mail.failed_by_flufl)


def _says_so_twice(signs: Signs) -> bool:
    return signs.has_bounce_subject and signs.has_bounce_text and not signs.is_reply


def _in_words(signs: Signs) -> MailKind:
    """What a mail that may be a bounce in words tells of: a failure, a delay, or neither."""
    if signs.says_delivered:
        return MailKind.OTHER
    if not (signs.named or signs.has_bounce_subject or signs.mail.returned):
        return MailKind.OTHER
    return MailKind.DELAY if signs.says_still_trying else MailKind.BOUNCE
