"""A release file in the style of the house: what is sure is put right, what is doubtful is only told.

Quotation marks and dashes of the language, blanks, what nobody sees; notes that were typed as ¹ or [1]; what Word and
mail programs leave behind: a dateline said twice, a telephone number that became a bullet, a contact block that the
header has as well. Addresses, merge slots, whatever is escaped, and fields that programs read stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.importing.house_style.doubled import (
    BULLETS,
    CONTACTS,
    DATELINE,
    DATELINE_WITH_MORE,
    OPENING,
    SAID_TWICE,
    tell_of_broken_sentences,
    without_what_is_said_twice,
)
from mailer.importing.house_style.page import House, Page, Told
from mailer.importing.house_style.typed_notes import NOTES, with_notes
from mailer.importing.house_style.typography import set_in_type

__all__ = ["DATELINE_WITH_MORE", "House", "Tidied", "Told", "left_behind", "tidied"]

_SEEN_BY_READERS = {
    OPENING: "The text begins with what the mail prints from the header: it would be said twice.",
    DATELINE: "The text begins with the dateline that the mail prints itself: it would be said twice.",
    CONTACTS: "The text has the contacts that the mail prints itself: they would be there twice.",
    BULLETS: "A telephone number would be printed as a bullet.",
    NOTES: "The notes are typed by hand: in the mail their marks would lead nowhere.",
}
"""What a word processor left behind that would be seen in the mail, where it is beyond doubt."""

_ROUNDS = 9
"""What one rule has set right may show another what is meant; so many times is more than any page needs."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """A file's text as it would be.

    Attributes:
        changes: what was changed → how often, in words for staff.
        doubts: what was left alone for a person to decide, with its line in the new text.
    """

    text: str
    changes: Mapping[str, int]
    doubts: tuple[Told, ...]


def tidied(text: str, house: House) -> Tidied:
    """The text of a release file in the house's style. What has been tidied stays as it is.

    Args:
        text: a header between fences, and a body; line ends of any system, which are kept.
    """
    ends = "\r\n" if "\r\n" in text else "\n"
    page = Page.of(text, house)
    if page is None:
        return Tidied(text, {}, ())
    for _ in range(_ROUNDS):
        before, page.doubts = page.text, []
        without_what_is_said_twice(page)
        with_notes(page)
        set_in_type(page)
        tell_of_broken_sentences(page)
        if page.text == before:
            break
    return Tidied(page.text.replace("\n", ends), dict(page.changes), tuple(page.doubts))


def left_behind(text: str, house: House) -> tuple[Told, ...]:
    """What `tidied` would put right and every reader of the mail would see otherwise: the first of each sort, with its
    line in the text as it is.

    Args:
        text: a header between fences, and a body.
    """
    found = []
    for rule in (*SAID_TWICE, with_notes):
        if page := Page.of(text, house):
            rule(page)
            found += [Told(index + 1, _SEEN_BY_READERS[what]) for what, index in page.first.items()]
            # One with more in it (an agency, another day) is left to a person, and is seen by readers all the same.
            found += [told for told in page.doubts if told.message == DATELINE_WITH_MORE]
    return tuple(sorted(found, key=lambda each: each.line))
