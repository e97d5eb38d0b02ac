"""Rich text as a document, and its words by themselves."""

from __future__ import annotations

import re
from locale import windows_locale

from mailer.importing.document import SourceDocument
from mailer.importing.sources.rich_text.found import Found
from mailer.importing.sources.rich_text.reader import Reader
from mailer.importing.sources.rich_text.tokens import tokens
from mailer.importing.sources.rich_text.words import words_of
from mailer.importing.sources.shaping.typed_lists import with_typed_lists

_PART = re.compile(rb"\\(?:red|green|blue)(\d{1,3})")
_STYLE = re.compile(rb"\{(?:\\s(\d{1,4}))?[^{}]*?\s([^\\{};]{1,60});\}")


def document_of(content: bytes, *, accept_changes: bool) -> SourceDocument:
    """What rich text says.

    Raises:
        TooLarge: it goes over a limit.
    """
    found = Found(accept_changes=accept_changes)
    reader = Reader(found, _styles(content), _white(content))
    for token in tokens(content):
        reader.take(token)
    blocks, words = with_typed_lists(reader.finish(), words_of(content))
    leaks, accepted = found.leaks()
    return SourceDocument(
        kind="rich text",
        blocks=blocks,
        notes=found.notes,
        pictures=found.pictures,
        margins=tuple(found.margins),
        leaks=leaks,
        accepted=accepted,
        remarks=tuple(found.remarks),
        language=windows_locale.get(found.language, "").replace("_", "-"),
        words=words,
    )


def _styles(content: bytes) -> dict[int, str]:
    """Names of paragraph styles by number: `{\\s1 … heading 1;}`."""
    start = content.find(b"{\\stylesheet")
    if start < 0:
        return {}
    sheet = content[start : start + 200_000]
    return {int(number): name.decode("latin-1").strip() for number, name in _STYLE.findall(sheet) if number}


def _white(content: bytes) -> frozenset[int]:
    """Numbers of the document's colours that can't be told from white: `{\\colortbl;\\red255\\green255\\blue255;}`."""
    start = content.find(b"{\\colortbl")
    table = content[start : content.find(b"}", start)][:100_000] if start >= 0 else b""
    parts = [[int(each) for each in _PART.findall(colour)] for colour in table.split(b";")]
    return frozenset(
        number for number, colour in enumerate(parts) if len(colour) == 3 and min(colour) >= 0xFA
    )
