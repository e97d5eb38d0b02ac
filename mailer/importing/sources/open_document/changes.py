"""Tracked changes: what was deleted stands apart from the text, what was inserted is marked in it (ODF 1.3, 5.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from mailer.importing.document import Leak
from mailer.importing.sources.open_document.names import attribute, name_of, qualified

_KINDS: dict[str, Literal["insertion", "deletion", "formatting"]] = {
    "text:insertion": "insertion",
    "text:deletion": "deletion",
    "text:format-change": "formatting",
}


@dataclass(slots=True)
class Change:
    """A tracked change; `words` are those of a deletion, or gathered while the text is read."""

    kind: Literal["insertion", "deletion", "formatting"]
    author: str
    when: str
    words: list[str] = field(default_factory=list)
    place: str = ""

    def leak(self) -> Leak:
        text = " ".join("".join(self.words).split())
        return Leak(self.kind, text, self.place or "the text", self.author, self.when, acceptable=True)


def changes_of(text: Any) -> dict[str, Change]:
    """The tracked changes of a text by the name under which it refers to them."""
    found: dict[str, Change] = {}
    for region in text.iter(qualified("text:changed-region")):
        for element in region:
            kind = _KINDS.get(name_of(element.tag))
            if kind is None:
                continue
            who, when = said_by(element)
            change = Change(kind, who, when)
            if kind == "deletion":
                change.words = [plain_text(element, without="office:change-info")]
            for name in {attribute(region, "text:id"), attribute(region, "xml:id")} - {""}:
                found[name] = change
    return found


def said_by(element: Any) -> tuple[str, str]:
    """Who made a change or a comment, and when, as the document says."""
    creator, date = element.find(f".//{qualified('dc:creator')}"), element.find(f".//{qualified('dc:date')}")
    return tuple("".join(each.itertext()).strip() if each is not None else "" for each in (creator, date))  # type: ignore[return-value]


def plain_text(element: Any, without: str = "") -> str:
    """All text in an element, a blank between its paragraphs."""
    parts = []
    for each in element.iter():
        if without and any(
            name_of(above.tag) == without for above in (each, *each.iterancestors()) if above is not element
        ):
            continue
        if name_of(each.tag) in ("text:p", "text:h", "text:s", "text:tab", "text:line-break"):
            parts.append(" ")
        parts.append(each.text or "")
        if each is not element:
            parts.append(each.tail or "")
    return " ".join("".join(parts).split())
