"""The releases of a workspace, each seen as one of its recipients would get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock

from mailer import pipeline
from mailer.delivery import Ledger
from mailer.desk.message_view import view_of
from mailer.desk.shelf import Asked, AudienceSummary, Entry, Scene, faults_of
from mailer.errors import MailerError
from mailer.model import Recipient, Status
from mailer.press import AddressError, Choice, count_audience
from mailer.release import read_release
from mailer.settings import Settings
from mailer.workspace import Workspace

FOUND = 30
"""Recipients that a search offers at once."""

OVER = (Status.ACCEPTED, Status.BOUNCED)
"""States of a recipient about whom nothing is left to do."""


@dataclass
class ReleasesShelf:
    """The releases of a workspace, prepared anew when a file changes.

    Args:
        choice: recipients to look at; the release's own lists unless given.
    """

    workspace: Workspace
    settings: Settings
    choice: Choice = field(default_factory=Choice)
    title: str = "Releases"
    has_recipients: bool = True
    _prepared: dict[tuple[str, str], pipeline.Prepared] = field(default_factory=dict)
    _known: dict[Path, tuple[int, Entry]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def place(self) -> str:
        return self.workspace.root.name

    def forget(self) -> None:
        """A file was saved: nothing that was prepared holds any more."""
        with self._lock:
            self._prepared.clear()

    def _prepare(self, name: str, theme: str = "") -> pipeline.Prepared:
        """A release of releases/ and no other file: what the page asks for may be anybody's question."""
        path = self.workspace.own_release(name)
        with self._lock:
            if (name, theme) not in self._prepared:
                prepared = pipeline.prepare(self.workspace, str(path), self.choice, theme=theme)
                self._prepared[name, theme] = prepared
            return self._prepared[name, theme]

    # ---- the sidebar -------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """Releases, the last saved first, with what the ledger says of each."""
        paths = [p for p in self.workspace.releases.glob("*.md") if self.workspace.release_name(p) == p.stem]
        sent = self._sent()
        ordered = sorted(paths, key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return [self._entry(path, sent) for path in ordered]

    def _entry(self, path: Path, sent: Mapping[str, Mapping[Status, int]]) -> Entry:
        read = self._read(path)
        if not (counts := sent.get(path.stem)):
            return read
        state = ", ".join(f"{number:,} {status.value}" for status, number in counts.items())
        return Entry(read.key, read.title, read.detail, state, "done" if set(counts) <= set(OVER) else "open")

    def _read(self, path: Path) -> Entry:
        """What the file itself says; read again only where it has changed."""
        stamp = path.stat().st_mtime_ns
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            try:
                original = read_release(self.workspace, path.stem).original
                day = f"{original.date:%d %b %Y}".lstrip("0").replace(" ", "\u00a0")
                detail = f"{path.stem} · {original.kind.value}, {day}"
                entry = Entry(path.stem, original.headline, detail, "not sent", "new")
            except MailerError:
                entry = Entry(path.stem, path.stem, "", "can’t be read yet", "broken")
            known = self._known[path] = (stamp, entry)
        return known[1]

    def _sent(self) -> dict[str, dict[Status, int]]:
        if not self.workspace.ledger.is_file():
            return {}
        with Ledger(self.workspace.ledger) as ledger:
            return {mailing.release: ledger.counts(mailing.release) for mailing in ledger.mailings()}

    # ---- the mail ----------------------------------------------------------------------------------------

    def scene(self, asked: Asked) -> Scene:
        """A release as somebody would get it; as its own office would, where nobody is asked for."""
        try:
            prepared = self._prepare(asked.key, asked.theme)
            recipient = pipeline.as_addressed(prepared, asked.address)
            release = prepared.release
            edition = release.edition_for((asked.edition,) if asked.edition else recipient.languages)
            content = pipeline.example_message(prepared, self.settings, edition, recipient)
        except MailerError as error:
            return Scene(faults=faults_of(error))
        except AddressError as error:
            return Scene(faults=((asked.address, str(error), "Choose somebody from the list."),))
        return Scene(
            view_of(content),
            tuple(e.language for e in release.editions),
            edition.language,
            self.workspace.themes(),
            asked.theme or edition.theme,
            _summary(prepared),
            prepared.findings,
        )

    def recipients(self, key: str, query: str) -> list[tuple[str, str]]:
        """Those whose address, name or outlet holds every word of the query: address and label.

        Streams the audience, and stops at `FOUND`.
        """
        try:
            audience = self._prepare(key).audience
        except MailerError:
            return []
        words = query.lower().split()
        found = (r for r in audience.recipients if all(word in _haystack(r) for word in words))
        return [(r.address, ", ".join(filter(None, (r.name, r.outlet)))) for r in islice(found, FOUND)]


def _summary(prepared: pipeline.Prepared) -> AudienceSummary:
    audience = prepared.audience
    counts = count_audience(audience)
    number, left_out = len(audience.recipients), len(audience.left_out)
    lists = ", ".join(audience.lists)
    summary = f"{number:,} recipient{'s' if number != 1 else ''}" + (f" on {lists}" if lists else "")
    return AudienceSummary(
        f"{summary}, {left_out:,} left out" if left_out else summary, counts.by_language, counts.by_reason
    )


def _haystack(recipient: Recipient) -> str:
    return f"{recipient.address} {recipient.name} {recipient.outlet}".lower()
