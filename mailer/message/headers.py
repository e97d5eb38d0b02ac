"""Header fields: RFC 5322 syntax, RFC 2047 where words are not ASCII, folded at 78 (RFC 5322 §2.1.1)."""

from __future__ import annotations

import base64
import re
import time
from datetime import datetime
from email.utils import format_datetime, formatdate
from functools import lru_cache

from mailer.model import Mailbox

WIDTH = 78
_ENCODED_WORD_OCTETS = 45
"""Of UTF-8 in one encoded word: `=?utf-8?b?` + 60 + `?=` is 72 characters (RFC 2047 §2 allows 75)."""

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def field(name: str, value: str) -> str:
    """`Name: value` with its line end, folded at blanks. `value` is ready for the wire but for the folding."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > WIDTH and lines[-1].strip() not in ("", f"{name}:"):
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def clean(text: str) -> str:
    """Without control characters and line ends, which could pose as further header fields."""
    return " ".join(_CONTROL.sub(" ", text).split())


def unstructured(text: str) -> str:
    """A subject: as it is where it is ASCII, else encoded words. Text that looks like an encoded word is
    encoded too, or readers would decode it (CVE-2024-6923)."""
    text = clean(text)
    if text.isascii() and "=?" not in text and all(len(word) < 900 for word in text.split()):
        return text
    return _encoded_words(text)


def phrase(text: str) -> str:
    """A display name (RFC 5322 §3.2.5): atoms, a quoted string, or encoded words."""
    text = clean(text)
    if not text.isascii() or "=?" in text or len(text) > 60:
        return _encoded_words(text)
    if _ATOMS.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded_words(text: str) -> str:
    """RFC 2047 §5 (3): words of whole characters, a blank between them, which readers drop again."""
    words: list[str] = []
    current = b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if len(current) + len(octets) > _ENCODED_WORD_OCTETS:
            words.append(base64.b64encode(current).decode())
            current = b""
        current += octets
    words.append(base64.b64encode(current).decode())
    return " ".join(f"=?utf-8?b?{word}?=" for word in words)


def mailbox(box: Mailbox) -> str:
    return f"{phrase(box.name)} <{box.address}>" if clean(box.name) else box.address


def identifier(value: str) -> str:
    """A field of identifiers or addresses in angle brackets: never an encoded word, whatever its length."""
    return "".join(character for character in value if character.isprintable() and character.isascii())


def parameter(name: str, value: str) -> str:
    """A parameter of Content-Type or Content-Disposition; not ASCII, or long: by RFC 2231 §4, in UTF-8."""
    value = clean(value)
    if value.isascii() and len(value) <= 60:
        return f'{name}="{value.replace(chr(92), "").replace(chr(34), "")}"'
    octets = [
        chr(o) if chr(o).isascii() and (chr(o).isalnum() or chr(o) in "-._~") else f"%{o:02X}"
        for o in value.encode()
    ]
    pieces, current = [], "utf-8''"
    for octet in octets:
        if len(current) + len(octet) > 55:
            pieces.append(current)
            current = ""
        current += octet
    pieces.append(current)
    if len(pieces) == 1:
        return f"{name}*={pieces[0]}"
    return "; ".join(f"{name}*{number}*={piece}" for number, piece in enumerate(pieces))


@lru_cache(maxsize=2)
def _date_of(second: int) -> str:
    return formatdate(second, localtime=True)


def date_field(moment: datetime | None) -> str:
    """RFC 5322 §3.3; now where no moment is given. Formatted once a second, not once a message."""
    return format_datetime(moment) if moment else _date_of(int(time.time()))
