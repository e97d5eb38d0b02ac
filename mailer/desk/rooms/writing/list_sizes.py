"""How many people stand on each press list: counted once, until the list changes."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from mailer.errors import MailerError
from mailer.model import Recipient
from mailer.press import read_list
from mailer.workspace import Workspace


class ListSizes:
    """The lists of a workspace with their numbers of people."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[Path, tuple[int, int | None]] = {}
        self._lock = Lock()

    def all(self) -> dict[str, int | None]:
        """People by a list's name; None: it can't be read."""
        with self._lock:
            return {path.stem: self._size(path) for path in self._workspace.press_lists()}

    def _size(self, file: Path) -> int | None:
        try:
            stamp = file.stat().st_mtime_ns
        except OSError:
            return None
        known = self._known.get(file)
        if known is None or known[0] != stamp:
            try:
                rows = read_list(file, shown=self._workspace.shown(file)).rows()
                number: int | None = sum(isinstance(row, Recipient) for row in rows)
            except MailerError:
                number = None
            known = self._known[file] = stamp, number
        return known[1]
