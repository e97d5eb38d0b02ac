"""The site as files: pages, index, stylesheet, made of what is known of its pages and of newsroom.md as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from mailer.model import Kind, Newsroom
from mailer.publish.site.article import safe, size
from mailer.publish.site.page import Page, Pages, PressPicture, kind_label
from mailer.release import direction_of, is_other
from mailer.render import localisation
from mailer.render.colours import palette
from mailer.render.languages import attributes, marked, with_elements
from mailer.render.renderer import address_lines
from mailer.render.stylesheets import stylesheet
from mailer.render.templates import Templates

INDEX, BY_KIND, STYLESHEET = "index.html", "by-kind.html", "site.css"
LOGO_HEIGHT = 40
"""CSS pixels."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of the releases in a language, as pages link to it."""

    name: str
    path: str
    media_type: str
    language: str


@dataclass(frozen=True, slots=True)
class House:
    """Who publishes, and where.

    Attributes:
        newsrooms: by language; "" is the house's own.
        folders: of templates, first one first.
        logo: None = the name stands in its place.
        labels: by language, marked where they are in another one; read once for all pages (`labels_of`).
    """

    newsrooms: Mapping[str, Newsroom]
    folders: tuple[Path, ...]
    logo: PressPicture | None
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def labels_of(self, language: str) -> Mapping[str, str]:
        if language not in self.labels:
            self.labels[language] = localisation.read_marked_labels(self.folders, language)
        return self.labels[language]

    @property
    def own(self) -> Newsroom:
        return self.newsrooms[""]

    @property
    def base(self) -> str:
        """The site's address with its slash, "" = not known."""
        return f"{self.own.web.rstrip('/')}/" if self.own.web else ""

    def of(self, language: str) -> Newsroom:
        return self.newsrooms.get(language, self.own)

    def is_own(self, language: str) -> bool:
        return not is_other(language, self.own.language)


def in_language(name: str, language: str, house: House) -> str:
    """`index.html` → `index.es.html`, for all languages but the house's own."""
    stem, _, ending = name.rpartition(".")
    return name if house.is_own(language) else f"{stem}.{language.lower()}.{ending}"


def languages_of(site: Pages, house: House) -> list[str]:
    """The languages that have an index: the house's own, and those of the editions."""
    return [house.own.language, *(each for each in site.languages() if not house.is_own(each))]


def feeds_of(site: Pages, house: House) -> list[Feed]:
    """None where the site's address is not known: a feed is read elsewhere, and must say where its pages are."""
    if not house.base:
        return []
    return [
        Feed(name, in_language(path, language, house), media_type, language)
        for language in languages_of(site, house)
        for name, path, media_type in (
            ("Atom", "atom.xml", "application/atom+xml"),
            ("RSS", "rss.xml", "application/rss+xml"),
        )
    ]


def html_of(site: Pages, house: House) -> dict[str, bytes]:
    """Every page, index and stylesheet, by path.

    Raises:
        TemplateError: with file and line of what is wrong in a template of the workspace's own.
    """
    css = stylesheet(house.folders, STYLESHEET, palette(house.own.colour))
    files = {STYLESHEET: css.encode()}
    for page in site.all:
        files[page.path] = _page(page, site, house)
    for language in languages_of(site, house):
        files[in_language(INDEX, language, house)] = _index(language, site, house, by_kind=False)
        files[in_language(BY_KIND, language, house)] = _index(language, site, house, by_kind=True)
    return files


def _page(page: Page, site: Pages, house: House) -> bytes:
    editions = site.editions(page.release) or [page]
    withdrawal = site.withdrawal(page)
    image = page.pictures[0].for_the_web.path if page.pictures else ""
    names = {
        "page": page,
        "editions": editions,
        "embargoed": page.is_embargoed(site.now),
        "withdrawal": withdrawal,
        "followers": [each for each in site.followers(page) if each != withdrawal],
        "followed": site.in_language(page.corrects, page.language) if page.corrects else None,
        "changed": site.changed(page),
        "og_image": f"{house.base}{image}" if image and house.base else "",
    }
    return _rendered("page.html.j2", page.language, page.path, names, site, house)


