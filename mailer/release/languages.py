"""What follows from a language's tag: its script, and the direction in which that is read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

_RIGHT_TO_LEFT = frozenset(
    ("Adlm", "Arab", "Armi", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa")
)
"""ISO 15924. The scripts of living languages that Unicode's bidirectional classes R and AL are about."""


@lru_cache(maxsize=64)
def script_of(language: str) -> str:
    """The script (ISO 15924) that a language is written in: as its tag says (`sr-Latn`), else as CLDR's likely subtags
    have it, by its region (`pa-PK` is Arabic, `zh-TW` traditional Chinese) or without; Latin where they know nothing.

    Args:
        language: BCP 47.
    """
    from babel.core import get_global

    first, *rest = re.split(r"[-_]", language)
    if said := next((tag for tag in rest if re.fullmatch("[A-Za-z]{4}", tag)), ""):
        return said.title()
    regions = [tag.upper() for tag in rest if re.fullmatch("[A-Za-z]{2}|[0-9]{3}", tag)]
    likely = get_global("likely_subtags")
    for tag in (*(f"{first.lower()}_{region}" for region in regions), first.lower()):
        if tag in likely:
            return str(likely[tag]).split("_")[1]
    return "Latn"


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """How the script of a language (BCP 47) is read."""
    return "rtl" if script_of(language) in _RIGHT_TO_LEFT else "ltr"


def is_other(language: str, than: str) -> bool:
    """Whether two tags (BCP 47) are of two languages, or of one in two scripts; es-MX is Spanish as es is."""
    own, other = (re.split(r"[-_]", tag)[0].lower() for tag in (language, than))
    return own != other or script_of(language) != script_of(than)
