"""The text part in lines of 72 columns, as format=flowed (RFC 3676) has them.

A template writes each paragraph in one line; here it is set. A line that ends in a space goes on in the next: a
program that knows flowed text sets such a paragraph anew to the width of its window, and one that doesn't shows the
lines as they are. What has a mark or an indent before it (an item of a list, a quotation, a note) hangs: its further
lines begin below its first word. Those are fixed lines: flowed text has no indents, so a program that joined them
would put the blanks of an indent between two words.

Lines are broken at blanks alone, so no address, and no word with a hyphen, ever is. Where something has no blank for
longer than a line may be (Chinese and Japanese sentences, a checksum, an address), the whole text is left in the lines
that the template wrote, a paragraph a line, and is not called flowed: then every program breaks it at its own window.
RFC 3676 §4.1 has DelSp for what needs no blanks; but to programs that don't know of it, and they are many, it puts a
line end into the middle of words, and their readers copy and search words with a blank in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wcwidth import wcswidth

from mailer.model import SLOT_SIGN

WIDTH = 72
"""Columns of a line, its soft break counted."""

_WIDEST = 78
"""Columns of a line of flowed text (RFC 3676 §4.2). An address of the web may be longer."""

SIGNATURE = "-- "
"""Before the footer; the one fixed line that ends in a space (RFC 3676 §4.3)."""

_SLOT_ROOM = 16
"""Columns kept free for what a recipient fills in: most names and outlets are shorter."""

_BEFORE = re.compile(r" *(?:(?:[-–—•*]|\d{1,3}[.)]|\[\d{1,3}\]) +)?")
"""The indent and the mark of what hangs."""

_WEB_ADDRESS = re.compile(r"https?://[!-~]{40,}", re.IGNORECASE)
_CELL = "\t"


def columns(text: str) -> int:
    """How wide a text is where every character has one column, an East Asian one two, and a mark above another
    none."""
    text = SLOT_SIGN.sub("x" * _SLOT_ROOM, text)
    if text.isascii():
        return len(text)
    wide = wcswidth(text)
    return wide if wide >= 0 else len(text)


def flowed(text: str) -> tuple[str, bool]:
    """A text whose paragraphs are lines, set in lines of `WIDTH` columns, with one empty line at most in a row.

    Returns:
        The text, and whether it is flowed; if not, its paragraphs are lines still.
    """
    lines = [line if line == SIGNATURE else line.rstrip(" \t") for line in text.split("\n")]
    flows = all(map(_can_flow, lines))
    found = "\n".join(each for line in lines for each in _set(line)) if flows else "\n".join(lines)
    return re.sub(r"\n{3,}", "\n\n", found).strip("\n") + "\n", flows


def underlined(text: str, sign: str = "-") -> str:
    """A heading: the text, and below it a line of `sign`, as long as the text. Capitals would do without that line,
    but many scripts have none, and in others they change the spelling."""
    lines = _set(" ".join(text.split()))
    reach = max(3, *(columns(line.rstrip(" ")) for line in lines))
    return f"{text}\n{sign * min(WIDTH, reach)}"


def table(rows: Sequence[Sequence[str]], sides: Sequence[str]) -> str:
    """A table whose first row holds its headings: in aligned columns where they fit into `WIDTH`, else each row as
    lines of "heading: value".

    Args:
        sides: of each column, "right", "center", "left" or "".
    """
    count = max(map(len, rows))
    rows = [[*row, *[""] * (count - len(row))] for row in rows]
    wide = [max(3, *(columns(row[n]) for row in rows)) for n in range(count)]
    head, *others = rows
    if sum(wide) + 2 * (count - 1) >= WIDTH:
        return "\n\n".join(_record(head, row) for row in others)
    rule = ["-" * width for width in wide]
    lines = [head, rule, *others] if any(head) else others
    return "\n".join("  ".join(map(_padded, row, wide, sides)).rstrip(" ") for row in lines)


def cells(text: str) -> list[list[str]]:
    """What the templates of rows and cells make: a row a line, a tab between two cells."""
    return [[cell.strip() for cell in line.split(_CELL)] for line in text.split("\n") if line.strip(" \n")]


def _padded(cell: str, wide: int, side: str) -> str:
    room = wide - columns(cell)
    left = {"right": room, "center": room // 2}.get(side, 0)
    return " " * left + cell + " " * (room - left)


def _record(head: Sequence[str], row: Sequence[str]) -> str:
    pairs = zip(head, row, strict=True)
    return "\n".join(f"{name.rstrip(':')}: {value}" if name else value for name, value in pairs if value)


# ---- lines ----------------------------------------------------------------------------------------------


def _can_flow(line: str) -> bool:
    """Whether a paragraph can be broken into lines that flowed text may have."""
    match = _BEFORE.match(line)
    before = columns(match[0]) if match else 0
    return all(
        before + columns(word) < _WIDEST or _WEB_ADDRESS.search(word)
        for _, word in _words(line[len(match[0]) if match else 0 :])
    )


def _set(line: str) -> list[str]:
    """A paragraph's lines, without their line ends."""
    match = _BEFORE.match(line)
    before = match[0] if match else ""
    room = WIDTH - 1 if before.startswith(" ") else WIDTH  # it travels with a space before it (RFC 3676 §4.4)
    if columns(line) <= room:
        return [line]
    if before:
        return _fixed(line[len(before) :], before, room)
    lines, current = [], ""
    for blank, word in _words(line):
        if current and columns(current + blank + word) >= room:
            lines.append(f"{current} ")
            current, blank = "", ""
        current += blank + word
    return [*lines, current]


def _fixed(text: str, before: str, room: int) -> list[str]:
    lines, current, hanging = [], before, " " * columns(before)
    for blank, word in _words(text):
        if current not in (before, hanging) and columns(current + blank + word) > room:
            lines.append(current)
            current, blank = hanging, ""
        current += blank + word
    return [*lines, current]


def _words(text: str) -> Iterator[tuple[str, str]]:
    """What a line may be broken before, each with the blank that stands before it. A slot stays with the word before
    it: were it to begin a line, nobody could tell whether its value must have a space before it there (RFC 3676
    §4.4). So does a word after two hyphens, which alone in a line would be the sign of a signature."""
    words: list[str] = []
    for word in text.split(" "):
        if words and (SLOT_SIGN.match(word) or words[-1] == "--"):
            words[-1] += f" {word}"
        elif word:
            words.append(word)
    for number, word in enumerate(words):
        yield " " if number else "", word
