"""A text before and after, word by word: the lines that differ, with what is the same in them cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from mailer.cli.terminal.output import Styled, say, style
from mailer.visible import visible

_AROUND = 24
"""Characters of what is the same that are shown beside what is not."""
_ALIKE = 0.5
"""The share of words that two lines have in common, from which on one is taken for what became of the other."""
_NO_BREAK = str.maketrans({"\u00a0": "␣", "\u202f": "␣"})
_WORD = re.compile(r"\s+|\w+|.", re.DOTALL)


def print_changes(shown: str, before: str, after: str, *, numbered: bool = True) -> None:
    """Each changed line on stdout, blank ones aside: where it stood, as it was, as it would be.

    Args:
        shown: the file, as staff would name it.
        numbered: say the line, too.
    """
    numbers = [number for number, line in enumerate(before.splitlines(), 1) if line.strip()]
    old, new = ([line for line in text.splitlines() if line.strip()] for text in (before, after))
    for tag, start, stop, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for number, was, becomes in _side_by_side(old[start:stop], new[first:last]):
            said = list(_sides(was, becomes))
            line_number = f":{numbers[min(start + number, len(numbers) - 1)]}" if numbered else ""
            say(style(f"{shown}{line_number}", bold=True))
            for sign, line in (("-", was), ("+", becomes)):
                if line:
                    colour = "red" if sign == "-" else "green"
                    say(style(f"  {sign} ", fg=colour), *_coloured(said, sign, colour))


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


def _sides(was: str, becomes: str) -> Iterator[tuple[str, str]]:
    """Pieces of both lines: " " and what is the same, "-" and what goes, "+" and what comes."""
    old, new = _WORD.findall(was), _WORD.findall(becomes)
    for tag, start, stop, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield " ", "".join(old[start:stop])
            continue
        yield "-", "".join(old[start:stop])
        yield "+", "".join(new[first:last])


def _coloured(said: Sequence[tuple[str, str]], sign: str, colour: str) -> Iterator[Styled | str]:
    mine = [(kind, text) for kind, text in said if kind in (" ", sign) and text]
    for number, (kind, text) in enumerate(mine):
        if kind == sign:
            yield style(_seen(text, goes=sign == "-"), fg=colour, bold=True)
        else:
            yield visible(_short(text, first=number == 0, last=number == len(mine) - 1))


def _seen(text: str, *, goes: bool) -> str:
    """Of blanks that go or come, one must see which: two lines could look the same otherwise."""
    return (text.replace(" ", "·") if goes and text.isspace() else text).translate(_NO_BREAK)


def _short(text: str, *, first: bool, last: bool) -> str:
    """What is the same, without its midst; at an end of the line, without its end."""
    if len(text) <= 2 * _AROUND + 3:
        return text
    front, back = text[:_AROUND], text[-_AROUND:]
    return f"… {back}" if first else f"{front} …" if last else f"{front} … {back}"
