"""A file becomes a `Release`: the original, its translations beside it, the house's defaults behind both."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailer.errors import Fault, ReleaseError
from mailer.model import Boilerplate, Edition, Finding, Kind, Newsroom, Release, Where
from mailer.release import fields
from mailer.release.body import Body, parse_body
from mailer.release.field_names import PLAIN_FIELDS, RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.release.kinds import parse_kind
from mailer.release.languages import direction_of
from mailer.release.newsroom import read_newsroom
from mailer.release.source import read_source
from mailer.release.values import parse_date, parse_language, parse_moment, parse_web_address
from mailer.visible import visible
from mailer.workspace import Workspace, is_plain_name, page_name
from mailer.workspace.endings import misnamed


def read_release(workspace: Workspace, name: str, *, today: date | None = None) -> Release:
    """Read a release in all its languages.

    Args:
        name: a path or a name: `releases/NAME.md`; its translations `NAME.LANG.md` stand beside it.
        today: the date of a release that has none; the day at the office by default.

    Raises:
        ReleaseError: with every fault of all its files.
        WorkspaceError: there is no such file.
    """
    path = workspace.release_path(name)
    release_name = workspace.release_name(path)
    original_path = path.with_name(f"{release_name}.md")
    faults: list[Fault] = []
    editions: list[Edition] = []
    paths = [original_path] if original_path.is_file() else [path]
    pattern = re.compile(re.escape(release_name) + r"\.[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\.md")
    paths += sorted(p for p in path.parent.iterdir() if pattern.fullmatch(p.name) and p not in paths)
    for each in paths:
        try:
            editions.append(
                _Reader(workspace, each, release_name, editions[0] if editions else None, today).edition()
            )
        except ReleaseError as error:
            faults += error.faults
            if each == paths[0]:
                break
    if faults:
        raise ReleaseError(faults)
    overlooked = _overlooked(workspace, path.parent, release_name)
    editions[0] = replace(editions[0], findings=(*editions[0].findings, *overlooked))
    return Release(release_name, tuple(editions))


def _overlooked(workspace: Workspace, folder: Path, name: str) -> tuple[Finding, ...]:
    """Translations that would be missing without anybody's knowing."""
    return tuple(
        Finding(
            "misnamed-file",
            "warning",
            f"{visible(is_called)} is not read: its name does not end in .md.",
            f"If it is a translation, save it as plain text and call it {visible(should_be)}.",
            Where(workspace.shown(folder / is_called)),
        )
        for is_called, should_be in misnamed(folder, name)
    )


def digest(path: Path) -> str:
    """What a translation's `original` field holds: it changes when the original's text does."""
    return _mark(path.read_bytes())


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


