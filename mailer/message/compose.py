"""Compile once, fill per recipient: the exact bytes of each message.

`compile_message` renders MIME once per edition. `Composition.fill` joins its pieces with one recipient's
escaped values and header fields. No Jinja, lxml or `email` object runs per recipient, and no recipient's data
is ever evaluated as a template.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from html import escape
from typing import Any, Literal

from mailer.errors import MailerError
from mailer.message import headers
from mailer.message.parts import Hole, Piece, content_fields_and_body
from mailer.message.quoted_printable import encode_value
from mailer.model import Mailbox, Rendered, Slot

UNSUBSCRIBE = "unsubscribe"
"""The merge field that the tool fills for everybody: a https: or mailto: URL."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Head:
    """What the header says, the same for all recipients of an edition.

    Attributes:
        list_id: RFC 2919, without angle brackets: "press.example.org".
        unsubscribe_mailto: the address that takes unsubscribe mail (RFC 2369).
        language: BCP 47, for Content-Language.
        prefix: put before the subject: "[TEST] ".
    """

    sender: Mailbox
    reply_to: Mailbox | None = None
    list_id: str = ""
    list_name: str = ""
    unsubscribe_mailto: str = ""
    language: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """One recipient, as the ledger has them.

    Attributes:
        values: merge fields. `unsubscribe` may hold a https URL (RFC 8058); without it a mailto is made.
        message_id: with its angle brackets; the same at every attempt. Its local part is the delivery's token.
        in_reply_to: the Message-ID of the release that this one follows, or "".
        date: None = now.
    """

    address: str
    name: str
    values: Mapping[str, str]
    message_id: str
    in_reply_to: str = ""
    date: datetime | None = None

    @property
    def token(self) -> str:
        return self.message_id[1:].partition("@")[0]


@dataclass(frozen=True)
class Composition:
    """An edition, MIME-encoded, with holes for what differs per recipient."""

    head: Head
    subject: str
    slots: tuple[Slot, ...]
    content_fields: str
    body: tuple[Piece, ...]

    def fill(self, addressee: Addressee) -> bytes:
        """The message for one recipient: CRLF line ends, no line over 998 octets, no line that begins with `.`."""
        values = self._values(addressee)
        encoded = {
            "text": [encode_value(value) for value in values],
            "html": [encode_value(escape(value)) for value in values],
        }
        pieces = [self._fields(addressee, values), self._static_fields]
        pieces += [p if isinstance(p, str) else encoded[p.kind][p.slot] for p in self.body]
        return "".join(pieces).encode()

    def _values(self, addressee: Addressee) -> list[str]:
        given = addressee.values
        values = [headers.clean(given.get(slot.field, "")) or slot.fallback for slot in self.slots]
        for number in self._unsubscribe_slots:
            values[number] = self._unsubscribe(addressee)
        return values

    @cached_property
    def _unsubscribe_slots(self) -> tuple[int, ...]:
        return tuple(slot.number for slot in self.slots if slot.field == UNSUBSCRIBE)

    def _unsubscribe(self, addressee: Addressee) -> str:
        return addressee.values.get(UNSUBSCRIBE) or self._mailto(addressee)

    def _mailto(self, addressee: Addressee) -> str:
        address = self.head.unsubscribe_mailto
        return f"mailto:{address}?subject=unsubscribe%20{addressee.token}" if address else ""

    # ---- header fields ----------------------------------------------------------------------------

    def _fields(self, addressee: Addressee, values: list[str]) -> str:
        """The fields that differ per recipient. Exactly one address in To (RFC 5321 §7.2: nobody sees another)."""
        to = headers.mailbox(Mailbox(addressee.address, addressee.name))
        mailto, web = self._mailto(addressee), headers.identifier(addressee.values.get(UNSUBSCRIBE, ""))
        ways = ", ".join(f"<{way}>" for way in (mailto, web) if way)
        fields = [
            f"Date: {headers.date_field(addressee.date)}\r\n",
            headers.field("To", to),
            self._subject(values),
            headers.field("Message-ID", headers.identifier(addressee.message_id)),
        ]
        if addressee.in_reply_to:
            thread = headers.identifier(addressee.in_reply_to)
            fields += [headers.field("In-Reply-To", thread), headers.field("References", thread)]
        if ways:
            fields.append(headers.field("List-Unsubscribe", ways))
        if web.startswith("https:"):
            fields.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
        return "".join(fields)

    def _subject(self, values: list[str]) -> str:
        if self._static_subject:
            return self._static_subject
        subject = self.head.prefix + self.subject
        for slot in self.slots:
            subject = subject.replace(f"\ue000{slot.number}\ue001", values[slot.number])
        return headers.field("Subject", headers.unstructured(subject))

    @cached_property
    def _static_subject(self) -> str:
        subject = self.head.prefix + self.subject
        return "" if "\ue000" in subject else headers.field("Subject", headers.unstructured(subject))

    @cached_property
    def _static_fields(self) -> str:
        head = self.head
        fields = [headers.field("From", headers.mailbox(head.sender))]
        if head.reply_to:
            fields.append(headers.field("Reply-To", headers.mailbox(head.reply_to)))
        if head.list_id:
            name = f"{headers.phrase(head.list_name)} " if head.list_name.isascii() and head.list_name else ""
            fields.append(headers.field("List-Id", f"{name}<{headers.identifier(head.list_id)}>"))
        if head.language:
            fields.append(headers.field("Content-Language", headers.identifier(head.language)))
        return "".join((*fields, "MIME-Version: 1.0\r\n", self.content_fields, "\r\n"))

    # ---- what the ledger keeps --------------------------------------------------------------------

    def freeze(self) -> bytes:
        """As the ledger keeps it: `thaw` gives an equal composition, in this version or a later one."""
        data = {
            "version": _VERSION,
            "head": asdict(self.head),
            "subject": self.subject,
            "slots": [[slot.number, slot.field, slot.fallback] for slot in self.slots],
            "content_fields": self.content_fields,
            "body": [piece if isinstance(piece, str) else [piece.slot, piece.kind] for piece in self.body],
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def thaw(cls, frozen: bytes) -> Composition:
        """
        Raises:
            MailerError: it was frozen by a later version of the tool.
        """
        data: dict[str, Any] = json.loads(frozen)
        if data["version"] > _VERSION:
            raise MailerError("This mailing was begun by a newer version of mailer.", "Install that version.")
        head = data["head"]
        reply_to = Mailbox(**head["reply_to"]) if head["reply_to"] else None
        return cls(
            Head(**{**head, "sender": Mailbox(**head["sender"]), "reply_to": reply_to}),
            data["subject"],
            tuple(Slot(*slot) for slot in data["slots"]),
            data["content_fields"],
            tuple(p if isinstance(p, str) else Hole(p[0], _kind(p[1])) for p in data["body"]),
        )


def _kind(kind: str) -> Literal["text", "html"]:
    return "html" if kind == "html" else "text"


def compile_message(rendered: Rendered, head: Head) -> Composition:
    """Render MIME once for an edition.

    Args:
        rendered: the mail with its slots.
        head: what the header says; its `language` is the edition's unless given.
    """
    content_fields, body = content_fields_and_body(rendered)
    slots = tuple(replace(slot, where=None) for slot in rendered.slots)
    head = replace(head, language=head.language or rendered.language)
    return Composition(head, rendered.subject, slots, content_fields, tuple(body))


def needs_smtputf8(address: str) -> bool:
    """Whether an address can only be mailed to servers that offer SMTPUTF8 (RFC 6531): a non-ASCII local part."""
    return not address.isascii()
