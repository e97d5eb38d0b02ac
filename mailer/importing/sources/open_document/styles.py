"""What a document's styles say about text: each inherits from its parent, down to the default (ODF 1.3, 16.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailer.importing.sources.open_document.names import attribute, name_of, qualified

_DEEPEST = 30
_TINY = 2
"""Points: of letters that nobody can read."""
_NAMES = {
    "title": "Title", "subtitle": "Subtitle", "quotations": "Quote", "quote": "Quote", "caption": "Caption",
    "illustration": "Caption", "figure": "Caption", "drawing": "Caption",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextLook:
    """What styles say; None where they say nothing, so that what is around decides."""

    bold: bool | None = None
    italic: bool | None = None
    raised: bool | None = None
    hidden: bool = False
    struck: bool = False
    unseen: bool | None = None
    """White without a colour behind it, or too small for anybody to read."""


class Styles:
    """All styles of a document.

    Args:
        roots: the trees that hold some: of styles.xml, of content.xml.
    """

    def __init__(self, *roots: Any) -> None:
        self._styles: dict[tuple[str, str], Any] = {}
        self._automatic: set[Any] = set()
        self._lists: dict[str, dict[int, bool]] = {}
        self.language = ""
        for root in roots:
            for element in root.iter(qualified("style:style")):
                key = attribute(element, "style:family"), attribute(element, "style:name")
                self._styles[key] = element
                if name_of(element.getparent().tag) == "office:automatic-styles":
                    self._automatic.add(element)
            for element in root.iter(qualified("text:list-style")):
                self._lists[attribute(element, "style:name")] = dict(_levels(element))
            for element in root.iter(qualified("style:default-style")):
                if attribute(element, "style:family") == "paragraph":
                    self.language = _language(element) or self.language

    def _chain(self, family: str, name: str) -> Iterator[Any]:
        """A style and those that it inherits from, nearest first."""
        for _ in range(_DEEPEST):
            element = self._styles.get((family, name))
            if element is None:
                return
            yield element
            name = attribute(element, "style:parent-style-name")

    def look(self, family: str, name: str, *, own: bool = False) -> TextLook:
        """What a style says about text.

        Args:
            family: "text" or "paragraph".
            own: only what was set by hand, in automatic styles: that a heading's style is bold makes no bold words.
        """
        found: dict[str, str] = {}
        for element in self._chain(family, name):
            if own and element not in self._automatic:
                break
            for properties in element.iter(qualified("style:text-properties")):
                for key in ("fo:color", "fo:background-color", "fo:font-size", "fo:font-weight", "fo:font-style",
                            "style:text-position", "text:display",
                            "style:text-line-through-style", "style:text-line-through-type"):  # fmt: skip
                    if value := attribute(properties, key):
                        found.setdefault(key, value)
        weight, slant = found.get("fo:font-weight"), found.get("fo:font-style")
        position = found.get("style:text-position")
        line = {found.get("style:text-line-through-style"), found.get("style:text-line-through-type")} - {
            None
        }
        return TextLook(
            bold=None
            if weight is None
            else weight == "bold" or (weight.isdecimal() and int(weight[:5]) >= 600),
            italic=None if slant is None else slant in ("italic", "oblique"),
            raised=None if position is None else bool(re.match(r"super|0*[1-9]", position)),
            hidden=found.get("text:display") == "none",
            struck=bool(line) and "none" not in line,
            unseen=_unseen(found),
        )

    def centred(self, name: str) -> bool:
        """Whether a paragraph of this style stands in the middle."""
        for element in self._chain("paragraph", name):
            for properties in element.iter(qualified("style:paragraph-properties")):
                if align := attribute(properties, "fo:text-align"):
                    return align == "center"
        return False

    def name(self, name: str) -> str:
        """The name that people see of a paragraph's style, where it means something to a release, or ""."""
        for element in self._chain("paragraph", name):
            if element not in self._automatic:
                shown = attribute(element, "style:display-name") or attribute(element, "style:name")
                if (known := _NAMES.get(shown.lower())) is not None:
                    return known
        return _NAMES.get(name.lower(), "")

    def ordered(self, name: str, level: int) -> bool:
        """Whether a list of this style counts at a level, 1 for the outermost."""
        return self._lists.get(name, {}).get(level, False)


def _unseen(found: dict[str, str]) -> bool | None:
    size = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)pt", found.get("fo:font-size", ""))
    colour, behind = (
        found.get("fo:color", "").lower(),
        found.get("fo:background-color", "transparent").lower(),
    )
    white = re.fullmatch(r"#f[a-f]f[a-f]f[a-f]", colour) and (
        behind == "transparent" or re.fullmatch(r"#f[a-f]f[a-f]f[a-f]", behind)
    )
    if not size and not colour:
        return None
    return bool(white) or bool(size and float(size[1]) <= _TINY)


def _levels(style: Any) -> Iterator[tuple[int, bool]]:
    for level in style:
        number = attribute(level, "text:level")
        counts = name_of(level.tag) == "text:list-level-style-number" and bool(
            attribute(level, "style:num-format")
        )
        if number.isascii() and number.isdecimal():
            yield int(number[:3]), counts


def _language(style: Any) -> str:
    for properties in style.iter(qualified("style:text-properties")):
        language, country = attribute(properties, "fo:language"), attribute(properties, "fo:country")
        if re.fullmatch(r"[a-z]{2,3}", language) and language not in ("zxx", "none"):
            return f"{language}-{country}" if re.fullmatch(r"[A-Z]{2}", country) else language
    return ""
