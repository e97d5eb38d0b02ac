"""What releases there are, by what stands at the top of their files: read anew only where a file has changed.

A whole release takes forty times as long to read as its header, and five hundred of them are looked at each time.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailer.desk.pages import language_name
from mailer.errors import MailerError, ValueFault
from mailer.release import parse_kind, read_newsroom
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.release.source import read_source
from mailer.release.values import parse_date, parse_language
from mailer.workspace import Workspace, lies_in

if TYPE_CHECKING:
    from mailer.delivery import Ledger, Mailing

Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Listed:
    """A release as the list shows it.

    Attributes:
        languages: BCP 47; the original's first, "" where its file does not say.
        date: None: its file says none.
        saved: of the original, in nanoseconds since 1970.
        readable: whether its header is; of the rest, the list knows nothing.
        is_there: whether it still has a file: a mailing stays in the ledger when that is gone.
        stamps: of its files, by which an older answer is told from today's.
    """

    name: str
    headline: str
    kind: str
    date: date | None
    languages: tuple[str, ...]
    saved: int
    readable: bool = True
    is_there: bool = True
    stamps: tuple[tuple[str, Stamp], ...] = ()

    @property
    def day(self) -> str:
        return f"{self.date.day} {self.date:%B %Y}" if self.date else "no date yet"

    @property
    def spoken(self) -> str:
        """Its languages, in English."""
        return ", ".join(map(language_name, filter(None, self.languages)))


@dataclass
class Listing:
    """The releases of a workspace."""

    workspace: Workspace
    _known: dict[str, tuple[Stamp, Listed]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def all(self, mailings: Iterable[Mailing] = ()) -> list[Listed]:
        """All of them, newest first: by their dates, and of one day by when they were saved.

        Args:
            mailings: of the ledger. Those whose file is gone are shown too.
        """
        files = self._files()
        with self._lock:
            self._known = {name: known for name, known in self._known.items() if name in files}
            found = [self._listed(name, editions) for name, editions in files.items()]
        found += [_from_ledger(mailing) for mailing in mailings if mailing.release not in files]
        today = datetime.now(UTC).date()
        return sorted(found, key=lambda each: (each.date or today, each.saved, each.name), reverse=True)

    def _files(self) -> dict[str, dict[str, Stamp]]:
        """Stamps of the files of each release that has an original, by their names."""
        found: dict[str, dict[str, Stamp]] = {}
        try:
            with os.scandir(self.workspace.releases) as entries:
                for entry in entries:
                    path = self.workspace.releases / entry.name
                    if path.suffix == ".md" and not entry.name.startswith(".") and self._is_ours(entry):
                        name = self.workspace.release_name(path)
                        state = entry.stat()
                        found.setdefault(name, {})[entry.name] = (state.st_mtime_ns, state.st_size)
        except OSError:  # no folder yet, or a file that was just taken away: news of that is on its way
            pass
        return {name: files for name, files in found.items() if f"{name}.md" in files}

    def _is_ours(self, entry: os.DirEntry[str]) -> bool:
        """Whether it is a file of releases/: a link may lead anywhere."""
        return entry.is_file() and (
            not entry.is_symlink() or lies_in(Path(entry.path), self.workspace.releases)
        )

    def _listed(self, name: str, files: dict[str, Stamp]) -> Listed:
        original = f"{name}.md"
        stamp = files[original]
        known = self._known.get(name)
        if known is None or known[0] != stamp:
            known = self._known[name] = (stamp, self._read(name, stamp))
        listed = known[1]
        others = sorted(
            file.removeprefix(f"{name}.").removesuffix(".md") for file in files if file != original
        )
        return Listed(
            name, listed.headline, listed.kind, listed.date, (*listed.languages, *others), listed.saved,
            listed.readable, True, tuple(sorted(files.items())),
        )  # fmt: skip

    def _read(self, name: str, stamp: Stamp) -> Listed:
        path = self.workspace.releases / f"{name}.md"
        nothing = Listed(name, name, "", None, ("",), stamp[0], readable=False)
        try:
            header = read_header(read_source(path, path.name).text, path.name, RELEASE_FIELDS, RECORDS)
            day, kind, language = header.text("date"), header.text("kind"), header.text("lang")
            return Listed(
                name,
                header.text("headline") or _first_heading(header.body) or name,
                parse_kind(kind, self.workspace).value if kind else "press release",
                parse_date(day) if day else None,
                (parse_language(language) if language else self._own_language(),),
                stamp[0],
                readable=not header.faults,
            )
        except (MailerError, ValueFault, OSError):
            return nothing

    def _own_language(self) -> str:
        try:
            return read_newsroom(self.workspace).language
        except MailerError:
            return ""


def _first_heading(body: str) -> str:
    return next((line[2:].strip() for line in body.split("\n") if line.startswith("# ")), "")


def _from_ledger(mailing: Mailing) -> Listed:
    created = datetime.fromtimestamp(mailing.created, ZoneInfo(mailing.zone or "UTC")).date()
    day = date.fromisoformat(mailing.day) if mailing.day else created
    saved = int(mailing.created * 1e9)
    return Listed(mailing.release, mailing.subject, mailing.kind, day, ("",), saved, is_there=False)


def mailings_of(ledger: Ledger | None) -> dict[str, Mailing]:
    """By the release's name."""
    return {mailing.release: mailing for mailing in ledger.mailings()} if ledger else {}


def matching(releases: Iterable[Listed], query: str) -> list[Listed]:
    """Those that have every word of a query, in whatever capitals and accents."""
    words = _folded(query).split()
    return [each for each in releases if all(word in _searched(each) for word in words)]


def _searched(release: Listed) -> str:
    return _folded(f"{release.headline} {release.name} {release.kind} {release.day} {release.spoken}")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))
