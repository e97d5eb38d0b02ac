"""Words that a source document says it has and that stand in none of its parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from mailer.importing.document import Block, Listing, SourceDocument
from mailer.importing.sources.shaping.every_run import paragraphs


def words_lost(document: SourceDocument) -> list[str]:
    """Each word of `document.words` that is missing from blocks, notes, margins, as often as it is missing.

    Marks of lists are no words; the numbers of numbered ones count.
    """
    kept = Counter(re.findall(r"\w+", " ".join(_texts(document))))
    return list((Counter(re.findall(r"\w+", document.words)) - kept).elements())


def _texts(document: SourceDocument) -> Iterator[str]:
    for blocks in (document.blocks, *document.notes.values(), *(each.blocks for each in document.margins)):
        yield from _numbers(blocks)
        for paragraph in paragraphs(blocks):
            yield "".join(run.text for run in paragraph.runs if not run.note)


def _numbers(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Listing):
            yield from (
                str(number) for number in range(block.first, block.first + len(block.items)) if block.ordered
            )
            for item in block.items:
                yield from _numbers(item)
