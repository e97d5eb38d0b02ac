"""What programs and people say, by what it means: the lists of phrases.toml, ready for searching."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files


def compiled(phrases: str) -> re.Pattern[str]:
    """One pattern for a list of phrases, one a line; a phrase begins where a word does."""
    alternatives = "|".join(_pattern(line) for line in phrases.split("\n") if line)
    return re.compile(rf"(?<![a-z])(?:{alternatives})", re.IGNORECASE)


def lines_of(name: str) -> tuple[str, ...]:
    """The phrases of one list."""
    return tuple(filter(None, _LISTS[name].split("\n")))


def _pattern(phrase: str) -> str:
    pieces = [r"\s+".join(map(re.escape, piece.split())) for piece in phrase.split("…")]
    return r"(?:[^.;\n]|\.(?=\w)){0,40}?(?<![a-z])".join(pieces)


_LISTS: dict[str, str] = tomllib.loads(
    files("mailer.bounces.reading").joinpath("phrases.toml").read_text("utf-8")
)

PHRASES = {name: compiled(lines) for name, lines in _LISTS.items()}
"""One pattern for each list of phrases.toml, by its name."""
