"""List items that a source writes one after the other, each with its level: they become lists that nest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailer.importing.document import Block, Listing, Paragraph


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, before it is known where the list ends.

    Attributes:
        level: 1 for the outermost.
        number: what it is counted as where it is ordered, 0 where the source doesn't say.
    """

    blocks: tuple[Block, ...]
    level: int = 1
    ordered: bool = False
    number: int = 0
    place: str = ""


_DECIMAL, _LETTER = (
    re.compile(r"[(\[]?(\d{1,4})(?:\.\d{1,3})*[.)\]:]*"),
    re.compile(r"[(\[]?([a-zA-Z])[.)\]:]+"),
)
_ROMAN = re.compile(r"[(\[]?[ivxlcdmIVXLCDM]{2,}[.)\]:]+")


def counted(mark: str) -> tuple[bool, int]:
    """Whether a printed mark ("1.", "(b)", "•", "o") counts, and as what (0: it does not say in a way we read)."""
    mark = mark.strip(" \t\n\u00a0")
    if match := _DECIMAL.fullmatch(mark):
        return True, int(match[1])
    if match := _LETTER.fullmatch(mark):
        return True, 0 if match[1] in "ivxIVX" else ord(match[1].lower()) - ord("a") + 1
    return bool(_ROMAN.fullmatch(mark)), 0


def with_lists(blocks: Iterable[Block | Item]) -> tuple[Block, ...]:
    """Blocks in which each row of items has become a list."""
    made: list[Block] = []
    waiting: list[Item] = []
    for block in blocks:
        if isinstance(block, Item):
            waiting.append(block)
            continue
        made += _lists(waiting)
        waiting = []
        made.append(block)
    return (*made, *_lists(waiting))


def _lists(items: Sequence[Item]) -> list[Block]:
    made: list[Block] = []
    at = 0
    while at < len(items):
        end = _end_of_list(items, at)
        made.append(_list(items[at:end]))
        at = end
    return made


def _end_of_list(items: Sequence[Item], start: int) -> int:
    """Where the list ends that begins with an item: at one further out, of another kind, or counted from 1 again."""
    first = items[start]
    last = 0
    for at in range(start, len(items)):
        item = items[at]
        if item.level > first.level:
            continue
        again = item.ordered and item.number == 1 and last > 0
        if at > start and (item.level < first.level or item.ordered != first.ordered or again):
            return at
        last = max(last, item.number, 1)
    return len(items)


def _list(items: Sequence[Item]) -> Listing:
    first = items[0]
    made: list[tuple[Block, ...]] = []
    at = 0
    while at < len(items):
        end = at + 1
        while end < len(items) and items[end].level > first.level:
            end += 1
        made.append((*items[at].blocks, *_lists(items[at + 1 : end])))
        at = end
    return Listing(tuple(made), first.ordered, (first.number or 1) if first.ordered else 1, first.place)


def one_paragraph(blocks: Sequence[Block]) -> Paragraph | None:
    """The paragraph that blocks consist of, if they consist of one."""
    return blocks[0] if len(blocks) == 1 and isinstance(blocks[0], Paragraph) else None
