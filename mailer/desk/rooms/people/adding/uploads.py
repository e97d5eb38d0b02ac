"""Files that were dropped on the desk and wait for a word: few, for a day, under names of our own."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO

from mailer.errors import MailerError, WorkspaceError
from mailer.visible import visible
from mailer.workspace import Workspace, list_called
from mailer.workspace.endings import LIST_ENDINGS
from mailer.workspace.private import private_file, private_folder

MOST, DAY = 8, 86_400
"""So many wait, for so many seconds."""
LARGEST = 64_000_000
"""Octets of a file."""
_ID = re.compile(r"[0-9a-f]{16}")
_LONGEST_NAME = 120
_CALLED = "called.txt"
_NO_NAME = re.compile(r"[<>:\"/\\|?*\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits.

    Attributes:
        id: names it in addresses.
        called: as its person calls it; only to be shown.
        at: seconds since 1970.
    """

    id: str
    path: Path
    called: str
    at: float

    @property
    def name(self) -> str:
        """What a list of it would be called, as far as that can be a name."""
        stem = _NO_NAME.sub("-", Path(self.called).stem).strip(" .~$")
        try:
            return list_called(stem)
        except WorkspaceError:
            return "list"


class Uploads:
    """`.mailer/desk/uploads/`, a folder for each file."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.private / "desk" / "uploads"

    def keep(self, called: str, content: IO[bytes]) -> Upload:
        """Keeps a file.

        Args:
            called: as the browser says; it never becomes a path.

        Raises:
            MailerError: no list has such an ending, or it is too large.
        """
        called = visible(PureWindowsPath(called).name)[-_LONGEST_NAME:]
        ending = Path(called).suffix.lower()
        if ending not in LIST_ENDINGS:
            raise MailerError(
                f"“{called}” is no list that can be read.",
                f"Save it as “CSV UTF-8” in the program that made it. These can be read: {', '.join(LIST_ENDINGS)}",
            )
        self.sweep(MOST - 1)
        folder = self._folder / secrets.token_hex(8)
        for each in (self._folder.parent, self._folder, folder):
            private_folder(each)
        path = folder / f"list{ending}"
        private_file(path)
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
            if path.stat().st_size > LARGEST:
                raise MailerError(
                    f"“{called}” is larger than {LARGEST // 1_000_000} MB.", "Is this really a press list?"
                )
            private_file(folder / _CALLED)
            (folder / _CALLED).write_text(called, "utf-8")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Upload(folder.name, path, called, time.time())

    def find(self, id_: str) -> Upload:
        """
        Raises:
            WorkspaceError: it waits no more.
        """
        found = self._at(self._folder / id_) if _ID.fullmatch(id_) else None
        if found is None:
            raise WorkspaceError("This file no longer waits here.", "Drop it on Lists again.")
        return found

    def _at(self, folder: Path) -> Upload | None:
        try:
            path = next(
                path for path in folder.iterdir() if path.stem == "list" and path.suffix in LIST_ENDINGS
            )
            called = (folder / _CALLED).read_text("utf-8")
            return Upload(folder.name, path, called, path.stat().st_mtime)
        except (OSError, ValueError, StopIteration):
            return None

    def waiting(self) -> list[Upload]:
        """All that wait, the newest first; what is too old goes."""
        self.sweep(MOST)
        if not self._folder.is_dir():
            return []
        found = (self._at(folder) for folder in self._folder.iterdir() if _ID.fullmatch(folder.name))
        return sorted((upload for upload in found if upload), key=lambda upload: -upload.at)

    def discard(self, upload: Upload) -> None:
        shutil.rmtree(upload.path.parent, ignore_errors=True)

    def sweep(self, most: int) -> None:
        """Removes what is too old, or too much."""
        if not self._folder.is_dir():
            return
        ages: list[tuple[float, Path]] = []
        for folder in self._folder.iterdir():
            if not _ID.fullmatch(folder.name):
                continue
            with suppress(OSError):
                ages.append((folder.stat().st_mtime, folder))
        ages.sort(reverse=True)
        for number, (at, folder) in enumerate(ages):
            if number >= most or time.time() - at > DAY:
                shutil.rmtree(folder, ignore_errors=True)
