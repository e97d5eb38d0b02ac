"""The header of a release as text: the inverse of `read_header`. What is written here is read back as it was.

What the reader can never give back is refused: it would come back as something else, and nobody would know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from mailer.errors import ValueFault
from mailer.release.field_names import RECORDS
from mailer.release.header import FENCE, ITEM, KEEPS_LINES
from mailer.release.source import as_read
from mailer.visible import visible

FieldValue: TypeAlias = str | Sequence[str] | Sequence[Mapping[str, str]]
"""A text; or what a field of `RECORDS` holds: words, or records by normalised names of their fields."""


def header_text(fields: Mapping[str, FieldValue]) -> str:
    """The two fence lines and the fields between them, in the order given; a line end behind the last one.

    Blanks at the ends of a value are not part of it, and what is empty is not written: it reads the same.

    Args:
        fields: by normalised name (`field_names.RELEASE`, `NEWSROOM`).

    Raises:
        ValueFault: a value would not come back as it is: it has several lines, or characters that no file may hold.
    """
    lines = [line for name, value in fields.items() for line in field_lines(name, value)]
    return "\n".join(["---", *lines, "---", ""])


def field_lines(name: str, value: FieldValue) -> Iterator[str]:
    """The lines of one field; none where there is nothing to write. Raises what `header_text` does."""
    shown = name.replace("_", " ").capitalize()
    if isinstance(value, str):
        lines = [line for each in value.split("\n") if (line := _line(name, each))]
        if len(lines) > 1 and name not in KEEPS_LINES:
            raise ValueFault(f"{shown} has several lines", "write it as one")
        if any(FENCE.fullmatch(line) for line in lines[1:]):
            raise ValueFault(f"a line of {shown} would end the header", "leave out the dashes")
        if lines:
            yield f"{shown}: {lines[0]}"
            yield from (f"  {line}" for line in lines[1:])
    elif RECORDS[name]:
        yield from _records(shown, name, [each for each in value if not isinstance(each, str)])
    else:
        yield from _words(shown, name, [each for each in value if isinstance(each, str)])


def _records(shown: str, name: str, records: Sequence[Mapping[str, str]]) -> Iterator[str]:
    begun = False
    for record in records:
        parts = [f"{part}: {line}" for part, each in record.items() if (line := _line(part, each))]
        unknown = sorted(set(record) - RECORDS[name])
        if unknown:
            raise ValueFault(f"“{unknown[0]}” is not a part of {shown}")
        if parts and not begun:
            yield f"{shown}:"
            begun = True
        single = name == "event"
        yield from (
            f"  {'  ' if n else '- '}{part}" if not single else f"  {part}" for n, part in enumerate(parts)
        )


def _words(shown: str, name: str, words: Sequence[str]) -> Iterator[str]:
    """On one line where no word has what parts words there; else each on its own."""
    written = [line for word in words if (line := _line(name, word))]
    if not written:
        return
    if any(re.search("[,;]", word) for word in written) or ITEM.fullmatch(written[0]):
        yield f"{shown}:"
        yield from (f"  - {word}" for word in written)
    else:
        yield f"{shown}: {', '.join(written)}"


def _line(name: str, value: str) -> str:
    if "\n" in value or "\r" in value:
        raise ValueFault(f"“{visible(value)[:60]}” has several lines ({name})", "write it as one")
    if as_read(value) != value:
        raise ValueFault(
            f"“{visible(value)[:60]}” has a character that no release may hold ({name})", "type the word anew"
        )
    return value.strip()
