"""A release that came as a mail (.eml): its text, with its fields set aside and its attachments named.

The fields are read by the email package's older policy: the newer one's parser of headers raises on some that are in
the wild.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import replace
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message

from mailer.errors import DocumentError, Fault
from mailer.importing.document import Margin, Paragraph, Run, SourceDocument
from mailer.importing.sources.shaping.mail_heads import without_heads

_FIELDS = ("Subject", "From", "Reply-To", "To", "Cc", "Date")
_MOST_BYTES, _MOST_PARTS, _DEEPEST = 64 << 20, 500, 20
_LONGEST_FIELD = 2_000
"""Characters: decoding takes time that grows with their square."""
_DOCUMENTS = re.compile(r"\.(?:docx|odt|rtf|doc|pages)$", re.IGNORECASE)


def read(content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """Reads the text of a mail: as HTML where it has that, else as plain text. A mail that only carries another one
    (forwarded as an attachment) is read as that other one.

    Args:
        content: of the file.
        name: as staff would name it.
        accept_changes: takes tracked changes as accepted.

    Raises:
        DocumentError: it has no text, is encrypted, or goes over a limit.
    """
    if len(content) > _MOST_BYTES:
        raise DocumentError([Fault(name, 0, "it has more than 64 MB", "copy its text and import that")])
    try:
        message = email.message_from_bytes(content)
    except RecursionError:
        hint = "copy its text and import that"
        raise DocumentError([Fault(name, 0, "its parts stand too deep inside one another", hint)]) from None
    parts = list(_parts(message))
    if len(parts) > _MOST_PARTS:
        raise DocumentError(
            [Fault(name, 0, f"it has more than {_MOST_PARTS} parts", "copy its text and import that")]
        )
    types = {part.get_content_type() for part in parts}
    if types & {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}:
        raise DocumentError([Fault(name, 0, "it is encrypted", "open it, copy its text and import that")])
    text = _text(parts)
    if text is None:
        raise DocumentError(
            [Fault(name, 0, "it has no text", _attached(parts) or "look what is attached to it")]
        )
    document = _read_text(text, parts, name, accept_changes)
    heads = tuple(_head(each) for each in _messages(message, text))
    blocks, forwarded = without_heads(document.blocks)
    said = " ".join(
        paragraph.text for head in heads for paragraph in head.blocks if isinstance(paragraph, Paragraph)
    )
    return replace(
        document,
        kind="mail",
        blocks=blocks,
        margins=(*heads, *forwarded, *document.margins),
        remarks=(*filter(None, (_attached(parts),)), *document.remarks),
        words=f"{said} {document.words}",
        language=document.language or _value(message, "Content-Language").split(",")[0].strip()[:20],
    )


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """A message's parts, those of messages inside it too."""
    yield message
    payload = message.get_payload()
    if isinstance(payload, list) and depth < _DEEPEST:
        for part in payload:
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _text(parts: list[Message]) -> Message | None:
    """The part that is the text: HTML before plain text; what is blank or attached is none."""
    for wanted in ("text/html", "text/plain"):
        for part in parts:
            if part.get_content_type() == wanted and not _is_attached(part) and _content(part).strip():
                return part
    return None


def _content(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, MessageError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Message) -> str:
    content = _content(part)
    charset = part.get_content_charset("") or "utf-8"
    try:
        return content.decode(charset if re.fullmatch(r"[\w.:-]{2,40}", charset) else "utf-8")
    except (UnicodeError, LookupError, ValueError):
        from mailer.importing.sources.web.tree import text_of

        return text_of(content)


def _read_text(text: Message, parts: list[Message], name: str, accept_changes: bool) -> SourceDocument:
    if text.get_content_type() == "text/html":
        from mailer.importing.sources.web.document import Page, document_of

        return document_of(
            Page(
                source=_decoded(text),
                name=name,
                mail=True,
                resources=_pictures(parts),
                accept_changes=accept_changes,
            )
        )
    from mailer.importing.sources import read_as

    written = _decoded(text)
    if str(text.get_param("format", "")).lower() == "flowed":
        written = _unflowed(written, str(text.get_param("delsp", "")).lower() == "yes")
    return read_as("plain", written.encode("utf-8", "replace"), name)


def _unflowed(text: str, delete_space: bool) -> str:
    """A text whose soft line ends are gone (RFC 3676, 4.2)."""
    lines: list[str] = []
    soft = False
    for line in text.replace("\r\n", "\n").split("\n"):
        plain = line[1:] if line.startswith(" ") else line
        if soft:
            lines[-1] += plain
        else:
            lines.append(plain)
        soft = plain.endswith(" ") and plain != "-- "
        if soft and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _pictures(parts: list[Message]) -> dict[str, bytes]:
    """The pictures of a mail by what its HTML calls them."""
    found = {}
    for part in parts:
        if part.get_content_maintype() == "image":
            content = _content(part)
            if identifier := _value(part, "Content-ID").strip(" <>"):
                found[f"cid:{identifier}"] = content
            if location := _value(part, "Content-Location").strip():
                found[location] = content
    return found


def _messages(message: Message, text: Message) -> Iterator[Message]:
    """The mail, and those inside it down to the one that has the text."""
    yield message
    for part in _parts(message):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(first, Message) and any(each is text for each in _parts(first)):
                yield first


def _head(message: Message) -> Margin:
    values = ((field, _value(message, field)) for field in _FIELDS)
    blocks = tuple(
        Paragraph((Run(f"{field}: {value}"),), place="fields of the mail") for field, value in values if value
    )
    return Margin("page header", blocks, "fields of the mail")


def _value(message: Message, field: str) -> str:
    raw = str(message.get(field, ""))[
        :_LONGEST_FIELD
    ]  # a `Header` where it has bytes that no header may have
    try:
        value = str(make_header(decode_header(raw)))
    except (HeaderParseError, UnicodeError, LookupError, ValueError, TypeError, AssertionError):
        value = str(raw)
    return " ".join(value.encode("utf-8", "replace").decode("utf-8").split())


def _attached(parts: list[Message]) -> str:
    """A sentence about what is attached, or ""."""
    names = []
    for part in parts:
        try:
            filename = part.get_filename()
        except (ValueError, LookupError, TypeError):
            filename = None
        if filename and (
            _is_attached(part) or part.get_content_maintype() not in ("text", "image", "multipart")
        ):
            names.append(" ".join(str(filename).encode("utf-8", "replace").decode("utf-8").split()))
    if not names:
        return ""
    documents = [each for each in names if _DOCUMENTS.search(each)]
    advice = f"; if {documents[0]} is the release, save it and import that" if documents else ""
    return f"Attached to the mail: {', '.join(names)}{advice}."
