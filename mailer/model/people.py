"""Who gets it, and who does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mailer.model.findings import Finding, Where


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person on a press list.

    Attributes:
        address: as mailed; the domain is in A-labels.
        name, outlet: as the list has them, or "".
        languages: BCP 47, most wanted first; () = unknown.
        tags: lower-case.
        fields: the list's further columns, by normalised name: merge fields.
        lists: names of the lists they stand on, in the order of choosing.
        where: the row they were taken from.
    """

    address: str
    name: str = ""
    outlet: str = ""
    languages: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Someone on a list who won't be mailed.

    Attributes:
        address: as the list has it.
        reason: a short phrase for staff and for counting: "suppressed", "duplicate", "on list X (--except)" …
        detail: more, for one line of a table: "unsubscribed 2026-01-02".
        where: the row.
    """

    address: str
    reason: str
    detail: str = ""
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets it, and who was left out and why. Both are sized, can be iterated again and again, and
    may live on disk: a list of a million does not fit every machine."""

    recipients: Collection[Recipient]
    left_out: Collection[LeftOut] = ()
    lists: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
