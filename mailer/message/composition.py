"""An edition's message with holes, and what fills them for one recipient.

`Composition.fill` puts one recipient's encoded values and header fields into what `compile_message` made: no Jinja,
lxml or `email` object runs per recipient, and no recipient's data is ever evaluated as a template. Why so:
docs/decisions/compile-once.md; every field: docs/reference/message.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from mailer.errors import ComposeError, LedgerError
from mailer.message import headers
from mailer.message.head import Addressee, Head
from mailer.message.mime import UNSUBSCRIBE, Hole, Piece
from mailer.message.provider_fields import NAMES, provider_fields
from mailer.message.quoted_printable import encode_html_value, encode_value
from mailer.model import SLOT_SIGN, Mailbox, Slot, slot_sign

_VERSION = 1
"""Of what `freeze` writes. What an older version wrote stays readable, as a mailing may be resumed after an update: a
new version adds a line to `_READERS`, and its example to tests/message/frozen/."""


@dataclass(frozen=True)
class Composition:
    """An edition, MIME-encoded, with holes for what differs per recipient.

    Attributes:
        subject: with its slots, as in `Rendered`, without the prefix.
        content_fields: the Content-* fields of the whole message.
        body: text for the wire, and holes.
    """

    head: Head
    subject: str
    slots: tuple[Slot, ...]
    content_fields: str
    body: tuple[Piece, ...]

    def fill(self, addressee: Addressee) -> bytes:
        """The message for one recipient, ready for DATA, BDAT and DKIM: CRLF line ends, no line over 998
        octets, none that begins with a dot.

        Raises:
            ComposeError: the header would hold another field, or more than one recipient.
        """
        values = self.values(addressee)
        fields = self._fields(addressee, values)
        if not _FIELDS.fullmatch(fields) or not _ADDRESS.fullmatch(addressee.address):
            raise ComposeError(
                f"The header of the message for {addressee.address!r} did not come out as intended.",
                "Check that recipient's row. If it looks right, please report this as a bug in mailer.",
            )
        pieces, holes = self._plan
        pieces = pieces.copy()
        pieces[1] = fields.encode()
        for position, slot, html in holes:
            pieces[position] = encode_html_value(values[slot]) if html else encode_value(values[slot])
        return b"".join(pieces)

    def values(self, addressee: Addressee) -> list[str]:
        """What this recipient fills the slots with, by slot number."""
        given = addressee.values
        return [
            self._way_out(addressee)
            if slot.field == UNSUBSCRIBE
            else given.get(slot.field, "") or slot.fallback
            for slot in self.slots
        ]

    def template(self) -> str:
        """The message without the fields of a recipient, its slots as in `Rendered`."""
        body = (
            piece if isinstance(piece, str) else encode_value(slot_sign(piece.slot)).decode()
            for piece in self.body
        )
        return "".join((self._closing, *body))

    def one_click(self, addressee: Addressee) -> str:
        """This recipient's unsubscribe URL, or ""."""
        url = addressee.values.get(UNSUBSCRIBE, "") if self.head.one_click else ""
        return headers.uri(url) if url.startswith("https://") else ""

    def mailto(self, addressee: Addressee) -> str:
        """A mailto: URI that names the delivery in its subject, or "" without an address that takes such mail."""
        return self._mailto + addressee.message_id[1:].partition("@")[0] if self._mailto else ""

    def freeze(self) -> bytes:
        """As the ledger keeps it: JSON with a version, which any later version of the tool reads. Equal
        compositions freeze to equal bytes."""
        data = {
            "version": _VERSION,
            "head": asdict(self.head),
            "subject": self.subject,
            "slots": [[slot.number, slot.field, slot.fallback] for slot in self.slots],
            "content_fields": self.content_fields,
            "body": [piece if isinstance(piece, str) else [piece.slot, piece.html] for piece in self.body],
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def thaw(cls, frozen: bytes) -> Composition:
        """The composition that was frozen.

        Raises:
            LedgerError: a newer version of the tool froze it, or it is damaged.
        """
        try:
            data = json.loads(frozen)
            if data["version"] in _READERS:
                return _READERS[data["version"]](data)
        except (ValueError, TypeError, KeyError):
            raise LedgerError(
                "The ledger's copy of a mailing can't be read.", "Restore .mailer/ledger.db from a backup."
            ) from None
        raise LedgerError(
            "This mailing was started by a newer version of mailer.",
            "Update mailer, or finish it with that version.",
        )

    # ---- header fields ----------------------------------------------------------------------------

    def _fields(self, addressee: Addressee, values: list[str]) -> str:
        """The fields that differ per recipient. To has one address: nobody learns who else got it."""
        subject = self._static_subject or self._subject(values)
        web, mailto = self.one_click(addressee), self.mailto(addressee)
        message_id, parent = addressee.message_id, addressee.in_reply_to
        text = (
            headers.field("To", headers.mailbox(Mailbox(addressee.address, addressee.name)))
            + subject
            + f"Date: {headers.date(addressee.date)}\r\nMessage-ID: {message_id}\r\n"
        )
        if parent:
            text += f"In-Reply-To: {parent}\r\nReferences: {parent}\r\n"
        if web and mailto:
            text += headers.field("List-Unsubscribe", f"<{web}>, <{mailto}>")
        elif web or mailto:
            text += headers.field("List-Unsubscribe", f"<{web or mailto}>")
        if web:
            text += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        return text + "".join(
            headers.field(name, value) for name, value in provider_fields(addressee.provider, message_id)
        )

    def subject_for(self, values: list[str]) -> str:
        """The subject as readers show it."""
        cut = self._cut_subject
        filled = (values[int(cut[n])] if n % 2 else cut[n] for n in range(len(cut)))
        return headers.clean(self.head.prefix + "".join(filled))

    def _subject(self, values: list[str]) -> str:
        return headers.field("Subject", headers.unstructured(self.subject_for(values)))

    def _way_out(self, addressee: Addressee) -> str:
        return self.one_click(addressee) or self.mailto(addressee)

    # ---- made once --------------------------------------------------------------------------------

    @cached_property
    def _plan(self) -> tuple[list[bytes], list[tuple[int, int, bool]]]:
        """The message as pieces, 1 of them for the recipient's fields; and its holes: position, slot, html."""
        pieces = [self._opening.encode(), b"", self._closing.encode()]
        holes = []
        for piece in self.body:
            if isinstance(piece, Hole):
                holes.append((len(pieces), piece.slot, piece.html))
            pieces.append(b"" if isinstance(piece, Hole) else piece.encode())
        return pieces, holes

    @cached_property
    def _opening(self) -> str:
        head = self.head
        fields = headers.field("From", headers.mailbox(head.sender))
        return fields + headers.field("Reply-To", headers.mailbox(head.reply_to)) if head.reply_to else fields

    @cached_property
    def _closing(self) -> str:
        head = self.head
        fields = []
        if head.list_id:
            name = headers.phrase(head.list_name) if head.list_name.isascii() else ""
            name = "" if "=?" in name else name
            fields.append(headers.field("List-Id", f"{name} <{headers.uri(head.list_id)}>".lstrip()))
        if head.language:
            fields.append(headers.field("Content-Language", headers.uri(head.language)))
        return "".join((*fields, "MIME-Version: 1.0\r\n", self.content_fields, "\r\n"))

    @cached_property
    def _cut_subject(self) -> list[str]:
        return SLOT_SIGN.split(self.subject)

    @cached_property
    def _static_subject(self) -> str:
        return "" if len(self._cut_subject) > 1 else self._subject([])

    @cached_property
    def _mailto(self) -> str:
        address = quote(self.head.unsubscribe_mailto, safe="@!$*+'()._~-")  # RFC 6068 §2
        return f"mailto:{address}?subject=unsubscribe%20" if address else ""


_LINES = r"(?:\r\n)? [ -~]{1,990}\r\n(?: [ -~]{1,990}\r\n)*"
_RAW_LINES = _LINES.replace(
    "[ -~]", "[^\x00-\x1f\x7f-\x9f]"
)  # a local part that is not ASCII (RFC 6532 §3.2)
_MESSAGE_ID = r" <[!-;=?A-~]{1,240}@[!-;=?A-~]{1,255}>\r\n"
_FIELDS = re.compile(
    f"To:{_RAW_LINES}Subject:(?:{_LINES}| \r\n)Date: [ -~]{{1,60}}\r\nMessage-ID:{_MESSAGE_ID}"
    f"(?:In-Reply-To:{_MESSAGE_ID}References:{_MESSAGE_ID})?"
    f"(?:List-Unsubscribe:{_LINES})?(?:List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n)?"
    f"(?:(?:{NAMES.pattern}):{_LINES})*"
)
"""What the fields of every message are held against: exactly these, in lines that nothing can break out of."""

_ADDRESS = re.compile(
    r"""(?:[^\s"(),:;<>@\[\\\]]{1,64}|"(?:[^"\\\x00-\x1f\x7f]|\\[ -~]){1,62}")@[^\s"(),;<>@\\]{1,255}"""
)
"""One address (RFC 5321 §4.1.2), not more: no comma, no angle bracket."""


def _read_1(data: dict[str, Any]) -> Composition:
    head = data["head"]
    reply_to = Mailbox(**head["reply_to"]) if head["reply_to"] else None
    return Composition(
        Head(**{**head, "sender": Mailbox(**head["sender"]), "reply_to": reply_to}),
        data["subject"],
        tuple(Slot(*slot) for slot in data["slots"]),
        data["content_fields"],
        tuple(piece if isinstance(piece, str) else Hole(*piece) for piece in data["body"]),
    )


_READERS: dict[int, Callable[[dict[str, Any]], Composition]] = {1: _read_1}
"""By the version that wrote it."""
