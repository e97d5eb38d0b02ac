"""Rich text as tokens: groups, control words and symbols, bytes of text (RTF 1.9.1, "RTF Syntax")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

DEEPEST = 300
"""Groups inside one another; Word's own have some 20."""
MOST_COMMANDS = 800_000
"""Braces, control words, symbols: a release of 20 pages with Word's styles has 40,000."""

_TOKEN = re.compile(
    rb"(?P<text>[^\\{}\r\n\x00]+)|(?P<brace>[{}])"
    rb"|\\(?:(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|'(?P<hex>[0-9a-fA-F]{2})|(?P<symbol>[^a-zA-Z'0-9]))"
)


class TooLarge(ValueError):
    """Rich text goes over a limit, which its message says."""


class Token(NamedTuple):
    """One token: "word" has a name and perhaps a number, "symbol" a character, "text" and "binary" have bytes."""

    kind: Literal["open", "close", "word", "symbol", "text", "binary"]
    name: str = ""
    number: int | None = None
    content: bytes = b""


def tokens(content: bytes) -> Iterator[Token]:
    """The tokens of rich text, until its outermost group closes; what is malformed is passed over.

    Raises:
        TooLarge: there are too many, or groups nest too deep.
    """
    at = depth = commands = 0
    while match := _TOKEN.search(content, at):
        at = match.end()
        if (text := match["text"]) is not None:
            yield Token("text", content=text)
            continue
        commands += 1
        if commands > MOST_COMMANDS:
            raise TooLarge(f"it has more than {MOST_COMMANDS:,} commands")
        if brace := match["brace"]:
            depth += 1 if brace == b"{" else -1
            if depth > DEEPEST:
                raise TooLarge(f"its groups stand more than {DEEPEST} deep inside one another")
            yield Token("open" if brace == b"{" else "close")
            if depth <= 0:
                return
        elif word := match["word"]:
            number = int(match["number"]) if match["number"] is not None else None
            name = word.decode("ascii")
            if name == "bin" and number is not None and number > 0:
                yield Token("binary", content=content[at : at + number])
                at += number
            else:
                yield Token("word", name, number)
        elif digits := match["hex"]:
            yield Token("text", name="hex", content=bytes((int(digits, 16),)))
        else:
            yield Token("symbol", match["symbol"].decode("latin-1"))
