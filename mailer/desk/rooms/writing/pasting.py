"""What was pasted, as the editor is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailer.importing.pasted import Pasted, paste
from mailer.workspace import Workspace

_IN_WORDS = {
    "notes": ("note", "notes"),
    "links": ("link", "links"),
    "tables": ("table", "tables"),
    "lists": ("list", "lists"),
    "quotations": ("quotation", "quotations"),
    "calls to action": ("call to action", "calls to action"),
    "paragraphs": ("paragraph", "paragraphs"),
}
"""What is worth a word, what people count first before the rest."""
_MOST = 4
_SHOWN = 5
"""Stretches of lost words that are named."""


def pasted(
    workspace: Workspace, html: str, text: str, name: str, edition: str, everything: bool
) -> dict[str, Any]:
    """A clipboard's HTML as Markdown, with what is to be said about it.

    Raises:
        DocumentError: it goes over a limit, or is no text.
    """
    made = paste(workspace, html, text, name=name, language=edition, everything=everything)
    if made.lost:
        return {"refused": _refused(made)}
    return {
        "whole": made.whole,
        "inside": made.inside,
        "text": made.text,
        "notes": made.notes,
        "from": f"From {made.source}: {said(made.counts)}.",
        "check": [{"line": each.line, "message": each.message} for each in made.to_check],
        "told": list(made.told),
    }


def said(counts: Mapping[str, int]) -> str:
    """ "8 notes, 3 links"."""
    found = [
        f"{counts[what]} {one if counts[what] == 1 else many}"
        for what, (one, many) in _IN_WORDS.items()
        if counts.get(what)
    ]
    return ", ".join(found[:_MOST]) or "nothing but words"


def _refused(made: Pasted) -> str:
    words = ", ".join(f"“{each.words}”" for each in made.lost[:_SHOWN])
    return (
        f"{made.source} has words that would be lost on the way ({words}): its plain text was taken instead."
    )
