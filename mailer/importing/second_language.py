"""A document in another language beside its original: an edition, which says only what differs.

It holds the words; date, embargo, people and whatever else is the same comes from the original. What a translator may
have left out or added shows in numbers: notes, links, pictures, calls to action, and the figures in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailer.errors import ValueFault
from mailer.importing.counted import counts_of, numbers_of, only_here
from mailer.importing.draft import Draft
from mailer.model import Contact, Edition
from mailer.release.body import Body
from mailer.release.values import parse_date, parse_moment


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


def differences(original: Edition, body: Body) -> Differences:
    """What the body of an edition has more or less of than the original."""
    first, second = counts_of(original.body, original.notes), counts_of(body.tree, body.notes)
    numbers, others = numbers_of(original.body, original.notes), numbers_of(body.tree, body.notes)
    return Differences(
        {what: (first[what], second[what]) for what in first if first[what] != second[what]},
        only_here(numbers, others),
        only_here(others, numbers),
    )


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
