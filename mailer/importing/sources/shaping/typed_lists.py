"""Lists that somebody typed: paragraphs with a bullet or a number in front become items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailer.importing.document import Block, Paragraph, Run
from mailer.importing.sources.shaping.items import Item, counted, with_lists

_BULLET = re.compile(r"(?:[•‣◦▪▫■□●○∙⁃➢➤▸►✓✔❖♦·])(?:[ \t\u00a0]+|(?=\w))")
"""Nobody begins a sentence with one of these: one alone is an item."""
_DASH = re.compile(r"(?:[-*+]|[o–](?=\t))[ \t\u00a0]+")
"""A typed dash: a list where several follow one another. An em dash opens dialogue, an en dash without a tab does too,
and `o` is a word in Portuguese."""
_NUMBER = re.compile(r"\(?\d{1,2}[.)][ \t\u00a0]+")


def with_typed_lists(blocks: Sequence[Block], words: str) -> tuple[tuple[Block, ...], str]:
    """Blocks in which rows of paragraphs that begin with a mark of a list have become lists.

    One beginning with a bullet is always an item. Dashes and numbers count where at least two follow one another, the
    numbers upwards: a dateline or a line of dialogue may begin with a dash, a sentence with a year. What is counted by
    letters stays as it was typed, as a release's lists count by numbers.

    Args:
        words: all words of the source.

    Returns:
        The blocks, and the words without `o` where it was a bullet.
    """
    made: list[Block | Item] = []
    at = 0
    while at < len(blocks):
        row = list(_row(blocks, at))
        first = blocks[at]
        if row and isinstance(first, Paragraph) and first.text[0] == "o":
            for item in row:
                beginning = r"\s+".join(map(re.escape, item.blocks[0].text.split()[:3]))  # type: ignore[union-attr]
                words = re.sub(rf"(?<!\w)o\s+(?={beginning})", "", words, count=1)
        made += row or [first]
        at += len(row) or 1
    return with_lists(made), words


def _row(blocks: Sequence[Block], start: int) -> Iterator[Item]:
    for pattern, fewest in ((_BULLET, 1), (_DASH, 2), (_NUMBER, 2)):
        found: list[Item] = []
        expected = 0
        for at in range(start, len(blocks)):
            block = blocks[at]
            if not isinstance(block, Paragraph) or block.heading or not (mark := pattern.match(block.text)):
                break
            ordered, number = counted(mark[0]) if pattern is _NUMBER else (False, 0)
            if pattern is _NUMBER and found and number and number != expected:
                break
            if pattern is _DASH and found and mark[0][0] != blocks[start].text[0]:  # type: ignore[union-attr]
                break
            expected = number + 1
            rest = replace(block, runs=_without(block.runs, mark.end()))
            if not rest.text.strip():
                break
            found.append(Item((rest,), 1, ordered, number, block.place))
        if len(found) >= fewest and (pattern is not _NUMBER or found[0].number in (0, 1)):
            yield from found
            return


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
