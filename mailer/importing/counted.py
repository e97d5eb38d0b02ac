"""What a release is made of, in numbers: what a person compares at a glance with the document or with the original."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from markdown_it.tree import SyntaxTreeNode

from mailer.model import Note
from mailer.release import plain_text

_COUNTED = {
    "quotations": ("blockquote",),
    "calls to action": ("call_to_action",),
    "lists": ("bullet_list", "ordered_list"),
    "tables": ("table",),
    "pictures": ("figure", "image"),
}
"""What is counted, by the types of nodes that are it."""

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ’']\d{3}(?!\d))*(?:[.,]\d+)?")
_ADDRESS = re.compile(r"\w+:\S+")


def counts_of(body: SyntaxTreeNode, notes: Sequence[Note]) -> dict[str, int]:
    """How many of each a release has; notes and the links in them too."""
    types = Counter(node.type for node in body.walk())
    paragraphs = sum(node.type == "paragraph" and _stands_alone(node) for node in body.walk())
    found = {what: sum(types[each] for each in names) for what, names in _COUNTED.items()}
    links = types["link"] + sum(node.type == "link" for note in notes for node in note.content.walk())
    return {"paragraphs": paragraphs, **found, "notes": len(notes), "links": links}


def _stands_alone(paragraph: SyntaxTreeNode) -> bool:
    return paragraph.parent is not None and paragraph.parent.type != "list_item"


def numbers_of(body: SyntaxTreeNode, notes: Sequence[Note]) -> Counter[str]:
    """The figures in a release's text as they are written; those of addresses are none."""
    trees = (body, *(note.content for note in notes))
    texts = (plain_text(node) for tree in trees for node in tree.walk() if node.type == "inline")
    return Counter(number for text in texts for number in _NUMBER.findall(_ADDRESS.sub("", text)))


def only_here(these: Mapping[str, int], those: Mapping[str, int]) -> tuple[str, ...]:
    """Figures that the others lack, whatever separates their digits: 41,600 is 41.600 elsewhere."""
    left = Counter(re.sub(r"\D", "", number) for number in Counter(those).elements())
    found = []
    for number in Counter(these).elements():
        digits = re.sub(r"\D", "", number)
        if left[digits]:
            left[digits] -= 1
        else:
            found.append(number)
    return tuple(found)
