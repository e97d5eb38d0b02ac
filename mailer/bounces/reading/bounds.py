"""How much of a mail is looked at. What is told about a failure stands in front; what is cut here is the returned
attachment, or was made to keep a reader busy: parsers and patterns cost the square of some of these numbers."""

from __future__ import annotations

import re

LONGEST = 2_000_000
"""Octets of a mail."""

LONGEST_TEXT = 200_000
"""Characters of what is said, of what was returned, and of the status fields, each."""

LONGEST_FIELD = 5_000
"""Characters of a header field's value."""

LONGEST_REPLY = 2_000
"""Characters of a status field's value: a server's reply, of a few lines."""

LONGEST_LINE = 998
"""Characters of a line, where a line is asked as a whole (RFC 5322 §2.1.1)."""

OPENING = 20_000
"""Characters of what is said in which addresses are looked for."""

MOST_RECIPIENTS = 20
"""Recipients of a report. Each of our mails has one; a forwarder may make several of it."""

_MOST_LINES, _MOST_HEADER_LINES, _LONGEST_HEADER = 15_000, 1_000, 100_000

# Bounces have three such parts, those in a bounce within a bounce six or eight. The email package reads parts
# within parts by recursion, and each line once for every level.
_MOST_CONTAINERS = 30
_CONTAINER = re.compile(rb"content-type:[\x00-\x20]*(?:multipart|message)/", re.IGNORECASE)

# The package's reading of a field's parameters costs the square of their number.
_PART_FIELD = re.compile(rb"^content-[a-z-]{1,30}:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_LONGEST_PART_FIELD = 2_000


def within_bounds(content: bytes) -> bytes:
    """As much of a mail as is read: line ends as LF, without what an mbox file or a byte order mark put in front."""
    content = content[:LONGEST].removeprefix(b"\xef\xbb\xbf")
    for line_end in (b"\r\r\n", b"\r\n", b"\r"):  # gateways double the CR, old Macs wrote it alone
        content = content.replace(line_end, b"\n")
    content = content.lstrip(b"\n")
    if content.startswith((b"From ", b">From ")):
        content = content.partition(b"\n")[2]
    content = first_lines(content, _MOST_LINES)
    containers = list(_CONTAINER.finditer(content))
    if len(containers) > _MOST_CONTAINERS:
        content = content[: containers[_MOST_CONTAINERS].start()]
    content = _PART_FIELD.sub(lambda field: field[0][:_LONGEST_PART_FIELD], content)
    header, gap, body = content.partition(b"\n\n")
    return first_lines(header[:_LONGEST_HEADER], _MOST_HEADER_LINES) + gap + body


def first_lines(content: bytes, most: int) -> bytes:
    """The first so many lines."""
    lines = content.split(b"\n", most)
    return content if len(lines) <= most else b"\n".join(lines[:most])
