"""Text between two tags, as it is written and as it is meant (XML 1.0 §2.2, §2.4, §4.6)."""

from __future__ import annotations

import re

TEXT = r"[^<>\x00-\x08\x0b-\x1f]"
"""A character of it. No `>`, which ends the forbidden `]]>`; no carriage return, which would become a line feed."""

_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def meant(text: str) -> str:
    """`AT&amp;T` → `AT&T`.

    Raises:
        ValueError: there is an entity that not every XML file has, or a character that none may have.
    """
    if "&" not in text:
        return text
    replaced, number = _REFERENCE.subn(_character, text)
    if number != text.count("&"):
        raise ValueError(text)
    return replaced


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    code = int(found[2]) if found[2] else int(found[3], 16)
    allowed = (
        code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    )
    if not allowed:
        raise ValueError(found[0])
    return chr(code)
