"""An edition as passages of plain text, with the lines of the file on which they stand, and their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from markdown_it.tree import SyntaxTreeNode

from mailer.model import MERGE_SLOT, Edition, Where
from mailer.release.source import read_source
from mailer.workspace import Workspace

HIDDEN = "\ufffc"
"""Stands for what is no prose: an address shown as such, a picture, a merge slot, a note's mark (U+FFFC)."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_OPENING = "“«„‟"
_CLOSING = "”»"
_OF_A_HEADER = ("headline", "subhead", "subject", "preheader", "note", "correction")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a passage: `text` as written, at `start` to `end`; `small` in small letters."""

    text: str
    small: str
    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    """A paragraph, a heading, a cell, a note, or a field of the header.

    Attributes:
        kind: the node's type that it stands in ("paragraph", "heading", "td", "blockquote" …), "footnote", or "field".
        field: the header's field, "text" for what the body holds.
        text: without markup; a line's end is a line's end.
        where: of its first line.
        lede: it is the text's first paragraph.
    """

    kind: str
    field: str
    text: str
    where: Where
    lede: bool = False

    @cached_property
    def words(self) -> tuple[Word, ...]:
        found = _WORD.finditer(self.text)
        return tuple(Word(m[0], m[0].casefold(), m.start(), m.end()) for m in found)

    @cached_property
    def quoted(self) -> tuple[bool, ...]:
        """For each character, whether somebody else says it: between quotation marks, or in a block of quotation."""
        if self.kind in ("blockquote", "attribution"):
            return (True,) * len(self.text)
        inside, straight, found = 0, False, []
        for sign in self.text:
            if sign in _CLOSING or (sign == "“" and inside and "„" in self.text):
                inside = max(0, inside - 1)
            elif sign in _OPENING:
                inside += 1
            elif sign == '"':
                straight = not straight
            found.append(bool(inside or straight))
        return tuple(found)

    def at(self, offset: int) -> Where:
        """The place of a character."""
        line = self.where.line + self.text.count("\n", 0, offset) * (self.kind != "field")
        return Where(self.where.path, line)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a link leads; `said` is what it is called, "" where it shows itself; `button`: a call to action."""

    url: str
    said: str
    where: Where
    button: bool = False


@dataclass(frozen=True)
class Manuscript:
    """An edition as it is read.

    Attributes:
        language: BCP 47's first part.
        passages: the header's fields, then the text, then its notes.
        source: the file's text, by lines; [] where it can't be read.
    """

    edition: Edition
    language: str
    passages: tuple[Passage, ...]
    links: tuple[Address, ...]
    source: tuple[str, ...] = field(repr=False)

    @cached_property
    def prose(self) -> tuple[Passage, ...]:
        """The text and its notes."""
        return tuple(passage for passage in self.passages if passage.field == "text")

    @cached_property
    def lede(self) -> Passage | None:
        return next((passage for passage in self.passages if passage.lede), None)

    def field(self, name: str) -> Passage | None:
        return next((passage for passage in self.passages if passage.field == name), None)


def manuscript_of(workspace: Workspace, edition: Edition) -> Manuscript:
    """Read an edition once, for all checks."""
    path = workspace.root / edition.path
    unsaved = workspace.unsaved.get(path)
    lines = read_source(path, str(edition.path), unsaved).text.split("\n") if path.is_file() else []
    trees = [(edition.body, ""), *((note.content, "footnote") for note in edition.notes)]
    passages = list(_fields(edition))
    links: list[Address] = []
    for tree, kind in trees:
        passages += _passages(edition, tree, kind)
        links += _links(edition, tree)
    first = next((i for i, p in enumerate(passages) if p.field == "text" and p.kind == "paragraph"), None)
    if first is not None:
        lede = passages[first]
        passages[first] = Passage(lede.kind, lede.field, lede.text, lede.where, lede=True)
    language = edition.language.split("-")[0].lower()
    return Manuscript(edition, language, tuple(passages), tuple(links), tuple(lines))


def _fields(edition: Edition) -> Iterator[Passage]:
    for name in _OF_A_HEADER:
        text = str(getattr(edition, name))
        if text and not (name == "subject" and text == edition.headline):
            yield Passage("field", name, MERGE_SLOT.sub(HIDDEN, text), edition.where(name))


def _passages(edition: Edition, tree: SyntaxTreeNode, kind: str) -> Iterator[Passage]:
    for node in tree.walk():
        if node.type == "inline":
            text = "".join(_said(node))
            if text.strip(f"{HIDDEN} \n"):
                yield Passage(kind or _kind_of(node), "text", text, _where(edition, node))
        elif node.type in ("call_to_action", "figure"):
            caption = node.meta.get("caption", "") if node.type == "figure" else node.content
            if caption:
                yield Passage(kind or node.type, "text", str(caption), _where(edition, node))


def _kind_of(inline: SyntaxTreeNode) -> str:
    kinds = []
    above = inline.parent
    while above is not None and not above.is_root:
        kinds.append(above.type)
        above = above.parent
    if kinds[:1] == ["attribution"]:
        return "attribution"
    found = next((kind for kind in kinds if kind in ("blockquote", "list_item")), "")
    return found or (kinds[0] if kinds else "paragraph")


def _said(inline: SyntaxTreeNode) -> Iterator[str]:
    for node in inline.children:
        if node.type == "text":
            yield node.content
        elif node.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif node.type == "link":
            shown = "".join(_said(node))
            yield HIDDEN if _is_address(shown) else shown
        elif node.type == "footnote_ref":
            yield ""
        elif node.type in ("image", "merge_slot"):
            yield HIDDEN
        elif node.children:
            yield from _said(node)


def _is_address(text: str) -> bool:
    return " " not in text and ("/" in text or "@" in text or "." in text[1:-1])


def _links(edition: Edition, tree: SyntaxTreeNode) -> Iterator[Address]:
    line = 0
    for node in tree.walk(include_self=False):
        if node.type == "inline":
            line = _where(edition, node).line
        elif node.type in ("softbreak", "hardbreak"):
            line += 1
        elif node.type in ("link", "call_to_action"):
            button = node.type == "call_to_action"
            said = node.content if button else "".join(_said(node))
            line = _where(edition, node).line if button else line
            url = str(node.attrs["href"])
            yield Address(url, "" if _is_address(said) else said, Where(str(edition.path), line), button)


def _where(edition: Edition, node: SyntaxTreeNode) -> Where:
    above: SyntaxTreeNode | None = node
    while above is not None and not above.is_root:
        if above.map:
            return Where(str(edition.path), above.map[0] + 1)
        above = above.parent
    return Where(str(edition.path))
