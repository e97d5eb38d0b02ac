"""The word lists of words.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def words(table: str, language: str = "") -> frozenset[str]:
    """A table's words.

    Args:
        language: BCP 47's first part; "" for those of all languages. What is not there has none.
    """
    lists = _tables()[table]
    chosen = (language,) if language else tuple(lists)
    return frozenset(word for name in chosen for word in lists.get(name, "").split())


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
