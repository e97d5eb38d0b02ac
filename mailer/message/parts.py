"""The MIME tree: mixed(related(alternative(text, html), inline images), attachments), levels only where needed.

Everything here is the same for all recipients. The tree is a list of pieces: text for the wire, and `Slot`
references, which `compose` fills.
"""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailer.message.headers import field, identifier, parameter
from mailer.message.quoted_printable import encode_text
from mailer.model import Part, Rendered

_SLOT = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True, slots=True)
class Hole:
    """Where slot number `slot` is filled, as plain text or as HTML."""

    slot: int
    kind: Literal["text", "html"]


Piece = str | Hole


def content_fields_and_body(rendered: Rendered) -> tuple[str, list[Piece]]:
    """The Content-* fields of the whole message, and its body."""
    seed = "\0".join((rendered.subject, rendered.html, rendered.text))
    fields, body = _multipart(
        "alternative", seed, [_text_part("plain", rendered.text), _text_part("html", rendered.html)]
    )
    if rendered.related:
        fields, body = _multipart(
            "related", seed, [(fields, body), *map(_inline, rendered.related)], 'type="multipart/alternative"'
        )
    if rendered.attached:
        fields, body = _multipart("mixed", seed, [(fields, body), *map(_attachment, rendered.attached)])
    return fields, _joined(body)


def pieces_of(text: str, kind: Literal["text", "html"]) -> list[Piece]:
    """Text with slots as encoded pieces and holes."""
    cut = _SLOT.split(text)
    return [Hole(int(part), kind) if index % 2 else encode_text(part) for index, part in enumerate(cut)]


def _text_part(subtype: Literal["plain", "html"], text: str) -> tuple[str, list[Piece]]:
    fields = field("Content-Type", f"text/{subtype}; charset=utf-8") + field(
        "Content-Transfer-Encoding", "quoted-printable"
    )
    body = text if text.endswith("\n") else text + "\n"
    return fields, pieces_of(body, "text" if subtype == "plain" else "html")


def _multipart(
    subtype: str, seed: str, parts: Sequence[tuple[str, list[Piece]]], extra: str = ""
) -> tuple[str, list[Piece]]:
    """RFC 2046 §5.1. `=_` in the boundary can stand neither in quoted-printable nor in base64 (RFC 2045 §6.7)."""
    boundary = "=_" + hashlib.sha256(f"{subtype}\0{seed}".encode("utf-8", "replace")).hexdigest()[:24]
    fields = field(
        "Content-Type", "; ".join(filter(None, (f"multipart/{subtype}", extra, f'boundary="{boundary}"')))
    )
    body: list[Piece] = []
    for part_fields, part_body in parts:
        body += [f"--{boundary}\r\n{part_fields}\r\n", *part_body, "\r\n"]
    return fields, [*body, f"--{boundary}--\r\n"]


def _inline(part: Part) -> tuple[str, list[Piece]]:
    fields = (
        field("Content-Type", f"{part.media_type}; {parameter('name', part.name)}")
        + field("Content-Transfer-Encoding", "base64")
        + field("Content-ID", f"<{identifier(part.content_id)}>")
        + field("Content-Disposition", f"inline; {parameter('filename', part.name)}")
    )
    return fields, [_base64(part.content)]


def _attachment(part: Part) -> tuple[str, list[Piece]]:
    fields = (
        field("Content-Type", f"{part.media_type}; {parameter('name', part.name)}")
        + field("Content-Transfer-Encoding", "base64")
        + field("Content-Disposition", f"attachment; {parameter('filename', part.name)}")
    )
    return fields, [_base64(part.content)]


def _base64(content: bytes) -> str:
    return "\r\n".join(textwrap.wrap(base64.b64encode(content).decode(), 76)) + "\r\n" if content else ""


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbouring texts as one, so that filling joins few pieces."""
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    return joined
