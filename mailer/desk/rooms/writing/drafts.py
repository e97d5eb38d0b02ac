"""A release while it is being written: read, rendered and checked from what stands in the editor, many times a minute.

Two things are kept between keys, as they take long and hardly ever change: the audience, which is read again only
when a file of lists/ or the ledger has changed, and what the checks of people found, which depends on little of the
text. Nothing of it decides what leaves: whoever sends prepares for itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from mailer import pipeline
from mailer.checks import CHECKS, OF_PEOPLE, Checked, Draft, found_by, look_over
from mailer.desk.ledger_watch import ASKED
from mailer.desk.office import Office
from mailer.desk.rooms.writing.editions import changed_at, edition_path
from mailer.errors import WorkspaceError
from mailer.model import Audience, Edition, Finding, Recipient, Release, Rendered
from mailer.pipeline.audience import audience_of
from mailer.pipeline.prepared import Prepared, day_queued
from mailer.press import Counts, count_audience
from mailer.release import read_release
from mailer.render import render
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.ledger_place import files_of, is_fresh, stamp_of

KEPT = 8
"""Audiences, drafts and findings that are kept at once."""

_NOBODY = Audience(())

CHECKS_OF_THE_TEXT = tuple(check for check in CHECKS if check not in OF_PEOPLE)


@dataclass(frozen=True, slots=True)
class Typed:
    """What is being written.

    Attributes:
        name: the release's, as it stands in the page's address.
        edition: the file's language, as it stands in its name; "" = the original's.
        text: as it stands in the editor; None = as it was saved.
        theme: another one than the release's own, or "".
    """

    name: str
    edition: str = ""
    text: str | None = None
    theme: str = ""


def with_typed(workspace: Workspace, path: Path, text: str | None) -> Workspace:
    """The workspace as it would be if the text were saved: with the line ends that its file has.

    Raises:
        WorkspaceError: the file is gone.
    """
    if text is None:
        return workspace
    try:
        saved = path.read_bytes()
    except FileNotFoundError:
        raise WorkspaceError(
            f"{workspace.shown(path)} is no longer there.", "It was moved or deleted."
        ) from None
    content = text.encode("utf-8", "replace")
    if b"\r\n" in saved:
        content = content.replace(b"\n", b"\r\n")
    return workspace if content == saved else replace(workspace, unsaved={path: content})


Kept = TypeVar("Kept")


class _Memory(Generic[Kept]):
    """The last few of something, by what they were made of."""

    def __init__(self) -> None:
        self._kept: dict[object, Kept] = {}
        self._lock = Lock()

    def get(self, key: object) -> Kept | None:
        return self._kept.get(key)

    def keep(self, key: object, value: Kept) -> Kept:
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return value


@dataclass(slots=True)
class Read:
    """A release as it was read from what is being written, and what has been rendered of it so far.

    Attributes:
        path: the file that is being written.
    """

    workspace: Workspace
    path: Path
    release: Release
    theme: str
    rendered: dict[str, Rendered] = field(default_factory=dict)

    @property
    def edition(self) -> Edition:
        """The one that is being written."""
        shown = self.workspace.shown(self.path)
        return next((e for e in self.release.editions if str(e.path) == shown), self.release.original)

    def mail(self, edition: Edition) -> Rendered:
        """
        Raises:
            TemplateError: the theme, or a picture, can't be used.
            WorkspaceError: there is no such theme.
        """
        if edition.language not in self.rendered:
            theme = self.workspace.theme(self.theme or edition.theme)
            self.rendered[edition.language] = render(edition, theme)
        return self.rendered[edition.language]


class Drafts:
    """The drafts of an office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._read = _Memory[Read]()
        self._audiences = _Memory[tuple[Audience, Mapping[str, str]]]()
        self._counts = _Memory[Counts]()
        self._recipients = _Memory[Recipient]()
        self._people = _Memory[tuple[Finding, ...]]()
        self._lock = Lock()

    def read(self, typed: Typed) -> Read:
        """
        Raises:
            ReleaseError: with every fault of the text.
            WorkspaceError: there is no such release.
        """
        path = edition_path(self._office.workspace, typed.name, typed.edition)
        seen = self._office.changes.counters["files"], changed_at(path)
        key = (typed, seen)
        found = self._read.get(key)
        if found is None:
            workspace = with_typed(self._office.workspace, path, typed.text)
            release = read_release(workspace, str(path), today=day_queued(workspace, str(path)))
            found = self._read.keep(key, Read(workspace, path, release, typed.theme))
        return found

    def message(self, read: Read, edition: Edition, recipient: Recipient | None) -> bytes:
        """The mail of an edition, as somebody would get it. None: nobody in particular, and no list is asked."""
        audience, threads = self.audience(read) if recipient else (_NOBODY, {})
        rendered = {edition.language: read.mail(edition)}
        prepared = Prepared(read.workspace, read.release, audience, rendered, (), threads)
        office = pipeline.as_addressed(prepared, "")
        return pipeline.example_message(prepared, self._office.settings, edition, recipient or office)

    def recipient(self, read: Read, address: str) -> Recipient | None:
        """Somebody of the audience; None where no address is given.

        Raises:
            AddressError: it is no address.
            WorkspaceError: nobody of that address is in the audience.
            MailerError: what `audience` raises.
        """
        if not address:
            return None
        key = (address, self._audience_key(read))
        found = self._recipients.get(key)
        if found is None:
            audience, threads = self.audience(read)
            prepared = Prepared(read.workspace, read.release, audience, {}, (), threads)
            with self._lock:
                found = self._recipients.keep(key, pipeline.as_addressed(prepared, address))
        return found

    def like(self, read: Read, query: str, most: int) -> list[Recipient]:
        """The first few of those whose address, name or outlet holds every word of the query."""
        audience, _ = self.audience(read)
        words = query.lower().split()
        with self._lock:
            found = (r for r in audience.recipients if all(word in _haystack(r) for word in words))
            return list(islice(found, most))

    def audience(self, read: Read) -> tuple[Audience, Mapping[str, str]]:
        """Whom it goes to, and the threads of a follow-up; see `pipeline.audience`."""
        key = self._audience_key(read)
        with self._lock:
            found = self._audiences.get(key)
            if found is None:
                made = audience_of(read.workspace, read.release, self._office.choice, datetime.now(UTC))
                found = self._audiences.keep(key, made)
            return found

    def _audience_key(self, read: Read) -> object:
        """What an audience depends on."""
        original, now = read.release.original, datetime.now(UTC)
        embargoed = any(edition.embargo and edition.embargo > now for edition in read.release.editions)
        follows = original.corrects if original.kind.follows else ""
        lists = self._office.choice.lists or original.lists
        return original.kind, follows, lists, embargoed, _stamps(read.workspace, lists, bool(follows))

    def counts(self, read: Read) -> tuple[Audience, Counts]:
        """Whom it goes to, and how they are made up."""
        audience, _ = self.audience(read)
        key = self._audience_key(read)
        with self._lock:
            return audience, self._counts.get(key) or self._counts.keep(key, count_audience(audience))

    def check(self, read: Read) -> Checked:
        """What pre-flight finds.

        Raises:
            MailerError: a list, or the theme, can't be read.
        """
        audience, _ = self.audience(read)
        rendered = {edition.language: read.mail(edition) for edition in read.release.editions}
        draft = Draft.at_once(read.workspace, read.release, audience, rendered, read.theme)
        houses = tuple(sorted(path.name for path in read.workspace.root.glob("newsroom*.md")))
        of_people = map(_of_people, read.release.editions, rendered.values())
        key = (self._audience_key(read), houses, *of_people)
        with self._lock:
            people = self._people.get(key)
            if people is None:
                people = self._people.keep(key, found_by(OF_PEOPLE, draft))
        return look_over(draft, people, CHECKS_OF_THE_TEXT)


def _haystack(recipient: Recipient) -> str:
    return f"{recipient.address} {recipient.name} {recipient.outlet}".lower()


def _of_people(edition: Edition, mail: Rendered) -> object:
    """What of an edition the checks of people look at, and where they say that it stands."""
    lines = tuple(sorted(edition.lines.items()))
    return (
        edition.language,
        edition.newsroom.language,
        edition.newsroom.sender,
        lines,
        mail.subject,
        tuple(mail.slots),
    )


def _stamps(workspace: Workspace, lists: tuple[str, ...], follows: bool) -> object:
    """What changes when anybody writes into a list or a list's settings; and into the ledger, where it is asked."""
    files = sorted(workspace.lists.glob("*")) + [path for name in lists if (path := Path(name)).is_file()]
    of_lists = tuple(map(str, files)), stamp_of(files)
    if not follows:
        return of_lists
    if isinstance(workspace.ledger, DatabaseUrl):
        return of_lists, time.monotonic() // ASKED
    of_ledger = stamp_of(files_of(workspace.ledger))
    return of_lists, of_ledger, time.monotonic() if is_fresh(of_ledger) else 0
