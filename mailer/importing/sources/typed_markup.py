"""What people type for what a text file can't show: `**bold**`, `*bold*`, `<https://…>`."""

from __future__ import annotations

import re

from mailer.importing.document import Run

_MARKUP = re.compile(
    r"(?P<link><(?P<address>(?:https?://|mailto:)[^\s<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>)"
    r"|(?P<bare>https?://[^\s<>\"“”»]+)"
    r"|(?P<bold>(?<![\w*])(?P<stars>\*{1,2})(?=[^\s*])(?P<words>(?:(?!\n\n)[^*])+?)(?<=[^\s*])(?P=stars)(?![\w*]))"
)
_AFTER_ADDRESS = ".,;:!?)]}’'…"


def runs_of(text: str) -> tuple[Run, ...]:
    """The runs of a paragraph of plain text."""
    return tuple(run for run in _runs(text, bold=False) if run.text)


def _runs(text: str, *, bold: bool) -> list[Run]:
    runs: list[Run] = []
    done = 0
    for match in _MARKUP.finditer(text):
        start, end = match.span()
        if match["bare"]:
            end = start + len(_address(match["bare"]))
        runs.append(Run(text[done:start], bold=bold))
        if match["bold"]:
            runs += _runs(match["words"], bold=True)
        else:
            shown = match["address"] or text[start:end]
            href = f"mailto:{shown}" if "@" in shown and ":" not in shown else shown
            runs.append(Run(shown.removeprefix("mailto:"), bold=bold, href=href))
        done = end
    runs.append(Run(text[done:], bold=bold))
    return runs


def _address(text: str) -> str:
    """Without the signs of the sentence around it; a bracket that it opened itself is its own."""
    while text[-1:] in _AFTER_ADDRESS and not (text.endswith(")") and text.count("(") >= text.count(")")):
        text = text[:-1]
    return text