class _Reader:
    """Reads one file. What a translation does not say, it inherits from `original`."""

    def __init__(
        self, workspace: Workspace, path: Path, name: str, original: Edition | None, today: date | None
    ) -> None:
        self.workspace, self.path, self.name, self.original = workspace, path, name, original
        self.today = today
        self.shown = workspace.shown(path)
        self.suffix = path.name.removeprefix(name).removesuffix(".md").strip(".")
        source = read_source(path, self.shown, workspace.unsaved.get(path))
        self.noticed = source.findings
        self.header = read_header(source.text, self.shown, RELEASE_FIELDS, RECORDS)

    def edition(self) -> Edition:
        header = self.header
        language = self._language()
        newsroom = read_newsroom(
            self.workspace, language or (self.original.language if self.original else "")
        )
        language = language or newsroom.language
        dateline = header.text("dateline") or (self.original.dateline if self.original else "")
        images = fields.images(header, "images", self.workspace, self.path.parent) or (
            self.original.images if self.original else ()
        )
        body = parse_body(
            header.body,
            self.shown,
            header.body_line,
            dateline=dateline + newsroom.dash if dateline else "",
            images=images,
        )
        fields.pictures(header, body, self.workspace, self.path.parent)
        headline = header.text("headline") or body.headline
        if not headline:
            header.fault(0, "the headline is missing", "add Headline: … to the header")
        edition = replace(
            self._base(newsroom, body),
            path=Path(self.shown),
            language=language,
            direction=direction_of(language),
            newsroom=newsroom,
            headline=headline,
            dateline=dateline,
            images=images,
            notes=body.notes,
            lines=header.lines(),
        )
        edition = self._told(self._said(edition), body)
        if header.faults:
            raise ReleaseError(header.faults)
        return edition

    def _language(self) -> str:
        language = fields.parsed(self.header, "lang", parse_language, "")
        if self.suffix and language and language.lower() != self.suffix.lower():
            hint = f"rename the file, or write Lang: {self.suffix}"
            self.header.fault(
                self.header.line("lang"), f"lang is {language}, but the file's name says {self.suffix}", hint
            )
        return language or self.suffix

    def _base(self, newsroom: Newsroom, body: Body) -> Edition:
        """What holds where the file says nothing: the original's values, or the house's."""
        if self.original:
            contacts = self.original.contacts
            if contacts == self.original.newsroom.contacts:
                contacts = newsroom.contacts
            return replace(
                self.original,
                body=body.tree,
                contacts=contacts,
                about=newsroom.boilerplates if self.original.about else (),
                findings=(),
            )
        return Edition(
            path=self.path,
            language="",
            direction="ltr",
            newsroom=newsroom,
            kind=Kind.PRESS_RELEASE,
            headline="",
            date=self.today or datetime.now(ZoneInfo(newsroom.zone)).date(),
            body=body.tree,
            contacts=newsroom.contacts,
            about=newsroom.boilerplates,
            lists=newsroom.lists,
            zones=newsroom.zones,
            theme=newsroom.theme,
        )

    def _said(self, edition: Edition) -> Edition:
        """The edition with what this file's header says."""
        header, zone = self.header, edition.newsroom.zone
        kind = fields.parsed(header, "kind", lambda t: parse_kind(t, self.workspace), edition.kind)
        plain: dict[str, Any] = {name: header.text(name) for name in PLAIN_FIELDS}
        plain["subject"] = plain["subject"] or edition.headline
        return replace(
            edition,
            **plain,
            kind=kind,
            date=fields.parsed(header, "date", parse_date, edition.date),
            embargo=fields.parsed(header, "embargo", parse_moment, edition.embargo),
            zones=fields.zones(header) or edition.zones,
            contacts=fields.contacts(header, "contacts") or edition.contacts,
            spokespeople=fields.contacts(header, "spokespeople") or edition.spokespeople,
            event=fields.event(header, zone) or edition.event,
            attachments=fields.attachments(header, self.workspace, self.path.parent) or edition.attachments,
            about=self._about(replace(edition, kind=kind)),
            lists=fields.lists(header) or edition.lists,
            theme=header.text("theme") or edition.theme,
            web=fields.parsed(header, "web", parse_web_address, self._page(edition)),
            corrects=header.text("corrects") or edition.corrects,
            silence=fields.silences(header),
        )

    def _page(self, edition: Edition) -> str:
        """Where this edition is read on the web, if its own file does not say it."""
        if self.original and "web" in self.original.lines:
            return self.original.web
        base = edition.newsroom.web
        page = page_name(self.name, edition.language if self.original else "")
        return f"{base.rstrip('/')}/{page}" if base else ""

    def _told(self, edition: Edition, body: Body) -> Edition:
        """The edition with what follows from all that was said."""
        origin, revision = _thread(self.workspace, self.name, edition.corrects)
        return replace(
            edition,
            origin=origin,
            revision=revision,
            written_in=self._written_in(edition),
            findings=(*self.noticed, *body.findings, *self._findings(edition)),
        )

    def _written_in(self, edition: Edition) -> dict[str, str]:
        """The language of what this file may not have said itself."""
        newsroom, original = edition.newsroom, self.original
        found = {"about": newsroom.written_in["boilerplates"]}
        for name in ("contacts", "spokespeople", "event", "images", "attachments"):
            if self.header.line(name):
                found[name] = edition.language
            elif name == "contacts" and edition.contacts == newsroom.contacts:
                found[name] = newsroom.written_in["contacts"]
            elif original:
                found[name] = original.written_in.get(name, original.language)
        return found

    def _about(self, edition: Edition) -> tuple[Boilerplate, ...]:
        """The boilerplates that `about` names, `about: none` for no boilerplate at all."""
        wanted = fields.names(self.header, "about")
        if not wanted:
            return () if edition.kind is Kind.FOLLOW_UP else edition.about
        if [w.lower() for w in wanted] in (["none"], ["no"], ["ninguno"]):
            return ()
        known = {_key(b.title): b for b in edition.newsroom.boilerplates}
        found = []
        for name in wanted:
            matches = [b for key, b in known.items() if _key(name) in key]
            if matches:
                found += [each for each in matches[:1] if each not in found]
            else:
                hint = (
                    f"choose from: {', '.join(b.title for b in known.values())}"
                    if known
                    else "add ## About … there"
                )
                self.header.fault(self.header.line("about"), f"newsroom.md has no boilerplate “{name}”", hint)
        return tuple(found)

    def _findings(self, edition: Edition) -> tuple[Finding, ...]:
        """A translation that follows an older text of its original."""
        if not self.original or not edition.original:
            return ()
        path = self.workspace.root / self.original.path
        unsaved = self.workspace.unsaved.get(path)
        now = digest(path) if unsaved is None else _mark(unsaved)
        if edition.original == now:
            return ()
        where = Where(self.shown, self.header.line("original"))
        message = f"The original has changed since this translation was made ({edition.original}, now {now})."
        return (
            Finding(
                "outdated-translation",
                "warning",
                message,
                f"Review the translation, then write Original: {now}",
                where,
            ),
        )


_LONGEST_THREAD = 100


def _thread(workspace: Workspace, name: str, corrects: str) -> tuple[str, int]:
    """The first of the releases that one follows, and how many came before: each names the one before it."""
    thread = [name]
    while corrects and is_plain_name(corrects) and corrects not in thread and len(thread) < _LONGEST_THREAD:
        thread.append(corrects)
        path = workspace.releases / f"{corrects}.md"
        if not path.is_file():
            break
        source = read_source(path, workspace.shown(path))
        corrects = read_header(source.text, "", RELEASE_FIELDS, RECORDS).text("corrects")
    return thread[-1], len(thread) - 1


def _key(title: str) -> str:
    return re.sub(r"\W+", " ", title.lower()).strip()
