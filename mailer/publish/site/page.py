"""What the site knows of its pages: an edition as it was published, as data.

A page is made of this alone. What a release says may change in its file, be half-written there, or be gone: none of
that reaches a page that is up before somebody publishes the release again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer.model import Kind

_STAND_INS = frozenset((Kind.CORRECTION.value,))
"""Whose pages say the same as the one that they follow, put right. An update or a follow-up says something more, and
what it follows stays true without it."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture in one size. `path` is relative to the site's folder; `width` and `height` in pixels."""

    path: str
    media_type: str
    width: int
    height: int
    octets: int


@dataclass(frozen=True, slots=True)
class PressPicture:
    """A picture with its words, in every size that there is of it, the largest first."""

    file: str
    alt: str
    caption: str
    credit: str
    renditions: tuple[Rendition, ...]

    @property
    def largest(self) -> Rendition:
        return self.renditions[0]

    @property
    def for_the_web(self) -> Rendition:
        """The largest that a page shows."""
        return next((each for each in self.renditions if each.width <= 1200), self.renditions[-1])

    @property
    def smallest(self) -> Rendition:
        return self.renditions[-1]


@dataclass(frozen=True, slots=True)
class Page:
    """An edition on the site.

    Attributes:
        release, language, direction: the release's name; BCP 47; "ltr" or "rtl".
        original: it is the release's original edition.
        path, folder: of the page and of the release's files, relative to the site's folder.
        headline, subhead, description, dateline: plain text.
        date: the release's day, ISO 8601.
        embargo: ISO 8601 with its offset, "" = none.
        published, updated: when it was first published, and when last with other words; ISO 8601, UTC.
        canonical: its address on the web, "" = not known.
        article: HTML of the text and what belongs to it, links relative to the site's folder.
        aside: HTML of contacts and people to interview.
        corrects, correction: which release it follows, and what changed.
        pictures: for the media kit.
        media: path of the zip with all of them, "" = none.
        tag: an identifier for feeds that never changes (RFC 4151).
    """

    release: str
    language: str
    direction: str
    original: bool
    path: str
    folder: str
    kind: str
    headline: str
    subhead: str
    description: str
    dateline: str
    date: str
    embargo: str
    published: str
    updated: str
    canonical: str
    article: str
    aside: str
    corrects: str
    correction: str
    pictures: tuple[PressPicture, ...]
    media: str
    tag: str

    def is_embargoed(self, now: datetime) -> bool:
        return bool(self.embargo) and datetime.fromisoformat(self.embargo) > now

    @property
    def ninjs(self) -> str:
        """Path of the same as ninjs."""
        return f"{self.folder}/{self.folder}.{self.language.lower()}.ninjs.json"


@dataclass(frozen=True, slots=True)
class Follower:
    """A page that follows another release, as that one's page names it."""

    kind: str
    path: str
    headline: str
    correction: str
    date: str
    language: str
    published: str


class Pages:
    """All pages of a site.

    Args:
        pages: all that were ever published.
        now: aware; who is under embargo then is led to by nothing.
    """

    def __init__(self, pages: Iterable[Page], now: datetime) -> None:
        self.all = tuple(sorted(pages, key=lambda page: (page.release, not page.original, page.language)))
        self.now = now
        self.open = tuple(page for page in self.all if not page.is_embargoed(now))
        self._editions: dict[str, list[Page]] = {}
        self._followers: dict[str, list[str]] = {}
        for page in self.open:
            self._editions.setdefault(page.release, []).append(page)
            if page.corrects:
                self._followers.setdefault(page.corrects, []).append(page.release)

    def editions(self, release: str) -> list[Page]:
        """Those of a release that may be led to, the original first."""
        return self._editions.get(release, [])

    def in_language(self, release: str, language: str) -> Page | None:
        """The edition of a release for who reads a language: it, else the original."""
        editions = self.editions(release)
        same = (page for page in editions if page.language.lower() == language.lower())
        return next(same, editions[0] if editions else None)

    def listed(self, language: str, *, every: bool) -> list[Page]:
        """Newest first.

        Args:
            every: releases that are not in this language too, in that of their original.
        """
        names = dict.fromkeys(page.release for page in self.open)
        found = [page for name in names if (page := self.in_language(name, language))]
        chosen = [page for page in found if every or page.language.lower() == language.lower()]
        return sorted(chosen, key=lambda page: (page.date, page.published, page.release), reverse=True)

    def languages(self) -> list[str]:
        return sorted({page.language for page in self.open})

    def followers(self, page: Page) -> list[Follower]:
        """What follows its release, newest first, in its language where there is such an edition."""
        names = dict.fromkeys(self._followers.get(page.release, ()))
        found = [each for name in names if (each := self.in_language(name, page.language))]
        found.sort(key=lambda each: (each.date, each.published), reverse=True)
        return [
            Follower(e.kind, e.path, e.headline, e.correction, e.date, e.language, e.published) for e in found
        ]

    def withdrawal(self, page: Page) -> Follower | None:
        """The notice that takes its place, or None: of itself, or of a text that has stood in for it."""
        seen: set[str] = set()
        stand_ins = [page]
        while stand_ins:
            here = stand_ins.pop()
            if here.release in seen:  # releases that follow each other in a circle
                continue
            seen.add(here.release)
            for each in self.followers(here):
                if each.kind == Kind.WITHDRAWAL.value:
                    return each
            named = (self.in_language(name, page.language) for name in self._followers.get(here.release, ()))
            stand_ins += [each for each in named if each and each.kind in _STAND_INS]
        return None

    def changed(self, page: Page) -> str:
        """When what its readers see last changed: ISO 8601."""
        notice = self.withdrawal(page)
        said = [*self.followers(page), *([notice] if notice else [])]
        return max((page.updated, *(each.published for each in said)))


def newest(pages: Sequence[Page], site: Pages) -> str:
    """When any of these last changed: ISO 8601; "" where there are none."""
    return max((site.changed(page) for page in pages), default="")


def kind_label(kind: str, labels: Mapping[str, str]) -> str:
    """What a kind of release is called in a language."""
    return labels.get(kind.replace(" ", "_").replace("-", "_"), kind)
