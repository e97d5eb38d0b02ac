"""A release file while it is tidied: its lines, the fields of its header, and what of a line no rule may touch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.model import Contact
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import Header, read_header

_PROTECTED = re.compile(
    r"""<[^<>\s]+> | \]\((?:[^()\n\\]|\\.|\([^()\n]*\))*\) | (?:https?|ftp|mailto|tel):[^\s<>“”«»]+
      | www\.\S+ | [\w.+-]{1,64}@[\w.-]+ | \{\{.{0,200}?\}\}
      | (?<!`)(?P<ticks>`+)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`) | \\. | &\#?\w+; | \[\^[^\]\s]+\]
      | ^[ \t>]*[|:-][ \t|:-]*$""",
    re.VERBOSE | re.MULTILINE,
)
"""Addresses, merge slots, code, what is escaped, citations of notes, the line below a table's head."""


@dataclass(frozen=True, slots=True)
class House:
    """How the house writes.

    Attributes:
        language: BCP 47, of the release.
        dash: as newsroom.md has it, with the blanks around it if any: "—" or " – ".
        contacts: those of newsroom.md, which the mail prints where the header has none.
    """

    language: str
    dash: str = "—"
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is doubtful, and the 1-based line where it stands."""

    line: int
    message: str


@dataclass(slots=True)
class Page:
    """Lines of a file, and what becomes of them.

    Attributes:
        body: index of the first line behind the header.
        changes: what was changed → how often, in words for staff.
        first: what was changed → the index where the first of it stood.
    """

    lines: list[str]
    body: int
    header: Header
    house: House
    changes: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    doubts: list[Told] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, house: House) -> Page | None:
        """The page of a file; None where it has no header that can be read."""
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        header = read_header(text, "", RELEASE_FIELDS, RECORDS)
        if header.body_line < 2:
            return None
        return cls(text.split("\n"), header.body_line - 1, header, house)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def paragraphs(self) -> Iterator[range]:
        """The indices of lines of the body that belong together: those between blank lines."""
        start = self.body
        for index in range(self.body, len(self.lines) + 1):
            if index == len(self.lines) or not self.lines[index].strip():
                if index > start:
                    yield range(start, index)
                start = index + 1

    def remove(self, lines: range) -> None:
        """Take lines out, and a blank line with them, so that no two are left beside one another."""
        del self.lines[lines.start : lines.stop]
        if lines.start < len(self.lines) and not self.lines[lines.start].strip():
            del self.lines[lines.start]
        elif lines.start >= len(self.lines):
            while len(self.lines) > self.body and not self.lines[-1].strip():
                self.lines.pop()
            self.lines.append("")

    def changed(self, what: str, times: int = 1, *, at: int = 0) -> None:
        if times:
            self.changes[what] += times
            self.first.setdefault(what, at)

    def doubt(self, index: int, message: str) -> None:
        self.doubts.append(Told(index + 1, message))


def protected(text: str) -> list[bool]:
    """Which characters of a text no rule may touch."""
    mask = [False] * len(text)
    for match in _PROTECTED.finditer(text):
        mask[match.start() : match.end()] = [True] * (match.end() - match.start())
    return mask
