"""How many of those who got our mail called it spam."""

from __future__ import annotations

import time

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.feedback import Feedback
from mailer.model import Finding, Level

DAYS = 30
FEWEST = 1000
"""Accepted mails, below which a single complaint would be over the limit already."""

MANY, TOO_MANY = 0.001, 0.003
"""Google asks senders to stay below 0.1 % and never to reach 0.3 % (https://support.google.com/a/answer/81126), Yahoo
to stay below 0.3 % (https://senders.yahooinc.com/best-practices/). Each reckons by what its own users report."""

_ONLY_TOLD = (
    "Only what providers or their mail tell is counted; Google tells its numbers in Postmaster Tools alone."
)


def complaint_rate(ledger: Ledger, now: float | None = None) -> Finding | None:
    """Complaints by what servers have accepted, of the last 30 days.

    Args:
        now: seconds since 1970.

    Returns:
        None where nothing was sent.
    """
    since = (time.time() if now is None else now) - DAYS * 86400
    complaints, accepted = Feedback(ledger).complaints(since)
    if not accepted:
        return None
    people = "1 person has" if complaints == 1 else f"{complaints:,} people have"
    said = f"{people} reported a mail as spam, of {accepted:,} accepted in the last {DAYS} days"
    if accepted < FEWEST:
        return Finding("complaints", "notice", f"{said}. A share is reckoned from {FEWEST:,} on.", _ONLY_TOLD)
    share = complaints / accepted
    level: Level = "error" if share >= TOO_MANY else "warning" if share >= MANY else "notice"
    hint = f"{_TOO_MANY} {_ONLY_TOLD}" if level != "notice" else _ONLY_TOLD
    return Finding("complaints", level, f"{said}: {share:.2%}.", hint)


_TOO_MANY = (
    "Google asks senders to stay below 0.1 %, and Google and Yahoo never to reach 0.3 %. Who gets these releases "
    "without having asked? Leave them out."
)
