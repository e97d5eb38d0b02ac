"""Quoted-printable (RFC 2045 §6.7) whose pieces can be joined without looking at them again.

Every piece begins at column 0 and ends at column 0: behind a line end, or behind a soft line break. So the
text that is the same for all and one recipient's values are encoded apart. A `.` that would begin a line is
written `=2E`: no dot-stuffing is needed (RFC 5321 §4.5.2), and DATA, BDAT and DKIM see the same octets. `From `
at the beginning of a line is written `=46rom `, which mbox files leave alone. Of several blanks all but the first are
written `=20`: the octets are their own canonical form for DKIM (RFC 6376 §3.4.4).
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from mailer.message.headers import CONTROL

WIDTH = 76
"""Characters a line at most, the soft line break's `=` included."""

SOFT_BREAK = "=\r\n"

_OCTETS = [chr(n) if 32 <= n <= 126 and n != ord("=") else f"={n:02X}" for n in range(256)]
_PLAIN = re.compile(rf"(?![.F])[ -<>-~]{{1,{WIDTH - 1}}}")
"""Most names and addresses: one line, nothing to encode, nothing that must not begin a line."""


def encode_text(text: str) -> str:
    """A piece that is the same for all. Its line ends (`\\n`) become CRLF; without one at its end, it ends
    with a soft line break."""
    *lines, last = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    encoded = [_line(line, closed=True) + "\r\n" for line in lines]
    return "".join(encoded) + (_line(last, closed=False) + SOFT_BREAK if last else "")


@lru_cache(maxsize=1024)
def encode_value(value: str) -> bytes:
    """One recipient's value as plain text, in one line: control characters, line ends too, become a space."""
    if _PLAIN.fullmatch(value) and "  " not in value:
        return f"{value}{SOFT_BREAK}".encode()
    value = CONTROL.sub(" ", value)
    return (_line(value, closed=False) + SOFT_BREAK).encode() if value else b""


@lru_cache(maxsize=1024)
def encode_html_value(value: str) -> bytes:
    """One recipient's value in HTML: nothing in it is markup, nor ends an attribute."""
    return encode_value(escape(value, quote=True))


def _line(line: str, *, closed: bool) -> str:
    """A line without its end, soft breaks inside. `closed`: a line end follows, before which blanks may be
    lost (RFC 2045 §6.7 rule 3), so a last one is encoded."""
    octets = line.encode("utf-8", "replace")
    pieces: list[str] = []
    column = 0
    for index, octet in enumerate(octets):
        piece = _OCTETS[octet]
        if octet == 0x20 and (
            (closed and index == len(octets) - 1) or (column and octets[index - 1] == 0x20)
        ):
            piece = "=20"
        if column + len(piece) > WIDTH - 1:
            pieces.append(SOFT_BREAK)
            column = 0
        if column == 0 and (octet == 0x2E or (octet == 0x46 and octets.startswith(b"From ", index))):
            piece = f"={octet:02X}"
        pieces.append(piece)
        column += len(piece)
    return "".join(pieces)
