"""Checks of who gets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mailer.checks.draft import Draft
from mailer.model import Finding
from mailer.press import why_nobody
from mailer.render import merge_values
from mailer.render.localisation import locale_of

BY_THE_TOOL = frozenset(("unsubscribe",))
"""Fields of slots that the tool itself fills, for everybody."""


def no_recipients(draft: Draft) -> Iterator[Finding]:
    """no-recipients: nobody is left to get it."""
    if not draft.audience.recipients:
        yield Finding("no-recipients", "error", *why_nobody(draft.audience))


def who_was_read(draft: Draft) -> Iterator[Finding]:
    """What reading the press lists brought up, under the ids of docs/reference/lists.md."""
    yield from draft.audience.findings


def language_they_got(draft: Draft) -> Iterator[Finding]:
    """other-language: a correction goes to each in the language of their copy. Whoever read a mistake in Spanish has to
    read in Spanish that it was one."""
    release = draft.release
    if not (release.original.kind.follows and release.original.corrects):
        return
    lacking: Counter[str] = Counter()
    for person in draft.audience.recipients:
        got = person.languages[0] if person.languages and not person.lists else ""
        if got and _main(release.edition_for((got,)).language) != _main(got):
            lacking[got] += 1
    for language, number in lacking.most_common():
        people = f"{number:,} people" if number > 1 else "1 person"
        yield Finding(
            "other-language",
            "error",
            f"{people} got the {locale_of('en').languages.get(_main(language), language)} text, and there is no "
            f"{release.name}.{language}.md.",
            f"Write it, so that they can read what changed. To send them the {release.original.kind} in another "
            f"language: `mailer send {release.name} --any-language`",
            release.original.where("lang"),
        )


def _main(language: str) -> str:
    return language.partition("-")[0].lower()


def empty_merge_values(draft: Draft) -> Iterator[Finding]:
    """empty-merge-value: a merge slot without a fallback that somebody would leave empty."""
    slots = {
        language: [slot for slot in mail.slots if not slot.fallback and slot.field not in BY_THE_TOOL]
        for language, mail in draft.rendered.items()
    }
    if not any(slots.values()):
        return
    first: dict[tuple[str, str], str] = {}
    number: Counter[tuple[str, str]] = Counter()
    for person in draft.audience.recipients:
        language = draft.release.edition_for(person.languages).language
        values = merge_values(person) if slots[language] else {}
        for slot in slots[language]:
            if not values.get(slot.field):
                number[language, slot.field] += 1
                first.setdefault((language, slot.field), person.address)
    for edition in draft.release.editions:
        for slot in slots[edition.language]:
            key = (edition.language, slot.field)
            if number[key]:
                yield Finding(
                    "empty-merge-value",
                    "error",
                    f"{{{{ {slot.field} }}}} is empty for {number[key]:,} of the recipients, first {first[key]}.",
                    f"Give a fallback: {{{{ {slot.field} | colleague }}}}",
                    slot.where or edition.where(),
                )
