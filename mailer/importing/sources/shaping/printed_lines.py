"""Paragraphs of lines as they were printed: what a PDF viewer copies has each line of the page by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mailer.importing.document import Block, Paragraph, Run
from mailer.importing.sources.shaping.every_run import paragraphs
from mailer.importing.sources.shaping.paragraphs import joined

_FULL = 0.72
"""A line that is shorter than this share of the longest ones ends its paragraph."""
_ENDS = re.compile(r"[.!?:;…][\"”’»)\]]*$")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w|^\s*(?:https?://|www\.)|^\s*\+?[\d(][\d ()./-]{6,}$")
_MARKED = re.compile(r"^\s*(?:[•‣▪●○*–-]|\d{1,2}[.)])\s")


def are_printed_lines(blocks: Sequence[Block]) -> bool:
    """Whether paragraphs are lines of a page rather than paragraphs: many end in the middle of a sentence."""
    lines = [block.text for block in blocks if isinstance(block, Paragraph) and not block.heading]
    broken = sum(
        not _ENDS.search(line) and bool(following[:1].islower()) for line, following in pairwise(lines)
    )
    return len(lines) >= 6 and broken * 4 >= len(lines)


def with_paragraphs(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks in which the lines of a paragraph are one paragraph again.

    A line goes on in the next one where it fills the page's width, unless the next begins an item, or either is an
    address. A word that was divided at the end of a line is mended where the text has it elsewhere: a hyphen may be
    its own.
    """
    known = _known(" ".join(block.text for block in paragraphs(blocks)))
    lines = [line for block in blocks for line in _lines(block)]
    widths = sorted(len(line.text) for line in lines if isinstance(line, Paragraph))
    width = widths[int(len(widths) * 0.9)] if widths else 0
    groups: list[list[Block]] = []
    for line in lines:
        last = groups[-1][-1] if groups else None
        if isinstance(line, Paragraph) and isinstance(last, Paragraph) and _goes_on(last, line, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    return tuple(_one_block(group, known) for group in groups)


def _one_block(lines: Sequence[Block], known: frozenset[str]) -> Block:
    first, *others = lines
    if not others:
        return first
    assert isinstance(first, Paragraph)
    runs = list(first.runs)
    for line in others:
        assert isinstance(line, Paragraph)
        divided = runs[-1].text.endswith(("-", "—")) and line.text[:1].isalpha()
        runs += [Run("" if divided else " "), *line.runs]
    mended_runs = (replace(run, text=_mend(run.text, known, "")) for run in joined(runs))
    return replace(first, runs=tuple(run for run in mended_runs if run.text or run.note))


def mended(words: str) -> str:
    """Words of a text without its lines, those that lines divided put together as `with_paragraphs` does."""
    return _mend(words, _known(words), r" ?")


def _known(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _mend(text: str, known: frozenset[str], between: str) -> str:
    def put_together(match: re.Match[str]) -> str:
        if (match[1] + match[2]).lower() in known:
            return match[1] + match[2]
        return f"{match[1]}-{match[2]}"

    return re.sub(rf"(\w{{2,}})-{between}([a-zà-ÿ]{{2,}})", put_together, text)


def _lines(block: Block) -> list[Block]:
    if not isinstance(block, Paragraph) or "\n" not in block.text:
        return [block]
    lines: list[list[Run]] = [[]]
    for run in block.runs:
        first, *others = run.text.split("\n")
        lines[-1].append(replace(run, text=first))
        lines += [[replace(run, text=other, note="")] for other in others]
    cleaned = (tuple(run for run in line if run.text or run.note) for line in lines)
    return [replace(block, runs=line) for line in cleaned if line]


def _goes_on(line: Paragraph, following: Paragraph, width: int) -> bool:
    first, second = line.text.rstrip(), following.text
    if (
        line.heading != following.heading
        or _ADDRESS.search(first)
        or _ADDRESS.search(second)
        or _MARKED.search(second)
    ):
        return False
    if line.runs[-1].bold != following.runs[0].bold:
        return False
    if second[:1].islower() and not _ENDS.search(first):
        return True
    return (
        len(first) >= width * _FULL and width >= 40 and not (_ENDS.search(first) and len(first) < width * 0.9)
    )
