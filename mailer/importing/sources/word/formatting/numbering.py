"""Which paragraphs are items of lists, on which level, and under which number (ECMA-376-1 §17.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.importing.sources.word.formatting.styles import Styles
from mailer.importing.sources.word.names import Element, child, number, q, value

DEEPEST = 4
"""The deepest level, counted from 0, that mammoth makes lists of."""
_MOST_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph as an item of a list.

    Attributes:
        level: 0 for an item of a list that is in no other.
        ordered: it has a number.
        number: which.
        plain: its number reads as "1", not as "a" or "IV".
    """

    level: int
    ordered: bool
    number: int
    plain: bool


@dataclass(slots=True)
class Numbering:
    """A document's numberings, and how far each has counted.

    Args:
        root: of the part that holds them; None where there is none.
    """

    root: Element | None
    styles: Styles
    _counts: dict[str, list[int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)
    _levels: dict[tuple[str, int], Element | None] = field(default_factory=dict)
    _abstract: dict[str, Element] = field(default_factory=dict)
    _nums: dict[str, Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.root is not None:
            self._abstract = {
                value(each, "w:abstractNumId"): each for each in self.root.iter(q("w:abstractNum"))
            }
            self._nums = {value(each, "w:numId"): each for each in self.root.iter(q("w:num"))}

    def item(self, paragraph: Element) -> Item | None:
        """What the next paragraph is, or None where it is no item. To be asked once for each, in order."""
        said = self.styles.of_paragraph(paragraph, "numPr")
        own = child(paragraph, "w:pPr", "w:numPr")
        key = value(child(said, "w:numId")) or value(child(own, "w:numId"))
        if not key or key == "0" or key not in self._nums:
            return None
        level = child(own, "w:ilvl") if own is not None else child(said, "w:ilvl")
        depth = number(value(level)) if level is not None else self._level_of_style(key, paragraph)
        depth = min(max(depth, 0), _MOST_LEVELS - 1)
        found = self._level(key, depth)
        form = value(child(found, "w:numFmt"), default="decimal")
        shown = value(child(found, "w:lvlText"), default="•" if form == "bullet" else "%1")
        if found is None or form == "none" or (form != "bullet" and not shown.strip()):
            return None
        ordered = form != "bullet" and "%" in shown
        return Item(
            depth, ordered, self._count(key, depth, found), form in ("decimal", "decimalZero", "bullet")
        )

    def _count(self, key: str, depth: int, level: Element) -> int:
        counts = self._counts.setdefault(self._abstract_of(key), [0] * _MOST_LEVELS)
        start = number(value(child(level, "w:start"), default="1"), 1)
        override = next(
            (child(each, "w:startOverride") for each in self._overrides(key, depth)),
            None,
        )
        first = (key, depth) not in self._begun
        self._begun.add((key, depth))
        if override is not None and first:
            counts[depth] = number(value(override), 1)
        else:
            counts[depth] = counts[depth] + 1 if counts[depth] else max(start, 1)
        counts[depth + 1 :] = [0] * (_MOST_LEVELS - depth - 1)
        return max(counts[depth], 1)

    def _abstract_of(self, key: str) -> str:
        return value(child(self._nums.get(key), "w:abstractNumId"))

    def _overrides(self, key: str, depth: int) -> Iterator[Element]:
        num = self._nums.get(key)
        if num is not None:
            yield from (e for e in num.iter(q("w:lvlOverride")) if number(value(e, "w:ilvl")) == depth)

    def _level(self, key: str, depth: int) -> Element | None:
        if (key, depth) not in self._levels:
            self._levels[key, depth] = self._look_up(key, depth)
        return self._levels[key, depth]

    def _look_up(self, key: str, depth: int, followed: int = 0) -> Element | None:
        for override in self._overrides(key, depth):
            if (own := child(override, "w:lvl")) is not None:
                return own
        abstract = self._abstract.get(self._abstract_of(key))
        if abstract is None:
            return None
        if style := value(child(abstract, "w:numStyleLink")):
            return (
                self._look_up(self.styles.numbering_of(style), depth, followed + 1) if followed < 8 else None
            )
        levels = {number(value(each, "w:ilvl")): each for each in abstract.iterchildren(q("w:lvl"))}
        return levels.get(depth)

    def _level_of_style(self, key: str, paragraph: Element) -> int:
        """The level that says it is for a paragraph's style, where neither says a number."""
        abstract, style = self._abstract.get(self._abstract_of(key)), self.styles.paragraph_style(paragraph)
        for each in () if abstract is None else abstract.iterchildren(q("w:lvl")):
            if value(child(each, "w:pStyle")) == style:
                return number(value(each, "w:ilvl"))
        return 0