def _index(language: str, site: Pages, house: House, *, by_kind: bool) -> bytes:
    pages = site.listed(language, every=house.is_own(language))
    path = in_language(BY_KIND if by_kind else INDEX, language, house)
    labels = house.labels_of(language)
    names = {
        "groups": _by_kind(pages, labels) if by_kind else _by_year(pages),
        "states": {page.path: _state(page, site, labels) for page in pages},
        "others": {
            page.path: [each for each in site.editions(page.release) if each.path != page.path]
            for page in pages
        },
        "withdrawn": {page.path for page in pages if site.withdrawal(page)},
        "indexes": [_index_of(each, house) for each in languages_of(site, house)],
        "canonical": f"{house.base}{path}" if house.base else "",
    }
    return _rendered("index.html.j2", language, path, names, site, house)


def _index_of(language: str, house: House) -> dict[str, str]:
    path = in_language(INDEX, language, house)
    return {"language": language, "path": path, "canonical": f"{house.base}{path}" if house.base else ""}


def _by_year(pages: Sequence[Page]) -> list[tuple[str, list[Page]]]:
    return [(year, list(some)) for year, some in groupby(pages, key=lambda page: page.date[:4])]


def _by_kind(pages: Sequence[Page], labels: Mapping[str, str]) -> list[tuple[str, list[Page]]]:
    kinds = [kind.value for kind in Kind]
    groups = [(kind, [page for page in pages if page.kind == kind]) for kind in kinds]
    return [(kind_label(kind, labels), some) for kind, some in groups if some]


def _state(page: Page, site: Pages, labels: Mapping[str, str]) -> str:
    if site.withdrawal(page):
        return labels["withdrawn_state"]
    kinds = {each.kind for each in site.followers(page)}
    if Kind.CORRECTION.value in kinds:
        return labels["corrected"]
    return labels["updated"] if Kind.UPDATE.value in kinds else ""


def _rendered(
    name: str, language: str, path: str, names: Mapping[str, Any], site: Pages, house: House
) -> bytes:
    direction = direction_of(language)
    newsroom = house.of(language)
    labels = house.labels_of(language)
    around = {
        "language": language,
        "direction": direction,
        "path": path,
        "home": in_language(INDEX, language, house),
        "by_kind": in_language(BY_KIND, language, house),
        "newsroom": newsroom,
        "address_lines": address_lines(newsroom),
        "labels": labels,
        "feeds": feeds_of(site, house),
        "kind": lambda kind, in_=language: _kind(kind, in_, house),
        "day": lambda day, in_=language: _day(day, in_),
        "moment": lambda at: localisation.moment(datetime.fromisoformat(at), language),
        "lang_of": partial(_lang_of, own=language, direction=direction),
        "own_name": own_name,
        "safe": safe,
        "size": size,
        "logo": house.logo,
        **_logo_size(house.logo),
    }
    html = Templates(house.folders, "html", {**around, **names}).render(name)
    return with_elements(html, direction).encode()


def _logo_size(logo: PressPicture | None) -> dict[str, int]:
    shown = logo.for_the_web if logo else None
    height = min(LOGO_HEIGHT, shown.height) if shown else 0
    return {"logo_height": height, "logo_width": round(shown.width * height / shown.height) if shown else 0}


def _kind(kind: str, language: str, house: House) -> str:
    return kind_label(kind, house.labels_of(language))


def _day(day: str, language: str) -> str:
    spoken = localisation.locale_of(language).language
    return marked(localisation.day(date.fromisoformat(day[:10]), language), spoken, language)


def _lang_of(language: str, own: str, direction: str) -> Markup:
    return safe(attributes(language, direction)) if is_other(language, own) else Markup("")


def own_name(language: str) -> str:
    """A language as its speakers call it: "Español"."""
    locale = localisation.locale_of(language)
    name = locale.get_display_name() if locale.language == language.partition("-")[0] else language
    return (name or language)[:1].upper() + (name or language)[1:]
