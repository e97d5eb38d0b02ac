"""Releases that follow one another: the first text, its correction, what was withdrawn in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailer.delivery import Ledger, Mailing
from mailer.model import Kind, Status

SUPERSEDES = tuple(kind.value for kind in Kind if kind.supersedes)
"""Kinds after which the earlier text is not for anybody any more."""


@dataclass(frozen=True, slots=True)
class Link:
    """A release in its chain. `depth`: how many it follows, one after the other; 0 for the first."""

    mailing: Mailing
    depth: int


def chain_of(ledger: Ledger, release: str) -> tuple[Link, ...]:
    """All of the chain in which a release stands, each behind what it follows; () for one that stands alone.

    Raises:
        LedgerError: the ledger does not know it.
    """
    by_name = {mailing.release: mailing for mailing in ledger.mailings()}
    first = ledger.mailing(release)
    seen = {first.release}
    while first.follows in by_name and first.follows not in seen:
        first = by_name[first.follows]
        seen.add(first.release)
    chain = tuple(_from(first, list(by_name.values()), 0, set()))
    return chain if len(chain) > 1 else ()


def up_from(ledger: Ledger, release: str) -> frozenset[str]:
    """A release, what it follows, what that follows, up to the first; as far as the ledger knows them."""
    found: set[str] = set()
    while (mailing := ledger.find(release)) and release not in found:
        found.add(release)
        release = mailing.follows
    return frozenset(found)


def _from(mailing: Mailing, known: list[Mailing], depth: int, seen: set[str]) -> Iterator[Link]:
    seen.add(mailing.release)
    yield Link(mailing, depth)
    for other in known:
        if other.follows == mailing.release and other.release not in seen:
            yield from _from(other, known, depth + 1, seen)


def superseded_by(ledger: Ledger, release: str) -> str:
    """The last release that stands in for this one: somebody has a correction of it, say. "" where none does."""
    for mailing in reversed(ledger.mailings()):
        known = ledger.counts(mailing.release) if mailing.follows == release else {}
        if mailing.kind in SUPERSEDES and any(status is not Status.DISCARDED for status in known):
            return mailing.release
    return ""
