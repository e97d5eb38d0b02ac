"""Merge slots: places that each recipient fills, as staff write them and as they stand in a rendered mail.

In a release a slot is `{{ field | fallback }}`. In `Rendered` its sign is `U+E000 number U+E001`. The reader of
releases replaces private-use characters in what staff wrote, so nobody can forge one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailer.model.findings import Where

MERGE_SLOT = re.compile(
    r"\{\{\s*+(?P<field>[^\W\d][\w-]*+(?: ++[\w-]++)*+)\s*+"
    r"(?:\|\s*+(?P<fallback>(?:[^{}\s]++(?:[^\S\n]++(?=[^{}\s]))?+)*+)\s*+)?+\}\}"
)
"""A slot as it is written in a release. No repetition gives back what it took: were each blank both a part of the
field and of what follows it, a line of blanks would take its length cubed."""

SLOT_SIGN = re.compile("\ue000([0-9]+)\ue001")
"""A slot as it stands in `Rendered`, with its number."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in rendered text that each recipient fills. `number` is its index in `Rendered.slots`."""

    number: int
    field: str
    fallback: str
    where: Where | None = None


def slot_field(name: str) -> str:
    """ "First name" → "first_name": a slot's field as lists normalise their columns."""
    return re.sub(r"[\s_-]+", "_", name.strip().lower())


def slot_sign(number: int) -> str:
    """What stands in `Rendered` for slot number `number`."""
    return f"\ue000{number}\ue001"
