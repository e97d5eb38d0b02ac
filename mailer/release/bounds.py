"""How much a release may hold: far more than any release has, and little enough to be read while somebody waits.

Some rules of Markdown take time by the square of what they meet, or of how deep things stand in one another, and a
parser that gives up at a depth leaves out what is below without a word. A file that a colleague sends may hold such a
thing by accident, or on purpose. It is refused with its line as soon as that is seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from mailer.errors import Fault, ReleaseError

LONGEST_TEXT = 500_000
"""Characters of a file."""

LONGEST_PARAGRAPH = 20_000
"""Characters of a paragraph or of a header's line: three thousand words."""

DEEPEST = 8
"""Lists and quotations in one another. markdown-it leaves out what stands in ten lists, or in twenty quotations."""

DEEPEST_INLINE = 16
"""Emphases and links in one another."""

MOST_SIGNS = 500
"""Of each kind of Markdown's signs in one paragraph: what is not closed is looked for up to the paragraph's end."""

MOST_SIGNS_IN_ALL = 5_000
"""Of each kind in a text."""

MOST_BLOCKS = 2_000
"""Paragraphs, headings, items and cells of a text."""

MOST_INLINE = 5_000
"""Links, highlights, line ends and citations of a text."""

MOST_COLUMNS = 50
"""Columns of a table."""

MOST_NOTES = 1_000
"""Notes of a text."""

LONGEST_HEADER = 2_000
"""Lines between the fences."""

_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("* and _", re.compile(r"\*+|_+")),
    ("brackets", re.compile(r"\[")),
    ("braces", re.compile(r"[{}]")),
    ("addresses and @", re.compile(r"://|@|mailto:", re.IGNORECASE)),
    ("<", re.compile(r"<")),
    ("`", re.compile(r"`{1,3}")),
    ("~~", re.compile(r"~~")),
    ("& and \\", re.compile(r"[&\\]")),
)
_LONGEST_RUN = 100
_RUN = re.compile(rf"([*_])\1{{{_LONGEST_RUN}}}")
_CONTAINERS = frozenset(["bullet_list", "ordered_list", "blockquote", "footnote_reference"])
_BLOCKS = frozenset(["inline", "hr", "list_item_open", "blockquote_open"])


def add_bounds(md: MarkdownIt) -> None:
    """Hold a text to them: its blocks before anything inside them is read, and what stands in lines afterwards."""
    md.core.ruler.after("block", "bounded_blocks", _bounded_blocks)
    md.core.ruler.after("inline", "bounded_lines", _bounded_lines)


def within_bounds(text: str, shown: str) -> None:
    """Refuse a file that is too long to be a release.

    Args:
        shown: the file as staff would name it.

    Raises:
        ReleaseError: naming the bound.
    """
    if len(text) > LONGEST_TEXT:
        hint = "a release is shorter than a book; is this the right file?"
        raise ReleaseError([Fault(shown, 0, f"it has more than {LONGEST_TEXT:,} characters", hint)])


def header_within_bounds(lines: Sequence[str], first: int, last: int, shown: str) -> None:
    """Refuse a header that nobody wrote.

    Args:
        first, last: indices of the fences.

    Raises:
        ReleaseError: naming the bound and the line beyond it.
    """
    refuse = _refusing(shown)
    if last - first - 1 > LONGEST_HEADER:
        refuse(
            first + LONGEST_HEADER + 2,
            f"the header has more than {LONGEST_HEADER:,} lines",
            "a line of --- ends the header, and the text follows",
        )
    for number in range(first + 1, last):
        if len(lines[number]) > LONGEST_PARAGRAPH:
            refuse(number + 1, f"more than {LONGEST_PARAGRAPH:,} characters in one line of the header")


def _refusing(shown: str) -> Callable[..., None]:
    def refuse(line: int, what: str, hint: str = "split it, or remove what is not meant") -> None:
        raise ReleaseError([Fault(shown, line, what, hint)])

    return refuse


def _bounded_blocks(state: StateCore) -> None:
    refuse = _refusing(str(state.env.get("path", "")))
    depth = blocks = notes = columns = line = 0
    signs: Counter[str] = Counter()
    for token in state.tokens:
        line = token.map[0] + 1 if token.map else line
        depth += token.nesting if token.type.rpartition("_")[0] in _CONTAINERS else 0
        blocks += token.type in _BLOCKS
        notes += token.type == "footnote_reference_open"
        columns = 0 if token.type == "tr_open" else columns + (token.type in ("th_open", "td_open"))
        if depth > DEEPEST:
            refuse(line, f"lists and quotations are nested deeper than {DEEPEST}")
        if columns > MOST_COLUMNS:
            refuse(line, f"a table has more than {MOST_COLUMNS} columns")
        if notes > MOST_NOTES:
            refuse(line, f"there are more than {MOST_NOTES:,} notes")
        if blocks > MOST_BLOCKS:
            refuse(line, f"there are more than {MOST_BLOCKS:,} paragraphs, headings, items and cells")
        if token.type == "inline":
            _bounded_paragraph(token.content, line, signs, refuse)


def _bounded_paragraph(text: str, line: int, signs: Counter[str], refuse: Callable[..., None]) -> None:
    if len(text) > LONGEST_PARAGRAPH:
        refuse(line, f"more than {LONGEST_PARAGRAPH:,} characters in one paragraph")
    if run := _RUN.search(text):
        refuse(line + text.count("\n", 0, run.start()), f"more than {_LONGEST_RUN} * or _ in a row")
    for name, sign in _SIGNS:
        count = len(sign.findall(text))
        signs[name] += count
        if count > MOST_SIGNS:
            refuse(line, f"more than {MOST_SIGNS} {name} in one paragraph")
        if signs[name] > MOST_SIGNS_IN_ALL:
            refuse(line, f"there are more than {MOST_SIGNS_IN_ALL:,} {name} in all")


def _bounded_lines(state: StateCore) -> None:
    refuse = _refusing(str(state.env.get("path", "")))
    parts = line = 0
    for token in state.tokens:
        line = token.map[0] + 1 if token.map else line
        depth = 0
        for child in token.children or ():
            depth += child.nesting
            parts += child.type != "text"
            if depth > DEEPEST_INLINE:
                refuse(line, f"emphases and links are nested deeper than {DEEPEST_INLINE}")
        if parts > MOST_INLINE:
            refuse(line, f"there are more than {MOST_INLINE:,} links, highlights and line ends")
