"""The mail of each language as it was frozen, and whether the release still says the same."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8

from mailer.message import Addressee, Composition, unstuffed
from mailer.model import SLOT_SIGN, Rendered, Slot

EXAMPLE = "recipient@example.invalid"
"""Whom the archived mail is addressed to: nobody (RFC 2606 §2)."""


@dataclass(frozen=True, slots=True)
class ArchivedMail:
    """The mail of one language.

    Attributes:
        content: the message, as it left but for what was each recipient's own.
        text: of its text part.
        merged: what stands in it in place of each recipient's own words: field and fallback.
        frozen: as the ledger keeps it.
    """

    language: str
    subject: str
    sender: str
    content: bytes
    text: str
    merged: tuple[tuple[str, str], ...]
    frozen: bytes


def mail_of(language: str, frozen: bytes, domain: str, at: float) -> ArchivedMail:
    """The message that was frozen, for nobody in particular.

    Args:
        domain: of its Message-IDs.
        at: when it left, in seconds since 1970.

    Raises:
        LedgerError: a newer version of mailer froze it.
    """
    composition = Composition.thaw(frozen)
    moment = datetime.fromtimestamp(at, UTC)
    addressee = Addressee(EXAMPLE, "", {}, f"<each-recipients-own@{domain}>", "", moment)
    merged = dict.fromkeys((s.field, s.fallback) for s in composition.slots if s.field != "unsubscribe")
    content = composition.fill(addressee)
    sender = composition.head.sender
    return ArchivedMail(
        language,
        _written(composition.subject, composition.slots),
        f"{sender.name} <{sender.address}>" if sender.name else sender.address,
        content,
        _text(content),
        tuple(merged),
        frozen,
    )


def differences(frozen: bytes, now: Rendered) -> list[str]:
    """How the text that a release makes now differs from the one that was frozen, as lines of a unified diff, a
    paragraph a line; nothing where it says the same."""
    composition = Composition.thaw(frozen)
    was = _paragraphs(composition.subject, _text(composition.template().encode()), composition.slots)
    is_ = _paragraphs(now.subject, now.text, now.slots)
    return list(difflib.unified_diff(was, is_, "as it was sent", "as it is now", lineterm="", n=1))


def _paragraphs(subject: str, text: str, slots: tuple[Slot, ...]) -> list[str]:
    """Of flowed text (RFC 3676 §4.1) as of any other: how its lines are broken says nothing."""
    lines = (
        re.sub(r"(?m)(?<!^--) \n", " ", _written(f"Subject: {subject}\n{text}", slots)).strip().splitlines()
    )
    return [line.rstrip() for line in lines]


def _written(text: str, slots: tuple[Slot, ...]) -> str:
    """Slots as staff write them."""

    def slot(sign: re.Match[str]) -> str:
        found = slots[int(sign[1])]
        return f"{{{{ {found.field}{f' | {found.fallback}' if found.fallback else ''} }}}}"

    return SLOT_SIGN.sub(slot, text)


def _text(content: bytes) -> str:
    message = message_from_bytes(content, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    text = str(part.get_content()).replace("\r\n", "\n") if part else ""
    flows = part is not None and part.get_param("format") == "flowed"
    return unstuffed(text) if flows else text
