"""Lists that somebody typed: paragraphs with a bullet or a number in front become items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailer.importing.document import Block, Paragraph, Run
from mailer.importing.sources.shaping.items import Item, counted, with_lists

_BULLET = re.compile(r"[•‣◦▪▫■□●○∙⁃➢➤▸►✓✔❖♦·](?:[ \t\u00a0]+|(?=\w))|[-*+o–]\t[ \t\u00a0]*")
"""Nobody begins a sentence with one of these, nor with a dash and a tab: one alone is an item."""
_DASH = re.compile(r"[-*+][ \t\u00a0]+")
"""A typed dash: a list where several follow one another. An em dash opens dialogue, an en dash does too."""
_NUMBER = re.compile(r"\(?\d{1,2}[.)][ \t\u00a0]+")


def with_typed_lists(blocks: Sequence[Block], words: str) -> tuple[tuple[Block, ...], str]:
    """Blocks in which rows of paragraphs that begin with a mark of a list have become lists.

    One beginning with a bullet is always an item; another bullet inside of a row stands a level further in, until the
    first comes again. Dashes and numbers count where at least two follow one another, the numbers upwards: a dateline
    or a line of dialogue may begin with a dash, a sentence with a year. What is counted by letters stays as it was
    typed, as a release's lists count by numbers.

    Args:
        words: all words of the source.

    Returns:
        The blocks, and the words without `o` where it was a bullet.
    """
    made: list[Block | Item] = []
    at = 0
    while at < len(blocks):
        row = _bulleted(blocks, at) or _dashed(blocks, at) or _numbered(blocks, at)
        for item, block in zip(row, blocks[at : at + len(row)], strict=True):
            if isinstance(block, Paragraph) and block.text[0] == "o":
                words = _without_mark(words, item)
        made += row or [blocks[at]]
        at += len(row) or 1
    return with_lists(made), words


def _without_mark(words: str, item: Item) -> str:
    first = item.blocks[0]
    assert isinstance(first, Paragraph)
    beginning = r"\s+".join(map(re.escape, first.text.split()[:3]))
    return re.sub(rf"(?<!\w)o\s+(?={beginning})", "", words, count=1)


def _marked(blocks: Sequence[Block], start: int, pattern: re.Pattern[str]) -> Iterator[tuple[Paragraph, str]]:
    """The paragraphs from here on that begin with a mark, without it, and their marks."""
    for at in range(start, len(blocks)):
        block = blocks[at]
        match = pattern.match(block.text) if isinstance(block, Paragraph) and not block.heading else None
        if match is None or not isinstance(block, Paragraph):
            return
        rest = replace(block, runs=_without(block.runs, match.end()))
        if not rest.text.strip():
            return
        yield rest, match[0].strip(" \t\u00a0")


def _bulleted(blocks: Sequence[Block], start: int) -> list[Item]:
    row: list[Item] = []
    levels: list[str] = []
    for paragraph, mark in _marked(blocks, start, _BULLET):
        if mark in levels:
            del levels[levels.index(mark) + 1 :]
        else:
            levels.append(mark)
        row.append(Item((paragraph,), len(levels), place=paragraph.place))
    return row


def _dashed(blocks: Sequence[Block], start: int) -> list[Item]:
    row: list[Item] = []
    first = ""
    for paragraph, mark in _marked(blocks, start, _DASH):
        first = first or mark
        if mark != first:
            break
        row.append(Item((paragraph,), place=paragraph.place))
    return row if len(row) > 1 else []


def _numbered(blocks: Sequence[Block], start: int) -> list[Item]:
    row: list[Item] = []
    for paragraph, mark in _marked(blocks, start, _NUMBER):
        number = counted(mark)[1]
        if number != len(row) + 1:
            break
        row.append(Item((paragraph,), 1, True, number, paragraph.place))
    return row if len(row) > 1 else []


def _without(runs: tuple[Run, ...], length: int) -> tuple[Run, ...]:
    """Runs without so many characters at their beginning."""
    kept = list(runs)
    while kept and length:
        cut = min(length, len(kept[0].text))
        length -= cut
        kept[0] = replace(kept[0], text=kept[0].text[cut:])
        if not kept[0].text and not kept[0].note:
            kept.pop(0)
        elif length:
            break
    return tuple(kept)
