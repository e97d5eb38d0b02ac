"""Blocks while they are being read: the text, a note, a page head, a box."""

from __future__ import annotations

from dataclasses import replace

from mailer.importing.document import Block, Figure, Paragraph
from mailer.importing.sources.rich_text.state import State
from mailer.importing.sources.shaping.items import Item, counted, with_lists
from mailer.importing.sources.shaping.paragraphs import Text
from mailer.importing.sources.shaping.tables import Cell, table_or_blocks

_STYLES = {
    "title": "Title", "subtitle": "Subtitle", "quote": "Quote", "intense quote": "Quote", "quotations": "Quote",
    "caption": "Caption",
}  # fmt: skip


class Places:
    """Counts paragraphs over all containers of a document, so that each has a place."""

    def __init__(self) -> None:
        self.read = 0

    def __str__(self) -> str:
        return f"paragraph {self.read + 1}"


class Container:
    """Whatever has paragraphs of its own.

    Args:
        kind: "text", "note", "comment", or a kind of `Margin`.
        styles: names of the document's styles, by number.
    """

    def __init__(self, kind: str, places: Places, styles: dict[int, str], key: str = "") -> None:
        self.kind, self.key = kind, key
        self.text = Text()
        self.mark = ""
        """What is printed before the paragraph as the mark of a list item."""
        self.place = str(places)
        self._places, self._styles = places, styles
        self._blocks: list[Block | Item] = []
        self._cell: list[Block | Item] = []
        self._row: list[Cell] = []
        self._rows: list[list[Cell]] = []
        self._figures: list[Figure] = []
        self._headed = False

    def end_paragraph(self, state: State) -> None:
        """`\\par`: what was read since the last one is a paragraph, if it is anything."""
        if not state.in_table:
            self._end_table()
        target = self._cell if state.in_table else self._blocks
        style = self._styles.get(state.style, "").lower()
        heading = state.outline + 1 if state.outline < 6 else 0
        if (
            not heading
            and (words := style.split())
            and words[0] == "heading"
            and words[-1] in tuple("123456")
        ):
            heading = int(words[-1])
        mark, self.mark = self.mark.strip(" \t\u00a0"), ""
        made: list[Block] = []
        for runs in self.text.take():
            place = str(self._places)
            self._places.read += 1
            if mark and heading and not made:
                runs = (replace(runs[0], text=f"{mark} {runs[0].text}"), *runs[1:])
            if (heading or style in _STYLES) and all(
                run.bold for run in runs
            ):  # its style is bold, no word is
                runs = tuple(replace(run, bold=False) for run in runs)
            made.append(Paragraph(runs, heading, _STYLES.get(style, ""), False, state.centred, place))
        if made and mark and not heading:
            ordered, number = counted(mark)
            target.append(Item(tuple(made), state.level + 1, ordered, number, str(self._places)))
        else:
            target += made
        target += self._figures
        self._figures = []

    def figure(self, figure: Figure) -> None:
        """A picture stands behind the paragraph that it is in."""
        self._figures.append(figure)

    def end_cell(self, state: State) -> None:
        self.end_paragraph(replace(state, in_table=True))
        self._row.append(with_lists(self._cell))
        self._cell = []

    def end_row(self, *, head: bool) -> None:
        if self._row:
            self._headed = self._headed or (head and not self._rows)
            self._rows.append(self._row)
        self._row = []

    def _end_table(self) -> None:
        if self._cell:  # a row that never ended
            self._row.append(with_lists(self._cell))
            self._cell = []
        self.end_row(head=False)
        if self._rows:
            self._blocks += table_or_blocks(self._rows, str(self._places), headed=self._headed)
        self._rows, self._headed = [], False

    def finish(self, state: State) -> tuple[Block, ...]:
        """All blocks, at the end."""
        self.end_paragraph(replace(state, in_table=False))
        return with_lists(self._blocks)
