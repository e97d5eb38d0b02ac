"""Foot- and endnotes and comments of a page: a link in the text and a paragraph elsewhere that lead to each other.

So write Word (`_ftn1`), Google Docs (`ftnt1`, and comments as `cmnt1`), LibreOffice (`sdfootnote1sym`), pandoc and
Wikipedia. What they have in common is the pair of links, so the names do not matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

_CONTAINERS = ("p", "li", "div", "td", "dd", "aside", "section")
_COMMENT = re.compile(r"#?_?(?:cmnt|msocom|msoanchor|anchor_)", re.IGNORECASE)
_MARK = re.compile(r"[\[(]?\w{1,4}[\])]?|[*†‡§¶↑↩^⏎\ufe0e]+|")


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands in the tree: what its marks link to, the link that cites it, the element that holds it, the
    link back in it."""

    fragment: str
    cite: Any
    element: Any
    back: Any
    comment: bool


def notes_of(root: Any) -> list[Note]:
    """The notes and comments of a page in the order in which its text cites them."""
    named: dict[str, Any] = {}
    for element in root.iter():
        if isinstance(element.tag, str):
            for name in {element.get("id"), element.get("name") if element.tag == "a" else None} - {None, ""}:
                named.setdefault(name, element)
    links = [
        (link, unquote(link.get("href")[1:]))
        for link in root.iter("a")
        if (link.get("href") or "")[:1] == "#"
    ]
    order = {link: number for number, (link, _) in enumerate(links)}
    found: dict[str, Note] = {}
    for cite, fragment in links:
        target = named.get(fragment)
        if fragment in found or target is None or not _MARK.fullmatch("".join(cite.text_content().split())):
            continue
        back = _back(cite, target, named)
        if back is not None and order[cite] < order[back]:
            element = _container(back, cite, target)
            comment = bool(_COMMENT.match(fragment)) or "mso-comment" in (cite.get("style") or "")
            found[fragment] = Note(fragment, cite, element, back, comment)
    return list(found.values())


def _back(cite: Any, target: Any, named: dict[str, Any]) -> Any:
    """The link near a target that leads back to where it was cited."""
    block = _block_of(target)
    near = set(cite.iterancestors()) | set(cite.iter())
    for link in (target, *block.iter("a")):
        address = link.get("href") or ""
        origin = named.get(unquote(address[1:])) if address[:1] == "#" and link is not cite else None
        if origin is not None and (origin in near or any(each in near for each in origin.iter())):
            return link
    return None


def _block_of(element: Any) -> Any:
    while element.tag not in _CONTAINERS and element.getparent() is not None:
        element = element.getparent()
    return element


def _container(back: Any, cite: Any, target: Any) -> Any:
    """The outermost element that holds the note and nothing else: no other note, no text before it."""
    element = _block_of(target if target.tag in _CONTAINERS and back in set(target.iter()) else back)
    above = set(cite.iterancestors())
    while (parent := element.getparent()) is not None and parent not in above and parent.tag in _CONTAINERS:
        others = sum((link.get("href") or "")[:1] == "#" for link in parent.iter("a"))
        here = sum((link.get("href") or "")[:1] == "#" for link in element.iter("a"))
        before = (parent.text or "") + "".join(
            each.text_content() + (each.tail or "")
            for each in element.itersiblings(preceding=True)
            if isinstance(each.tag, str)
        )
        if others != here or before.strip():
            break
        element = parent
    return element
