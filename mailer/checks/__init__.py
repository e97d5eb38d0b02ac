"""Pre-flight: one function a check; a tuple is the registry; each yields `Finding`s.

An error blocks sending, a warning is shown before the question, a notice informs. Some warnings are errors once
it is the real thing (`BLOCK_SENDING`). What the ids mean and what to do about them stands in docs/reference/checks.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from mailer.checks import (
    dates,
    enclosures,
    inbox,
    mail,
    names,
    people,
    prose,
    sample,
    text,
    theme,
    translations,
)
from mailer.checks.draft import Draft
from mailer.checks.sample import Place, sample_places
from mailer.checks.silence import Silenced, parted
from mailer.checks.theme import check_theme
from mailer.errors import CheckFailed
from mailer.model import Finding

Check = Callable[[Draft], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    text.what_the_reader_noticed,
    text.missing_fields,
    text.placeholder_text,
    sample.sample_office,
    text.markup_in_fields,
    text.left_by_word,
    text.embargo,
    text.follow_up,
    inbox.subject,
    inbox.headline,
    inbox.loud_subject,
    inbox.fake_reply,
    inbox.no_preheader,
    dates.weekday,
    dates.old_date,
    dates.past_event,
    dates.relative_day,
    dates.time_zone,
    dates.embargo_in_text,
    names.name_spelling,
    names.no_organisation,
    names.contacts,
    names.phone_in_text,
    prose.doubled_word,
    prose.quotes,
    prose.typed_notes,
    prose.note_order,
    prose.phone_in_list,
    enclosures.written_links,
    enclosures.alt_texts,
    enclosures.rejected_attachments,
    enclosures.brand_colour,
    translations.no_edition,
    translations.translated,
    mail.missing_alternative,
    mail.active_content,
    mail.size,
    mail.attachments,
    mail.picture_marks,
    mail.preheader,
    mail.phone_numbers,
    mail.moving_pictures,
    mail.header_injection,
    theme.own_theme,
    mail.not_on_the_web,
    people.no_recipients,
    people.who_was_read,
    people.language_they_got,
    people.empty_merge_values,
)

OF_PEOPLE: tuple[Check, ...] = (
    translations.no_edition,
    mail.header_injection,
    people.no_recipients,
    people.who_was_read,
    people.language_they_got,
    people.empty_merge_values,
)
"""Those that look at every recipient: with 100,000 of them they take a second, and all others as long as ever."""

BLOCK_SENDING: tuple[str, ...] = ("sample-office",)
"""Findings that are a warning until the real thing, which they block: a newcomer may look, rehearse and proof."""

LEVELS = ("error", "warning", "notice")
"""From the gravest."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What pre-flight found, gravest first, and what of it staff silenced."""

    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]


def run_checks(draft: Draft) -> tuple[Finding, ...]:
    """All findings of all checks but for those that staff silenced, gravest first.

    Args:
        draft: the release, rendered, with its audience. Recipients are streamed, never held.
    """
    return look_over(draft).findings


def look_over(draft: Draft, more: Iterable[Finding] = (), checks: Iterable[Check] = CHECKS) -> Checked:
    """All findings of all checks, gravest first, and what of them staff silenced.

    Args:
        more: what was found elsewhere, such as by looking links up.
        checks: those to run, where `more` has what the others found.
    """
    found = [*found_by(checks, draft), *more]
    shown, silenced = parted(draft, list(dict.fromkeys(found)), BLOCK_SENDING)
    return Checked(tuple(sorted(shown, key=lambda finding: LEVELS.index(finding.level))), tuple(silenced))


def found_by(checks: Iterable[Check], draft: Draft) -> tuple[Finding, ...]:
    """What some of the checks find, silenced or not, in their order."""
    return tuple(finding for check in checks for finding in check(draft))


def must_be_ready(findings: Iterable[Finding]) -> None:
    """See that nothing is left which may be looked at, rehearsed and proofed, but not sent.

    Raises:
        CheckFailed: with all that `BLOCK_SENDING` names, as errors.
    """
    blocking = [replace(finding, level="error") for finding in findings if finding.id in BLOCK_SENDING]
    if blocking:
        raise CheckFailed(blocking)


__all__ = [
    "BLOCK_SENDING", "CHECKS", "OF_PEOPLE", "Check", "Checked", "Draft", "Place", "Silenced", "check_theme", "found_by",
    "look_over", "must_be_ready", "run_checks", "sample_places",
]  # fmt: skip
