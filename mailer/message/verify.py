"""The final bytes, parsed again and compared with what was meant.

A composer that is fooled by a value can be fooled in ways nobody thought of (CVE-2024-6923 made a Bcc of an
encoded word). So the result is read by another parser, Python's own. That takes a millisecond or two, so
`inspect` does it where a value could fool anybody, and otherwise looks at the header fields alone.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import getaddresses

from mailer.errors import MailerError
from mailer.message.compose import Addressee, Composition

_ALLOWED = {
    "date", "to", "subject", "message-id", "in-reply-to", "references", "list-unsubscribe",
    "list-unsubscribe-post", "from", "reply-to", "list-id", "content-language", "mime-version", "content-type",
    "dkim-signature",
}  # fmt: skip


class ComposeError(MailerError):
    """A composed message is not what was meant. Nothing of it was sent."""


_HARMLESS = re.compile(r"[\w .,'@+-]*")
"""No line end, no bracket, no quote, no `=?`: nothing that means anything in a header field or in HTML."""


def inspect(content: bytes, addressee: Addressee, composition: Composition) -> None:
    """Look at one message of many: its field names always, all of it where the recipient's values are not plain.

    Raises:
        ComposeError: naming the recipient and the difference.
    """
    given = (addressee.address, addressee.name, *addressee.values.values())
    plain = all(_HARMLESS.fullmatch(value) or value.startswith("https://") for value in given)
    header, _, _ = content.partition(b"\r\n\r\n")
    names = [
        line.partition(b":")[0].lower().decode("ascii", "replace")
        for line in header.split(b"\r\n")
        if line[:1] not in b" \t"
    ]
    if plain and len(set(names)) == len(names) and _ALLOWED.issuperset(names):
        return
    verify(content, addressee, composition)


def verify(content: bytes, addressee: Addressee, composition: Composition) -> None:
    """Parse a message and compare it with what was meant.

    Raises:
        ComposeError: naming the recipient and the difference.
    """
    message = message_from_bytes(content, policy=SMTPUTF8)
    for difference in _differences(content, message, addressee, composition):
        raise ComposeError(
            f"The message for {addressee.address} is not as meant: {difference}.",
            "Look at that recipient's row. If it looks right, this is a defect of mailer: please report it.",
        )


def _differences(
    content: bytes, message: EmailMessage, addressee: Addressee, composition: Composition
) -> list[str]:
    names = [name.lower() for name in message.keys()]  # noqa: SIM118 - a message is no dict
    found = [f"there is a field {name}" for name in names if name not in _ALLOWED]
    found += [f"{name} stands twice" for name in set(names) if names.count(name) > 1]
    to = [address for _, address in getaddresses([str(message["To"])])]
    if to != [addressee.address]:
        found.append(f"To is {', '.join(to) or 'empty'}")
    sender = [address for _, address in getaddresses([str(message["From"])])]
    if sender != [composition.head.sender.address]:
        found.append(f"From is {', '.join(sender) or 'empty'}")
    if str(message["Message-ID"]) != addressee.message_id:
        found.append("another Message-ID")
    if message.get_body(("plain",)) is None or message.get_body(("html",)) is None:
        found.append("text or HTML is missing")
    if content.count(b"\n") != content.count(b"\r\n") or content.count(b"\r") != content.count(b"\r\n"):
        found.append("a line end that is not CRLF")
    if b"\r\n." in content:
        found.append("a line begins with a dot")
    if max(map(len, content.split(b"\r\n"))) > 998:
        found.append("a line is longer than 998 octets (RFC 5322 §2.1.1)")
    found += [f"{type(defect).__name__}" for part in message.walk() for defect in part.defects]
    return found
