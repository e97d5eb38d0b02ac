"""What staff silenced, with their reason. Nothing that blocks can be silenced, and what is silenced is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mailer.checks.draft import Draft
from mailer.model import Finding, Silence

ERRORS = frozenset((
    "active-content", "dead-link", "empty-merge-value", "follow-up", "header-injection",
    "leftover-markup", "missing-body", "missing-note", "no-html-part", "no-recipients", "no-text-part",
    "other-language", "repeated-note", "silence",
))  # fmt: skip
"""Checks that find nothing but errors: what they find must never go out."""

CAN_BE_SILENCED = frozenset((
    "alt-file-name", "brand-colour", "contact-incomplete", "dead-web-link", "doubled-word", "embargo",
    "embargo-in-text", "fake-reply", "future-date", "heavy-mail", "insecure-link", "left-by-word",
    "long-headline", "long-subject", "loud-subject", "misnamed-file", "missing-field", "mixed-quotes",
    "name-spelling", "no-edition", "no-organisation", "no-preheader", "not-on-the-web", "note-order", "odd-character",
    "old-date", "outdated-translation", "past-embargo", "past-event", "phone-in-list", "phone-number",
    "picture-marks", "placeholder-text", "rejected-attachment", "relative-day", "repeated-preheader",
    "short-link", "still-picture", "theme-drops", "theme-fault", "theme-no-effect", "time-zone",
    "too-long-for-gmail", "translation-buttons", "translation-figures", "translation-links",
    "translation-notes", "typed-note", "unbalanced-quotes", "unchecked-link", "unneeded-silence",
    "unused-note", "weekday",
))  # fmt: skip
"""Checks that find warnings or notices, these at least."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that is not shown, and why."""

    finding: Finding
    because: str


def parted(
    draft: Draft, findings: Sequence[Finding], blocking: Iterable[str]
) -> tuple[list[Finding], list[Silenced]]:
    """What is to be shown, with what is wrong about the silences themselves; and what is silenced. What press lists
    bring up is no release's to silence: it is answered beside the list.

    Args:
        blocking: ids of warnings that block the real thing.
    """
    known = CAN_BE_SILENCED - set(blocking)
    wanted = {silence.check: silence for silence in _all(draft) if silence.check in known}
    about = _about(
        draft, {finding.id for finding in findings if finding.level != "error"}, known, frozenset(blocking)
    )
    shown, silenced = list[Finding](), list[Silenced]()
    for finding in (*findings, *about):
        silence = wanted.get(finding.id) if finding.level != "error" else None
        if silence:
            silenced.append(Silenced(finding, silence.because))
        else:
            shown.append(finding)
    return shown, silenced


def _all(draft: Draft) -> Iterator[Silence]:
    for edition in draft.release.editions:
        yield from edition.newsroom.silence
    for edition in draft.release.editions:
        yield from edition.silence


def _about(
    draft: Draft, found: set[str], known: frozenset[str], blocking: frozenset[str]
) -> Iterator[Finding]:
    """silence, unneeded-silence: an id that there is not, or that blocks; one of a release that has nothing to do."""
    own = {silence for edition in draft.release.editions for silence in edition.silence}
    for silence in dict.fromkeys(_all(draft)):
        if silence.check in ERRORS or silence.check in blocking:
            yield Finding(
                "silence",
                "error",
                f"“{silence.check}” can't be silenced: what it finds must not go out.",
                "Put right what it found, and remove this.",
                silence.where,
            )
        elif silence.check not in known:
            near = get_close_matches(silence.check, sorted(known), n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else "The ids stand in brackets behind each finding."
            message = f"There is no check “{silence.check}” to silence."
            yield Finding("silence", "error", message, hint, silence.where)
        elif silence in own and silence.check not in found | _LATER:
            yield Finding(
                "unneeded-silence",
                "notice",
                f"“{silence.check}” is silenced and finds nothing any more.",
                "Remove it, so that it hides nothing new.",
                silence.where,
            )


_LATER = frozenset(("dead-web-link", "unchecked-link", "unneeded-silence"))
"""Found only if links are looked up, or after all others."""
