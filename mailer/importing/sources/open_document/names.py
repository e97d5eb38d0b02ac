"""Names of OpenDocument's elements and attributes in the form in which its standard prints them: `text:p`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = {
    f"{_ODF}office:1.0": "office", f"{_ODF}text:1.0": "text", f"{_ODF}table:1.0": "table",
    f"{_ODF}style:1.0": "style", f"{_ODF}drawing:1.0": "draw", f"{_ODF}manifest:1.0": "manifest",
    f"{_ODF}xsl-fo-compatible:1.0": "fo", f"{_ODF}svg-compatible:1.0": "svg",
    "http://purl.org/dc/elements/1.1/": "dc", "http://www.w3.org/1999/xlink": "xlink",
    "http://www.w3.org/XML/1998/namespace": "xml",
}  # fmt: skip
_BY_PREFIX = {prefix: space for space, prefix in _SPACES.items()}


@lru_cache(maxsize=2_000)
def name_of(tag: str) -> str:
    """`{urn:…:text:1.0}p` → `text:p`; a name of another space as it is."""
    space, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    return f"{_SPACES[space]}:{local}" if space in _SPACES else tag


@lru_cache(maxsize=2_000)
def qualified(name: str) -> str:
    """`text:p` → `{urn:…:text:1.0}p`."""
    prefix, _, local = name.partition(":")
    return f"{{{_BY_PREFIX[prefix]}}}{local}"


def attribute(element: Any, name: str) -> str:
    """The value of an attribute, or ""."""
    return str(element.get(qualified(name)) or "")
