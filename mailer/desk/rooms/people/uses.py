"""Which releases go to which lists, by what their files say."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock

from mailer.errors import MailerError
from mailer.release import read_newsroom, read_release
from mailer.workspace import Workspace


class Uses:
    """The lists that each release names, or the newsroom's settings for it; read again when a file changes."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[Path, tuple[tuple[int, int], tuple[str, ...]]] = {}
        self._lock = Lock()

    def now(self, patience: float) -> tuple[dict[str, list[str]], bool]:
        """By list, the releases that go to it; and whether all of them were looked at.

        Args:
            patience: seconds to read them.
        """
        until = time.monotonic() + patience
        house = _saved(self._workspace.newsroom)
        found: dict[str, list[str]] = {}
        with self._lock:
            for path in sorted(self._workspace.releases.glob("*.md")):
                name = self._workspace.release_name(path)
                if name != path.stem:
                    continue
                stamp = (_saved(path), house)
                if self._known.get(path, (None,))[0] != stamp:
                    if time.monotonic() > until:
                        return found, False
                    self._known[path] = (stamp, self._lists_of(name))
                for called in self._known[path][1]:
                    found.setdefault(called, []).append(name)
        return found, True

    def _lists_of(self, name: str) -> tuple[str, ...]:
        try:
            return read_release(self._workspace, name).original.lists
        except MailerError:
            return ()

    def by_default(self) -> tuple[str, ...]:
        """The lists of a release that names none."""
        try:
            return read_newsroom(self._workspace).lists
        except MailerError:
            return ()


def _saved(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
