"""Words that a source document says it has and that stand in none of its parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from mailer.importing.document import SourceDocument
from mailer.importing.sources.shaping.every_run import paragraphs


def words_lost(document: SourceDocument) -> list[str]:
    """Each word of `document.words` that is missing from blocks, notes, margins, as often as it is missing.

    Marks of lists are no words; they become lists.
    """
    kept = Counter(re.findall(r"\w+", " ".join(_texts(document))))
    return list((Counter(re.findall(r"\w+", document.words)) - kept).elements())


def _texts(document: SourceDocument) -> Iterator[str]:
    for blocks in (document.blocks, *document.notes.values(), *(each.blocks for each in document.margins)):
        for paragraph in paragraphs(blocks):
            yield "".join(run.text for run in paragraph.runs if not run.note)
