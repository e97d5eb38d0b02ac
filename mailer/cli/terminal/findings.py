"""What pre-flight found, as somebody reads it who has the text open: by file and line, in the text's order."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from mailer.cli.terminal.output import COLOURS, count, say, seen, style
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.checks import Silenced
    from mailer.model import Finding

_LEVELS = ("error", "warning", "notice")
_MARGIN = 11
_WIDEST = 100
"""Columns. Longer lines are hard to read, however wide a terminal is."""


def print_by_place(findings: Sequence[Finding], files: Iterable[str]) -> None:
    """Findings under the place where they stand, `path:line`, which many terminals and editors open.

    Args:
        files: of the release, in the order in which they are to be told; others follow by name.
    """
    order = {file: number for number, file in enumerate(files)}

    def of(finding: Finding) -> tuple[int, str, int, int]:
        path, line = (finding.where.path, finding.where.line) if finding.where else ("", 0)
        return order.get(path, len(order)), path, line, _LEVELS.index(finding.level)

    for number, (place, group) in enumerate(
        groupby(sorted(findings, key=of), key=lambda each: str(each.where or ""))
    ):
        say("" if number == 0 else "\n", style(place or "the audience", bold=True))
        for finding in group:
            level = style(f"  {finding.level:<{_MARGIN - 2}}", fg=COLOURS[finding.level], bold=True)
            _paragraph(level, f"{finding.message} [{finding.id}]", dim=f"[{finding.id}]")
            if finding.hint:
                _paragraph(seen(" " * _MARGIN), finding.hint)
    if findings:
        say("")


def print_silenced(silenced: Sequence[Silenced], *, in_whole: bool) -> None:
    """What is not shown: how much, or each with its reason."""
    if not silenced:
        return
    if not in_whole:
        are = "finding is" if len(silenced) == 1 else "findings are"
        say(
            f"{len(silenced)} {are} silenced: --all shows {'it' if len(silenced) == 1 else 'them'}.", err=True
        )
        return
    say(style(f"Silenced: {count(len(silenced), 'finding')}", bold=True))
    for each in silenced:
        where = f"{each.finding.where}: " if each.finding.where else ""
        _paragraph(seen("  "), f"{where}{each.finding.message} [{each.finding.id}]")
        _paragraph(seen("  "), f"because {each.because}")
    say("")


def _paragraph(margin: str, text: str, *, dim: str = "") -> None:
    """A text behind its margin; on a terminal broken so that its lines stand below each other."""
    width = min(shutil.get_terminal_size().columns, _WIDEST) - _MARGIN if sys.stdout.isatty() else 0
    lines = (
        textwrap.wrap(visible(text), width, break_long_words=False, break_on_hyphens=False)
        if width > 20
        else []
    )
    for number, line in enumerate(lines or [visible(text)]):
        said, found, rest = line.partition(dim) if dim else (line, "", "")
        shown = (visible(said), style(found, dim=True), visible(rest)) if found else (visible(line),)
        say(margin if number == 0 else " " * _MARGIN, *shown)
