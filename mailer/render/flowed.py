"""The text part in lines of 72 columns, as format=flowed (RFC 3676) has them.

A template writes each paragraph in one line; here it is set. A line that ends in a space goes on in the next: a
program that knows flowed text sets such a paragraph anew to the width of its window, and one that doesn't shows the
lines as they are. What has a mark or an indent before it (an item of a list, a quotation, a note) hangs: its further
lines begin below its first word. Those are fixed lines: flowed text has no indents, so a program that joined them
would put the blanks of an indent between two words.

Lines are broken at blanks alone, so no address, and no word with a hyphen, ever is. What needs no blanks between its
words (Chinese, Japanese) is broken between characters, and then the space of a soft break is no part of the text
(DelSp, §4.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from wcwidth import wcswidth

from mailer.model import SLOT_SIGN

WIDTH = 72
"""Columns of a line, its soft break counted; RFC 3676 §4.2 says 78 at most. An address of the web may be longer."""

SIGNATURE = "-- "
"""Before the footer; the one fixed line that ends in a space (RFC 3676 §4.3)."""

_SLOT_ROOM = 16
"""Columns kept free for what a recipient fills in: most names and outlets are shorter."""

_BEFORE = re.compile(r" *(?:(?:[-–—•*]|\d{1,3}[.)]|\[\d{1,3}\]) +)?")
"""The indent and the mark of what hangs."""

_ADDRESS = re.compile(r"((?:https?://|mailto:)[!-~]+)", re.IGNORECASE)
_CELL = "\t"
_NO_BLANKS_BETWEEN_WORDS = frozenset(("ja", "zh", "yue"))
_SMALL_KANA = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶーゝゞヽヾ々〻")
"""What begins no line in Japanese beside punctuation (JIS X 4051; class CJ of UAX 14)."""


def columns(text: str) -> int:
    """How wide a text is where every character has one column, an East Asian one two, and a mark above another
    none."""
    text = SLOT_SIGN.sub("x" * _SLOT_ROOM, text)
    if text.isascii():
        return len(text)
    wide = wcswidth(text)
    return wide if wide >= 0 else len(text)


def flowed(text: str, language: str) -> tuple[str, bool]:
    """A text whose paragraphs are lines, set in lines of `WIDTH` columns, with one empty line at most in a row.

    Args:
        language: BCP 47.

    Returns:
        The text, and whether DelSp applies: the space of a soft break is no part of the text.
    """
    lines = [line if line == SIGNATURE else line.rstrip(" \t") for line in text.split("\n")]
    delsp = language.partition("-")[0].lower() in _NO_BLANKS_BETWEEN_WORDS or any(map(_needs_delsp, lines))
    found = "\n".join(each for line in lines for each in _set(line, delsp))
    return re.sub(r"\n{3,}", "\n\n", found).strip("\n") + "\n", delsp


def underlined(text: str, sign: str = "-") -> str:
    """A heading: the text, and below it a line of `sign`, as long as the text. Capitals would do without that line,
    but many scripts have none, and in others they change the spelling."""
    lines = _set(" ".join(text.split()), delsp=False)
    return f"{text}\n{sign * max(3, *(columns(line.rstrip(' ')) for line in lines))}"


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


def _set(line: str, delsp: bool) -> list[str]:
    """A paragraph's lines, without their line ends."""
    match = _BEFORE.match(line)
    before = match[0] if match else ""
    room = WIDTH - 1 if before.startswith(" ") else WIDTH  # it travels with a space before it (RFC 3676 §4.4)
    if columns(line) <= room:
        return [line]
    if before:
        return _fixed(line[len(before) :], before, room, delsp)
    soft = "  " if delsp else " "  # of two spaces one is deleted
    lines, current = [], ""
    for blank, word in _words(line, delsp):
        if current and columns(current + blank + word) + len(soft) > room:
            lines.append(current + (soft if blank else " "))
            current, blank = "", ""
        current += blank + word
    return [*lines, current]


def _fixed(text: str, before: str, room: int, delsp: bool) -> list[str]:
    lines, current, hanging = [], before, " " * columns(before)
    for blank, word in _words(text, delsp):
        if current not in (before, hanging) and columns(current + blank + word) > room:
            lines.append(current)
            current, blank = hanging, ""
        current += blank + word
    return [*lines, current]


def _words(text: str, delsp: bool) -> Iterator[tuple[str, str]]:
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
        blank = " " if number else ""
        for piece in _pieces(word) if delsp else (word,):
            yield blank, piece
            blank = ""


def _pieces(word: str) -> Iterator[str]:
    """A word, cut where a line may be broken without a blank: between two characters of which one is wide, but not
    before what closes nor behind what opens. An address is whole."""
    piece = ""
    for number, part in enumerate(_ADDRESS.split(word)):
        for text in (part,) if number % 2 else part:
            if piece and _may_part(piece[-1], text[0]):
                yield piece
                piece = ""
            piece += text
    yield piece


def _may_part(before: str, after: str) -> bool:
    if not (_is_wide(before) or _is_wide(after)):
        return False
    opens = unicodedata.category(before) in ("Ps", "Pi")
    closes = unicodedata.category(after) in ("Pe", "Pf", "Po", "Mn", "Me", "Cf", "Sk") or after in _SMALL_KANA
    return not opens and not closes and "\u200d" not in (before, after)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def _needs_delsp(line: str) -> bool:
    """Whether a word is too long for any line, and could be broken: in a language that has blanks, a long quotation
    of one that has none."""
    long = (word for word in line.split(" ") if columns(word) > WIDTH)
    return any(sum(1 for _ in _pieces(word)) > 1 for word in long)
