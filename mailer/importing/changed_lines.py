"""A text before and after, line by line and word by word: which lines differ, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_ALIKE = 0.5
"""The share of words that two lines have in common, from which on one is taken for what became of the other."""
_WORD = re.compile(r"\s+|\w+|.", re.DOTALL)

Pieces = tuple[tuple[bool, str], ...]
"""Of a line: what it has in common with the other one (True) and what not, in order."""


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that became another one.

    Attributes:
        line: where it stood, from 1.
        was, becomes: "" where there was or is none.
    """

    line: int
    was: str
    becomes: str

    def pieces(self) -> tuple[Pieces, Pieces]:
        """Both lines in pieces, with what only one of them has told apart."""
        old, new = _WORD.findall(self.was), _WORD.findall(self.becomes)
        goes, comes = list[tuple[bool, str]](), list[tuple[bool, str]]()
        for tag, start, stop, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            same = tag == "equal"
            goes.append((same, "".join(old[start:stop])))
            comes.append((same, "".join(new[first:last])))
        return _said(goes), _said(comes)


def _said(pieces: Sequence[tuple[bool, str]]) -> Pieces:
    return tuple((same, text) for same, text in pieces if text)


def changed_lines(before: str, after: str) -> Iterator[ChangedLine]:
    """Each line that differs, blank ones aside."""
    numbers = [number for number, line in enumerate(before.splitlines(), 1) if line.strip()]
    old, new = ([line for line in text.splitlines() if line.strip()] for text in (before, after))
    for tag, start, stop, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for number, was, becomes in _side_by_side(old[start:stop], new[first:last]):
            line = numbers[min(start + number, len(numbers) - 1)] if numbers else 0
            yield ChangedLine(line, was, becomes)


def _side_by_side(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Lines that became others, in their order: where each stood, as it was, as it becomes; "" where there is none."""
    if len(old) == len(new):
        yield from (
            (number, was, becomes) for number, (was, becomes) in enumerate(zip(old, new, strict=True))
        )
        return
    at = 0
    for number, was in enumerate(old):
        words = _WORD.findall(was)
        like = next((n for n in range(at, len(new)) if was and _alike(words, _WORD.findall(new[n]))), -1)
        if like < 0:
            yield number, was, ""
            continue
        yield from ((number, "", line) for line in new[at:like])
        yield number, was, new[like]
        at = like + 1
    yield from ((max(len(old) - 1, 0), "", line) for line in new[at:])


def _alike(words: Sequence[str], others: Sequence[str]) -> bool:
    return SequenceMatcher(None, words, others, autojunk=False).ratio() >= _ALIKE
