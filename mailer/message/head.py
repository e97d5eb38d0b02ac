"""What a message's header says: the same for all recipients (`Head`), and for one (`Addressee`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailer.model import Mailbox


@dataclass(frozen=True, slots=True)
class Head:
    """What the header says, the same for all recipients of an edition.

    Attributes:
        sender: the From field. Its domain is that of Message-ID and, signed, of DKIM.
        reply_to: where answers go; None = to the sender.
        list_id: RFC 2919, without angle brackets: "press.example.org"; "" = no such field.
        list_name: what the list is called, before the List-Id; left out where it is not ASCII, as that field
            may hold no encoded word.
        unsubscribe_mailto: the address that takes unsubscribe mail (RFC 2369), or "".
        one_click: each addressee's value `unsubscribe` is a https URL that takes a one-click POST (RFC 8058).
            Where it is not set, a value of that name is ignored: a press list's column can't redirect people.
        language: BCP 47, for Content-Language; the edition's unless given.
        prefix: put before the subject: "[TEST] ".
    """

    sender: Mailbox
    reply_to: Mailbox | None = None
    list_id: str = ""
    list_name: str = ""
    unsubscribe_mailto: str = ""
    one_click: bool = False
    language: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """One recipient, as the ledger has them.

    Attributes:
        address: as mailed, A-labels in its domain.
        name: the display name for To, or "".
        values: merge fields; with `Head.one_click`, `unsubscribe` holds this recipient's https URL.
        message_id: with its angle brackets, the same at every attempt. Its local part is the delivery's token.
        in_reply_to: the Message-ID under which they got the release that this one follows, or "".
        date: for the Date field, aware; None = now.
        provider: who carries it, where fields of its own are wanted (provider_fields.py), or "".
    """

    address: str
    name: str
    values: Mapping[str, str]
    message_id: str
    in_reply_to: str = ""
    date: datetime | None = None
    provider: str = ""
