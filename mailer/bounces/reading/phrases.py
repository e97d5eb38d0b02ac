"""The lists of phrases.toml, ready for searching."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(files("mailer.bounces.reading").joinpath("phrases.toml").read_text("utf-8"))


def lines_of(name: str) -> tuple[str, ...]:
    """The phrases of one list."""
    return tuple(filter(None, _lists()[name].split("\n")))


def patterns() -> dict[str, re.Pattern[str]]:
    """One pattern for each list of phrases.toml, by its name."""
    return {name: compiled(lines) for name, lines in _lists().items()}


def compiled(phrases: str) -> re.Pattern[str]:
    """One pattern for a list of phrases, one a line; a phrase begins where a word does."""
    alternatives = "|".join(_pattern(line) for line in phrases.split("\n") if line)
    return re.compile(rf"(?<![a-z])(?:{alternatives})", re.IGNORECASE)


def _pattern(phrase: str) -> str:
    pieces = [r"\s+".join(map(re.escape, piece.split())) for piece in phrase.split("…")]
    return r"(?:[^.;\n]|\.(?=\w)){0,40}?(?<![a-z])".join(pieces)
