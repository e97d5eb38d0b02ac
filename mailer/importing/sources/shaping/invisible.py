"""Characters of a source that nobody sees, or that only its program understands, taken out or made what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from mailer.importing.document import Block, Run, SourceDocument
from mailer.importing.sources.shaping.every_run import paragraphs, with_runs

_GONE = {
    "\u00ad": "soft hyphen",
    "\u200b": "zero-width space",
    "\u2060": "word joiner",
    "\ufeff": "byte order mark",
    "\u200e": "direction mark",
    "\u200f": "direction mark",
    **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "direction mark"),
    "\ufffc": "placeholder of an object",
    **{
        chr(code): "control character"
        for code in (*range(9), *range(14, 32), *range(0x7F, 0x85), *range(0x86, 0xA0))
    },
}
_MEANT = {
    "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\r": "\n",
    "\u2011": "-",  # a hyphen at which no line may end
    "\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "▸", "\uf0fc": "✓", "\uf0a8": "□",  # bullets of Symbol and Wingdings
}  # fmt: skip
_TABLE = str.maketrans(_MEANT | dict.fromkeys(_GONE, ""))
_ANY = frozenset(_GONE) | frozenset(_MEANT)


def without_invisible(document: SourceDocument) -> SourceDocument:
    """A document without soft hyphens, zero-width spaces and other marks that nobody typed; its remarks count them."""
    counts: Counter[str] = Counter()
    for block in paragraphs(_everything(document)):
        for run in block.runs:
            counts.update(_GONE[character] for character in run.text if character in _GONE)

    def clean(run: Run) -> Run:
        return replace(run, text=run.text.translate(_TABLE)) if _ANY & set(run.text) else run

    remarks = tuple(
        f"{number} {name}{'s' if number != 1 else ''} {'were' if number != 1 else 'was'} taken out."
        for name, number in counts.items()
    )
    return replace(
        document,
        blocks=with_runs(document.blocks, clean),
        notes={key: with_runs(blocks, clean) for key, blocks in document.notes.items()},
        margins=tuple(replace(each, blocks=with_runs(each.blocks, clean)) for each in document.margins),
        words=document.words.translate(_TABLE),
        remarks=(*document.remarks, *remarks),
    )


def _everything(document: SourceDocument) -> Iterator[Block]:
    yield from document.blocks
    for blocks in document.notes.values():
        yield from blocks
    for margin in document.margins:
        yield from margin.blocks
