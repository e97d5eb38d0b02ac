"""Merging: slots are put into a rendered mail, and a recipient's values into its slots.

Values are put in last, in one pass, and never looked at again: what looks like a slot in one stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape

from mailer.model import MERGE_SLOT, SLOT_SIGN, Recipient, Rendered, Slot, slot_field, slot_sign

_PERCENT_ENCODED = re.compile("%EE%80%80([0-9]+)%EE%80%81")
"""What libxml2 makes of a slot in a URL when it writes HTML."""


class Slots:
    """The slots of one edition, the same numbers in HTML, text and subject."""

    def __init__(self) -> None:
        self._slots: dict[tuple[str, str], Slot] = {}

    def sign(self, field: str, fallback: str) -> str:
        """The sign of a slot, to be put where it stands."""
        slot = self._slots.setdefault((field, fallback), Slot(len(self._slots), field, fallback))
        return slot_sign(slot.number)

    def with_signs(self, text: str, encode: Callable[[str], str] = str) -> str:
        """A header field's text with its `{{ field | fallback }}` as signs; what is between them, encoded."""
        pieces, end = [], 0
        for match in MERGE_SLOT.finditer(text):
            pieces += [
                encode(text[end : match.start()]),
                self.sign(slot_field(match["field"]), match["fallback"] or ""),
            ]
            end = match.end()
        return "".join((*pieces, encode(text[end:])))

    def all(self) -> tuple[Slot, ...]:
        return tuple(self._slots.values())


def restore(html: str) -> str:
    """Slots in URLs, as they were before libxml2 percent-encoded them."""
    return _PERCENT_ENCODED.sub(lambda match: slot_sign(int(match[1])), html)


def merge_values(recipient: Recipient) -> dict[str, str]:
    """What a recipient fills slots with: the list's own columns, and what can be told from the name.

    first_name and last_name are taken from a column of that name; else from "First Last" or "Last, First".
    """
    first, last = _names(recipient.name)
    values = {
        "email": recipient.address,
        "name": recipient.name,
        "outlet": recipient.outlet,
        "first_name": first,
        "last_name": last,
    }
    return values | {field: value for field, value in recipient.fields.items() if value}


def _names(name: str) -> tuple[str, str]:
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.strip().partition(" ")
    return first, last.strip()


def fill(rendered: Rendered, values: Mapping[str, str]) -> Rendered:
    """One recipient's mail, without slots: for previews. Sending fills pre-encoded segments instead."""

    def put(text: str, encode: Callable[[str], str]) -> str:
        def value(match: re.Match[str]) -> str:
            slot = rendered.slots[int(match[1])]
            return encode(values.get(slot.field) or slot.fallback)

        return SLOT_SIGN.sub(value, text)

    return replace(
        rendered,
        subject=put(rendered.subject, str),
        preheader=put(rendered.preheader, str),
        html=put(rendered.html, escape),
        text=put(rendered.text, str),
        slots=(),
    )
