"""What the page can show: a release as its recipients would get it, or a mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from typing import Protocol

from mailer import pipeline
from mailer.delivery import Ledger
from mailer.desk.view import View, view_of
from mailer.errors import MailerError, SourceError
from mailer.model import Finding, Recipient
from mailer.press import Choice
from mailer.settings import Settings
from mailer.workspace import Workspace

FOUND = 30
"""Recipients that a search offers at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the sidebar: a release, or a message of a mailbox."""

    key: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown for a choice. `faults` (where, message, hint) instead of a view where a file can't be read."""

    view: View | None = None
    editions: tuple[str, ...] = ()
    edition: str = ""
    audience: str = ""
    findings: tuple[Finding, ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()


class Room(Protocol):
    """Something with entries, each of which can be seen. `has_recipients`: whether one may be chosen."""

    title: str
    has_recipients: bool

    def entries(self) -> Sequence[Entry]: ...

    def scene(self, key: str, edition: str, address: str) -> Scene: ...

    def recipients(self, key: str, query: str) -> Sequence[tuple[str, str]]: ...


def faults_of(error: MailerError) -> tuple[tuple[str, str, str], ...]:
    """An error as rows of the page."""
    if isinstance(error, SourceError):
        return tuple((f"{f.path}:{f.line}" if f.line else f.path, f.message, f.hint) for f in error.faults)
    return (("", error.message, error.hint),)


@dataclass
class ReleasesRoom:
    """The releases of a workspace, prepared anew when a file changes.

    Args:
        choice: recipients to look at; the release's own lists unless given.
    """

    workspace: Workspace
    settings: Settings
    choice: Choice = field(default_factory=Choice)
    title: str = "Desk"
    has_recipients: bool = True
    _prepared: dict[str, pipeline.Prepared] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def forget(self) -> None:
        """A file was saved: nothing that was prepared holds any more."""
        with self._lock:
            self._prepared.clear()

    def _prepare(self, name: str) -> pipeline.Prepared:
        with self._lock:
            if name not in self._prepared:
                self._prepared[name] = pipeline.prepare(self.workspace, name, self.choice)
            return self._prepared[name]

    def entries(self) -> list[Entry]:
        """Releases, the last saved first, with what the ledger says of each."""
        paths = [p for p in self.workspace.releases.glob("*.md") if self.workspace.release_name(p) == p.stem]
        sent = self._sent()
        ordered = sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)
        return [Entry(path.stem, path.stem, sent.get(path.stem, "not sent")) for path in ordered]

    def _sent(self) -> dict[str, str]:
        if not self.workspace.ledger.is_file():
            return {}
        with Ledger(self.workspace.ledger) as ledger:
            return {
                mailing.release: ", ".join(
                    f"{n:,} {s.value}" for s, n in ledger.counts(mailing.release).items()
                )
                for mailing in ledger.mailings()
            }

    def scene(self, key: str, edition: str, address: str) -> Scene:
        """A release as `address` would get it; as the office itself would, without one."""
        try:
            prepared = self._prepare(key)
            recipient = pipeline.as_addressed(prepared, address)
            release = prepared.release
            theirs = release.edition_for((edition,) if edition else recipient.languages)
            content = pipeline.example_message(prepared, self.settings, theirs, recipient)
        except MailerError as error:
            return Scene(faults=faults_of(error))
        lists = ", ".join(prepared.audience.lists)
        number, left_out = len(prepared.audience.recipients), len(prepared.audience.left_out)
        return Scene(
            view_of(content),
            tuple(e.language for e in release.editions),
            theirs.language,
            f"{number:,} recipients" + (f" on {lists}" if lists else "") + f", {left_out:,} left out",
            prepared.findings,
        )

    def recipients(self, key: str, query: str) -> list[tuple[str, str]]:
        """Those whose address, name or outlet holds the query: address and label. Streams the audience."""
        try:
            audience = self._prepare(key).audience
        except MailerError:
            return []
        words = query.lower().split()
        found = (r for r in audience.recipients if all(word in _haystack(r) for word in words))
        return [(r.address, ", ".join(filter(None, (r.name, r.outlet)))) for r in islice(found, FOUND)]


def _haystack(recipient: Recipient) -> str:
    return f"{recipient.address} {recipient.name} {recipient.outlet}".lower()
