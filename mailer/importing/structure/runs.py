"""Stretches of text: cut, joined and trimmed without losing how they look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailer.importing.document import Block, Figure, Listing, Paragraph, Rule, Run, Table

Runs = tuple[Run, ...]


def text_of(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


def cut(runs: Sequence[Run], start: int, end: int | None = None) -> Runs:
    """The runs of the characters from `start` to `end`; a note without a mark stays with what stands before it."""
    kept, at = [], 0
    last = len(text_of(runs)) if end is None else end
    for run in runs:
        first, after = max(start - at, 0), min(last - at, len(run.text))
        if first < after:
            kept.append(replace(run, text=run.text[first:after]))
        elif not run.text and run.note and start < at <= last:
            kept.append(run)
        at += len(run.text)
    return tuple(kept)


def trimmed(runs: Sequence[Run]) -> Runs:
    """Without blanks at either end."""
    text = text_of(runs)
    bare = text.strip()
    if len(bare) == len(text):
        return tuple(runs)
    start = len(text) - len(text.lstrip())
    noted = tuple(run for run in runs if run.note and not run.text) if not bare else ()
    return cut(runs, start, start + len(bare)) or noted


def alike(first: Run, second: Run) -> bool:
    """Whether two runs differ in nothing but their words."""
    return not (first.note or second.note) and replace(first, text="") == replace(second, text="")


def merged(runs: Iterable[Run]) -> Runs:
    """Neighbours that look alike are one run."""
    made: list[Run] = []
    for run in runs:
        if not run.text and not run.note:
            continue
        if made and alike(made[-1], run):
            made[-1] = replace(run, text=made[-1].text + run.text)
        else:
            made.append(run)
    return tuple(made)


def joined(first: Sequence[Run], second: Sequence[Run], between: str = " ") -> Runs:
    """Two stretches as one. What is put between them looks as what both agree on."""
    if not first or not second:
        return merged((*first, *second))
    a, b = first[-1], second[0]
    gap = Run(between, bold=a.bold and b.bold, italic=a.italic and b.italic)
    return merged((*first, gap, *second))


def lines_of(runs: Sequence[Run]) -> list[Runs]:
    """Split at line breaks."""
    text, lines, start = text_of(runs), [], 0
    while (end := text.find("\n", start)) >= 0:
        lines.append(cut(runs, start, end))
        start = end + 1
    lines.append(cut(runs, start) if start else tuple(runs))
    return lines


def all_bold(runs: Iterable[Run]) -> bool:
    said = [run for run in runs if run.text.strip()]
    return bool(said) and all(run.bold for run in said)


def all_italic(runs: Iterable[Run]) -> bool:
    said = [run for run in runs if run.text.strip()]
    return bool(said) and all(run.italic for run in said)


def block_text(block: Block) -> str:
    """Every visible word of a block, a line for each line of it."""
    match block:
        case Paragraph():
            return block.text
        case Listing():
            return "\n".join(block_text(inner) for item in block.items for inner in item)
        case Table():
            return "\n".join(" ".join(block_text(b) for b in cell) for row in block.rows for cell in row)
        case Figure():
            return block.alt
        case Rule():
            return ""
