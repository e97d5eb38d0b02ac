"""Messages for the tests: a small edition, whom it goes to, and what another parser reads out of the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import getaddresses

from mailer.message import Addressee, Composition, Head, compile_message
from mailer.model import Mailbox, Part, Rendered, Slot

SENDER = Mailbox("press@example.org", "Lantern Coast Foundation")
HEAD = Head(SENDER, list_id="press.example.org", unsubscribe_mailto="leave@example.org")
MOMENT = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)

FIELDS = ("first_name", "outlet", "unsubscribe")


def slot(field: str) -> str:
    """The sign of a slot in rendered text."""
    return f"\ue000{FIELDS.index(field)}\ue001"


HTML = (
    f"<!DOCTYPE html>\n<p>Dear {slot('first_name')},</p>\n"
    f'<img alt="{slot("outlet")}">\n.hidden {{}}\nFrom the coast: the light is back — for good.\n'
    f'<a href="{slot("unsubscribe")}">Unsubscribe</a>\n'
)
TEXT = (
    f"Dear {slot('first_name')},\n\n.a line that begins with a dot\nFrom the coast\ntrailing blank \n"
    f"{slot('outlet')}\n{slot('unsubscribe')}\n" + "A paragraph is one line, however long it is. " * 12 + "\n"
)


def rendered(
    subject: str = "The light is back",
    html: str = HTML,
    text: str = TEXT,
    related: tuple[Part, ...] = (),
    attached: tuple[Part, ...] = (),
) -> Rendered:
    """An edition with the slots first_name (fallback "colleague"), outlet and unsubscribe."""
    slots = tuple(Slot(n, name, "colleague" if n == 0 else "") for n, name in enumerate(FIELDS))
    return Rendered("en", subject, "", html, text, slots, related, attached, flows=True)


def composition(head: Head = HEAD, **parts: object) -> Composition:
    return compile_message(rendered(**parts), head)  # type: ignore[arg-type]


def addressee(
    name: str = "Ana Ruiz",
    values: Mapping[str, str] | None = None,
    address: str = "ana@example.com",
    in_reply_to: str = "",
) -> Addressee:
    return Addressee(
        address, name, {} if values is None else values, "<0a1b2c@example.org>", in_reply_to, MOMENT
    )


@dataclass(frozen=True)
class Read:
    """What Python's `email` reads out of a message. `fields` in the order of the message, lower case."""

    message: EmailMessage
    fields: list[str]
    to: list[tuple[str, str]]
    subject: str
    text: str
    html: str


def read(content: bytes) -> Read:
    """The message as a reader sees it; line ends of the texts as `\\n`, the text without its stuffing (RFC 3676 §4.4)."""
    message = message_from_bytes(content, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    return Read(
        message,
        [name.lower() for name in message.keys()],  # noqa: SIM118
        _boxes(message),
        str(message["Subject"]),
        "\n".join(
            line.removeprefix(" ") if plain.get_param("format") == "flowed" else line
            for line in plain.get_content().replace("\r\n", "\n").split("\n")
        ),
        html.get_content().replace("\r\n", "\n"),
    )


def _boxes(message: EmailMessage) -> list[tuple[str, str]]:
    """The names of To, read by the older of Python's parsers: the newer one puts a blank between the encoded
    words of a long name. Both must see the same addresses."""
    raw = str(dict(message.raw_items())["To"])
    found = [(str(make_header(decode_header(name))), address) for name, address in getaddresses([raw])]
    assert [address for _, address in found] == [address.addr_spec for address in message["To"].addresses]
    return found


def raw_field(content: bytes, name: str) -> str:
    """A field as it stands on the wire, unfolded but not decoded."""
    header = content.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ")
    return next(line.partition(": ")[2] for line in header.split("\r\n") if line.startswith(f"{name}: "))
