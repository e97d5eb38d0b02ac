"""What holds inside a group of rich text, and ends with it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

from mailer.importing.document import Run


@dataclass(slots=True)
class State:
    """Character and paragraph properties, and where text goes.

    Attributes:
        destination: "" for text; else the destination that gathers it, or "skip".
        opened: the destination that this very group opened, or "".
        starred: the group began with `\\*`.
        fallback: how many characters follow a `\\u` for programs that don't know it.
        code_page: of the font; "" = the document's.
    """

    destination: str = ""
    opened: str = ""
    starred: bool = False
    bold: bool = False
    italic: bool = False
    raised: bool = False
    hidden: bool = False
    size: int = 24
    """In half-points."""
    colour: int = 0
    behind: int = 0
    """Colours of letters, and of what is behind them, by their number in the document's table; 0 = none of them."""
    struck: bool = False
    inserted: bool = False
    deleted: bool = False
    moved: bool = False
    author: int = 0
    when: int = 0
    href: str = ""
    code_page: str = ""
    fallback: int = 1
    centred: bool = False
    outline: int = 9
    style: int = 0
    level: int = 0
    in_table: bool = False

    def inner(self) -> State:
        """What holds in a group that opens here."""
        state = copy(self)
        state.opened, state.starred = "", False
        return state

    def plain(self) -> None:
        """`\\plain`: characters look as they do by default."""
        self.bold = self.italic = self.raised = self.hidden = self.struck = False
        self.inserted = self.deleted = self.moved = False
        self.size, self.colour, self.behind = 24, 0, 0
        self.code_page = ""

    def new_paragraph(self) -> None:
        """`\\pard`: paragraphs look as they do by default."""
        self.centred = self.in_table = False
        self.outline, self.style, self.level = 9, 0, 0

    def run(self, text: str) -> Run:
        return Run(text, self.bold, self.italic, self.raised, self.href)


def when_said(packed: int) -> str:
    """A time as `\\revdttm` packs it (DTTM), in ISO 8601, or ""."""
    minute, hour, day = packed & 0x3F, (packed >> 6) & 0x1F, (packed >> 11) & 0x1F
    month, year = (packed >> 16) & 0xF, 1900 + ((packed >> 20) & 0x1FF)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}" if 0 < month < 13 and 0 < day < 32 else ""
