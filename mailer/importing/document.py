"""What every source becomes: blocks of runs, with what stood in the margins and what must not leave.

A source (Word, Google Docs, text, a pasted page …) knows nothing of releases, and what recovers a release's structure
knows nothing of file formats: this page is all that the two share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that looks the same throughout.

    Attributes:
        text: as it reads; a line break inside a paragraph is "\\n".
        raised: it stands as a superscript.
        href: where it leads, as the source says; "" = no link.
        note: the key in `SourceDocument.notes` of the foot- or endnote cited here; `text` is then "" or the mark.
    """

    text: str
    bold: bool = False
    italic: bool = False
    raised: bool = False
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or a heading.

    Attributes:
        heading: 1 to 6 for a heading of that level, 0 for plain text.
        style: the name that the source's author gave it ("Title", "Subtitle", "Quote", "Caption"), or "".
        quoted: it stands in a block quotation.
        centred: it stands in the middle, as head lines and end marks do.
        place: where it is in the source, in words for staff: "line 12", "paragraph 3", "page header".
    """

    runs: tuple[Run, ...]
    heading: int = 0
    style: str = ""
    quoted: bool = False
    centred: bool = False
    place: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. Each item is a sequence of blocks, so that lists nest; an ordered one counts from `first`."""

    items: tuple[tuple[Block, ...], ...]
    ordered: bool = False
    first: int = 1
    place: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that holds data: rows of cells of blocks. `headed`: its first row is a head. The rest of a merged cell is
    empty cells."""

    rows: tuple[tuple[tuple[Block, ...], ...], ...]
    headed: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: the key in `SourceDocument.pictures`, or "" where the source only names one elsewhere (`address`)."""

    picture: str
    alt: str = ""
    address: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page."""

    place: str = ""


Block: TypeAlias = Paragraph | Listing | Table | Figure | Rule


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a picture, with nothing in it but the picture, and its media type ("image/png")."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Margin:
    """What stands outside the text: often the contact. It is reported and offered, never silently lost or mixed in."""

    kind: Literal["page header", "page footer", "text box", "front matter"]
    blocks: tuple[Block, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """What its author did not mean to publish. It stops an import until a person has decided.

    Attributes:
        kind: what it is.
        text: the words of it, as they stand.
        place: where it is, in words for staff.
        author, when: as the source says, or "".
        acceptable: accepting all changes does away with it.
        remedy: how staff take it out of the source, one sentence; "" where it goes without saying.
    """

    kind: Literal["insertion", "deletion", "move", "formatting", "comment", "hidden text"]
    text: str
    place: str
    author: str = ""
    when: str = ""
    acceptable: bool = False
    remedy: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A source as read.

    Attributes:
        kind: what it is, in words for staff: "Word document", "text file", "page from Google Docs".
        blocks: the text in reading order.
        notes: by key, in the source's order: the foot- and endnotes that runs cite.
        pictures: by key.
        margins: page headers, footers and text boxes that say something.
        leaks: what stops the import.
        accepted: changes that the caller allowed to be accepted, to be listed.
        remarks: what was seen and decided while reading, one sentence each ("3 soft hyphens were taken out").
        language: BCP 47 as the source declares it for its text, or "".
        words: every visible word of the source by another way of reading than the one that made `blocks`, margins and
            notes included: what the account of words is held against.
    """

    kind: str
    blocks: tuple[Block, ...]
    notes: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    margins: tuple[Margin, ...] = ()
    leaks: tuple[Leak, ...] = ()
    accepted: tuple[Leak, ...] = ()
    remarks: tuple[str, ...] = ()
    language: str = ""
    words: str = ""
