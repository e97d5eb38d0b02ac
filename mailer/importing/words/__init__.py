"""What offices write around the text of a release, in five languages: the tables beside this file, made ready to match.

The languages are asked together: an office in Brussels heads a French text “Press release”, and the form that it was
typed into may be anybody's. Whoever adds a language adds a file with the same keys.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from mailer.model import Kind

LANGUAGES = ("en", "es", "fr", "de", "pt")
_SAME = {"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "\u202f": " ", "\t": " ", "ʼ": "'", "ß": "s"}


@lru_cache(maxsize=4096)
def _plain_letter(letter: str) -> str:
    letter = _SAME.get(letter, letter)
    if letter in "ºª°":
        return letter
    bare = unicodedata.normalize("NFD", letter)[:1].lower()
    return bare if len(bare) == 1 else letter


def plain(text: str) -> str:
    """Small letters without accents, of the same length: what was found in it stands there in `text`."""
    return text.lower() if text.isascii() else "".join(map(_plain_letter, text))


@cache
def _tables() -> Mapping[str, Mapping[str, object]]:
    here = files("mailer.importing.words")
    return {
        language: tomllib.loads(here.joinpath(f"{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    }


def _split(text: str) -> tuple[str, ...]:
    """Phrases as `plain` has them; `;` and line ends separate."""
    return tuple(phrase for piece in re.split(r"[;\n]", text) if (phrase := " ".join(plain(piece).split())))


@cache
def names(key: str) -> frozenset[str]:
    """A table of `names.toml`: words that go with names in whatever language."""
    table = tomllib.loads(files("mailer.importing.words").joinpath("names.toml").read_text("utf-8"))
    return frozenset(_split(table[key]))


@cache
def phrases(key: str, language: str = "") -> frozenset[str]:
    """All phrases of a table in every language, or in one. `key` is "contact", "kinds.statement", "fields.date"."""
    found: set[str] = set()
    for tag, table in _tables().items():
        if language in ("", tag):
            value: object = table
            for part in key.split("."):
                assert isinstance(value, dict)
                value = value[part]
            found.update(_split(str(value)))
    return frozenset(found)


@cache
def months() -> Mapping[str, int]:
    """Names and abbreviations of months, as `plain` has them → their numbers."""
    return {
        name.strip(): number
        for table in _tables().values()
        for number, names in enumerate(_split(str(table["months"])), start=1)
        for name in names.split(",")
    }


def any_of(*sources: Iterable[str]) -> str:
    """A pattern's alternatives for phrases, longest first, whatever blanks are between their words."""
    every = {phrase for source in sources for phrase in source}
    return "|".join(
        re.escape(phrase).replace(r"\ ", r"\s+") for phrase in sorted(every, key=lambda p: (-len(p), p))
    )


@cache
def kinds() -> Mapping[str, Kind]:
    """What releases call themselves → what they are."""
    printed = (kind for kind in Kind if kind is not Kind.FOLLOW_UP)  # a note of a few lines is no document
    return {phrase: kind for kind in printed for phrase in phrases(f"kinds.{kind.name.lower()}")}


FIELDS = (
    "headline",
    "subhead",
    "date",
    "dateline",
    "kind",
    "embargo",
    "subject",
    "preheader",
    "body",
    "lang",
)
"""What a form for releases has fields for, as the `fields` tables know them."""


@cache
def field_names() -> Mapping[str, str]:
    """What forms call a field → the field."""
    return {phrase: field for field in reversed(FIELDS) for phrase in phrases(f"fields.{field}")}


def language_of(text: str) -> str:
    """The language in which a text is written, by its commonest words; "" where they don't tell."""
    found = re.findall(r"[^\W\d_]+", plain(text[:6000]))
    counts = {
        tag: sum(word in common for word in found) for tag in LANGUAGES if (common := phrases("common", tag))
    }
    first, second = sorted(counts, key=lambda tag: -counts[tag])[:2]
    clear = counts[first] >= 5 and counts[first] > 1.15 * counts[second]
    return first if clear else ""
