"""Header fields: RFC 5322 syntax, RFC 2047 where words are not ASCII, RFC 2231 for file names; folded at 78.

Written by hand because Python's `email.policy` makes encoded words of long identifiers and addresses
(bpo/gh-85725), which neither RFC 2369 nor RFC 8058 allows, and takes milliseconds where this takes microseconds.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime, formatdate
from functools import lru_cache
from urllib.parse import quote

from mailer.model import Mailbox

WIDTH, WIDTH_WITH_WORDS = 78, 76
"""Characters a line should have at most, its line end not counted (RFC 5322 §2.1.1); with an encoded word in it
(RFC 2047 §2)."""

_LONGEST_LINE = 998
"""Characters a line must not exceed (RFC 5322 §2.1.1)."""

_LONGEST_WORD = 60
"""Of plain text. A longer one goes into encoded words, which can be folded."""

_ENCODED_TEXT = 52
"""Characters between `=?utf-8?q?` and `?=`: behind any field name of ours the line stays within 76 (RFC 2047 §2)."""

_ATOMS = re.compile(r"[\w!#$%&'*+/?^`{|}~-]+(?: [\w!#$%&'*+/?^`{|}~-]+)*", re.ASCII)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""What must not stand in a value: line ends of any kind and control characters."""

_BLANKS = re.compile("  +")
_FOLDS = re.compile(r"(?<=\S) (?=\S)")
_URI = re.compile(r"[!#-;=?-\[\]_a-z~]+")
_FILE_NAME = re.compile(r"[\w !#$%&'()+,.;=@^`{}~-]{1,55}", re.ASCII)

_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""What stands for itself in an encoded word wherever that may stand (RFC 2047 §5 (3))."""


def field(name: str, value: str) -> str:
    """`Name: value` and its line end.

    Args:
        value: ready for the wire but for the folding, which is done at single blanks. Behind the name a line ends only
            where that keeps the first word within the width (RFC 5322 §2.2.3 allows it, and not every reader copes):
            an address that is too long for a line of its own stays beside the name.
    """
    width = WIDTH_WITH_WORDS if "=?" in value else WIDTH
    if len(name) + len(value) <= width - 2:
        return f"{name}: {value}\r\n"
    lines = [f"{name}:"]
    for word in _FOLDS.split(value):
        longer = len(lines[-1]) + 1 + len(word)
        helps = len(lines) > 1 or len(word) < width or longer > _LONGEST_LINE or " " in lines[-1]
        if longer > width and helps:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def clean(text: str) -> str:
    """In one line and without control characters, which could pose as further fields."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _BLANKS.sub(" ", CONTROL.sub(" ", text)).strip(" ")


def unstructured(text: str) -> str:
    """A subject: as it is where it is ASCII, else encoded words.

    What looks like an encoded word already is encoded too, or readers would decode it (CVE-2024-6923).
    """
    text = clean(text)
    if text.isascii() and "=?" not in text and all(len(word) <= _LONGEST_WORD for word in text.split(" ")):
        return text
    return encoded_words(text)


def phrase(text: str) -> str:
    """A display name (RFC 5322 §3.2.5): atoms, a quoted string, or encoded words; "" stays ""."""
    text = clean(text)
    if not text or (len(text) <= _LONGEST_WORD and _ATOMS.fullmatch(text)):
        return text
    if not text.isascii() or "=?" in text or len(text) > _LONGEST_WORD:
        return encoded_words(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox(box: Mailbox) -> str:
    """`Name <address>` or, without a name, the address alone (RFC 5322 §3.4)."""
    name = phrase(box.name)
    return f"{name} <{box.address}>" if name else box.address


def encoded_words(text: str) -> str:
    """RFC 2047: words of whole characters (§5 (3)), between them a blank that readers drop again (§6.2).

    Encoded as Q where most of it stays readable: filters distrust needless base64.
    """
    octets = text.encode("utf-8", "replace")
    if 2 * sum(octet in _Q_SAFE or octet == 0x20 for octet in octets) > len(octets):
        return " ".join(f"=?utf-8?q?{word}?=" for word in _packed(map(_q, text), _ENCODED_TEXT))
    words = _packed((c.encode("utf-8", "replace").decode("latin-1") for c in text), _ENCODED_TEXT // 4 * 3)
    return " ".join(f"=?utf-8?b?{base64.b64encode(word.encode('latin-1')).decode()}?=" for word in words)


@lru_cache(maxsize=1024)
def _q(character: str) -> str:
    if character == " ":
        return "_"
    return "".join(chr(o) if o in _Q_SAFE else f"={o:02X}" for o in character.encode("utf-8", "replace"))


def _packed(pieces: Iterable[str], room: int) -> list[str]:
    """Pieces, none of them cut, put together to strings of at most `room` characters."""
    packed = [""]
    for piece in pieces:
        if len(packed[-1]) + len(piece) > room:
            packed.append("")
        packed[-1] += piece
    return packed


def uri(text: str) -> str:
    """A URI for a list field, never an encoded word whatever its length; what no URI holds, percent-encoded."""
    return text if _URI.fullmatch(text) else quote(text, safe="!#$%&'()*+,/:;=?@[]_~")


def parameter(name: str, value: str) -> str:
    """A parameter of Content-Type or Content-Disposition; what is not plain and short, by RFC 2231 §3 and §4."""
    value = clean(value)
    if _FILE_NAME.fullmatch(value):
        return f'{name}="{value}"'
    first, *rest = _packed((quote(character, safe="", errors="replace") for character in value), 48)
    if not rest:
        return f"{name}*=utf-8''{first}"
    return "; ".join(
        [f"{name}*0*=utf-8''{first}", *(f"{name}*{n}*={piece}" for n, piece in enumerate(rest, 1))]
    )


def date(moment: datetime | None) -> str:
    """RFC 5322 §3.3; now, in the machine's zone, where no moment is given. Formatted once a second."""
    return format_datetime(moment) if moment else _date_of(int(time.time()))


@lru_cache(maxsize=2)
def _date_of(second: int) -> str:
    return formatdate(second, localtime=True)
