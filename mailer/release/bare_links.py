"""Addresses that are written into the text as they are: where one ends in scripts that put no blank behind it."""

from __future__ import annotations

from linkify_it import LinkifyIt
from linkify_it.main import Match

_ENDS = str.maketrans(
    dict.fromkeys("。、，；：！？｡､「」『』（）【】《》〈〉〔〕［］｢｣“”„‘’«»‹›،؛؟۔।॥…", " ")
)
"""Punctuation that linkify-it, which knows ASCII's, takes for a part of an address. What is in an address indeed, its
owner writes percent-encoded, or staff write it as `<https://…>`."""


class BareLinks(LinkifyIt):  # type: ignore[misc]
    """linkify-it, to which such punctuation is a blank: the places of all that it finds stay the same."""

    def test(self, text: str) -> bool:
        return bool(super().test(text.translate(_ENDS)))

    def match(self, text: str) -> list[Match] | None:
        found: list[Match] | None = super().match(text.translate(_ENDS))
        return found

    def match_at_start(self, text: str) -> Match | None:
        return super().match_at_start(text.translate(_ENDS))
