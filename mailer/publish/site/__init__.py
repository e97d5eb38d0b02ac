"""The web version of a release: a folder that any web server can serve, and that opens from the disk as well.

`publish` makes a `Page` of each edition, once, and then the whole site of all pages that were ever published
(`made.py`, `feeds.py`, `ninjs.py`); so index, feeds and what a correction says on the page that it corrects are always
of one piece, and no file of another release is read for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from mailer.checks import Draft, run_checks
from mailer.delivery import Ledger
from mailer.errors import CheckFailed, MailerError, WorkspaceError
from mailer.model import Audience, Edition, Finding, Newsroom, Release
from mailer.press.list_files.write import locked
from mailer.publish.site.article import Article, pictures_of, with_plain_fields
from mailer.publish.site.feeds import feed_files
from mailer.publish.site.folder import Site, read_site, write
from mailer.publish.site.made import House, html_of
from mailer.publish.site.media import attached, calendar_of, kit, kit_name
from mailer.publish.site.ninjs import ninjs_files
from mailer.publish.site.page import Page, Pages, PressPicture
from mailer.publish.site.pictures import PressPictures
from mailer.release import read_newsroom, read_release
from mailer.release.fields import is_web
from mailer.release.values import moment_text
from mailer.render import render
from mailer.workspace import Workspace, page_name, web_name
from mailer.workspace.private import private_folder

OWN_TEMPLATES = "site-templates"
"""The workspace's folder of templates of its own, whose files beat those that travel with the tool."""
_BUILT_IN = (Path(__file__).parent / "pages",)
_OF_THE_MAIL = frozenset(("no-recipients", "empty-merge-value", "not-on-the-web"))
"""Findings about who gets the mail, and when: nobody does here."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of it.

    Attributes:
        written: paths that changed, relative to the folder.
        pages: of this release, the original first.
        findings: what pre-flight noticed.
        embargoed: nothing leads to it before its embargo ends and it is published again.
        feeds: whether there are feeds: the site's address is known.
    """

    folder: Path
    written: tuple[str, ...]
    pages: tuple[Page, ...]
    findings: tuple[Finding, ...]
    embargoed: bool
    feeds: bool


