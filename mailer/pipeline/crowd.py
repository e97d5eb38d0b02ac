"""Counting people, and naming the first of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from mailer.delivery import AddressDigest, Ledger, Mailing
from mailer.press import Suppressions
from mailer.settings import Settings, allows

EXAMPLES = 3
"""So many of a group are named."""


@dataclass(slots=True)
class Group:
    """How many people, the first of them by name."""

    number: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, address: str) -> None:
        self.number += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(address)

    def __str__(self) -> str:
        more = self.number - len(self.examples)
        return f"{self.number:,} ({', '.join(self.examples)}{f' and {more:,} more' if more else ''})"


class Crowd:
    """Everybody who gets it, as they are met: those whom lists name, and those who stand in the queue."""

    def __init__(self, suppressions: Suppressions, settings: Settings) -> None:
        self._suppressions, self._allow_only = suppressions, settings.allow_only
        self.digest = AddressDigest()
        self.languages: Counter[str] = Counter()
        self.waiting, self.refuse_embargo, self.unmarked = Group(), Group(), Group()
        self.kept_back: dict[str, Group] = {}

    def count(self, canonical: str, language: str) -> None:
        self.digest.add(canonical)
        self.languages[language] += 1

    def mark(self, address: str, accepts: str) -> None:
        """What somebody's list says of embargoes: "yes", "no" or ""."""
        if accepts != "yes":
            (self.refuse_embargo if accepts == "no" else self.unmarked).add(address)

    def from_the_queue(
        self, ledger: Ledger, mailing: Mailing, now_read: Callable[[str], str] = lambda language: language
    ) -> None:
        """
        Args:
            now_read: of which edition those are who were queued for one in this language.
        """
        for person in ledger.waiting(mailing.release):
            if reason := self.why_not(person.canonical):
                self.kept_back.setdefault(reason, Group()).add(person.address)
                continue
            self.count(person.canonical, now_read(person.language))
            self.waiting.add(person.address)
            if not person.in_reply_to:  # who has a text may read what is wrong in it; newcomers have none
                self.mark(person.address, person.fields.get("accepts_embargo", ""))

    def why_not(self, canonical: str) -> str:
        """Why somebody of the ledger is not mailed after all, as delivery will find too; or ""."""
        if not allows(self._allow_only, canonical):
            return "not in ALLOW_ONLY"
        return "suppressed since" if self._suppressions.get(canonical) else ""
