"""Blocks of a page's tree: paragraphs, headings, lists, tables, pictures, with what looks matter to a release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from mailer.importing.document import Block, Figure, Leak, Listing, Paragraph, Rule
from mailer.importing.sources.items import Item, counted, with_lists
from mailer.importing.sources.paragraphs import Text
from mailer.importing.sources.web.looks import Declarations, Look, hidden, inherited
from mailer.importing.sources.web.reading import Reading
from mailer.importing.sources.web.tables import table_of

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "html",
    "legend", "main", "nav", "p", "pre", "section", "summary", "optgroup", "option",
))  # fmt: skip
UNREAD = frozenset((
    "script", "style", "head", "title", "meta", "link", "base", "template", "noscript", "noframes",
    "object", "embed", "applet", "iframe", "video", "audio", "canvas", "svg", "map", "datalist",
    "colgroup", "col", "input", "select", "textarea", "xml",
))  # fmt: skip
"""What is no text of a page, or shows what is elsewhere."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_STYLES = {
    "title": "Title", "subtitle": "Subtitle", "msotitle": "Title", "msosubtitle": "Subtitle", "msoquote": "Quote",
    "msointensequote": "Quote", "msocaption": "Caption", "caption": "Caption",
}  # fmt: skip
_LEVEL = re.compile(r"\blevel(\d)\b")


def blocks_of(
    root: Any, *, notes: Mapping[str, str] | None = None, reading: Reading | None = None
) -> tuple[Block, ...]:
    """The blocks of what stands in an element, in reading order.

    Args:
        root: an `lxml.html` element; its own tag does not matter.
        notes: by the fragment that a link names ("footnote-1" for `href="#footnote-1"`), the key of the note which it
            cites: such a link becomes a run with that note. Their text is not read here: take it out of the tree, or
            put its elements into `reading.skipped`.
        reading: takes in pictures, leaks and remarks; without one they are gone.
    """
    reading = reading or Reading(notes=notes or {})
    return _Flow(reading).read(root, Look())


