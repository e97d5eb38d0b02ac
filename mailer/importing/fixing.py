"""Tidying a release's file in place: looked at first, kept as it was, written all or nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from mailer.errors import WorkspaceError
from mailer.importing.house_style import House, Tidied, tidied
from mailer.release import digest, read_newsroom
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.release.source import read_source
from mailer.workspace import Workspace
from mailer.workspace.durable import in_place_of


@dataclass(frozen=True, slots=True)
class Proposed:
    """A release's file as it would be.

    Attributes:
        before: its text as it is.
        content: its bytes as they are, by which a change meanwhile is noticed.
    """

    path: Path
    before: str
    content: bytes
    tidied: Tidied


def propose(workspace: Workspace, path: Path) -> Proposed:
    """What tidying would make of a file; nothing is changed.

    Raises:
        ReleaseError: it can't be read as text.
    """
    shown = workspace.shown(path)
    unsaved = workspace.unsaved.get(path)
    read_source(path, shown, unsaved)  # which says what is no text, and why
    content = path.read_bytes() if unsaved is None else unsaved
    text = content.decode("utf-8")
    header = read_header(text, shown, RELEASE_FIELDS, RECORDS)
    suffix = path.name.removeprefix(workspace.release_name(path)).removesuffix(".md").strip(".")
    newsroom = read_newsroom(workspace, header.text("lang") or suffix)
    language = header.text("lang") or suffix or newsroom.language
    return Proposed(path, text, content, tidied(text, House(language, newsroom.dash, newsroom.contacts)))


def put_in_place(workspace: Workspace, proposed: Proposed, now: datetime) -> tuple[Path, tuple[Path, ...]]:
    """Writes the file, and tells its translations which text they follow now: that of their words is the same.

    Returns:
        where the file is kept as it was, and the translations whose mark was brought up to date.

    Raises:
        WorkspaceError: it has changed meanwhile. Then nothing is written.
    """
    path = proposed.path
    if path.read_bytes() != proposed.content:
        raise WorkspaceError(
            f"{workspace.shown(path)} has changed meanwhile: nothing was written.", "Run it again."
        )
    folder = workspace.private / "releases-before"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{path.stem}-{now:%Y%m%d-%H%M%S}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))  # two may come within a second
    kept = next(each for name in names if not os.path.lexists(each := folder / f"{name}.md"))
    kept.write_bytes(proposed.content)
    old = digest(path)
    with in_place_of(path) as file:
        file.write(proposed.tidied.text.encode())
    return kept, tuple(_followed(workspace, path, old, digest(path)))


def _followed(workspace: Workspace, path: Path, old: str, new: str) -> list[Path]:
    brought = []
    name = workspace.release_name(path)
    for other in sorted(path.parent.glob("*.md")):
        if other == path or workspace.release_name(other) != name:
            continue
        content = other.read_bytes()
        header = content[: content.find(b"\n---", 4)]
        if old.encode() in header:
            with in_place_of(other) as file:
                file.write(header.replace(old.encode(), new.encode()) + content[len(header) :])
            brought.append(other)
    return brought
