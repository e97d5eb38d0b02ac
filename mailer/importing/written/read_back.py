"""What the reader of releases makes of a paragraph: its runs, to be held against those that were meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from markdown_it.tree import SyntaxTreeNode

from mailer.importing.document import Run
from mailer.importing.written.runs import joined
from mailer.release.body import parse_body

Within: TypeAlias = Literal["body", "quotation", "list"]
"""What a paragraph stands in: notes and cells of tables read as lists do."""

_PLAIN = Run("")
_NOTE = re.compile(r"\[\^(\d+)\]")


def paragraph_read_back(text: str, within: Within = "body") -> tuple[Run, ...] | None:
    """The runs of what was written as one paragraph; None where it is read as anything else, or as with leftovers."""
    notes = tuple(dict.fromkeys(_NOTE.findall(text)))
    first, others = {"body": ("", ""), "quotation": ("> ", "> "), "list": ("- ", "  ")}[within]
    shown = first + text.replace("\n", f"\n{others}")
    body = parse_body("\n\n".join([shown, *(f"[^{note}]: x" for note in notes)]), "", 1)
    if any(finding.id != "unused-note" for finding in body.findings):
        return None
    blocks = body.tree.children
    if blocks and all(block.type == "call_to_action" for block in blocks):
        buttons = [Run(block.content, href=str(block.attrs["href"])) for block in blocks]
        return as_seen([run for button in buttons for run in (Run("\n"), button)][1:])
    for container in {"body": (), "quotation": ("blockquote",), "list": ("bullet_list", "list_item")}[within]:
        if len(blocks) != 1 or blocks[0].type != container:
            return None
        blocks = blocks[0].children
    if len(blocks) != 1 or blocks[0].type != "paragraph":
        return None
    return as_seen(list(runs_of(blocks[0].children[0], notes)))


def runs_of(node: SyntaxTreeNode, notes: Sequence[str] = (), looks: Run = _PLAIN) -> Iterator[Run]:
    """The runs of a node of the document tree.

    Args:
        notes: their labels by number, where these differ.
        looks: of what stands around it.
    """
    for child in node.children:
        if child.type == "text":
            yield replace(looks, text=child.content)
        elif child.type in ("softbreak", "hardbreak"):
            yield replace(looks, text="\n" if child.type == "hardbreak" else " ")
        elif child.type == "footnote_ref":
            number = int(child.meta["number"])
            yield replace(looks, text="", href="", note=notes[number - 1] if notes else str(number))
        elif child.type == "strong":
            yield from runs_of(child, notes, replace(looks, bold=True))
        elif child.type == "em":
            yield from runs_of(child, notes, replace(looks, italic=True))
        elif child.type == "link":
            yield from runs_of(child, notes, replace(looks, href=str(child.attrs["href"])))
        else:
            yield replace(looks, text=f"\0{child.type}")  # a merge slot, a picture: nothing that was meant


def as_seen(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs of which none looks like the one before. A blank is neither bold nor italic: nobody sees it; where links
    lead is compared as a browser would ask for it."""
    from markdown_it.common.normalize_url import normalizeLink

    def pieces() -> Iterator[Run]:
        for run in runs:
            run = replace(run, href=normalizeLink(run.href) if run.href else "")
            blank = replace(run, bold=False, italic=False)
            for text in re.findall(r"\s+|\S+", run.text) if run.text else [""] * bool(run.note):
                yield replace(blank if text.isspace() else run, text=text)

    return joined(pieces())
