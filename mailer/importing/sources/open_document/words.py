"""Every visible word of a text document, one after the other, without blocks or looks."""

from __future__ import annotations

from typing import Any

from mailer.importing.sources.open_document.names import attribute, name_of
from mailer.importing.sources.open_document.styles import Styles
from mailer.importing.sources.open_document.text import section_hidden

_NO_WORDS = frozenset((
    "text:tracked-changes", "office:annotation", "office:annotation-end", "text:note-citation", "office:forms",
    "svg:title", "svg:desc", "office:binary-data", "text:hidden-text", "text:page-number",
    "text:page-count", "text:table-of-content-source",
    "text:placeholder", "text:script",
))  # fmt: skip
_APART = frozenset((
    "text:p", "text:h", "text:tab", "text:s", "text:line-break", "table:table-cell", "text:note", "draw:frame",
    "text:ruby-text",
))  # fmt: skip


def words_of(root: Any, styles: Styles) -> str:
    """The words of what stands in an element."""
    parts: list[str] = []
    todo: list[tuple[Any, bool]] = [(root, False)]
    while todo:
        element, leaving = todo.pop()
        name = name_of(element.tag)
        if leaving:
            parts += [" " * (name in _APART), element.tail or ""]
            continue
        if element is not root:
            todo.append((element, True))
        if name in _NO_WORDS or _hidden(element, name, styles):
            continue
        parts += [" " * (name in _APART), element.text or ""]
        todo += [(child, False) for child in reversed(element)]
    return " ".join("".join(parts).split())


def _hidden(element: Any, name: str, styles: Styles) -> bool:
    style = attribute(element, "text:style-name")
    if name == "text:span":
        look = styles.look("text", style)
        return look.hidden or look.struck
    if name in ("text:p", "text:h"):
        fields = (each for each in element.iter() if name_of(each.tag) == "text:hidden-paragraph")
        return styles.look("paragraph", style).hidden or any(
            attribute(f, "text:is-hidden") == "true" for f in fields
        )
    if name == "text:section":
        return section_hidden(element)
    return False
