"""What a server's reply means for a recipient and for the run: one table, read from the top.

docs/reference/replies.md shows it (`python docs/reference/make.py`).
"""

from __future__ import annotations

from mailer.delivery.replies.general import GENERAL
from mailer.delivery.replies.providers import OF_PROVIDERS
from mailer.delivery.replies.reply import Reply, Rule, Stage, Verdict
from mailer.model import Outcome, Status

__all__ = ["TABLE", "Reply", "Rule", "Stage", "Verdict", "judge", "outcome", "rule_for"]

TABLE: tuple[Rule, ...] = OF_PROVIDERS + GENERAL
"""A provider's own words come first: its codes are often another's."""


def judge(stage: Stage, reply: Reply) -> Verdict:
    """The verdict of the first rule that fits."""
    # An Enum's own hash costs more than the look-up.
    return _VERDICTS.get((id(stage), reply.code, reply.enhanced)) or rule_for(stage, reply).verdict


def rule_for(stage: Stage, reply: Reply) -> Rule:
    """The first rule that fits."""
    kind = id(stage), reply.code, reply.enhanced
    candidates = _CANDIDATES.get(kind) or _read_for(kind, stage, reply)
    if len(candidates) == 1:
        return candidates[0]
    words = reply.words
    return next(rule for rule in candidates if rule.fits_words(words))


def _read_for(kind: tuple[int, int, str], stage: Stage, reply: Reply) -> tuple[Rule, ...]:
    if len(_CANDIDATES) >= _MOST_KINDS:
        _CANDIDATES.clear()
        _VERDICTS.clear()
    fitting = tuple(rule for rule in TABLE if rule.fits_codes(stage, reply))
    last = next(place for place, rule in enumerate(fitting) if not rule.said)
    _CANDIDATES[kind] = candidates = fitting[: last + 1]
    if not last:
        _VERDICTS[kind] = candidates[0].verdict
    return candidates


_MOST_KINDS = 1000
"""So many kinds of replies are remembered: a server may make up a code for each recipient."""

_CANDIDATES: dict[tuple[int, int, str], tuple[Rule, ...]] = {}
"""The rows that may decide about replies of a kind, by their text; the last one looks at no text."""

_VERDICTS: dict[tuple[int, int, str], Verdict] = {}
"""Kinds of replies whose codes decide alone: all that comes as long as nothing is refused."""

_STATUS = {
    Verdict.ACCEPTED: Status.ACCEPTED,
    Verdict.REJECTED: Status.REJECTED,
    Verdict.SUPPRESS: Status.REJECTED,
    Verdict.DEFERRED: Status.DEFERRED,
    Verdict.HALT: Status.DEFERRED,
    Verdict.RECONNECT: Status.QUEUED,
    Verdict.FEWER: Status.QUEUED,
    Verdict.SLOWER: Status.QUEUED,
    Verdict.HALT_QUEUED: Status.QUEUED,
    Verdict.STOP: Status.QUEUED,
}


def outcome(stage: Stage, reply: Reply, verdict: Verdict) -> Outcome:
    """What a verdict means for the recipient. A broken line counts by stage: after the dot nobody knows."""
    status = _STATUS.get(verdict) or (Status.UNCERTAIN if stage is Stage.DOT else Status.QUEUED)
    if stage is Stage.DOT and verdict is Verdict.RECONNECT:
        status = Status.DEFERRED  # 421 in reply to the dot is a refusal of this message, not silence
    return Outcome(status, reply.code, reply.enhanced, reply.in_short)
