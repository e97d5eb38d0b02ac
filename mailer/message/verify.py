"""The final bytes, read again by another parser and compared with what was meant.

A composer that is fooled by a value can be fooled in ways nobody thought of (CVE-2024-6923 made a Bcc of an
encoded word). Three checks of rising cost:

- `Composition.fill` holds the header of every message against one pattern, which costs microseconds;
- `compile_message` has Python's parser read an edition, and compares it with what was rendered;
- `verify` does so for one recipient's message. It takes milliseconds: for every message of a rehearsal and
  of a proof, and in a real mailing for the first message of each edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_string
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import getaddresses
from functools import lru_cache
from html import escape

from mailer.errors import ComposeError
from mailer.message import headers
from mailer.message.composition import Composition
from mailer.message.flowed import unstuffed
from mailer.message.head import Addressee
from mailer.message.provider_fields import provider_fields
from mailer.model import SLOT_SIGN, Mailbox, Rendered

_ANGLES = re.compile("<([^<>]*)>")
_HINT = "If the recipient's row looks right, this is a bug in mailer: please report it."


def check_template(template: str, rendered: Rendered) -> None:
    """An edition's MIME tree against what was rendered.

    Raises:
        ComposeError: naming what differs.
    """
    message = _parsed(template)
    for difference in _template_differences(message, rendered):
        raise ComposeError(f"The message can't be composed: {difference}.", _HINT)


def verify(content: bytes, addressee: Addressee, composition: Composition) -> None:
    """A recipient's message against what was meant: each field's name, sender, recipient, subject,
    identifiers, and both texts.

    Args:
        content: the final bytes, signed or not.

    Raises:
        ComposeError: naming the recipient and what differs.
    """
    for difference in _differences(content, addressee, composition):
        raise ComposeError(
            f"The message for {addressee.address} did not come out as intended: {difference}.", _HINT
        )


def _parsed(content: str) -> EmailMessage:
    return message_from_string(content, policy=SMTPUTF8)


def _texts(message: EmailMessage) -> tuple[str, str]:
    """The text and the HTML part, decoded, with `\\n` for line ends, the text as a program shows it."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    if not isinstance(plain, EmailMessage) or not isinstance(html, EmailMessage):
        raise ComposeError("The message can't be composed: a text part is missing.", _HINT)
    text = _lines(plain.get_content())
    return unstuffed(text) if plain.get_param("format") == "flowed" else text, _lines(html.get_content())


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


# ---- an edition ---------------------------------------------------------------------------------


def _template_differences(message: EmailMessage, rendered: Rendered) -> Iterator[str]:
    meant = tuple(_lines(text).encode("utf-8", "replace").decode() for text in (rendered.text, rendered.html))
    for name, got, wanted in zip(("text", "HTML"), _texts(message), meant, strict=True):
        if got != wanted:
            yield f"the {name} part is not the text that was rendered"
    leaves = [part for part in message.walk() if not part.is_multipart()]
    files = [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in leaves[2:]
    ]
    wanted_files = [
        (headers.clean(part.name).strip(), part.media_type.partition(";")[0].lower(), part.content)
        for part in (*rendered.related, *rendered.attached)
    ]
    if files != wanted_files:
        yield "its pictures and attachments are not those that were rendered"
    for part in message.walk():
        yield from (f"{type(defect).__name__} in {part.get_content_type()}" for defect in part.defects)


@lru_cache(maxsize=4)
def _template_texts(composition: Composition) -> tuple[str, str]:
    return _texts(_parsed(composition.template()))


# ---- one recipient --------------------------------------------------------------------------------


