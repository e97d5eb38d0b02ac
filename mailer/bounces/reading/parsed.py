"""A mail that came back, taken apart: its header, what its writer says, what is quoted, its status fields.

Nothing here raises on any bytes. Bounces are made by programs of forty years, are cut by gateways and
re-encoded by archives, so the parser that mends most (compat32) is used, and charsets are tried in turn.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from functools import cached_property
from html import unescape

from flufl.bounce import all_failures

from mailer.bounces.reading.bounds import LONGEST_LINE, LONGEST_TEXT, first_lines, within_bounds
from mailer.bounces.reading.field_values import addresses, as_text, decoded, from_octets
from mailer.bounces.reading.status_fields import ADDRESS

# It reports its own mishaps with a traceback, which Python prints where nobody listens.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = (
    "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers",
    "text/rfc822-header", "message/partial",
)  # fmt: skip

_RETURNED_BELOW = re.compile(
    r"""^[ \t>]*(?:
      -{2,}[ ]*(?:below[ ]this[ ]line|below[ ]the[ ]next[ ]line|this[ ]is[ ]a[ ]copy|original[ ]message
          |returned[ ](?:message|mail)|the[ ](?:body|header)|start[ ]of[ ]returned|forwarded[ ]message
          |message[ ]header|here[ ]is[ ]your|unsent[ ]message|enclosed[ ]is|returned[ ]mail[ ]follows
          |urspr|mensaje[ ]original|message[ ]original|mensagem[ ]original)
      |-{3,}[ ]{1,5}[^\n]{0,60}(?:copy|headers)[^\n]{0,60}-{3,}[ ]*$
      |(?:the[ ])?original[ ]message(?:[ ]headers)?[ ]*(?:follows|:)
      |message[ ](?:headers|text|header)[ ]follow
      |your[ ]message[ ]reads
      |received:[ ](?:from|by)[ ]
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_MOST_FIELDS = 5
_LONGEST_OPENING, _LINES_OF_OPENING = 60_000, 1_500
_FIELD_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}:")
_OF_A_MESSAGE = ("message-id:", "received:", "mime-version:", "return-path:")
_LONG_NUMBER = re.compile(
    r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,})"
)  # int() refuses those of thousands of digits
_HIDDEN = ("style", "script", "head", "title", "!--")
_BREAKS = frozenset(("br", "/p", "/div", "/tr", "/td", "/li", "hr", "p", "div", "tr", "table", "pre", "/pre"))


@dataclass(frozen=True)
class ParsedMail:
    """A mail, taken apart.

    Attributes:
        header: its own header.
        text: what its writer says, as plain text: up to where the returned message begins.
        returned: headers (and perhaps text) of the message that it is about, as text; "" where none came back.
        status_fields: each group of them (RFC 3464 §2.2, §2.3) as text, groups parted by blank lines.
        enclosed_status_fields: the same of a bounce that lies inside, as gateways wrap one bounce in another.
        feedback: the fields of what a provider reports of it (RFC 5965), as text.
        report_type: of multipart/report (RFC 6522), lower case; "" otherwise.
        opening: its first octets.
    """

    header: Message
    text: str
    returned: str
    status_fields: str
    enclosed_status_fields: str
    feedback: str
    report_type: str
    opening: bytes

    def field(self, name: str) -> str:
        """A header field, decoded and on one line; "" where there is none. Of several, the first."""
        return decoded(next(iter(self.raw_fields(name)), ""))

    def raw_fields(self, name: str) -> list[str]:
        """A header field's values as they came, from the top."""
        return self._fields.get(name.lower(), [])

    def addresses_in(self, *names: str) -> tuple[str, ...]:
        """The addresses of some header fields, lower case, in order."""
        values = (value for name in names for value in self.raw_fields(name)[:_MOST_FIELDS])
        return tuple(address.lower() for value in values for address in addresses(value))

    @cached_property
    def failed_by_flufl(self) -> tuple[str, ...]:
        """Whom it did not reach according to flufl.bounce, which knows the wording of many old programs. Asked when it
        is wanted, as it takes as long as all the rest, and asked once."""
        try:
            message = self._rewritten()
            if "From" not in message:
                message["From"] = "nobody@localhost"  # it needs one
            temporary, permanent = all_failures(message)
        except Exception:  # it guards a library that raises what it likes on odd mail
            return ()
        found = (address.decode("ascii", "replace").lower() for address in (*permanent, *temporary))
        return tuple(sorted(m[0] for address in found if (m := ADDRESS.fullmatch(address.strip("<>")))))

    def _rewritten(self) -> Message:
        """Its opening for a parser that is not ours: texts decoded already, lines no longer than mail has them."""
        message = message_from_bytes(self.opening)
        for part in message.walk():
            if not part.is_multipart():
                lines = (line[:LONGEST_LINE] for line in _text(part).split("\n"))
                del part["Content-Transfer-Encoding"]
                part.del_param("charset")
                part.set_payload("\n".join(lines))
        return message

    @cached_property
    def _fields(self) -> dict[str, list[str]]:
        fields: dict[str, list[str]] = {}
        for name, value in self.header.raw_items():
            fields.setdefault(name.lower(), []).append(as_text(value))
        return fields


