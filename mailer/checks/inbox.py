"""Checks of what an inbox shows before anybody opens the mail: subject, headline, preheader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailer.checks.draft import Draft
from mailer.model import Edition, Finding, Where

LONG_SUBJECT = 100
LONG_HEADLINE = 130
SHORT = 110
"""Characters of a text that an inbox shows in whole; it needs no preheader."""

_LOUDEST = 0.6
_REPLY = re.compile(r"\s*(?:re|fwd?|fw|aw|wg|rv|tr|enc|antw)\s*(?:\[\d\])?\s*:\s*", re.IGNORECASE)
_EXCLAIMED = re.compile(r"!\s?!|!\?|\?!|¡\s?¡|!.{0,200}!")
_SOLD = re.compile(
    r"\b(?:FREE|GRATIS|ACT NOW|URGENT|LIMITED TIME|CLICK HERE|WINNER)\b\s*!|\b(?:100% free|click here|act now)\b"
    r"|[$€£]{3,}|(?i:\$\$\$)"
)


def subject(draft: Draft) -> Iterator[Finding]:
    """long-subject: most inboxes show 40 to 60 characters, and none shows more than about 100."""
    for edition in draft.release.editions:
        if len(edition.subject) > LONG_SUBJECT:
            message = f"The subject has {len(edition.subject)} characters; most inboxes won't show the end."
            yield Finding(
                "long-subject",
                "notice",
                message,
                "Add a shorter Subject: in addition to the headline.",
                _subject(edition),
            )


def headline(draft: Draft) -> Iterator[Finding]:
    """long-headline: one that nobody takes in at a glance, whatever the subject is."""
    for edition in draft.release.editions:
        if len(edition.headline) > LONG_HEADLINE:
            yield Finding(
                "long-headline",
                "notice",
                f"The headline has {len(edition.headline)} characters.",
                f"Shorten it to less than {LONG_HEADLINE}; the rest may be the Subhead:.",
                edition.where("headline"),
            )


def loud_subject(draft: Draft) -> Iterator[Finding]:
    """loud-subject: capitals throughout, runs of exclamation marks, what sellers shout."""
    for edition in draft.release.editions:
        field = "subject" if "subject" in edition.lines else "headline"
        if _is_shouted(edition.subject):
            what, hint = (
                f"The {field} is in capitals throughout.",
                "Write it as a sentence: filters and readers take it for an advertisement.",
            )
        elif found := _EXCLAIMED.search(edition.subject) or _SOLD.search(edition.subject):
            what, hint = f"“{found[0][:30]}” makes the {field} look like an advertisement.", "Say it plainly."
        else:
            continue
        yield Finding("loud-subject", "warning", what, hint, _subject(edition))


def _is_shouted(text: str) -> bool:
    """All in capitals, and not because it is made of abbreviations: NATO, EU, UN."""
    words = re.findall(r"[^\W\d_]+", text)
    long = [word for word in words if len(word) >= 4]
    cased = [word for word in words if word.upper() != word.lower()]
    return len(long) >= 3 and bool(cased) and all(word.isupper() for word in cased)


def fake_reply(draft: Draft) -> Iterator[Finding]:
    """fake-reply: a subject that poses as an answer or a forwarded mail."""
    for edition in draft.release.editions:
        match = _REPLY.match(edition.subject)
        if match:
            yield Finding(
                "fake-reply",
                "warning",
                f"The subject begins with “{match[0].strip()}”, as an answer does.",
                "Remove it: Gmail asks senders not to, and readers feel tricked.",
                _subject(edition),
            )


def no_preheader(draft: Draft) -> Iterator[Finding]:
    """no-preheader: nobody wrote what inboxes show behind the subject, nor a subhead that would stand there."""
    for manuscript in draft.manuscripts:
        edition = manuscript.edition
        if edition.preheader or edition.subhead or edition.correction or manuscript.lede is None:
            continue
        if sum(len(passage.text) for passage in manuscript.prose) > SHORT:
            begin = " ".join(manuscript.lede.text.split())[:60].rsplit(" ", 1)[0]
            yield Finding(
                "no-preheader",
                "notice",
                f"Behind the subject, inboxes show the text's beginning: “{begin} …”",
                "Write a Preheader: or Subhead: that says what the subject does not.",
                edition.where("headline"),
            )


def _subject(edition: Edition) -> Where:
    return edition.where("subject" if "subject" in edition.lines else "headline")
