"""Where posted events wait to be read: a folder of files, `.mailer/events/`, in the manner of a Maildir.

A file each rather than one that is appended to: what is under its name in `new/` is whole, whoever was killed when;
nobody who reads needs a lock against who writes; and what was read goes by itself. Its name is a hash of what was
posted, so a provider that posts the same again (no answer had reached it) finds it there, and it lies there once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.workspace.durable import patiently, sync_folder, to_disk
from mailer.workspace.private import private_file, private_folder

MOST_FILES, MOST_OCTETS = 20_000, 256_000_000
"""What may wait. A provider tries again for hours or days: time to have it read."""

_COUNT_EVERY = 5.0
_LEFT_OVER = 3600.0
"""Seconds after which a part that nobody finished is of somebody who was killed."""
_HEAD = re.compile(rb"mailer-event 1 ([a-z]{1,20}) (\d{1,12})\n")


class SpoolFull(Exception):
    """Too much waits to be read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was posted once.

    Attributes:
        path: its file.
        provider: of `Preset.events`.
        at: when it came, in seconds since 1970.
        body: as it came.
    """

    path: Path
    provider: str
    at: float
    body: bytes


def read_kept(path: Path) -> Kept | None:
    """A file of the spool; None where it is none.

    Raises:
        OSError: it can't be read.
    """
    content = path.read_bytes()
    head = _HEAD.match(content)
    return Kept(path, head[1].decode(), float(head[2]), content[head.end() :]) if head else None


class Spool:
    """
    Args:
        private: the workspace's folder for what is the tool's. Nothing is made in it before something is kept.
    """

    def __init__(self, private: Path) -> None:
        self.folder = private / "events"
        self._new, self._part, self._odd = (self.folder / name for name in ("new", "part", "odd"))
        self._counted, self._files, self._octets = float("-inf"), 0, 0

    def keep(self, provider: str, body: bytes) -> None:
        """Returns when it is safe on the disk, whole, once.

        Raises:
            SpoolFull: too much waits already.
            OSError: it can't be written.
        """
        target = self._new / f"{provider}-{hashlib.sha256(body).hexdigest()[:40]}"
        if target.exists():  # perhaps of somebody who was killed before its name was safe
            sync_folder(self._new)
            return
        self._must_have_room()
        for folder in (self.folder, self._new, self._part):
            private_folder(folder)
        part = self._part / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            private_file(part)
            with part.open("wb") as file:
                file.write(b"mailer-event 1 %s %d\n" % (provider.encode(), time.time()))
                file.write(body)
                file.flush()
                to_disk(file.fileno())
            patiently(lambda: part.replace(target))
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(self._new)
        self._files, self._octets = self._files + 1, self._octets + len(body)

    def _must_have_room(self) -> None:
        if time.monotonic() - self._counted > _COUNT_EVERY:
            sizes = [size for _, size in self._sizes(self._new)]
            self._files, self._octets = len(sizes), sum(sizes)
            self._counted = time.monotonic()
        if self._files >= MOST_FILES or self._octets >= MOST_OCTETS:
            raise SpoolFull

    def _sizes(self, folder: Path) -> Iterator[tuple[str, int]]:
        """Names and sizes of what lies in a folder, oldest first."""
        found = []
        if folder.is_dir():
            for entry in os.scandir(folder):
                try:
                    status = entry.stat()
                except FileNotFoundError:
                    continue  # read by somebody else meanwhile
                found.append((status.st_mtime_ns, entry.name, status.st_size))
        return ((name, size) for _, name, size in sorted(found))

    # ---- for who reads it ---------------------------------------------------------------------------

    def waiting(self) -> Iterator[Path]:
        """The files that wait, oldest first."""
        return (self._new / name for name, _ in self._sizes(self._new))

    def shown(self, path: Path) -> str:
        """A file as staff would name it, from the workspace's folder."""
        return path.relative_to(self.folder.parent.parent).as_posix()

    def done(self, path: Path) -> None:
        """Takes a file out that was dealt with.

        Raises:
            OSError: it can't be removed.
        """
        patiently(lambda: path.unlink(missing_ok=True))

    def set_aside(self, path: Path) -> Path:
        """Keeps a file that can't be read out of the way, for a person.

        Raises:
            OSError: it can't be moved.
        """
        private_folder(self._odd)
        target = self._odd / path.name
        patiently(lambda: path.replace(target))
        return target

    def sweep(self) -> None:
        """Removes what somebody who was killed left unfinished, which nobody was told is kept; and of what was set
        aside the oldest, where it is more than may wait: who knows the secret could fill the disk with it.
        """
        files = octets = 0
        for name, size in reversed(list(self._sizes(self._odd))):
            files, octets = files + 1, octets + size
            if files > MOST_FILES or octets > MOST_OCTETS:
                (self._odd / name).unlink(missing_ok=True)
        if self._part.is_dir():
            for part in self._part.iterdir():
                try:
                    if time.time() - part.stat().st_mtime > _LEFT_OVER:
                        part.unlink(missing_ok=True)
                except OSError:
                    continue
