"""Whom a release goes to, in numbers and in words: by outlet, language and list, with who had the last one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailer.delivery import History, Ledger
from mailer.model import LeftOut, Release, Status
from mailer.pipeline import Prepared
from mailer.press import canonical
from mailer.press.clean_text import folded

HAD = (Status.ACCEPTED,)


@dataclass(frozen=True, slots=True)
class Somebody:
    """One who gets it. `had`: they had the release before. `words`: what is searched, folded."""

    address: str
    name: str
    outlet: str
    language: str
    had: bool
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """Those of one outlet, language or list, and how many of them had the release before."""

    called: str
    number: int
    had: int

    @property
    def in_words(self) -> str:
        """“3 people, one had the last release”."""
        people = "1 person" if self.number == 1 else f"{self.number:,} people"
        return f"{people}, {self.had_in_words}"

    @property
    def had_in_words(self) -> str:
        if self.number == 1:
            return "who had the last release" if self.had else "who did not have the last release"
        if not self.had:
            return "none had the last release"
        if self.had == self.number:
            return "all had the last release"
        return f"{'one' if self.had == 1 else f'{self.had:,}'} had the last release"


@dataclass(slots=True)
class Crowd:
    """An audience, gone through once.

    Attributes:
        before: the release that came before, or that this one follows; "": there was none.
        reasons: why people are left out, each with those of it, in order.
    """

    before: str = ""
    people: list[Somebody] = field(default_factory=list)
    outlets: list[Group] = field(default_factory=list)
    languages: list[Group] = field(default_factory=list)
    lists: list[Group] = field(default_factory=list)
    reasons: dict[str, list[LeftOut]] = field(default_factory=dict)
    left_out: int = 0

    @property
    def had(self) -> int:
        return sum(person.had for person in self.people)

    def found(self, words: Iterable[str]) -> list[Somebody]:
        """Those whose address, name or outlet holds every word."""
        words = tuple(words)
        return [person for person in self.people if all(word in person.words for word in words)]

    def found_out(self, words: Iterable[str]) -> list[LeftOut]:
        """Those who are left out whose address or reason holds every word."""
        words = tuple(words)
        out = (person for people in self.reasons.values() for person in people)
        return [p for p in out if all(word in folded(f"{p.address} {p.reason} {p.detail}") for word in words)]


def before(release: Release, ledger: Ledger | None) -> str:
    """The release that people had before this one: the one that it follows, else the newest other one that
    anybody has: one that is only planned was nobody's yet."""
    if release.original.corrects:
        return release.original.corrects
    mailings = ledger.mailings() if ledger is not None else []
    others = (mailing.release for mailing in reversed(mailings) if mailing.release != release.name)
    return next(
        (other for other in others if ledger and any(state in HAD for state in ledger.counts(other))), ""
    )


def crowd_of(prepared: Prepared, ledger: Ledger | None) -> Crowd:
    """Goes through an audience.

    Args:
        ledger: None: nothing was sent from here.
    """
    release = prepared.release
    crowd = Crowd(before(release, ledger))
    states = History(ledger).had(crowd.before) if ledger is not None and crowd.before else {}
    kinds: tuple[Counter[str], ...] = (Counter(), Counter(), Counter())
    had: tuple[Counter[str], ...] = (Counter(), Counter(), Counter())
    for person in prepared.audience.recipients:
        language = release.edition_for(person.languages).language
        has = states.get(canonical(person.address)) in HAD
        words = folded(f"{person.address}\n{person.name}\n{person.outlet}")
        crowd.people.append(Somebody(person.address, person.name, person.outlet, language, has, words))
        for counted, theirs, of in zip(
            kinds, had, ((person.outlet,), (language,), person.lists), strict=True
        ):
            counted.update(of)
            theirs.update(of if has else ())
    crowd.outlets, crowd.languages, crowd.lists = (
        [Group(called, number, theirs[called]) for called, number in sorted(counted.items(), key=_order)]
        for counted, theirs in zip(kinds, had, strict=True)
    )
    for out in prepared.audience.left_out:
        crowd.reasons.setdefault(out.reason, []).append(out)
        crowd.left_out += 1
    return crowd


def _order(counted: tuple[str, int]) -> tuple[bool, int, str]:
    """The largest first, those without a name last."""
    called, number = counted
    return (not called, -number, called.casefold())
