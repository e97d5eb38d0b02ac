"""A document in another language beside its original: an edition, which says only what differs.

It holds the words; date, embargo, people and whatever else is the same comes from the original. What a translator may
have left out or added shows in numbers: notes, links, pictures, calls to action, and the figures in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.tree import SyntaxTreeNode

from mailer.errors import ValueFault
from mailer.importing.accounted import plain_text_of
from mailer.importing.draft import Draft
from mailer.importing.written import write
from mailer.model import Contact, Edition
from mailer.release.body import parse_body
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.release.values import parse_date, parse_moment

COUNTED = {
    "notes": ("footnote",),
    "links": ("link",),
    "pictures": ("figure", "image"),
    "calls to action": ("call_to_action",),
    "quotations": ("blockquote",),
    "tables": ("table",),
}
"""What is counted in both, by the types of nodes that are it."""

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ’']\d{3}(?!\d))*(?:[.,]\d+)?")
_ADDRESS = re.compile(r"\w+:\S+")


@dataclass(frozen=True, slots=True)
class Differences:
    """What an edition has more or less of than its original.

    Attributes:
        counts: what is counted → how many the original has, and how many the edition, where these differ.
        only_original, only_edition: figures of the text that the other lacks, as they are written.
    """

    counts: Mapping[str, tuple[int, int]]
    only_original: tuple[str, ...]
    only_edition: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.counts or self.only_original or self.only_edition)


def inherited(draft: Draft, original: Edition) -> frozenset[str]:
    """The fields that an edition need not say: its original says the same."""
    newsroom = {each.title for each in original.newsroom.boilerplates}
    same = {
        "kind": draft.kind == original.kind,
        "date": _same(draft.date, original.date, parse_date),
        "embargo": _same(draft.embargo, original.embargo, parse_moment),
        "dateline": draft.dateline == original.dateline,
        "contacts": _people(draft.contacts) == _people(original.contacts),
        "about": set(draft.about) == newsroom,
    }
    return frozenset(name for name, is_so in same.items() if is_so)


def differences(original: Edition, draft: Draft) -> Differences:
    """What the edition that a draft is to be has more or less of than the original."""
    text = write(draft, "edition").text
    header = read_header(text, "", RELEASE_FIELDS, RECORDS)
    body = parse_body(header.body, "", 1)
    trees = (
        [original.body, *(note.content for note in original.notes)],
        [body.tree, *(n.content for n in body.notes)],
    )
    notes = len(original.notes), len(body.notes)
    counts = {what: tuple(_count(each, types) for each in trees) for what, types in COUNTED.items()} | {
        "notes": notes
    }
    numbers = [_numbers(each) for each in trees]
    return Differences(
        {what: (first, second) for what, (first, second) in counts.items() if first != second},
        tuple(_only(numbers[0], numbers[1])),
        tuple(_only(numbers[1], numbers[0])),
    )


def _same(text: str, value: object, parse: Callable[[str], object]) -> bool:
    try:
        return bool(text) and parse(text) == value
    except ValueFault:
        return False


def _people(contacts: Sequence[Contact]) -> list[tuple[str, ...]]:
    """Who they are, without what a translation says in its own words: role and hours."""
    return [
        (
            each.name.casefold(),
            re.sub(r"\D", "", each.phone),
            re.sub(r"\D", "", each.mobile),
            each.email.casefold(),
        )
        for each in contacts
    ]


def _count(trees: Sequence[SyntaxTreeNode], types: Sequence[str]) -> int:
    return sum(node.type in types for tree in trees for node in tree.walk())


def _numbers(trees: Sequence[SyntaxTreeNode]) -> Counter[str]:
    """Figures as they are written, with what separates their digits."""
    return Counter(
        number for tree in trees for number in _NUMBER.findall(_ADDRESS.sub("", plain_text_of(tree)))
    )


def _only(these: Counter[str], those: Counter[str]) -> Iterator[str]:
    """Figures that the others lack, whatever separates their digits: 41,600 is 41.600 elsewhere."""
    left = Counter(re.sub(r"\D", "", number) for number in those.elements())
    for number in these.elements():
        digits = re.sub(r"\D", "", number)
        if left[digits]:
            left[digits] -= 1
        else:
            yield number
