"""A sentence as readers have it, found in a release's file and replaced."""

from __future__ import annotations

import re

_BEFORE = r"(?:\*\*|[*_\[])*"
_AFTER = r"(?:\*\*|[*_]|\]\([^)\s]*\)|\[\^[^\]]+\])*"
_BETWEEN = r"(?:\s+(?:>[ \t]*)?)"
"""What may stand around a word, and between two: emphasis, a link, the mark of a note; a line's end in a quotation."""


def stands_in(text: str, sentence: str) -> bool:
    """Whether a release's file holds a sentence, elsewhere than in the line that tells of a change."""
    return _found(text, sentence) is not None


def with_sentence_replaced(text: str, old: str, new: str) -> str:
    """
    Args:
        text: the file.
        old: the sentence as it was sent: without markup.
        new: what it is to say.

    Returns:
        The file with the first such sentence replaced; as it was where it holds none.
    """
    found = _found(text, old)
    if found is None:
        return text
    return text[: found.start()] + _as_strong(found[0], " ".join(new.split())) + text[found.end() :]


def _found(text: str, sentence: str) -> re.Match[str] | None:
    words = [_BEFORE + re.escape(word) + _AFTER for word in sentence.split()]
    places = re.finditer(_BETWEEN.join(words), text) if words else ()
    return next((found for found in places if not _tells_of_it(text, found.start())), None)


def _as_strong(old: str, new: str) -> str:
    """Emphasis that begins or ends elsewhere stays."""
    if old.count("**") % 2 == 0:
        return new
    return f"**{new}" if old.startswith("**") else f"{new}**"


def _tells_of_it(text: str, place: int) -> bool:
    """Whether it stands in the field `Correction:`, which says what was said before."""
    return text[text.rfind("\n", 0, place) + 1 : place].lower().startswith("correction:")
