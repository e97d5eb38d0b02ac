"""Pre-flight: one function a check; a tuple is the registry; each yields `Finding`s.

An error blocks sending, a warning is shown before the question, a notice informs. Some warnings are errors once
it is the real thing (`BLOCK_SENDING`). What the ids mean and what to do about them stands in docs/reference/checks.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from mailer.checks import mail, people, sample, text, theme, web
from mailer.checks.draft import Draft
from mailer.checks.sample import Place, sample_places
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
    text.subject,
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
    web.not_on_the_web,
    people.no_recipients,
    people.who_was_read,
    people.language_they_got,
    people.empty_merge_values,
)

BLOCK_SENDING: tuple[str, ...] = ("sample-office",)
"""Findings that are a warning until the real thing, which they block: a newcomer may look, rehearse and proof."""


def run_checks(draft: Draft) -> tuple[Finding, ...]:
    """All findings of all checks, gravest first.

    Args:
        draft: the release, rendered, with its audience. Recipients are streamed, never held.
    """
    order = ("error", "warning", "notice")
    findings = (finding for check in CHECKS for finding in check(draft))
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: order.index(finding.level)))


def must_be_ready(findings: Iterable[Finding]) -> None:
    """See that nothing is left which may be looked at, rehearsed and proofed, but not sent.

    Raises:
        CheckFailed: with all that `BLOCK_SENDING` names, as errors.
    """
    blocking = [replace(finding, level="error") for finding in findings if finding.id in BLOCK_SENDING]
    if blocking:
        raise CheckFailed(blocking)


__all__ = [
    "BLOCK_SENDING", "CHECKS", "Check", "Draft", "Place", "check_theme", "must_be_ready", "run_checks", "sample_places",
]  # fmt: skip
