"""The text of a document as blocks (OpenDocument 1.3, part 3, chapters 5, 6, 9, 10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mailer.importing.document import Block, Figure, Listing, Margin, Paragraph, Run
from mailer.importing.sources.open_document.changes import plain_text
from mailer.importing.sources.open_document.names import attribute, name_of
from mailer.importing.sources.open_document.reading import Reading
from mailer.importing.sources.open_document.styles import TextLook
from mailer.importing.sources.shaping.every_run import paragraphs
from mailer.importing.sources.shaping.paragraphs import Text
from mailer.importing.sources.shaping.tables import Cell, table_or_blocks

UNREAD = frozenset((
    "text:tracked-changes", "office:forms", "text:sequence-decls", "text:variable-decls", "text:user-field-decls",
    "text:dde-connection-decls", "text:alphabetical-index-auto-mark-file", "text:index-title-template",
    "office:scripts", "text:script",
    "text:table-of-content-source", "text:illustration-index-source", "text:bibliography-source",
    "text:note-citation", "office:event-listeners", "svg:title", "svg:desc", "office:binary-data", "text:page-number",
    "text:page-count", "office:annotation-end", "draw:glue-point", "draw:enhanced-geometry", "table:table-column",
    "table:table-columns", "text:user-index-source", "text:alphabetical-index-source", "text:table-index-source",
    "text:object-index-source",
))  # fmt: skip
"""What shows no text, or what is not the document's own."""
SHAPES = frozenset(
    f"draw:{name}" for name in ("custom-shape", "rect", "ellipse", "line", "polygon", "path", "caption")
)
_OF_THE_FILE = frozenset(
    f"text:{name}" for name in (
        "author-name", "author-initials", "file-name", "initial-creator", "creator", "printed-by", "template-name",
        "description", "keywords", "user-defined", "sender-firstname", "sender-lastname", "sender-company",
        "sender-email",
    )
)  # fmt: skip
"""Fields that say something of the document or of who wrote it."""
_MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class _Around:
    """Where a text stands: its looks, the list around it."""

    bold: bool = False
    italic: bool = False
    raised: bool = False
    href: str = ""
    list_style: str = ""
    list_level: int = 0
    unseen: bool = False
    white: bool = True
    """The paper behind it, as far as is known: cells and frames may have a colour."""

    def with_look(self, look: TextLook) -> _Around:
        said = {
            name: value
            for name in ("bold", "italic", "raised", "unseen")
            if (value := getattr(look, name)) is not None
        }
        return replace(self, **said)

    def run(self, text: str) -> Run:
        return Run(text, self.bold, self.italic, self.raised, self.href)


def blocks_of(element: Any, reading: Reading) -> tuple[Block, ...]:
    """The blocks of what stands in an element, in reading order."""
    return _Flow(reading).read(element, _Around())


