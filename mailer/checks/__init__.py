"""Pre-flight: one function a check; a tuple is the registry; each yields `Finding`s.

An error blocks sending, a warning is shown before the question, a notice informs. What the ids mean and what
to do about them stands in docs/reference/checks.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mailer.checks import mail, people, text
from mailer.checks.draft import Draft
from mailer.model import Finding

Check = Callable[[Draft], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    text.what_the_reader_noticed,
    text.missing_fields,
    text.placeholder_text,
    text.embargo,
    text.follow_up,
    text.subject,
    mail.missing_alternative,
    mail.active_content,
    mail.size,
    mail.attachments,
    mail.header_injection,
    people.no_recipients,
    people.who_was_read,
    people.empty_merge_values,
)


def run_checks(draft: Draft) -> tuple[Finding, ...]:
    """All findings of all checks, gravest first.

    Args:
        draft: the release, rendered, with its audience. Recipients are streamed, never held.
    """
    order = ("error", "warning", "notice")
    findings = (finding for check in CHECKS for finding in check(draft))
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: order.index(finding.level)))


__all__ = ["CHECKS", "Check", "Draft", "run_checks"]
