"""Names in the XML of a Word document (ECMA-376-1, ISO/IEC 29500), and moves in its tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

Element: TypeAlias = Any
"""An element of lxml, which has no types."""

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "cx": "http://schemas.microsoft.com/office/drawing/2014/chartex",
    "adec": "http://schemas.microsoft.com/office/drawing/2017/decorative",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}

_STRICT = "http://purl.oclc.org/ooxml/"
_TRANSITIONAL = "http://schemas.openxmlformats.org/"


@cache
def q(name: str) -> str:
    """A name as lxml writes it: "w:p" → "{http://…/main}p"."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def value(element: Element | None, attribute: str = "w:val", default: str = "") -> str:
    """An attribute of an element that may not be there."""
    return default if element is None else str(element.get(q(attribute), default))


def is_on(element: Element) -> bool:
    """Whether a property that is there is on (ECMA-376-1 §17.17.4, ST_OnOff)."""
    return value(element, default="1").lower() not in ("0", "false", "off", "none")


def number(text: str, default: int = 0) -> int:
    """A whole number of up to nine digits, as attributes hold them."""
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 10 else default


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of that name, its first child of the next name, and so on."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(q(name)), None)  # quicker than `find`
    return element


def ancestor(element: Element, *names: str) -> Element | None:
    """The nearest element around one that has one of these names."""
    return next(element.iterancestors(*map(q, names)), None)


def descendants(element: Element, *names: str) -> list[Element]:
    """The elements of these names, in order, as a list: what is done with them may move them."""
    return list(element.iter(*map(q, names)))


def remove(element: Element) -> None:
    """Takes an element out. (What text stands behind it, in a document of elements, is nothing but line ends.)"""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def unwrap(element: Element, children: list[Element] | None = None) -> None:
    """Puts an element's children where it stands.

    Args:
        children: others than all of them.
    """
    parent = element.getparent()
    at = parent.index(element)
    parent[at : at + 1] = list(element) if children is None else children


def properties(element: Element, name: str) -> Element:
    """The first child, which holds properties (`w:pPr`, `w:rPr`); it is made where there is none."""
    found = element.find(q(name))
    if found is None:
        found = element.makeelement(q(name))
        element.insert(0, found)
    return found


def as_transitional(root: Element) -> Element:
    """The same tree in the names that nearly all documents have: “Strict” ones have others for the same things."""
    if not root.tag.startswith(f"{{{_STRICT}"):
        return root

    def renamed(name: str) -> str:
        if not name.startswith(f"{{{_STRICT}"):
            return name
        rest = name[len(_STRICT) + 1 :]
        kind, _, after = rest.partition("/")
        return f"{{{_TRANSITIONAL}{kind}/2006/{after}"

    for element in root.iter():
        element.tag = renamed(element.tag)
        for name in [name for name in element.attrib if name.startswith(f"{{{_STRICT}")]:
            element.set(renamed(name), element.attrib.pop(name))
    return root


_BLANKS = frozenset(map(q, ("w:tab", "w:ptab", "w:br", "w:cr", "w:p", "w:tc")))
_TEXTS = frozenset(map(q, ("w:t", "w:delText", "a:t", "m:t")))


def texts(element: Element) -> Iterator[str]:
    """The pieces of an element's text, deleted text included, as staff would read it on one line."""
    for each in element.iter():
        if each.tag in _TEXTS:
            yield each.text or ""
        elif each.tag in _BLANKS:
            yield " "
        elif each.tag == q("w:noBreakHyphen"):
            yield "\u2011"


def text(element: Element) -> str:
    """An element's text on one line, deleted text included."""
    return " ".join("".join(texts(element)).split())
