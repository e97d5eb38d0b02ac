"""The MIME tree: mixed(related(alternative(text, html), inline images), attachments), levels only where needed.

All of it is the same for every recipient. A tree is a list of pieces: text for the wire, and `Hole`s.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mailer.message.flowed import stuffed
from mailer.message.headers import field, parameter, uri
from mailer.message.quoted_printable import encode_text
from mailer.model import SLOT_SIGN, Part, Rendered

UNSUBSCRIBE = "unsubscribe"
"""The merge field that the tool fills for everybody, with a URL."""

_BASE64_LINE = 57
"""Octets that make a line of 76 characters (RFC 2045 §6.8)."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Where slot number `slot` is filled, as plain text or as HTML."""

    slot: int
    html: bool


Piece = str | Hole
_Entity = tuple[str, list[Piece]]
"""Content-* fields, and the body that they describe."""


def content_of(rendered: Rendered) -> tuple[str, tuple[Piece, ...]]:
    """The Content-* fields of the whole message, and its body."""
    seed = "\0".join((rendered.subject, rendered.html, rendered.text)).encode("utf-8", "replace")
    alternatives = [_plain(rendered), _text("html; charset=utf-8", rendered.html)]
    entity = _multipart("alternative", seed, alternatives)
    if rendered.related:
        entity = _multipart("related", seed, [entity, *map(_inline, rendered.related)])
    if rendered.attached:
        entity = _multipart("mixed", seed, [entity, *map(_attachment, rendered.attached)])
    fields, body = entity
    return fields, tuple(_joined(body))


def _plain(rendered: Rendered) -> _Entity:
    """The text part: flowed (RFC 3676 §4) where it can be."""
    text = _lines(rendered.text)
    if not rendered.flows:
        return _text("plain; charset=utf-8", text)
    safe = [slot.number for slot in rendered.slots if slot.field == UNSUBSCRIBE]
    return _text("plain; charset=utf-8; format=flowed; delsp=no", stuffed(text, safe))


def _text(subtype: str, text: str) -> _Entity:
    fields = field("Content-Type", f"text/{subtype}")
    fields += field("Content-Transfer-Encoding", "quoted-printable")
    cut = SLOT_SIGN.split(text if text.endswith("\n") else f"{text}\n")
    html = subtype.startswith("html")
    return fields, [Hole(int(cut[n]), html) if n % 2 else encode_text(cut[n]) for n in range(len(cut))]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _multipart(subtype: str, seed: bytes, entities: Sequence[_Entity]) -> _Entity:
    """RFC 2046 §5.1. `=_` can stand neither in quoted-printable nor in base64 (RFC 2045 §6.7), so no part's
    content can hold the boundary."""
    boundary = f"=_{hashlib.sha256(subtype.encode() + seed).hexdigest()[:24]}"
    root = ' type="multipart/alternative";' if subtype == "related" else ""  # RFC 2387 §3.1
    fields = field("Content-Type", f'multipart/{subtype};{root} boundary="{boundary}"')
    body: list[Piece] = []
    for entity_fields, entity_body in entities:
        body += [f"--{boundary}\r\n{entity_fields}\r\n", *entity_body, "\r\n"]
    return fields, [*body, f"--{boundary}--\r\n"]


def _inline(part: Part) -> _Entity:
    return _file(part, "inline", field("Content-ID", f"<{uri(part.content_id)}>"))


def _attachment(part: Part) -> _Entity:
    return _file(part, "attachment", "")


def _file(part: Part, disposition: str, content_id: str) -> _Entity:
    """The name stands in Content-Disposition (RFC 2183 §2.3), and for older programs in Content-Type too."""
    media_type = part.media_type
    if media_type.startswith("text/") and "charset" not in media_type:
        media_type += "; charset=utf-8"
    fields = (
        field("Content-Type", f"{media_type}; {parameter('name', part.name)}")
        + field("Content-Transfer-Encoding", "base64")
        + content_id
        + field("Content-Disposition", f"{disposition}; {parameter('filename', part.name)}")
    )
    return fields, [_base64(part.content)]


def _base64(content: bytes) -> str:
    lines = (content[n : n + _BASE64_LINE] for n in range(0, len(content), _BASE64_LINE))
    return "".join(f"{base64.b64encode(line).decode()}\r\n" for line in lines)


def _joined(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Neighbouring texts as one, so that filling joins few pieces."""
    for is_text, group in groupby(pieces, key=lambda piece: isinstance(piece, str)):
        if is_text:
            yield "".join(piece for piece in group if isinstance(piece, str))
        else:
            yield from group
