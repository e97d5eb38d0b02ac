"""What they get, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mailer.model.slots import Slot


@dataclass(frozen=True, slots=True)
class Part:
    """A file that travels inside the mail: an inline image (with `content_id`) or an attachment.

    Attributes:
        name: file name as the recipient sees it.
        media_type: e.g. "image/png", "text/calendar; method=PUBLISH".
        content: the bytes, decoded.
        content_id: without angle brackets; the HTML refers to it as `cid:…`.
    """

    name: str
    media_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """An edition as a mail, once for everybody. Slots stand in subject, preheader, html and text as
    their signs (`slot_sign`); no other private-use character remains.

    Attributes:
        flows: of the text's lines, one that ends in a space goes on in the next (RFC 3676 §4.1); otherwise each
            paragraph is a line.
        stills: pictures, as the release names them, that move in their files and not in the mail.
    """

    language: str
    subject: str
    preheader: str
    html: str
    text: str
    slots: tuple[Slot, ...] = ()
    related: tuple[Part, ...] = ()
    attached: tuple[Part, ...] = ()
    flows: bool = False
    stills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one SMTP transaction carries: always one recipient (RFC 5321 §2.3.1).

    Attributes:
        mail_from, rcpt_to: addresses for MAIL and RCPT, without angle brackets.
        content: the message, with CRLF line ends. **No line of it begins with a dot**, so none is a lone dot
            either. That is a contract: nothing between here and the wire stuffs dots (RFC 5321 §4.5.2), and
            behind a lone dot, which ends DATA, the rest of a message would be read as commands. The message
            stage makes it hold: `quoted_printable` writes a dot that would begin a line as `=2E`, base64 and
            boundaries have none, a header field begins with its name and a folded line with a blank. `verify`
            reads the first message of each edition again. The SMTP session refuses a content that breaks it.
    """

    mail_from: str
    rcpt_to: str
    content: bytes = field(repr=False)


class Status(StrEnum):
    """The state of a delivery (design §6)."""

    QUEUED = "queued"
    SENDING = "sending"
    DOT = "dot"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the next hop said, and what it means for this recipient.

    Attributes:
        status: ACCEPTED, REJECTED, DEFERRED or UNCERTAIN.
        code: the SMTP reply code; 0 where no reply was read.
        enhanced_code: RFC 3463, e.g. "5.1.1", or "".
        text: the reply's text, or what happened to the connection.
    """

    status: Status
    code: int = 0
    enhanced_code: str = ""
    text: str = ""

    def __str__(self) -> str:
        """What was said, on a line: `550 5.1.1 no such user`."""
        return " ".join(filter(None, (str(self.code or ""), self.enhanced_code, self.text)))
