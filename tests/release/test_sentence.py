"""A sentence that readers have, replaced in the file that it came from."""

from __future__ import annotations

import pytest

from mailer.release.writing.sentence import stands_in, with_sentence_replaced

FILE = """---
Headline: Harbour lamps counted
Correction: “In 2025 that happened on 61 days.” → “In 2025 that happened on 16 days.”
---

They overflow.[^2] In 2025 that happened
on 61 days. **Nobody was hurt. All is well.**

> We *know* where
> the water comes from.

Read [the whole study](https://example.org/study) first.
"""


@pytest.mark.parametrize(
    ("old", "new", "then"),
    [
        ("In 2025 that happened on 61 days.", "In 2025 it did on 16.", "[^2] In 2025 it did on 16. **Nobody"),
        ("They overflow.", "They\n overflow often.", "They overflow often. In 2025"),
        ("We know where the water comes from.", "Nobody knows.", "> Nobody knows.\n"),
        ("Read the whole study first.", "Read it.", "\nRead it.\n"),
        ("Nobody was hurt.", "One was hurt.", "**One was hurt. All is well.**"),
        ("All is well.", "It is not.", "**Nobody was hurt. It is not.**"),
        ("Harbour lamps counted", "Lamps counted", "Headline: Lamps counted\n"),
    ],
)
def test_it_is_found_whatever_markup_it_has(old: str, new: str, then: str) -> None:
    assert stands_in(FILE, old)
    assert then in with_sentence_replaced(FILE, old, new)


def test_what_is_said_of_the_change_stays() -> None:
    """The line that tells of it holds the old sentence too."""
    changed = with_sentence_replaced(FILE, "In 2025 that happened on 61 days.", "It did not.")
    assert "Correction: “In 2025 that happened on 61 days.” →" in changed


@pytest.mark.parametrize("sentence", ["", "In 2025 that happened on 62 days.", "In 2025 that (happened"])
def test_what_does_not_stand_there_changes_nothing(sentence: str) -> None:
    assert not stands_in(FILE, sentence)
    assert with_sentence_replaced(FILE, sentence, "anything") == FILE
