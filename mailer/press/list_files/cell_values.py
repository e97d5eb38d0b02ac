"""Words that cells say in several languages: active or not, yes or no, names of languages.

All are compared folded: without accents and case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from mailer.press.clean_text import folded, shortened
from mailer.press.list_files.words import spaced, split, table

LONGEST = 200
"""Characters: what is longer is no word that we know, and not worth remembering."""


_WORDS = {name: frozenset(map(folded, split(words))) for name, words in table("cells").items()}

YES, NO = _WORDS["yes"], _WORDS["no"]
NEVER = NO | _WORDS["never"]
ACTIVE = YES | _WORDS["active"]
INACTIVE = NO | _WORDS["inactive"]
_TAGS_OUT = _WORDS["tags_out"] | frozenset(map(spaced, _WORDS["tags_out"]))


def word_of(text: str) -> str:
    """A cell as it is compared with the words we know."""
    return folded(text[:LONGEST])


def activity(text: str) -> bool | None:
    """Whether a status cell says active; None where it says neither. An empty cell says nobody has left."""
    word = word_of(text)
    return True if not word or word in ACTIVE else False if word in INACTIVE else None


def opted_out(text: str) -> bool:
    """Whether a cell of an "unsubscribed" column says so: anything but nothing and no, a date too."""
    word = word_of(text)
    return bool(word) and word not in NEVER


def tags_in(text: str) -> frozenset[str]:
    """`Coast; "fish"` → {"coast", "fish"}."""
    return _tags(text) if len(text) <= LONGEST else _cut_tags(text)


def tag_that_opts_out(text: str) -> str:
    """Of the tags in a cell the one that says its person is not to be mailed ("unsubscribed"), or ""."""
    return _tag_out(text) if len(text) <= LONGEST else _first_out(_cut_tags(text))


_SAID_OUTRIGHT = _TAGS_OUT - {"baja"}  # a cell may also be about Baja California


def says_not_to_mail(cells: Iterable[str]) -> bool:
    """Whether one of these cells is nothing but a word of somebody who has opted out: “unsubscribed”, “DO NOT MAIL”."""
    return not _SAID_OUTRIGHT.isdisjoint(map(str.casefold, cells))


def _cut_tags(text: str) -> frozenset[str]:
    separators = text.replace(";", ",").replace("|", ",").replace(" ::: ", ",")  # the last is Google's
    return frozenset(filter(None, (tag.strip(" \"'[]*").lower() for tag in separators.split(","))))


_tags = lru_cache(maxsize=4096)(_cut_tags)


@lru_cache(maxsize=4096)
def _tag_out(text: str) -> str:
    return _first_out(_tags(text))


def _first_out(tags: Iterable[str]) -> str:
    return next((tag for tag in tags if folded(tag) in _TAGS_OUT or spaced(tag) in _TAGS_OUT), "")


def yes_or_no(text: str) -> str:
    """ "yes", "no", or the text itself where it is neither."""
    word = word_of(text)
    return "yes" if word in YES else "no" if word in NO else text


def full_name(name: str, fields: dict[str, str]) -> str:
    """A full name from the columns there are; fills the part that stands in a column called just “name”.

    Nombre + Apellidos and Name + Vorname both leave one part in “name”; which one, the other column tells.
    """
    first, last = fields.get("first_name", ""), fields.get("last_name", "")
    if first and last:
        return name or (f"{last}{first}" if _family_first(first, last) else f"{first} {last}")
    if name and last and last.casefold() not in name.casefold():
        fields["first_name"] = first or name
        return f"{name} {last}"
    if name and first and first.casefold() not in name.casefold():
        fields["last_name"] = last or name
        return f"{first} {name}"
    return name or first or last


def _family_first(first: str, last: str) -> bool:
    """Whether a name in two columns is Chinese, Japanese or Korean: 姓 before 名, and no space between."""
    return "\u2e80" <= first[0] <= "\ud7ff" and "\u2e80" <= last[0] <= "\ud7ff"


_TAG = re.compile(
    r"(?P<code>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?", re.I
)
_SPLIT = re.compile(r"\s*[,;/|+&\n]\s*|\s+(?:and|y|et|und|e)\s+", re.I)


def languages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`Spanish; en` → (("es", "en"), ()): BCP 47 tags, and the words that are no language we know."""
    return _languages(text) if len(text) <= LONGEST else ((), (shortened(text),))


@lru_cache(maxsize=4096)
def _languages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tags: list[str] = []
    unknown: list[str] = []
    for word in filter(None, _SPLIT.split(text)):
        tag = _language(word)
        (tags if tag else unknown).append(tag or word)
    return tuple(dict.fromkeys(tags)), tuple(unknown)


def _language(word: str) -> str:
    """`es_MX` → es-MX, `Español (México)` → es; "" where it is no language."""
    match = _TAG.fullmatch(word)
    if match and match["code"].lower() in _codes():
        parts = (match["code"].lower(), (match["script"] or "").title(), (match["region"] or "").upper())
        return "-".join(filter(None, parts))
    return _codes_by_name().get(folded(word.partition("(")[0]), "")


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    from babel import Locale

    return frozenset(str(code) for code in Locale("en").languages if len(str(code)) in (2, 3))


_SPEAKERS = (
    "en",
    "es",
    "fr",
    "de",
    "pt",
    "it",
    "nl",
    "pl",
    "sv",
    "da",
    "nb",
    "ru",
    "uk",
    "el",
    "tr",
    "ar",
    "ja",
    "zh",
    "ko",
)


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    """Names of languages in those that headers are known in, and in themselves, from CLDR."""
    from babel import Locale

    names: dict[str, str] = {"castellano": "es", "castilian": "es", "brasileiro": "pt-BR"}
    for speaker in _SPEAKERS:
        for code, name in Locale(speaker).languages.items():
            if "_" not in code:
                names.setdefault(folded(name), code)
    for code in ("ca", "gl", "eu", "fi"):
        names.setdefault(folded(Locale(code).languages[code]), code)
    return names
