"""Files beside suppressed.csv that may be it: `suppressed.xlsx`, `suppressed (1).csv`, a “conflicted copy”.

Who looks at them takes what they say for what holds. Only suppressed.csv is read, so while another one lies beside
it, somebody whom staff believe to be suppressed may be mailed.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.model import Recipient
from mailer.press.list_files.read import read_list
from mailer.press.suppressions.being_saved import PATIENCE_FOR_SAVING, TICK_NS, until_read
from mailer.workspace import SUPPRESSION_WORD
from mailer.workspace.durable import target_of

_NOT_SHOWN = (".", "~$", "#")
"""How the names of files begin that systems and editors hide."""
_BACKUPS = ("~", "#", ".bak", ".orig", ".old", ".swp", ".tmp")


class LookAlikes:
    """The folder of suppressed.csv, and of the file that it is a link to. It is looked at again when it has changed.

    Args:
        path: suppressed.csv.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folders = tuple(os.fspath(folder) for folder, _ in _places(path))
        self._stamps: list[tuple[int, int]] | None = None
        self._found: list[Path] = []
        self._fine = False

    @property
    def current(self) -> bool:
        """Whether the folder surely is as it was when nothing was found in it. Costs one stat."""
        return self._fine and self._stamps is not None and self._stamps == self._now()

    def refresh(self, people: int | None) -> None:
        """Looks whether there is another file; one that has just come may be a program's that saves suppressed.csv.

        Args:
            people: how many suppressed.csv names, for the message; None = it can't be read.

        Raises:
            ListError: there is.
        """
        if self.current:
            return
        try:
            until_read(self._look, PATIENCE_FOR_SAVING if self._fine else 0)
            self._fine = True
        except ListError:
            self._fine = False
            raise ListError([lies_beside(other, self._path, people) for other in self._found]) from None

    def _look(self) -> None:
        before, now = self._now(), time.time_ns()
        self._found = look_alikes_of(self._path)
        if self._found:
            raise ListError([])
        settled = before is not None and all(not 0 <= now - changed < TICK_NS for changed, _ in before)
        self._stamps = before if settled else None

    def _now(self) -> list[tuple[int, int]] | None:
        try:
            return [(found.st_mtime_ns, found.st_ino) for found in map(os.stat, self._folders)]
        except OSError:
            return None


def look_alikes_of(path: Path) -> list[Path]:
    """Files in whose names staff may read that they are suppressed.csv, but it. Hidden files and editors' backups are
    not among them."""
    return sorted({other for folder, word in _places(path) for other in _named(folder, word, path)})


def _places(path: Path) -> Iterator[tuple[Path, str]]:
    """Folders to look in, and the word in names there: a drive that several offices share has a file of each."""
    yield path.parent, SUPPRESSION_WORD
    target = target_of(path)
    if target.parent != target_of(path.parent):
        yield target.parent, target.stem.casefold()


def _named(folder: Path, word: str, path: Path) -> Iterator[Path]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        name = entry.name.casefold()
        if word not in name or name.startswith(_NOT_SHOWN) or name.endswith(_BACKUPS):
            continue
        other = folder / entry.name
        if entry.name != path.name and _is_document(other) and not _hidden(other) and not _same(other, path):
            yield other


def _is_document(path: Path) -> bool:
    """A file, or what Numbers shows as one and keeps as a folder."""
    return path.is_file() or (path.suffix.casefold() == ".numbers" and path.is_dir())


def _hidden(path: Path) -> bool:
    return bool(getattr(path.stat(), "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)


def _same(other: Path, path: Path) -> bool:
    """Where capitals make no difference, Suppressed.csv is suppressed.csv."""
    try:
        return other.samefile(path)
    except FileNotFoundError:
        return False


def lies_beside(other: Path, path: Path, people: int | None) -> Fault:
    """That there is another file, with what is known of both."""
    size = f"{other.stat().st_size:,} bytes" if other.exists() else "just deleted"
    ours = f"; {path.name} has {_addresses(people)}" if people is not None else ""
    what = f"this may also be a list of people never to be mailed, but is not read ({size}, {_content(other)}{ours})"
    hint = (
        f"add anyone missing from {path.name} (mailer suppress ADDRESS), then move this file elsewhere"
        if people is not None
        else f"if this is the right one, save it as “CSV UTF-8” under the name {path.name}; otherwise move it elsewhere"
    )
    return Fault(str(other), 0, what, hint)


def _content(other: Path) -> str:
    try:
        return _addresses(sum(isinstance(row, Recipient) for row in read_list(other, asking=False).rows()))
    except (ListError, OSError, UnicodeError):
        return "not a list that can be read"


def _addresses(number: int) -> str:
    return f"{number:,} address{'es' if number != 1 else ''}"


def refuse_to_begin(path: Path) -> None:
    """Stops whoever would make a suppressed.csv where there is one, under this name or another.

    Raises:
        ListError: there is.
    """
    if os.path.lexists(path):
        raise ListError([Fault(str(path), 0, "already exists: nothing was changed")])
    if others := look_alikes_of(path):
        raise ListError([lies_beside(other, path, None) for other in others])
