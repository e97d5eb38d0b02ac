"""Markdown that other tools wrote, or that somebody typed without a release's header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from mailer.importing.document import (
    Block,
    Figure,
    Listing,
    Margin,
    Paragraph,
    Rule,
    Run,
    SourceDocument,
    Table,
)
from mailer.importing.sources.characters import decoded
from mailer.importing.structure.runs import merged, text_of
from mailer.importing.words import field_names, plain

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(?P<fields>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FIELD = re.compile(r"(?P<name>[\w -]{1,40}):[ \t]*(?P<value>\S.*)")
_PHONE = re.compile(r"^([ \t]*)\+(?=\s*[\d(])", re.MULTILINE)
_NOTE = re.compile(r"\[\^[^\]\s]+\]:?")
_LINE = 50
"""A line break after fewer characters was meant; after more, the writer's program put it."""


def read(content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """Read a Markdown file.

    Fields of its front matter that a release has become lines with a label (`title: …`); the others are a margin.

    Args:
        content: the file.
        name: as staff call it, for errors.
        accept_changes: Markdown holds none.

    Raises:
        DocumentError: it is no text.
    """
    text, remarks = decoded(content, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    matter = _FRONT_MATTER.match(text)
    head, margins = _front_matter(matter["fields"]) if matter else ((), ())
    first = text[: matter.end()].count("\n") if matter else 0
    body = text[matter.end() :] if matter else text
    env: dict[str, object] = {}
    tree = SyntaxTreeNode(
        [
            token
            for token in _parser().parse(_PHONE.sub(r"\1\\+", body), env)
            if token.type != "footnote_anchor"
        ]
    )
    reader = _Reader(first)
    blocks = tuple(reader.blocks(tree.children))
    return SourceDocument(
        kind="Markdown file",
        blocks=(*head, *blocks),
        notes=reader.notes,
        margins=margins,
        remarks=tuple(remarks),
        words=_NOTE.sub(" ", text),
    )


@cache
def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(["table", "linkify"])
    assert md.linkify is not None
    md.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    return md.disable(["code", "lheading", "html_block", "html_inline"]).use(footnote_plugin)


def _front_matter(fields: str) -> tuple[tuple[Block, ...], tuple[Margin, ...]]:
    """What a release has a field for, and the rest. Nested values stay as they are written."""
    head: list[Block] = []
    rest: list[Block] = []
    for number, line in enumerate(fields.split("\n"), start=2):
        if not line.strip():
            continue
        match = _FIELD.fullmatch(line.rstrip())
        value = match["value"].strip().strip("\"'") if match else ""
        place = f"line {number}"
        if match and " ".join(plain(match["name"]).split()) in field_names() and value:
            head.append(Paragraph((Run(f"{match['name']}: {value}"),), place=place))
        else:
            rest.append(Paragraph((Run(line.strip()),), place=place))
    margins = (Margin("front matter", tuple(rest), "the lines between --- and ---"),) if rest else ()
    return tuple(head), margins


@dataclass(slots=True)
class _Reader:
    """Makes blocks of a tree. `first`: how many lines of the file stand before the tree's."""

    first: int
    notes: dict[str, tuple[Block, ...]] = field(default_factory=dict)

    def blocks(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[Block]:
        for node in nodes:
            yield from self._block(node)

    def _block(self, node: SyntaxTreeNode) -> Iterator[Block]:
        place = f"line {node.map[0] + 1 + self.first}" if node.map else ""
        match node.type:
            case "paragraph" | "heading" | "th" | "td":
                level = int(node.tag[1]) if node.type == "heading" else 0
                yield from self._paragraph(node, level, place)
            case "blockquote":
                for block in self.blocks(node.children):
                    yield replace(block, quoted=True) if isinstance(block, Paragraph) else block
            case "bullet_list" | "ordered_list":
                items = tuple(tuple(self.blocks(item.children)) for item in node.children)
                ordered = node.type == "ordered_list"
                yield Listing(items, ordered, int(node.attrs.get("start", 1)) if ordered else 1, place)
            case "table":
                rows = [row for part in node.children for row in part.children]
                cells = tuple(tuple(tuple(self._block(cell)) for cell in row.children) for row in rows)
                yield Table(cells, headed=True, place=place)
            case "hr":
                yield Rule(place)
            case "footnote_block":
                for note in node.children:
                    self.notes[str(note.meta["id"])] = tuple(self.blocks(note.children))
            case _:  # code, which has no place in a release: its words have
                yield Paragraph((Run(node.content.rstrip("\n")),), place=place)

    def _paragraph(self, node: SyntaxTreeNode, heading: int, place: str) -> Iterator[Block]:
        """A paragraph, and the pictures in it after it."""
        figures: list[Block] = []
        runs: list[Run] = []
        for inline in node.children:
            for child in inline.children:
                self._inline(child, Run(""), runs, figures, place)
        if text_of(runs).strip() or any(run.note for run in runs):
            yield Paragraph(merged(runs), heading=heading, place=place)
        yield from figures

    def _inline(
        self, node: SyntaxTreeNode, look: Run, runs: list[Run], figures: list[Block], place: str
    ) -> None:
        match node.type:
            case "softbreak" | "hardbreak":
                written = text_of(runs).rpartition("\n")[2]
                runs.append(
                    replace(look, text=" " if node.type == "softbreak" and len(written) >= _LINE else "\n")
                )
            case "image":
                figures.append(Figure("", node.content, str(node.attrs.get("src", "")), place))
            case "footnote_ref":
                runs.append(Run("", note=str(node.meta["id"])))
            case "strong" | "em" | "link":
                if node.type == "link":
                    look = replace(look, href=str(node.attrs.get("href", "")))
                else:
                    look = replace(
                        look, bold=look.bold or node.type == "strong", italic=look.italic or node.type == "em"
                    )
                for child in node.children:
                    self._inline(child, look, runs, figures, place)
            case _:
                runs.append(replace(look, text=node.content))
