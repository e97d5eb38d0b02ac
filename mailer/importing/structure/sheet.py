"""A release while its parts are taken out one after another: what is left of it, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mailer.importing.document import Block, Paragraph, Run
from mailer.importing.draft import Guess, SetAside, Standing
from mailer.importing.structure.office import Office
from mailer.importing.structure.runs import Runs, all_bold, block_text, lines_of, text_of, trimmed
from mailer.importing.words import plain
from mailer.model import Contact, Kind


class Piece:
    """A line of a paragraph, or another block as a whole.

    Attributes:
        block: a paragraph of one line, or the block.
        group: which block of the source it is of.
        text: its words, without blanks at the ends.
        plain: the same in small letters without accents.
        indented: the line began with a tab: it stood in the second of two columns.
        parted: an end mark stood before it: what stands above goes on no further.
    """

    __slots__ = ("block", "group", "indented", "parted", "plain", "text")

    def __init__(self, block: Block, group: int, *, indented: bool = False) -> None:
        self.block, self.group, self.indented = block, group, indented
        self.parted = False
        self.text = block_text(block).strip()
        self.plain = plain(self.text)

    @property
    def paragraph(self) -> Paragraph | None:
        return self.block if isinstance(self.block, Paragraph) else None

    @property
    def runs(self) -> Runs:
        return self.block.runs if isinstance(self.block, Paragraph) else ()

    @property
    def bold(self) -> bool:
        return all_bold(self.runs)

    @property
    def shouted(self) -> bool:
        """It is written in capitals."""
        return self.text.isupper() and sum(letter.isalpha() for letter in self.text) > 3

    def with_runs(self, runs: Sequence[Run]) -> Piece:
        assert isinstance(self.block, Paragraph)
        made = Piece(replace(self.block, runs=trimmed(runs)), self.group)
        made.parted = self.parted
        return made

    def __repr__(self) -> str:
        return f"Piece({self.text[:60]!r}, {self.group})"


def pieces_of(blocks: Iterable[Block]) -> list[Piece]:
    """The lines of all paragraphs, and the other blocks. Empty paragraphs say nothing."""
    pieces = []
    for group, block in enumerate(blocks):
        if not isinstance(block, Paragraph):
            pieces.append(Piece(block, group))
            continue
        for runs in lines_of(block.runs):
            line = trimmed(runs)
            if text_of(line).strip() or any(run.note for run in line):
                indented = text_of(runs).startswith("\t")
                pieces.append(Piece(replace(block, runs=line), group, indented=indented))
    return pieces


@dataclass(slots=True, kw_only=True)
class Sheet:
    """What the steps of the recovery hand on.

    Attributes:
        pieces: what has not been understood yet, in the source's order.
        embargoes: what embargo lines say, without their label.
    """

    office: Office
    pieces: list[Piece]
    language: str = ""
    kind: Kind | None = None
    headline: str = ""
    subhead: str = ""
    date: str = ""
    embargo: str = ""
    embargoes: list[str] = field(default_factory=list)
    dateline: str = ""
    about: list[str] = field(default_factory=list)
    offered: list[Standing] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    event: dict[str, str] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    def aside(self, text: str, why: str, place: str = "") -> None:
        """Note words that won't be in the release. What has no words is not worth a line."""
        if any(letter.isalnum() for letter in text):
            self.set_aside.append(SetAside(" ".join(text.split()), why, place))

    def guess(self, message: str, about: str, words: str = "") -> None:
        self.guesses.append(Guess(message, about, words))


def place_of(piece: Piece) -> str:
    return piece.block.place
