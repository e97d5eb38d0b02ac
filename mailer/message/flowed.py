"""Space-stuffing of flowed text (RFC 3676 §4.4): where a line of the text begins as a program would take for something
else, it travels with a space before it, which the program that shows it removes."""

from __future__ import annotations

import re
from collections.abc import Collection

from mailer.model import SLOT_SIGN

_STUFFED = re.compile(r"^(?=[ >]|From |\ue000)", re.MULTILINE)


def stuffed(text: str, safe: Collection[int] = ()) -> str:
    """A text as it travels. A line that a recipient's value begins is always stuffed, as any value may come.

    Args:
        text: its line ends as `\\n`, its slots as signs.
        safe: numbers of slots whose values begin with a letter.
    """

    def space(match: re.Match[str]) -> str:
        slot = SLOT_SIGN.match(text, match.start())
        return "" if slot and int(slot[1]) in safe else " "

    return _STUFFED.sub(space, text)


def unstuffed(text: str) -> str:
    """A text as a program shows it that knows flowed text; no line of ours is quoted (§4.5)."""
    return re.sub("^ ", "", text, flags=re.MULTILINE)
