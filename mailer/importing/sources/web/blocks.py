"""Blocks of a page's tree: paragraphs, headings, lists, tables, pictures, with what looks matter to a release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from mailer.importing.document import Block, Figure, Leak, Listing, Paragraph, Rule
from mailer.importing.sources.shaping.items import Item, counted, with_lists
from mailer.importing.sources.shaping.paragraphs import Text
from mailer.importing.sources.web.leaks import note_leak, taken_out
from mailer.importing.sources.web.looks import Declarations, Look, inherited
from mailer.importing.sources.web.reading import Reading
from mailer.importing.sources.web.tables import table_of
from mailer.importing.sources.web.unseen import hidden

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "html",
    "legend", "main", "nav", "p", "pre", "section", "summary", "optgroup", "option",
    "caption", "td", "th", "tr", "tbody", "thead", "tfoot",
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
_LISTS = ("ul", "ol", "menu", "dir")
_OF_TABLES = ("caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th")
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
        self._words(element.text, look)
        for child in element:
            if isinstance(child.tag, str) and child not in self._reading.skipped:
                self._element(child, look)
            self._words(child.tail, look)

    def _words(self, text: str | None, look: Look) -> None:
        white = look.white and not look.coloured and bool((text or "").strip())
        if white and not self._reading.white_page:
            self._reading.remark(
                "Some text is white, and what is behind it is not known: see whether it was to be seen."
            )
        if text and (look.unseen or (white and self._reading.white_page)) and text.strip():
            self._reading.leak(Leak("hidden text", " ".join(text.split()), self._reading.place))
        elif text:
            self._text.add(look.run(text), kept=look.kept)

    def _element(self, element: Any, look: Look) -> None:
        tag, style = element.tag, self._reading.styles.of(element)
        if tag in UNREAD:
            if tag in ("iframe", "object", "embed", "video", "audio"):
                self._reading.remark("A film, a sound or another page inside the page was left out.")
            return
        if taken_out(element, style, self._reading):
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
            self._table(element, look)
        elif tag in _LISTS:
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
        if "mso-special-character" in style and not element.text_content().strip():  # where a comment hangs
            return
        if "mso-tab-count" in style:
            self._text.mark("\t", look.run(""))
            return
        if (
            element.text == "\u00a0"
            and not len(element)
            and element.get("class") in (None, "Apple-converted-space")
        ):
            self._text.add(look.run(" "))  # a browser wrote a blank so, at the edge of what was copied
            return
        if element.tag == "a" and (address := element.get("href")):
            fragment = unquote(address[1:]) if address.startswith("#") else ""
            if key := self._reading.notes.get(fragment, "") if fragment else "":
                mark = " ".join(element.text_content().split())
                self._text.add(replace(look, note=key).run(mark))
                return
            look = replace(look, href=self._reading.link(address))
        if name := element.get("data-ccp-parastyle"):  # Word in a browser
            self._block = replace(self._block, style=_STYLES.get(name.lower(), self._block.style))
        edge = {"q": ("“", "”"), "button": (" ", " ")}.get(element.tag, ("", ""))
        self._text.add(look.run(edge[0]))
        self._children(element, look)
        self._text.add(look.run(edge[1]))

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
        listed = _LEVEL.search(style.get("mso-list", "")) if element.tag != "li" else None
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
        inner = replace(look, heading=0, style="")
        items += self._loose(element.text, inner)
        for child in element:
            blocks = self._item(child, inner)
            if blocks and items and child.tag in _LISTS:
                items[-1] = (*items[-1], *blocks)
            elif blocks and (
                level := child.get("data-aria-level")
            ):  # Word in a browser: each is a list of its own
                number = _number(child.get("value"), first)
                self._blocks.append(Item(blocks, _number(level, 1), ordered, number * ordered, place))
            elif blocks:
                items.append(blocks)
            items += self._loose(child.tail, inner)
        if items:
            self._blocks.append(Listing(tuple(items), ordered, first, place))

    def _item(self, child: Any, look: Look) -> tuple[Block, ...]:
        """The blocks of what stands in a list: of an item as a rule."""
        flow = _Flow(self._reading)
        if isinstance(child.tag, str) and child not in self._reading.skipped:
            flow._block = look
            flow._element(child, look)
            flow._end()
        return with_lists(flow._blocks)

    def _loose(self, text: str | None, look: Look) -> list[tuple[Block, ...]]:
        """What stands in a list without an item around it."""
        if not text or not text.strip():
            return []
        flow = _Flow(self._reading)
        flow._block = look
        flow._words(text, look)
        flow._end()
        return [with_lists(flow._blocks)] if flow._blocks else []

    # Tables

    def _table(self, element: Any, look: Look) -> None:
        self._end()
        self._strays(element, look)
        self._end()
        around = replace(look, centred=False)  # what is centred is the table
        skipped = self._reading.skipped
        self._blocks += table_of(
            element, lambda cell: self._inside(cell, around), skipped, self._reading.place
        )

    def _strays(self, element: Any, look: Look) -> None:
        """Reads what stands in a table outside of its cells, which is shown before it (HTML, 13.2.6.1); takes note of
        rows and cells that are hidden."""
        self._words(element.text, look)
        for child in element:
            if isinstance(child.tag, str) and child not in self._reading.skipped:
                if child.tag not in _OF_TABLES:
                    self._element(child, look)
                elif hidden(child, self._reading.styles.of(child)):
                    note_leak("hidden text", child, self._reading)
                    self._reading.skipped.add(child)
                elif child.tag in ("thead", "tbody", "tfoot", "tr"):
                    self._strays(child, look)
            self._words(child.tail, look)


def _number(said: str | None, default: int) -> int:
    said = (said or "").strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 6 else default
