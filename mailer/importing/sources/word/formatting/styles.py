"""What a paragraph or a run looks like in the end: its own properties, its styles', the document's defaults.

ECMA-376-1 §17.7.2 has the order in which they are asked, §17.7.3 the properties that switch over rather than replace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from mailer.importing.sources.word.names import Element, ancestor, child, is_on, q, value

_LONGEST_CHAIN = 32
_SWITCHES = frozenset(("b", "i", "vanish", "strike", "dstrike", "caps", "smallCaps"))


def _children(element: Element | None) -> list[Element]:
    return [] if element is None else list(element)


_Around: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Style:
    element: Element
    name: str
    based_on: str


@dataclass(slots=True)
class Styles:
    """A document's styles.

    Args:
        root: of the part that holds them; None where there is none.
    """

    root: Element | None
    _by_id: dict[tuple[str, str], _Style] = field(default_factory=dict)
    _standard: dict[str, str] = field(default_factory=dict)
    _found: dict[tuple[str, str, str, str], Element | None] = field(default_factory=dict)
    _switches: dict[tuple[_Around, str], bool] = field(default_factory=dict)
    _styled: tuple[Element | None, str] | None = None
    _last: tuple[Element, dict[str, Element], _Around] | None = None

    def __post_init__(self) -> None:
        if self.root is None:
            return
        for style in self.root.iterchildren(q("w:style")):
            kind, key = value(style, "w:type", "paragraph"), value(style, "w:styleId")
            name, based_on = value(child(style, "w:name")), value(child(style, "w:basedOn"))
            self._by_id.setdefault((kind, key), _Style(style, name, based_on))
            if value(style, "w:default") in ("1", "true", "on"):
                self._standard.setdefault(kind, key)

    def is_set(self, run: Element, name: str) -> bool:
        """Whether one of the properties that can be on or off is on for a run: "b", "vanish"."""
        own, around = self._look(run)
        if (said := own.get(q(f"w:{name}"))) is not None:
            return is_on(said)
        return self._switched(around, name)

    def of_run(self, run: Element, name: str) -> Element | None:
        """The element that says a property of a run: "color", "sz"."""
        own, around = self._look(run)
        if (said := own.get(q(f"w:{name}"))) is not None:
            return said
        for kind, key in around:
            if (found := self._in_style(kind, key, "rPr", name)) is not None:
                return found
        return self._default("rPr", name)

    def of_paragraph(self, paragraph: Element, name: str) -> Element | None:
        """The element that says a property of a paragraph: "jc", "outlineLvl"."""
        own = child(paragraph, "w:pPr", f"w:{name}")
        if own is not None:
            return own
        found = self._in_style("paragraph", self.paragraph_style(paragraph), "pPr", name)
        return self._default("pPr", name) if found is None else found

    def on_by_paragraph_style(self, paragraph: Element, name: str) -> bool:
        """Whether a paragraph's style alone sets one of its text's properties."""
        found = self._in_style("paragraph", self.paragraph_style(paragraph), "rPr", name)
        return found is not None and is_on(found)

    def paragraph_style(self, paragraph: Element | None) -> str:
        """The id of a paragraph's style; the standard one's where it names none."""
        if (
            self._styled is None or self._styled[0] is not paragraph
        ):  # a long paragraph's runs ask again and again
            said = value(child(paragraph, "w:pPr", "w:pStyle"))
            self._styled = paragraph, said or self._standard.get("paragraph", "")
        return self._styled[1]

    def names(self, paragraph: Element) -> tuple[str, ...]:
        """The names of a paragraph's style and of those that it is based on."""
        return tuple(style.name for style in self._chain("paragraph", self.paragraph_style(paragraph)))

    def is_standard(self, paragraph: Element) -> bool:
        """Whether a paragraph has the style that any has."""
        return self.paragraph_style(paragraph) == self._standard.get("paragraph", "")

    def numbering_of(self, style: str) -> str:
        """The id of the numbering that a list style stands for, or ""."""
        found = self._by_id.get(("numbering", style))
        return "" if found is None else value(child(found.element, "w:pPr", "w:numPr", "w:numId"))

    def table_says(self, table: Element, name: str) -> bool:
        """Whether a table's style says something of this kind anywhere, also for its first row or column alone."""
        key = value(child(table, "w:tblPr", "w:tblStyle")) or self._standard.get("table", "")
        return any(
            value(each, "w:fill", "auto").lower() not in ("auto", "ffffff", "")
            for style in self._chain("table", key)
            for each in style.element.iter(q(f"w:{name}"))
        )

    def _look(self, run: Element) -> tuple[dict[str, Element], _Around]:
        """A run's own properties, and the styles that it gets its looks from, the nearest first.

        They are kept for the run that is being asked about, as it is asked about many a property.
        """
        if self._last is None or self._last[0] is not run:
            paragraph, table = ancestor(run, "w:p"), ancestor(run, "w:tbl")
            own = {each.tag: each for each in _children(child(run, "w:rPr"))}
            around = (
                ("character", value(own.get(q("w:rStyle"))) or self._standard.get("character", "")),
                ("paragraph", self.paragraph_style(paragraph)),
                ("table", "" if table is None else value(child(table, "w:tblPr", "w:tblStyle"))),
            )
            self._last = run, own, around
        return self._last[1:]

    def _switched(self, around: _Around, name: str) -> bool:
        asked = (around, name)
        if asked not in self._switches:
            general = self._default("rPr", name)
            said = [self._in_style(kind, key, "rPr", name) for kind, key in around]
            on = sum(element is not None and is_on(element) for element in said)
            switched = on % 2 == 1 if name in _SWITCHES else on > 0
            self._switches[asked] = switched or (general is not None and is_on(general))
        return self._switches[asked]

    def _chain(self, kind: str, key: str) -> list[_Style]:
        chain: list[_Style] = []
        while (style := self._by_id.get((kind, key))) is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(style)
            key = style.based_on
        return chain

    def _in_style(self, kind: str, key: str, part: str, name: str) -> Element | None:
        asked = (kind, key, part, name)
        if asked not in self._found:
            said = (child(style.element, f"w:{part}", f"w:{name}") for style in self._chain(kind, key))
            self._found[asked] = next((element for element in said if element is not None), None)
        return self._found[asked]

    def _default(self, part: str, name: str) -> Element | None:
        asked = ("", "", part, name)
        if asked not in self._found:
            self._found[asked] = child(
                self.root, "w:docDefaults", f"w:{part}Default", f"w:{part}", f"w:{name}"
            )
        return self._found[asked]
