"""Two texts that were made of one, put together again: three-way merging, by lines and within them by words.

What only one side changed is taken from that side. What both changed in one place is never decided here: it is a
`Conflict`, and a person chooses. Two changes are in one place where no unchanged word stands between them: a sentence
that two people mended at once may read well, and say what neither meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TypeAlias

_TOKEN = re.compile(r"\w+|\n|[^\S\n]+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\w")
_MOST = 1_000_000
"""Pairs of equal tokens between which it is looked for what stayed: a second's work. Of more, all is one change."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both sides changed, each in its own way; either may be ""."""

    was: str
    mine: str
    theirs: str

    @property
    def both(self) -> str:
        """Both, one behind the other."""
        if not self.mine or not self.theirs or self.mine[-1].isspace() or self.theirs[0].isspace():
            return self.mine + self.theirs
        return self.mine + ("\n" if "\n" in self.mine + self.theirs else " ") + self.theirs


Piece: TypeAlias = str | Conflict
_Change: TypeAlias = tuple[int, int, int, int]
"""Where it begins and ends in the common text, and in the side's."""


def merge(was: str, mine: str, theirs: str) -> tuple[Piece, ...]:
    """Both sides' changes of a text.

    Args:
        was: the text that both were made of.

    Returns:
        What is settled, and what is not, in the order of the text; no two neighbours are both settled.
    """
    pieces: list[Piece] = []
    for piece in _merged(_LINE.findall(was), _LINE.findall(mine), _LINE.findall(theirs), _always):
        if isinstance(piece, str):
            pieces.append(piece)
        else:
            was_words, own, others = map(_TOKEN.findall, (piece.was, piece.mine, piece.theirs))
            pieces += _merged(was_words, own, others, _has_word)
    return tuple(_joined(pieces))


def settled(pieces: Sequence[Piece]) -> str | None:
    """The text, where nothing of it is left to decide."""
    said = [piece for piece in pieces if isinstance(piece, str)]
    return "".join(said) if len(said) == len(pieces) else None


def _always(between: Sequence[str]) -> bool:
    return bool(between)


def _has_word(between: Sequence[str]) -> bool:
    return any(_WORD.match(token) for token in between)


def _merged(
    was: Sequence[str],
    mine: Sequence[str],
    theirs: Sequence[str],
    apart: Callable[[Sequence[str]], bool],
) -> Iterator[Piece]:
    """
    Args:
        apart: whether two changes with this unchanged between them are two places.
    """
    at = 0
    for start, end, own, others in _places(was, _changes(was, mine), _changes(was, theirs), apart):
        yield "".join(was[at:start])
        at = end
        before, first, second = "".join(was[start:end]), _side(mine, own), _side(theirs, others)
        if second in (before, first):
            yield first
        elif first == before:
            yield second
        else:
            yield Conflict(before, first, second)
    yield "".join(was[at:])


def _side(tokens: Sequence[str], place: tuple[int, int]) -> str:
    return "".join(tokens[place[0] : place[1]])


def _changes(was: Sequence[str], now: Sequence[str]) -> list[_Change]:
    return [(i1, i2, j1, j2) for tag, i1, i2, j1, j2 in opcodes(was, now) if tag != "equal"]


def opcodes(was: Sequence[str], now: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """What became of what, as `difflib.SequenceMatcher` tells it, within a second or so whatever the texts are.

    What stayed is looked for by words, and not by the blanks between them: they are everywhere, so comparing each with
    each would take minutes for two paragraphs that have nothing in common.
    """
    start = _same_at_beginning(was, now)
    end = _same_at_beginning(was[start:][::-1], now[start:][::-1])
    before, after = was[start : len(was) - end], now[start : len(now) - end]
    number = Counter(token for token in after if not token.isspace())
    if sum(number[token] for token in before) > _MOST:
        found: Iterable[tuple[str, int, int, int, int]] = [("replace", 0, len(before), 0, len(after))]
    else:
        found = SequenceMatcher(str.isspace, before, after, autojunk=False).get_opcodes()
    return [
        ("equal", 0, start, 0, start),
        *((tag, i1 + start, i2 + start, j1 + start, j2 + start) for tag, i1, i2, j1, j2 in found),
        ("equal", len(was) - end, len(was), len(now) - end, len(now)),
    ]


def _same_at_beginning(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _places(
    was: Sequence[str],
    mine: Sequence[_Change],
    theirs: Sequence[_Change],
    apart: Callable[[Sequence[str]], bool],
) -> Iterator[tuple[int, int, tuple[int, int], tuple[int, int]]]:
    """Where either side changed something, as far as nothing parts the sides' changes: begin and end of the common
    text, and the same stretch of either side."""
    ordered = sorted([(*change, 0) for change in mine] + [(*change, 1) for change in theirs])
    shift = [0, 0]  # how much further a side is than the common text
    while ordered:
        start, end = ordered[0][:2]
        last: dict[int, int] = {}
        shifts = list(shift)
        while ordered and _one_place(ordered[0], end, last, was, apart):
            *change, side = ordered.pop(0)
            last[side] = change[1]
            end = max(end, change[1])
            shifts[side] += (change[3] - change[2]) - (change[1] - change[0])
        sides = [(start + shift[side], end + shifts[side]) for side in (0, 1)]
        shift = shifts
        yield start, end, sides[0], sides[1]


def _one_place(
    change: Sequence[int],
    end: int,
    last: dict[int, int],
    was: Sequence[str],
    apart: Callable[[Sequence[str]], bool],
) -> bool:
    """Whether a change belongs to the place that ends at `end` so far: it meets one of the other side's."""
    if not last or change[0] < end:
        return True
    other = last.get(1 - change[-1])
    return other is not None and not apart(was[other : change[0]])


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
        else:
            if text:
                yield text
            yield piece
            text = ""
    if text:
        yield text
