"""Words of lists, in nineteen languages: the tables of the `.toml` files beside this one, ready for comparing.

`headers.toml` has what people call a column, `cells.toml` what they write in one, `gates.toml` the phrases by which a
header says who may be mailed. All are compared without accents, case and punctuation.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mailer.press.clean_text import clean, folded

_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "\u0640": None})
"""Letters that Unicode takes for no accented ones though keyboards do; and what stretches Arabic words."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W\d_]+")
_EMAIL = re.compile(r"\be mail")
_NO_SPACES = re.compile("[\u1100-\u11ff\u2e80-\uffff]")
"""Chinese, Japanese, and Korean taken apart, as `folded` does: they put no space between words, or not always."""


def table(name: str) -> dict[str, Any]:
    """The content of one of the files."""
    text = files("mailer.press.list_files.words").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def split(text: str) -> tuple[str, ...]:
    """The words of an entry, which `;` separates."""
    return tuple(word for piece in text.split(";") if (word := " ".join(piece.split())))


def plain(header: str) -> str:
    """`" E-Mail: *"` → `email`: letters and digits only, without accents or case."""
    return "".join(c for c in _bare(header) if c.isalnum())


def spaced(header: str) -> str:
    """`HasOptedOutOfEmail`, `opted_out (of e-mail)` → `has opted out of email`: words with a space between."""
    return _EMAIL.sub("email", " ".join(_WORD.findall(_bare(_HUMP.sub(" ", clean(header))))))


def _bare(text: str) -> str:
    text = folded(text)
    return text if text.isascii() else text.translate(_UNDECOMPOSED)


def phrases(lines: str) -> re.Pattern[str]:
    """One pattern for a list of phrases, one a line, to be searched in what `spaced` returns.

    `unsub*` is any word that begins so, `^` and `$` are the header's ends.
    """
    found = [_pattern(phrase) for line in lines.splitlines() for phrase in split(line.partition("#")[0])]
    return re.compile("|".join(found))


def _pattern(phrase: str) -> str:
    start, end = phrase.startswith("^"), phrase.endswith("$")
    words = spaced_phrase(phrase.strip("^$"))
    if _NO_SPACES.match(words):
        return words.replace(" ", " ?")
    pattern = " ".join(word.replace("*", r"\w*") for word in words.split(" "))
    return ("^" if start else r"\b") + pattern + ("$" if end else r"\b")


def spaced_phrase(phrase: str) -> str:
    """A phrase as `spaced` would have it, its stars kept."""
    kept = "".join(c if c.isalpha() or c == "*" else " " for c in _bare(phrase))
    return _EMAIL.sub("email", " ".join(kept.split()))


@lru_cache(maxsize=1)
def headers() -> dict[str, tuple[str, ...]]:
    """Role → every header that has it, in all languages."""
    return {
        role: tuple(word for words in languages.values() for word in split(words))
        for role, languages in table("headers").items()
    }