def _differences(content: bytes, addressee: Addressee, composition: Composition) -> Iterator[str]:
    message = _parsed(content.decode("utf-8"))
    names = [name.lower() for name in message.keys()]  # noqa: SIM118 - a message is no dict
    names = names[1:] if names[:1] == ["dkim-signature"] else names
    meant = _names(addressee, composition)
    if names != meant:
        yield f"its fields are {', '.join(names)} instead of {', '.join(meant)}"
        return
    yield from _field_differences(message, addressee, composition)
    values = composition.values(addressee)
    plain, html = _texts(message)
    plain_meant, html_meant = _template_texts(composition)
    if plain != _filled(plain_meant, values):
        yield "the text is different"
    if html != _filled(html_meant, [escape(value) for value in values]):
        yield "the HTML is different"
    if b"\r\n." in content or any(len(line) > 998 for line in content.split(b"\r\n")):
        yield "a line begins with a dot or is too long (RFC 5321 §4.5)"
    body = content.partition(b"\r\n\r\n")[2]
    if any(blanks in body for blanks in (b"  ", b"\t", b" \r\n")):
        yield "its spaces are not as DKIM requires (RFC 6376 §3.4.4)"
    if content.count(b"\n") != content.count(b"\r\n") or content.count(b"\r") != content.count(b"\r\n"):
        yield "a line does not end in CRLF"
    for part in message.walk():
        yield from (type(defect).__name__ for defect in part.defects)


def _names(addressee: Addressee, composition: Composition) -> list[str]:
    head, web = composition.head, composition.one_click(addressee)
    fields = (
        ("from", True),
        ("reply-to", head.reply_to),
        ("to", True),
        ("subject", True),
        ("date", True),
        ("message-id", True),
        ("in-reply-to", addressee.in_reply_to),
        ("references", addressee.in_reply_to),
        ("list-unsubscribe", web or head.unsubscribe_mailto),
        ("list-unsubscribe-post", web),
        *((name.lower(), True) for name, _ in provider_fields(addressee.provider, addressee.message_id)),
        ("list-id", head.list_id),
        ("content-language", head.language),
        ("mime-version", True),
        ("content-type", True),
    )
    return [name for name, meant in fields if meant]


def _field_differences(
    message: EmailMessage, addressee: Addressee, composition: Composition
) -> Iterator[str]:
    head = composition.head
    boxes = {"From": head.sender, "To": Mailbox(addressee.address, addressee.name)}
    if head.reply_to:
        boxes["Reply-To"] = head.reply_to
    for name, box in boxes.items():
        specs = [address.addr_spec for address in message[name].addresses]
        if specs != [box.address] or _boxes(message, name) != [(headers.clean(box.name), box.address)]:
            yield f"{name} is “{message[name]}”"
    if str(message["Subject"]) != composition.subject_for(composition.values(addressee)):
        yield f"Subject is “{message['Subject']}”"
    identifiers = {"Message-ID": addressee.message_id}
    if addressee.in_reply_to:
        identifiers |= {"In-Reply-To": addressee.in_reply_to, "References": addressee.in_reply_to}
    identifiers |= dict(provider_fields(addressee.provider, addressee.message_id))
    for name, identifier in identifiers.items():
        if str(message[name]).strip() != identifier:
            yield f"{name} is “{message[name]}”"
    web, mailto = composition.one_click(addressee), composition.mailto(addressee)
    lists = {"List-Unsubscribe": [way for way in (web, mailto) if way], "List-Id": [head.list_id]}
    for name, meant in lists.items():
        if name in message and _ANGLES.findall(str(message[name])) != meant:
            yield f"{name} is “{message[name]}”"
    if message["Date"].datetime is None:
        yield f"Date is “{message['Date']}”"


def _boxes(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    """Read by Python's older parser: the newer one puts a blank between the encoded words of a long name."""
    raw = [str(value) for field, value in message.raw_items() if field == name]
    return [(str(make_header(decode_header(phrase))), address) for phrase, address in getaddresses(raw)]


def _filled(text: str, values: list[str]) -> str:
    flat = [headers.CONTROL.sub(" ", value).encode("utf-8", "replace").decode() for value in values]
    return SLOT_SIGN.sub(lambda match: flat[int(match[1])], text)