def publish(
    workspace: Workspace,
    name: str,
    folder: Path | None = None,
    *,
    under_embargo: bool = False,
    now: datetime | None = None,
) -> Published:
    """Writes the web version of a release, and what leads to it.

    Args:
        name: of the release, or its path.
        folder: of the site; `site/` in the workspace by default.
        under_embargo: write it although its embargo runs, with nothing that leads to it.
        now: aware; the moment itself by default.

    Raises:
        ReleaseError, TemplateError: with every fault of the file.
        CheckFailed: pre-flight found errors.
        MailerError: the release is under embargo, or is under none and should be.
        ListError: somebody else publishes, for longer than `PATIENCE`.
        WorkspaceError: the folder holds files in its way. Nothing was written then.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    private_folder(workspace.private)
    with locked(workspace.private / "site"):  # two at once would each leave out the other's page
        return _published(workspace, name, folder or workspace.site, under_embargo, now)


def _published(
    workspace: Workspace, name: str, folder: Path, under_embargo: bool, now: datetime
) -> Published:
    site = read_site(folder)
    release = read_release(workspace, name, today=_day(workspace, site, name))
    findings = _checked(workspace, release, now)
    embargoed = _must_be_open(release, now, under_embargo)
    _must_not_give_away(release, site, now)
    languages = {page.language for page in site.pages.values()} | {e.language for e in release.editions}
    house, logo = _house(workspace, languages)
    pages, own = _pages(workspace, release, site, house, now)
    _must_be_its_own(site, pages)
    before = site.pages
    others = {path: page for path, page in before.items() if page.release != release.name}
    site.pages = others | {page.path: page for page in pages}
    whole = Pages(site.pages.values(), now)
    withdrawn = {page.release for page in whole.all if whole.withdrawal(page)}
    for path, page in site.pages.items():
        if page.release in withdrawn:
            site.pages[path] = _withdrawn(before.get(path, page))
    whole = Pages(site.pages.values(), now)
    files = html_of(whole, house) | feed_files(whole, house) | ninjs_files(whole, house) | logo
    if release.name not in withdrawn:
        files |= own
        site.owners |= dict.fromkeys(own, release.name)
    stays = {path for path, owner in site.owners.items() if owner not in {release.name, *withdrawn}}
    written = write(site, files, frozenset(set(site.files) - set(files) - stays))
    return Published(site.folder, tuple(written), tuple(pages), findings, embargoed, bool(house.base))


def _day(workspace: Workspace, site: Site, name: str) -> date | None:
    """The date of a release that does not say it: as it was published or queued before."""
    called = workspace.release_name(workspace.release_path(name))
    for page in site.pages.values():
        if page.release == called:
            return date.fromisoformat(page.date)
    if not workspace.has_ledger():
        return None
    with Ledger(workspace.ledger) as ledger:
        day = ledger.day_of(called)
    return date.fromisoformat(day) if day else None


def _checked(workspace: Workspace, release: Release, now: datetime) -> tuple[Finding, ...]:
    rendered = {e.language: render(e, workspace.theme(e.theme)) for e in release.editions}
    found = run_checks(Draft(workspace, release, Audience((), ()), rendered, now))
    findings = tuple(finding for finding in found if finding.id not in _OF_THE_MAIL)
    if any(finding.level == "error" for finding in findings):
        raise CheckFailed(findings, "published")
    return findings


def _must_be_open(release: Release, now: datetime, under_embargo: bool) -> bool:
    embargo = max((e.embargo for e in release.editions if e.embargo), default=now)
    if embargo <= now and under_embargo:
        raise MailerError(
            f"“{release.name}” is under no embargo now: --under-embargo has no effect.", "Leave it out."
        )
    if embargo > now and not under_embargo:
        raise MailerError(
            f"“{release.name}” is under embargo until {moment_text(embargo)}: nothing was published.",
            "Publish it then. To have the page ready before, with nothing that leads to it: --under-embargo",
        )
    return embargo > now


def _must_not_give_away(release: Release, site: Site, now: datetime) -> None:
    """What follows a release under embargo says what that says."""
    until = datetime.fromisoformat(_embargo(release) or now.isoformat())
    for page in site.pages.values():
        if page.release == release.original.corrects and page.is_embargoed(max(now, until)):
            raise MailerError(
                f"“{page.release}” is under embargo until {moment_text(datetime.fromisoformat(page.embargo))}, and"
                f" “{release.name}” would give it away: nothing was published.",
                "Write the same Embargo: into it, or publish it then.",
            )


def _house(workspace: Workspace, languages: Iterable[str]) -> tuple[House, dict[str, bytes]]:
    """Who publishes, and the files of their logo."""
    newsrooms: dict[str, Newsroom] = {"": read_newsroom(workspace)}
    newsrooms |= {language: read_newsroom(workspace, language) for language in sorted(languages)}
    pictures = PressPictures(workspace, workspace.root, "newsroom")
    logo = newsrooms[""].logo
    shown = pictures(logo.file, logo.alt) if logo and not is_web(logo.file) else None
    folders = (workspace.root / OWN_TEMPLATES, *_BUILT_IN, *workspace.theme("default")[-1:])
    return House(newsrooms, tuple(folder for folder in folders if folder.is_dir()), shown), pictures.files


def _pages(
    workspace: Workspace, release: Release, site: Site, house: House, now: datetime
) -> tuple[list[Page], dict[str, bytes]]:
    """The pages of a release, and the files that belong to them."""
    folder = web_name(release.name)
    beside = (workspace.root / release.original.path).parent
    pictures = PressPictures(workspace, beside, folder)
    pages: list[Page] = []
    files: dict[str, bytes] = {}
    for edition in map(with_plain_fields, release.editions):
        enclosed = attached(edition, workspace, beside, folder)
        calendar = calendar_of(edition, folder)
        files |= dict(enclosed.values())
        files |= dict([calendar]) if calendar else {}
        sizes = {file: (path, len(content)) for file, (path, content) in enclosed.items()}
        article = Article(edition, house.folders, pictures, sizes, calendar[0] if calendar else "")
        page = _page(release, edition, article, tuple(pictures_of(edition, pictures)), house)
        pages.append(_as_before(page, site.pages.get(page.path), now))
    largest = {each.largest.path for page in pages for each in page.pictures}
    if taken := {path: pictures.files[path] for path in largest} | files:
        zipped = f"{folder}/{kit_name(folder)}"
        every = [picture for page in pages for picture in page.pictures]
        files[zipped] = kit(taken, every, folder, release.original.date)
        pages = [replace(page, media=zipped) for page in pages]
    return pages, files | pictures.files


def _page(
    release: Release, edition: Edition, article: Article, pictures: tuple[PressPicture, ...], house: House
) -> Page:
    original = edition.language == release.original.language
    path = page_name(release.name, "" if original else edition.language)
    return Page(
        release=release.name,
        language=edition.language,
        direction=edition.direction,
        original=original,
        path=path,
        folder=web_name(release.name),
        kind=edition.kind.value,
        headline=edition.headline,
        subhead=edition.subhead,
        description=article.description(),
        dateline=edition.dateline,
        date=edition.date.isoformat(),
        embargo=_embargo(release),
        published="",
        updated="",
        canonical=edition.web,
        article=article.html("article.html.j2"),
        aside=article.html("aside.html.j2"),
        corrects=edition.corrects if edition.kind.follows else "",
        correction=edition.correction,
        pictures=pictures,
        media="",
        tag=f"tag:{house.own.sender.domain},{{day}}:newsroom/{path.removesuffix('.html')}",
    )


def _embargo(release: Release) -> str:
    """Until when none of its editions is to be read: one that says less must not give the others away."""
    embargoes = [edition.embargo for edition in release.editions if edition.embargo]
    return max(embargoes).isoformat() if embargoes else ""


def _as_before(page: Page, before: Page | None, now: datetime) -> Page:
    """The page, first published when it was; of the same words, updated when it was, too."""
    at = now.isoformat()
    if before is None:
        return replace(page, published=at, updated=at, tag=page.tag.format(day=at[:10]))
    page = replace(page, published=before.published, updated=before.updated, tag=before.tag)
    same = replace(page, media=before.media) == before
    return page if same else replace(page, updated=at)


def _withdrawn(page: Page) -> Page:
    """A page without what was withdrawn: it is to be read nowhere, not in the manifest either."""
    return replace(page, subhead="", description="", article="", aside="", pictures=(), media="")


def _must_be_its_own(site: Site, pages: Iterable[Page]) -> None:
    for page in pages:
        other = site.pages.get(page.path)
        if other and other.release != page.release:
            raise WorkspaceError(
                f"{page.path} is the page of “{other.release}” already.",
                "Rename one of the two releases: on the web their names differ in nothing.",
            )
