"""What a roll keeps of a row, and what can be asked about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mailer.model import Recipient
from mailer.press import canonical
from mailer.press.clean_text import folded

CUT = "\x1f"
_MARK = "\x1e"
"""Between cells, and around marks: cells hold neither (`clean_text.clean`)."""
FEW = 30
"""A column with more different values than this is searched by words, and not offered as a filter."""
OPEN_ENDED = ("outlet", "tag", "language")
"""Filters that are offered however many values they have."""


Facets = dict[str, Counter[str] | None]
"""By key, how often each value stands on the list; None: too many to be chosen from."""
Texts = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody on a list.

    Attributes:
        line: of the file, from 1.
        fields: the list's further columns, by key, those that say something.
        never: why they are never mailed, or "".
    """

    line: int
    address: str
    name: str
    outlet: str
    languages: str
    tags: str
    fields: tuple[tuple[str, str], ...]
    never: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a list.

    Attributes:
        words: all of which a row holds, in any order, folded.
        marks: key and value of each filter.
        kind: of problems: an id; "" for all.
    """

    words: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    kind: str = ""


def marks_of(person: Recipient) -> list[tuple[str, str]]:
    """What somebody can be filtered by, each with its key."""
    marks = [("language", language) for language in person.languages or ("unknown",)]
    marks += [("outlet", person.outlet)] * bool(person.outlet)
    marks += [("tag", tag) for tag in sorted(person.tags)]
    return marks + [(f"c.{key}", value) for key, value in person.fields.items() if value and len(value) < 60]


def count_marks(marks: list[tuple[str, str]], facets: Facets) -> None:
    """Adds somebody's marks; None stands for a column with too many values to be chosen from."""
    for key, value in marks:
        counted = facets.setdefault(key, Counter())
        if counted is not None:
            counted[value] += 1
            if len(counted) > FEW and key not in OPEN_ENDED:
                facets[key] = None


def discount_marks(marked: str, facets: Facets) -> None:
    """Takes somebody's marks away again, as the database has them."""
    for mark in marked.strip(_MARK).split(_MARK):
        key, _, value = mark.partition("=")
        if (counted := facets.get(key)) is not None:
            counted[value] -= 1
            if counted[value] <= 0:
                del counted[value]


def as_row(person: Recipient, marks: list[tuple[str, str]]) -> tuple[object, ...]:
    """As the database keeps somebody, but for their number: the row, then its marks and words."""
    assert person.where is not None
    tags = ", ".join(sorted(person.tags))
    said = (person.address, person.name, person.outlet, *person.languages, tags, *person.fields.values())
    marked = "".join(f"{_MARK}{key}={value}" for key, value in marks) + _MARK
    return (
        person.where.line, canonical(person.address), person.address, person.name, person.outlet,
        ", ".join(person.languages), tags, CUT.join(person.fields.values()), "", marked, folded("\n".join(said)),
    )  # fmt: skip


def clause_of(wanted: Wanted) -> tuple[str, list[object]]:
    """SQL for words and marks, with its values."""
    marks = [f"{_MARK}{key}={value}{_MARK}" for key, value in wanted.marks]
    clauses = ["instr(words, ?)"] * len(wanted.words) + ["instr(marks, ?)"] * len(marks)
    return " AND ".join(clauses) or "1", [*wanted.words, *marks]