def parse(content: bytes) -> ParsedMail:
    """Any bytes, with or without an mbox `From ` line, with any line ends."""
    content = within_bounds(content)
    message = message_from_bytes(content)
    sorts = _Sorts([], [], [], [])
    _sort(message, sorts, 0)
    said, below = _split("\n".join(sorts.said)[:LONGEST_TEXT])
    returned = ("\n\n".join(sorts.returned).strip(), below.strip())
    enclosed = (
        _inside(part)
        for part in message.walk()
        if part.get_content_type() in _STATUS_TYPES and not sorts.status_fields
    )
    return ParsedMail(
        header=message,
        text=said.strip(),
        returned="\n\n".join(filter(None, returned))[:LONGEST_TEXT],
        status_fields="\n\n".join(sorts.status_fields)[:LONGEST_TEXT],
        enclosed_status_fields="\n\n".join(enclosed)[:LONGEST_TEXT],
        feedback="\n\n".join(sorts.feedback)[:LONGEST_TEXT],
        report_type=_parameter(message, "report-type"),
        opening=first_lines(content[:_LONGEST_OPENING], _LINES_OF_OPENING),
    )


@dataclass(frozen=True, slots=True)
class _Sorts:
    """The texts of a mail's parts, by the sort of part."""

    said: list[str]
    returned: list[str]
    status_fields: list[str]
    feedback: list[str]


def _sort(part: Message, sorts: _Sorts, depth: int) -> None:
    kind = part.get_content_type()
    if kind in _STATUS_TYPES:
        sorts.status_fields.append(_inside(part))
    elif kind == "message/feedback-report":
        sorts.feedback.append(_inside(part))
    elif kind in _RETURNED_TYPES:
        sorts.returned.append(_inside(part))
    elif kind.startswith("message/"):
        return  # a receipt's fields: the part before says the same in words
    elif part.is_multipart() and depth < 20:
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind == "multipart/alternative":
            plain = [c for c in children if c.get_content_type() == "text/plain" and _text(c).strip()]
            children = plain or children[-1:]
        for child in children:
            _sort(child, sorts, depth + 1)
    elif kind == "text/html":
        sorts.said.append(_without_tags(_text(part)))
    elif part.get_content_maintype() in ("text", "multipart") and not part.is_multipart():
        sorts.said.append(_text(part))  # a multipart whose boundary never came holds its parts as one text


def _inside(part: Message) -> str:
    """What a message/* or text/* part holds, as text. Its children are written out again, as the parser
    splits message/delivery-status into a message for each group of fields."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _text(part)
    groups = [_written(child) for child in payload if isinstance(child, Message)]
    text = "\n\n".join(group.strip("\n") for group in groups)
    if re.search("base64|quoted-printable", str(part.get("Content-Transfer-Encoding", "")), re.I):
        # RFC 2046 §5.2.1 forbids it, RFC 6533 §3 allows it for message/global-*; the parser does not undo it.
        encoded = Message()
        encoded["Content-Transfer-Encoding"] = str(part["Content-Transfer-Encoding"])
        encoded.set_payload(text)
        undone = _text(encoded)
        return undone if ":" in undone else text
    return text


def _written(message: Message) -> str:
    """A message as text again: header lines as they came, then its texts. Of messages that lie inside it, the
    Message-ID is kept too, by which a bounce is placed."""
    lines = [f"{name}: {as_text(value)}" for name, value in message.raw_items()]
    if not message.is_multipart():
        return "\n".join([*lines, "", _text(message)])
    inside = [part for part in message.walk() if part is not message]
    ids = [f"Message-ID: {value}" for part in inside for value in _values(part, "message-id")]
    texts = [_text(part) for part in inside if part.get_content_maintype() == "text"]
    return "\n".join([*lines, "", *ids, *texts])


def _values(message: Message, name: str) -> list[str]:
    """As `ParsedMail.raw_fields`. (`Message.get` puts U+FFFD for octets that are not ASCII.)"""
    return [as_text(value) for key, value in message.raw_items() if key.lower() == name]


def _text(part: Message) -> str:
    """A part's text: transfer encoding undone where it can be, charset as declared, else guessed."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, UnicodeError, AssertionError):
        payload = None
    if not isinstance(payload, bytes):
        raw = part.get_payload()
        payload = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
    return from_octets(payload, _parameter(part, "charset"))[:LONGEST_TEXT]


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name, "")
    except (ValueError, LookupError, UnicodeError):
        return ""
    text = value[2] if isinstance(value, tuple) else str(value or "")
    return text.strip().lower()


def _without_tags(html: str) -> str:
    """What a reader sees, a line for each block. In one pass: hostile markup must not cost quadratic time."""
    first, *chunks = html.split("<")
    seen, hidden = [first], ""
    for chunk in chunks:
        tag, _, text = chunk.partition(">")
        name = tag.split(None, 1)[0].lower().rstrip("/") if tag.strip() else ""
        if hidden:
            hidden = "" if name == f"/{hidden}" or (hidden == "!--" and "-->" in chunk) else hidden
        elif name.startswith(_HIDDEN) and not name.startswith("header"):
            hidden = next(word for word in _HIDDEN if name.startswith(word))
            hidden = "" if hidden == "!--" and tag.endswith("--") else hidden
        if not hidden:
            seen.append(("\n" if name in _BREAKS else " ") + text)
    text = unescape(_LONG_NUMBER.sub("\ufffd", "".join(seen)))
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _split(text: str) -> tuple[str, str]:
    """What is said, and the returned message that many programs append to it as text."""
    match = _RETURNED_BELOW.search(text)
    cut = min(match.start() if match else len(text), _header_block(text))
    return text[:cut], text[cut:]


def _header_block(text: str) -> int:
    """Where the first run of header lines begins that looks like a message's; the text's length if none."""
    position = begin = run = 0
    telling = False
    for line in text.split("\n"):
        if _FIELD_LINE.match(line):
            begin = position if not run else begin
            run += 1
            telling = telling or line.lower().startswith(_OF_A_MESSAGE)
            if run >= 4 and telling:
                return begin
        elif not (run and line[:1] in (" ", "\t") and line.strip()):
            run, telling = 0, False
        position += len(line) + 1
    return len(text)
