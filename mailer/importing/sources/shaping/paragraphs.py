"""A paragraph while it is being read: runs of one look are joined, blanks collapse, empty lines divide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailer.importing.document import Run

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(r" {2,}")
_PADDED = re.compile(r"[ \u00a0]{2,}")
"""Editors in browsers write every other blank of several as a no-break space, so that none gets lost."""
_MARK = re.compile(r"([•·▪§o*–-]|\d{1,2}[.)])(?:\u00a0[ \u00a0]+| [ \u00a0]+)")
"""A mark of a list with the blanks that Word puts behind it in place of a tab."""
_ENDS = " \t\u00a0\u3000"


class Text:
    """The text of a paragraph, as it comes."""

    def __init__(self) -> None:
        self._runs: list[Run] = []

    def add(self, run: Run, *, kept: bool = False) -> None:
        """Puts a run at the end.

        Args:
            kept: its line ends and tabs are meant; else they are blanks, and several are one.
        """
        text = run.text.replace("\r\n", "\n").replace("\r", "\n")
        text = _SPACES.sub(" ", text) if kept else _BLANKS.sub(" ", text)
        if text[:1] == " " and self._after_blank():
            text = text.lstrip(" ")
        if text or run.note:
            self._runs.append(replace(run, text=text))

    def mark(self, mark: str, like: Run) -> None:
        """Puts a line end or a tab, which takes away the blanks before it."""
        while self._runs and not self._runs[-1].note:
            text = self._runs[-1].text.rstrip(" ")
            if text:
                self._runs[-1] = replace(self._runs[-1], text=text)
                break
            self._runs.pop()
        self._runs.append(replace(like, text=mark, note=""))

    def _after_blank(self) -> bool:
        return not self._runs or self._runs[-1].text[-1:] in (" ", "\n", "\t")

    def __bool__(self) -> bool:
        return any(run.note or run.text.strip(_ENDS + "\n") for run in self._runs)

    def take(self, *, divided: bool = True) -> Iterator[tuple[Run, ...]]:
        """The paragraphs that it makes, none of them empty; afterwards it is empty itself.

        Args:
            divided: an empty line divides paragraphs.
        """
        runs, self._runs = self._runs, []
        kept: list[list[Run]] = []
        for line in _lines(runs):
            trimmed = _trimmed(line)
            if trimmed:
                kept.append(trimmed)
            if kept and not trimmed and divided:
                yield tuple(joined(_with_line_ends(kept)))
                kept = []
        if kept:
            yield tuple(joined(_with_line_ends(kept)))


def _lines(runs: Iterable[Run]) -> Iterator[list[Run]]:
    line: list[Run] = []
    for run in runs:
        first, *others = run.text.split("\n")
        line.append(replace(run, text=first))
        for other in others:
            yield line
            line = [replace(run, text=other, note="")]
    yield line


def _trimmed(line: Iterable[Run]) -> list[Run]:
    """A line without blanks at its ends and without empty runs."""
    runs = list(joined(run for run in line if run.text or run.note))
    if runs and (mark := _MARK.match(runs[0].text)):
        runs[0] = replace(runs[0], text=f"{mark[1]}\t{runs[0].text[mark.end() :]}")
    runs = [replace(run, text=_PADDED.sub(" ", run.text)) for run in runs]
    for end, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while runs:
            if text := strip(runs[end].text, _ENDS):
                runs[end] = replace(runs[end], text=text)
                break
            if runs[end].note:
                break
            runs.pop(end)
    return runs


def _with_line_ends(lines: list[list[Run]]) -> Iterator[Run]:
    for number, line in enumerate(lines):
        if number:
            before = replace(lines[number - 1][-1], text="\n", note="")
            yield before if before == replace(line[0], text="\n", note="") else Run("\n")
        yield from line


def joined(runs: Iterable[Run]) -> Iterator[Run]:
    """Runs of which no two neighbours look the same."""
    last: Run | None = None
    texts: list[str] = []
    for run in runs:
        if (
            last is not None
            and not last.note
            and not run.note
            and replace(run, text="") == replace(last, text="")
        ):
            texts.append(run.text)
            continue
        if last is not None:
            yield replace(last, text="".join(texts))
        last, texts = run, [run.text]
    if last is not None:
        yield replace(last, text="".join(texts))
