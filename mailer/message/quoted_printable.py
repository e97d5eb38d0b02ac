"""Quoted-printable (RFC 2045 §6.7) whose pieces can be put together without looking at them again.

Every piece begins at column 0 and ends at column 0: behind a line end, or behind a soft line break. So a
static text and a recipient's values can be encoded apart and joined. A `.` that would begin a line is written
`=2E`: no dot-stuffing is needed (RFC 5321 §4.5.2), so DATA, BDAT and DKIM see the same octets; and `From `
at the beginning of a line is written `=46rom `, which mbox files leave alone.
"""

from __future__ import annotations

import re

WIDTH = 76
"""Characters a line at most, the soft line break's `=` included."""

_OCTETS = [
    chr(n) if (33 <= n <= 126 and n != ord("=")) or n in (0x20, 0x09) else f"={n:02X}" for n in range(256)
]
_PLAIN = re.compile(r"[A-Za-eg-z0-9/:@,;!?()'\"&_+\-#%*$<>~\[\]{}|^`\\][\x20-\x3c\x3e-\x7e]{0,73}")
"""Most names and addresses: they need no encoding at all. No leading `.`, no leading `F`."""

SOFT_BREAK = "=\r\n"


def encode_text(text: str) -> str:
    """A static piece. Its line ends (`\\n`) become CRLF; where it does not end with one, a soft break is added."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    encoded = [_line(line, last=False) + "\r\n" for line in lines[:-1]]
    if lines[-1]:
        encoded.append(_line(lines[-1], last=True) + SOFT_BREAK)
    return "".join(encoded)


def encode_value(value: str) -> str:
    """One recipient's value, a single line: what would break it becomes a space."""
    if _PLAIN.fullmatch(value):
        return value + SOFT_BREAK
    value = " ".join(value.split())
    return _line(value, last=True) + SOFT_BREAK if value else ""


def _line(line: str, *, last: bool) -> str:
    """A line without its end, soft breaks inside. `last`: a soft break follows, so a trailing blank is safe."""
    pieces: list[str] = []
    column = 0
    octets = line.encode("utf-8", "replace")
    for index, octet in enumerate(octets):
        piece = _OCTETS[octet]
        if octet in (0x20, 0x09) and index == len(octets) - 1 and not last:
            piece = f"={octet:02X}"  # RFC 2045 §6.7 rule 3: blanks at the end of a line may be lost
        if column + len(piece) > WIDTH - 1:
            pieces.append(SOFT_BREAK)
            column = 0
        if column == 0 and (octet == 0x2E or (octet == 0x46 and octets.startswith(b"From ", index))):
            piece = f"={octet:02X}"
        pieces.append(piece)
        column += len(piece)
    return "".join(pieces)