class _Flow:
    """What is read of one container: a page, a list item, a cell."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._blocks: list[Block | Item] = []
        self._text = Text()
        self._figures: list[Figure] = []
        self._block = Look()
        self._mark = ""
        """What Word printed before the paragraph as the mark of a list item."""
        self._level = 0

    def read(self, element: Any, look: Look) -> tuple[Block, ...]:
        self._block = look
        self._children(element, look)
        self._end()
        return with_lists(self._blocks)

    def _children(self, element: Any, look: Look) -> None:
        if element.text:
            self._text.add(look.run(element.text), kept=look.kept)
        for child in element:
            if isinstance(child.tag, str) and child not in self._reading.skipped:
                self._element(child, look)
            if child.tail:
                self._text.add(look.run(child.tail), kept=look.kept)

    def _element(self, element: Any, look: Look) -> None:
        tag, style = element.tag, self._reading.styles.of(element)
        if tag in UNREAD:
            if tag in ("iframe", "object", "embed", "video", "audio"):
                self._reading.remark("A film, a sound or another page inside the page was left out.")
            return
        if hidden(element, style) or self._changed(element, tag, style):
            self._leak("hidden text", element) if hidden(element, style) else None
            return
        look = inherited(look, element, style)
        if tag == "br":
            if element.get("class") != "Apple-interchange-newline":
                self._text.mark("\n", look.run(""))
        elif tag == "hr":
            self._end()
            self._blocks.append(Rule(self._reading.place))
        elif tag == "img":
            self._picture(element, look)
        elif tag == "table":
            self._end()
            self._blocks += table_of(element, lambda cell: self._inside(cell, look), self._reading.place)
        elif tag in ("ul", "ol", "menu", "dir"):
            self._end()
            self._list(element, look)
        elif (
            tag in _BLOCKS
            or tag in _HEADINGS
            or tag == "li"
            or style.get("display") in ("block", "list-item")
        ):
            self._paragraph(element, look, style)
        else:
            self._inline(element, look, style)

    def _inside(self, element: Any, look: Look) -> tuple[Block, ...]:
        return _Flow(self._reading).read(element, inherited(look, element, self._reading.styles.of(element)))

    # Text

    def _inline(self, element: Any, look: Look, style: Declarations) -> None:
        if style.get("mso-list") == "ignore":
            self._mark += element.text_content()
            return
        if "mso-tab-count" in style:
            self._text.mark("\t", look.run(""))
            return
        if element.tag == "q":
            self._text.add(look.run("“"))
        if element.tag == "a" and (address := element.get("href")):
            fragment = unquote(address[1:]) if address.startswith("#") else ""
            if key := self._reading.notes.get(fragment, "") if fragment else "":
                mark = " ".join(element.text_content().split())
                self._text.add(replace(look, note=key).run(mark))
                return
            look = replace(look, href=self._reading.link(address))
        if name := element.get("data-ccp-parastyle"):  # Word in a browser
            self._block = replace(self._block, style=_STYLES.get(name.lower(), self._block.style))
        self._children(element, look)
        if element.tag == "q":
            self._text.add(look.run("”"))

    def _picture(self, element: Any, look: Look) -> None:
        alt = element.get("alt") or ""
        if alt and len(alt) <= 8 and not re.search(r"[\w\s]", alt):  # an emoji that is drawn
            self._text.add(look.run(alt))
        elif figure := self._reading.figure(element):
            self._figures.append(figure)
            if not self._text:
                self._end()

    # Paragraphs

    def _paragraph(self, element: Any, look: Look, style: Declarations) -> None:
        self._end()
        around = self._block, self._level
        heading = _HEADINGS.get(element.tag, 0)
        if (element.get("role") or "").lower() == "heading":
            level = (element.get("aria-level") or "2").strip()
            heading = int(level) if level in "123456" and level else 6
        classes = (element.get("class") or "").lower().split()
        name = next((_STYLES[each] for each in classes if each in _STYLES), look.style)
        look = replace(
            look,
            heading=heading or look.heading,
            style="Caption" if element.tag == "figcaption" else name,
        )
        if told := self._reading.told.get(element):
            look = replace(look, place=told[0], style=told[1])
        self._block = look
        listed = _LEVEL.search(style.get("mso-list", ""))
        self._level = int(listed[1]) if listed else 0
        self._children(element, look)
        self._end()
        self._block, self._level = around

    def _end(self) -> None:
        """Closes the paragraph. Pictures stand behind the text in which they were, or before it."""
        look, level, mark = self._block, self._level, self._mark
        if self._text:
            self._mark = ""
            if mark and (look.heading or not level):
                self._blocks += self._paragraphs(look, mark.strip(" \t\n\u00a0") + " ")
            elif level:
                ordered, number = counted(mark)
                place = self._reading.place
                blocks = self._paragraphs(look)
                self._blocks.append(Item(tuple(blocks), level, ordered, number, place))
            else:
                self._blocks += self._paragraphs(look)
        else:
            self._text = Text()
        self._blocks += self._figures
        self._figures = []

    def _paragraphs(self, look: Look, before: str = "") -> list[Block]:
        made: list[Block] = []
        for runs in self._text.take():
            place = look.place or self._reading.place
            self._reading.paragraphs += 1
            if before and not made:
                runs = (replace(runs[0], text=before + runs[0].text), *runs[1:])
            made.append(Paragraph(runs, look.heading, look.style, look.quoted, look.centred, place))
        return made

    # Lists

    def _list(self, element: Any, look: Look) -> None:
        """A list. One in a list, without an item around it, belongs to the item before, as Google Docs means it."""
        items: list[tuple[Block, ...]] = []
        first, place = _number(element.get("start"), 1), self._reading.place
        ordered = element.tag == "ol"
        for child in element:
            if not isinstance(child.tag, str) or child in self._reading.skipped or child.tag in UNREAD:
                continue
            style = self._reading.styles.of(child)
            if child.tag == "li" and hidden(child, style):
                self._leak("hidden text", child)
                continue
            if child.tag in ("ul", "ol", "menu", "dir"):
                inner = _Flow(self._reading)
                inner._list(child, look)
                blocks = with_lists(inner._blocks)
                if items:
                    items[-1] = (*items[-1], *blocks)
                    continue
            else:
                blocks = self._inside(child, replace(look, heading=0, style=""))
            if level := child.get("data-aria-level"):  # Word in a browser: each item is a list of its own
                number = _number(child.get("value"), first)
                self._blocks.append(Item(blocks, _number(level, 1), ordered, number * ordered, place))
            elif blocks:
                items.append(blocks)
        if items:
            self._blocks.append(Listing(tuple(items), ordered, first, place))

    # What must not leave

    def _changed(self, element: Any, tag: str, style: Declarations) -> bool:
        """Notes a tracked change. Returns whether its words are gone."""
        classes = (element.get("class") or "").lower().split()
        struck = "line-through" in style.get("text-decoration", "") + style.get("text-decoration-line", "")
        if tag in ("del", "s", "strike") or "msodel" in classes or struck:
            self._leak("deletion", element, acceptable=True)
            return True
        if tag == "ins" and "adsbygoogle" in classes:
            return True
        if tag == "ins" or "msoins" in classes:
            self._leak("insertion", element, acceptable=True)
        elif "msochangeprop" in classes:
            self._leak("formatting", element, acceptable=True)
        return False

    def _leak(self, kind: Any, element: Any, *, acceptable: bool = False) -> None:
        text = " ".join(element.text_content().split())
        if text:
            author = unquote((element.get("cite") or "").removeprefix("mailto:"))
            when = element.get("datetime") or ""
            self._reading.leak(Leak(kind, text, self._reading.place, author, when, acceptable))


def _number(said: str | None, default: int) -> int:
    said = (said or "").strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 6 else default
