"""Whom other computers of the office suppress: what was last heard of them, kept beside suppressed.csv.

Where several computers share a ledger, each has a lists/suppressed.csv of its own, which is what people see and edit
there. The ledger's database holds what stands in all of them. What others have is written here
(`.suppressed.elsewhere`) whenever that is looked at, so that whoever asks about a person on this computer is told of
it, also while the database is away.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from mailer.press.suppressions.suppressed_rows import HASH, Suppression, hashed
from mailer.workspace.durable import in_place_of, target_of

Stamp = tuple[int, int, int]

WHOSE = "on the list of "
"""How the source of a suppression begins that was said on another computer."""


class Shared(Protocol):
    """What all computers of the office know of each other's suppressions.

    Raises:
        MailerError: from every method: they can't be told. What was written on this computer stays.
    """

    def added(self, rows: Sequence[Suppression]) -> None:
        """These stand in this computer's file, so nobody is to mail them from now on."""

    def dropped(self, keys: Collection[str], *, everywhere: bool = False) -> None:
        """These, by key, stand in this computer's file no more; `everywhere`: nor are they to in any other's."""


class Elsewhere:
    """
    Args:
        path: suppressed.csv.
    """

    def __init__(self, path: Path) -> None:
        here = target_of(path)
        self._path = here.with_name(f".{here.stem}.elsewhere")
        self._shown = os.fspath(self._path)
        self._stamp: Stamp | None = None
        self._hashes = False
        self.entries: Mapping[str, Suppression] = {}
        self.version = ""

    def get(self, key: str) -> Suppression | None:
        """The entry for a canonical address, or for a hash."""
        if not self.entries:
            return None
        return self.entries.get(key) or (self.entries.get(hashed(key)) if self._hashes else None)

    @property
    def current(self) -> bool:
        """Whether it is as it was last read: it is only ever replaced. Costs one stat."""
        return self._now() == self._stamp

    def _now(self) -> Stamp | None:
        try:
            found = os.stat(self._shown)  # noqa: PTH116 (asked for every message, and half the price)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def refresh(self) -> bool:
        """Reads it anew where it has changed. True = it has.

        Raises:
            OSError: it can't be read.
        """
        stamp = self._now()
        if stamp == self._stamp:
            return False
        entries, version = {}, ""
        if stamp is not None:
            first, *lines = self._path.read_text("utf-8").splitlines() or [""]
            version = first
            for line in lines:
                key, reason, date, source = json.loads(line)
                entries[key] = Suppression(key, reason, date, source)
        self._stamp, self.entries, self.version = stamp, entries, version
        self._hashes = any(key.startswith(HASH) for key in entries)
        return True

    def write(self, entries: Iterable[Suppression], version: str) -> None:
        """Puts what was heard in the place of what was known.

        Args:
            version: one line, by which the next who looks knows whether there is anything new.

        Raises:
            OSError: it can't be written.
        """
        with in_place_of(self._path) as file:
            file.write(f"{version}\n".encode())
            for each in entries:
                file.write(f"{json.dumps([each.address, each.reason, each.date, each.source])}\n".encode())
        self.refresh()

    def end(self) -> None:
        """There are no other computers any more.

        Raises:
            OSError: it can't be removed.
        """
        self._path.unlink(missing_ok=True)
        self.refresh()
