"""The value of a header field, whoever wrote it: as text, as addresses, without comments."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header

from mailer.bounces.reading.bounds import LONGEST_FIELD

_BARE = re.compile(r"[^\s<>@,;:\"]{1,64}@[^\s<>@,;:\"]{1,255}")
_ANGLE = re.compile(r"<\s*([^\s<>@,;:\"]{1,64}@[^\s<>@,;:\"]{1,255})\s*>")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_UNSOUND = 1_000


def decoded(value: str) -> str:
    """A field's value on one line: encoded words (RFC 2047) read, wrong ones left as they are."""
    text = value[:LONGEST_FIELD]
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError, UnicodeError):
        pieces = [(text, None)]
    joined = "".join(_piece(piece, charset) for piece, charset in pieces)
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in joined)).strip()


def addresses(value: str) -> list[str]:
    """The addresses of a field, never one out of a display name or a comment: whoever writes
    `"ana@example.net" <me@example.com>` is me. (email.utils differs between Python's versions; CVE-2023-27043.)"""
    sound = without_comments(value[:LONGEST_FIELD])
    if sound is None:
        sound = _COMMENT.sub(" ", _QUOTED.sub(" ", value[:_UNSOUND]))
    pieces = _QUOTED.sub(" ", sound).split(",")
    return [found for piece in pieces for found in (_ANGLE.findall(piece) or _BARE.findall(piece)[:1])]


def without_comments(value: str) -> str | None:
    """A value without its comments, which nest and may hold anything (RFC 5322 §3.2.2), its quoted strings as they
    are; None where one of either does not end."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in value:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted or depth > 0
        elif quoted:
            quoted = character != '"'
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            character = " "
        elif character == '"' and not depth:
            quoted = True
        if not depth:
            kept.append(character)
    return None if depth or quoted else "".join(kept)


def as_text(value: object) -> str:
    """A raw header value: octets that are not ASCII read as UTF-8 where they are that (RFC 6532), else as Latin-1."""
    text = str(value)
    if text.isascii():
        return text
    try:
        octets = text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return text
    return from_octets(octets, "")


# Codecs that Python takes for charsets and no mail has: some cost the square of the length, some write surrogates.
_NO_CHARSETS = re.compile(r"punycode|idna|undefined|(?:raw.)?unicode.escape|mbcs|oem|palmos", re.IGNORECASE)


def from_octets(octets: bytes, charset: str) -> str:
    """Text of a charset, or, where it isn't of that, of UTF-8 or Latin-1."""
    candidates = (charset, "utf-8") if len(charset) < 40 and not _NO_CHARSETS.match(charset) else ("utf-8",)
    for candidate in candidates:
        try:
            text = octets.decode(candidate or "utf-8")
            text.encode()  # UTF-7 can hold lone surrogates
            return text.replace("\r", "")
        except (LookupError, UnicodeError, ValueError):
            continue
    return octets.decode("latin-1").replace("\r", "")


def _piece(piece: bytes | str, charset: str | None) -> str:
    return as_text(piece) if isinstance(piece, str) else from_octets(piece, charset or "")
