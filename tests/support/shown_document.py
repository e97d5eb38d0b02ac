"""A source document as text that people can read and compare: what stands beside each fixture of `tests/importing`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailer.importing.document import Block, Figure, Listing, Paragraph, Run, SourceDocument, Table


def shown(document: SourceDocument) -> str:
    """All of a document but its words: blocks as in Markdown, then notes, margins, leaks, remarks."""
    lines = [", ".join(filter(None, (document.kind, document.language))), ""]
    lines += _blocks(document.blocks)
    for key, blocks in document.notes.items():
        lines += [f"note {key}: {line}" for line in _blocks(blocks)]
    lines += [f"picture {key}: {each.media_type}" for key, each in document.pictures.items()]
    for margin in document.margins:
        lines += [f"{margin.kind}: {line}" for line in _blocks(margin.blocks)]
    for what, leaks in (("leak", document.leaks), ("accepted", document.accepted)):
        lines += [
            f"{what}: {leak.kind} “{leak.text}” in {leak.place}"
            + (f" by {leak.author}" if leak.author else "")
            + (f" at {leak.when}" if leak.when else "")
            for leak in leaks
        ]
    lines += [f"remark: {remark}" for remark in document.remarks]
    return "\n".join(lines) + "\n"


def blocks_shown(blocks: Sequence[Block]) -> list[str]:
    """Blocks alone, a line each."""
    return list(_blocks(blocks))


def _blocks(blocks: Iterable[Block], indent: str = "") -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            before = "#" * block.heading + " " * bool(block.heading) + "> " * block.quoted
            style = f" {{{block.style}}}" if block.style else ""
            yield indent + before + runs_shown(block.runs) + style + " {centred}" * block.centred
        elif isinstance(block, Listing):
            for number, item in enumerate(block.items, block.first):
                mark = f"{number}. " if block.ordered else "- "
                first, *others = list(_blocks(item)) or [""]
                yield indent + mark + first
                yield from (indent + " " * len(mark) + other for other in others)
        elif isinstance(block, Table):
            for number, row in enumerate(block.rows):
                yield indent + "| " + " | ".join(" / ".join(_blocks(cell)) for cell in row) + " |"
                if not number and block.headed:
                    yield indent + "|--"
        elif isinstance(block, Figure):
            yield f"{indent}![{block.alt}]({block.picture or block.address})"
        else:
            yield indent + "---"


def runs_shown(runs: Iterable[Run]) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    text = run.text.replace("\n", "⏎").replace("\t", "⇥").replace("\u00a0", "⍽")
    if run.note:
        return f"[^{run.note}]"
    for mark, on in (("**", run.bold), ("_", run.italic), ("^", run.raised)):
        text = f"{mark}{text}{mark}" if on else text
    return f"[{text}]({run.href})" if run.href else text