class _Flow:
    """What is read of one container: the text, a note, a list item, a cell."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._blocks: list[Block] = []
        self._text = Text()
        self._after: list[Block] = []
        """What is anchored in the paragraph that is being read."""

    def read(self, element: Any, around: _Around) -> tuple[Block, ...]:
        for child in element:
            self._element(child, around)
        return tuple(self._blocks)

    def _inside(self, element: Any, around: _Around) -> Cell:
        return _Flow(self._reading).read(element, around)

    def _element(self, element: Any, around: _Around) -> None:
        name = name_of(element.tag)
        if name in UNREAD:
            return
        if name in ("text:p", "text:h"):
            self._paragraph(element, around, heading=name == "text:h")
        elif name == "text:list":
            self._list(element, around)
        elif name == "table:table":
            self._table(element, around)
        elif name == "text:section" and section_hidden(element):
            self._reading.hidden(plain_text(element))
        elif name == "draw:frame" or name in SHAPES:
            self._frame(element, around)
            self._blocks += self._after
            self._after = []
        elif name in ("text:change-start", "text:change-end", "text:change"):
            self._reading.change(attribute(element, "text:change-id"), name)
        elif name == "office:annotation":
            self._reading.comment(element)
        else:
            for child in element:
                self._element(child, around)

    def _paragraph(self, element: Any, around: _Around, *, heading: bool) -> None:
        style, styles = attribute(element, "text:style-name"), self._reading.styles
        name = styles.name(style)
        level = attribute(element, "text:outline-level")
        look = styles.look("paragraph", style, own=heading or name in ("Title", "Subtitle"))
        if look.hidden or _says_hidden(element):
            self._reading.hidden(plain_text(element))
            return
        self._inline(element, around.with_look(look))
        for runs in self._text.take():
            place = self._reading.place
            self._reading.paragraphs += 1
            number = (int(level) if level in tuple("123456") else 6 if level else 1) if heading else 0
            self._blocks.append(Paragraph(runs, number, name, False, styles.centred(style), place))
        self._text = Text()
        self._blocks += self._after
        self._after = []

    # Inside a paragraph

    def _inline(self, element: Any, around: _Around) -> None:
        self._add(element.text, around)
        for child in element:
            self._part(child, name_of(child.tag), around)
            self._add(child.tail, around)

    def _add(self, text: str | None, around: _Around) -> None:
        if text and text.strip() and around.unseen and around.white:
            self._reading.hidden(text)
        elif text:
            self._reading.read(text)
            self._text.add(around.run(text))

    def _part(self, child: Any, name: str, around: _Around) -> None:
        reading = self._reading
        if name == "text:span":
            look = reading.styles.look("text", attribute(child, "text:style-name"))
            if look.hidden:
                reading.hidden(plain_text(child))
            elif look.struck:
                reading.struck(plain_text(child))
            else:
                self._inline(child, around.with_look(look))
        elif name == "text:s":
            self._add(" ", around)
        elif name in ("text:tab", "text:line-break"):
            reading.read(" ")
            self._text.mark("\t" if name == "text:tab" else "\n", around.run(""))
        elif name in ("text:a", "draw:a"):
            href = reading.link(attribute(child, "xlink:href"))
            self._inline(child, replace(around, href=href))
        elif name == "text:note":
            self._note(child, around)
        elif name == "text:ruby-text":  # how the word before it is read
            self._add(f" ({plain_text(child)})" if plain_text(child) else "", around)
        elif name == "text:placeholder":
            reading.remark(f"A field that nobody filled in was left out: “{plain_text(child)}”.")
        elif name == "office:annotation":
            reading.comment(child)
        elif name in ("text:change-start", "text:change-end", "text:change"):
            reading.change(attribute(child, "text:change-id"), name)
        elif (
            name in ("text:hidden-text", "text:conditional-text")
            and attribute(child, "text:is-hidden") == "true"
        ):
            reading.hidden(attribute(child, "text:string-value"))
        elif name == "draw:frame" or name in SHAPES:
            self._frame(child, around)
        elif name not in UNREAD:
            self._tell(child, name)
            self._inline(child, around)

    def _tell(self, field: Any, name: str) -> None:
        if name in _OF_THE_FILE and (said := plain_text(field)):
            self._reading.remark(
                f"“{said}” is what LibreOffice says of the document or its author ({name.partition(':')[2]}): "
                f"see whether it may leave ({self._reading.place})."
            )

    def _note(self, note: Any, around: _Around) -> None:
        mark, body = "", None
        for child in note:
            if name_of(child.tag) == "text:note-citation":
                mark = "".join(child.itertext()).strip()
            elif name_of(child.tag) == "text:note-body":
                body = child
        key = str(len(self._reading.notes) + 1)
        self._reading.notes[key] = ()
        self._text.add(replace(around.run(mark), note=key))
        if body is not None:
            self._reading.notes[key] = self._inside(body, _Around())

    def _frame(self, frame: Any, around: _Around) -> None:
        """A picture stands behind its paragraph; a box with words beside the text, unless it holds a picture and its
        caption."""
        if figure := self._reading.figure(frame):
            self._after.append(figure)
            return
        blocks = self._inside(frame, _Around(white=False))
        if any(isinstance(block, Figure) for block in blocks):
            self._after += [
                replace(block, style="Caption") if isinstance(block, Paragraph) and not block.style else block
                for block in blocks
            ]
        elif any(True for _ in paragraphs(blocks)):
            self._reading.boxes.append(Margin("text box", blocks, self._reading.place))

    # Lists and tables

    def _list(self, element: Any, around: _Around) -> None:
        style = attribute(element, "text:style-name") or around.list_style
        level = around.list_level + 1
        inner = replace(around, list_style=style, list_level=level)
        ordered = self._reading.styles.ordered(style, level)
        place, first = self._reading.place, 1
        if ordered and (
            attribute(element, "text:continue-numbering") == "true"
            or attribute(element, "text:continue-list")
        ):
            first = self._reading.counted.get(style, 0) + 1
        items: list[Cell] = []
        for child in element:
            if name_of(child.tag) not in ("text:list-item", "text:list-header"):
                continue
            start = attribute(child, "text:start-value")
            if not items and start.isascii() and start.isdecimal():
                first = int(start[:6])
            if blocks := self._inside(child, inner):
                items.append(blocks)
        if not items:
            return
        if all(isinstance(item[0], Paragraph) and item[0].heading for item in items):
            self._blocks += [block for item in items for block in item]  # numbered headings
            return
        if ordered and level == 1:
            self._reading.counted[style] = first + len(items) - 1
        self._blocks.append(Listing(tuple(items), ordered, first if ordered else 1, place))

    def _table(self, element: Any, around: _Around) -> None:
        place = self._reading.place
        rows = [
            row
            for row in element.iter()
            if name_of(row.tag) == "table:table-row" and _table_of(row) is element
        ]
        grid: list[list[Cell]] = []
        cells = 0
        for row in rows:
            line: list[Cell] = []
            if attribute(row, "table:visibility") in ("collapse", "filter"):
                self._reading.hidden(plain_text(row))
                continue
            for cell in row:
                if name_of(cell.tag) not in ("table:table-cell", "table:covered-table-cell"):
                    continue
                repeated = attribute(cell, "table:number-columns-repeated")
                times = min(int(repeated[:4]), 50) if repeated.isascii() and repeated.isdecimal() else 1
                covered = name_of(cell.tag) == "table:covered-table-cell"
                line.append(() if covered else self._inside(cell, _Around(white=False)))
                line += [()] * (times - 1 if cells < _MOST_CELLS else 0)
                cells += times
            while line and not line[-1]:
                line.pop()
            grid.append(line)
        headed = bool(rows) and name_of(rows[0].getparent().tag) == "table:table-header-rows"
        self._blocks += table_or_blocks(grid, place, headed=headed)


def _table_of(row: Any) -> Any:
    return next((above for above in row.iterancestors() if name_of(above.tag) == "table:table"), None)


def section_hidden(section: Any) -> bool:
    """Whether a section is not shown: never, or while a condition holds."""
    display = attribute(section, "text:display")
    return display == "none" or (display == "condition" and attribute(section, "text:is-hidden") == "true")


def _says_hidden(paragraph: Any) -> bool:
    """Whether a field in a paragraph hides all of it."""
    return any(
        name_of(each.tag) == "text:hidden-paragraph" and attribute(each, "text:is-hidden") == "true"
        for each in paragraph.iter()
    )
