"""The files of a release: its original, and a translation of each further language."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import MailerError, WorkspaceError
from mailer.release import direction_of, read_newsroom
from mailer.release.field_names import RECORDS, RELEASE_FIELDS
from mailer.release.header import read_header
from mailer.render.localisation import locale_of
from mailer.visible import visible
from mailer.workspace import Workspace, is_plain_name, lies_in

_TAG = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"


@dataclass(frozen=True, slots=True)
class EditionFile:
    """One of them.

    Attributes:
        edition: how a page's address names it: the language of a translation, "" for the original.
        language: BCP 47.
    """

    edition: str
    language: str
    path: Path

    @property
    def called(self) -> str:
        """The language in its own words: "Español"."""
        locale = locale_of(self.language)
        name = str(locale.get_display_name(locale) or self.language)
        known = locale.language == self.language.partition("-")[0]
        return name[:1].upper() + name[1:] if known else self.language

    @property
    def direction(self) -> str:
        return direction_of(self.language)


def editions_of(workspace: Workspace, name: str) -> list[EditionFile]:
    """Those that there are, the original first, whatever they say.

    Raises:
        WorkspaceError: there is no release of that name.
    """
    original = workspace.own_release(name)
    pattern = re.compile(rf"{re.escape(original.stem)}\.(?P<tag>{_TAG})\.md")
    found = sorted(
        filter(None, (pattern.fullmatch(path.name) for path in original.parent.iterdir())),
        key=lambda found: found.string,
    )
    return [
        EditionFile("", _language_of(workspace, original), original),
        *(EditionFile(each["tag"], each["tag"], original.with_name(each.string)) for each in found),
    ]


def edition_path(workspace: Workspace, name: str, edition: str) -> Path:
    """The file of an edition; it may be gone.

    Args:
        name: plain, as it stands in a page's address.
        edition: the language of a translation; "" for the original.

    Raises:
        WorkspaceError: a name or a language that can't be, or a file that lies elsewhere.
    """
    if edition and not re.fullmatch(_TAG, edition):
        raise WorkspaceError(
            f"“{visible(edition)}” is not a language.", "Choose one of those above the text."
        )
    called = f"{name}.{edition}" if edition else name
    try:
        return workspace.own_release(called)
    except WorkspaceError:
        path = workspace.releases / f"{called}.md"
        if not is_plain_name(called) or not lies_in(path, workspace.releases) or os.path.lexists(path):
            raise
        return path


def text_in(path: Path) -> str:
    """What a file says, as an editor has it, whatever it is.

    Raises:
        WorkspaceError: it is gone.
    """
    with _there(path):
        return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


def changed_at(path: Path) -> int:
    """When a file was changed, in nanoseconds since 1970.

    Raises:
        WorkspaceError: it is gone.
    """
    with _there(path):
        return path.stat().st_mtime_ns


@contextmanager
def _there(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise WorkspaceError(
            f"{visible(path.name)} is no longer there.", "It was moved or deleted."
        ) from None


def title_of(text: str, otherwise: str) -> str:
    """A release's headline, as far as its header can be read."""
    return read_header(text, "", RELEASE_FIELDS, RECORDS).text("headline") or otherwise


def _language_of(workspace: Workspace, original: Path) -> str:
    """What the header says, else the newsroom's; also where neither can be read."""
    text = original.read_text("utf-8", errors="replace")
    said = read_header(text, "", RELEASE_FIELDS, RECORDS).text("lang")
    if re.fullmatch(_TAG, said):
        return said
    try:
        return read_newsroom(workspace).language
    except MailerError:
        return "en"
