"""Wishes on their way to suppressed.csv: one line each, on the disk before anybody is told that it was done.

A thousand people may click at once, and somebody may have suppressed.csv open in Excel. So a wish is appended to
a file of its own beside it (`.suppressed.wishes`), which nobody else holds, and moves on later, many at a time:

    .suppressed.wishes  →  .suppressed.folding  →  suppressed.csv

Whoever asks whether a person is suppressed reads the three in this order, so that a wish that moves while they read
is met at least once. A wish leaves a file when it is safe in the next one; killed in between, it stands in both.

No lock is needed to write one. Whoever folds renames the file first; whoever has just written looks whether it still
stands under its name, and else writes again: better twice than never. Lines are JSON, so that one which a crash cut
short is known as such: nobody was told that it was done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from mailer.press.addresses import canonical
from mailer.press.suppressions.suppressed_rows import Suppression
from mailer.workspace.durable import append, patiently, sync_folder, target_of

_TRIES = 20
"""How often the file may be moved away under a writer before it gives up."""


class Wishes:
    """The wishes that are not in suppressed.csv yet.

    Args:
        path: suppressed.csv.
    """

    def __init__(self, path: Path) -> None:
        self._list = target_of(path)
        self._new = _Lines(self._list.with_name(f".{self._list.stem}.wishes"))
        self._new_path = os.fspath(self._new.path)
        self._folding = _Lines(self._list.with_name(f".{self._list.stem}.folding"))
        self._safe: set[str] = set()
        self._reading = Lock()  # one thread notes while another folds

    def __iter__(self) -> Iterator[Suppression]:
        yield from self.entries.values()

    @property
    def entries(self) -> Mapping[str, Suppression]:
        """All of them, by canonical address."""
        return self._folding.entries | self._new.entries

    def get(self, key: str) -> Suppression | None:
        """The wish of a canonical address."""
        return self._folding.entries.get(key) or self._new.entries.get(key)

    @property
    def none(self) -> bool:
        """Whether there were none when they were last read, and nobody has noted one since. Costs one stat."""
        return not (self._new.read or self._folding.read or os.path.exists(self._new_path))  # noqa: PTH110 (faster)

    def refresh(self) -> bool:
        """Reads them anew; costs next to nothing where there are none. True = something has changed.

        Raises:
            OSError: they can't be read.
        """
        with self._reading:
            return self._new.refresh() | self._folding.refresh()

    def note(self, wishes: Iterable[Suppression]) -> None:
        """Writes wishes down for good: after a power cut they are still there.

        Raises:
            OSError: they can't be written; nobody may be told that it was done.
        """
        wishes = list(wishes)
        # A newline first: the line before may have been cut short.
        lines = "".join(f"\n{json.dumps([w.address, w.reason, w.date, w.source])}\n" for w in wishes)
        mode = self._list.stat().st_mode & 0o777 if self._list.is_file() else None
        for _ in range(_TRIES):
            if append(self._new.path, lines.encode("ascii"), mode):
                break
        else:
            raise OSError(f"{self._new.path.name} keeps being moved away")
        self._safe.update(canonical(wish.address) for wish in wishes)
        self.refresh()

    def surely(self, key: str) -> bool:
        """Whether a wish is on the disk for certain: we have waited for it, and it stood there at the last `refresh`.

        What stands in the file is not enough: the disk may have refused it, and a system that has not written
        a line yet shows it all the same.
        """
        return key in self._safe and self.get(key) is not None

    def take(self) -> list[Suppression] | None:
        """The wishes to be folded into suppressed.csv next; None = there are none. The caller holds its lock.

        Raises:
            OSError: the file can't be moved or read.
        """
        if not self._folding.path.exists():  # else somebody was killed while folding these
            if not self._new.path.exists():
                return None
            patiently(lambda: self._new.path.rename(self._folding.path))
        self.refresh()
        return list(self._folding.entries.values())

    def done(self) -> None:
        """What was taken is in suppressed.csv."""
        patiently(lambda: self._folding.path.unlink(missing_ok=True))
        sync_folder(self._folding.path.parent)
        self._safe = set()


@dataclass(slots=True)
class _Lines:
    """One file of wishes as it was last read.

    Attributes:
        read: its bytes, up to the last whole line. It is read each time, and compared: these files come and go
            within a tick of the clock, and a new one may have an old one's time, size and number.
    """

    path: Path
    entries: dict[str, Suppression] = field(default_factory=dict)
    read: bytes = b""

    def refresh(self) -> bool:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:  # none, or it moved on, and is met where it went
            content = b""
        whole = content[: content.rfind(b"\n") + 1]
        if whole == self.read:
            return False
        known = self.read if whole.startswith(self.read) else b""
        entries = dict(self.entries) if known else {}
        entries |= {canonical(wish.address): wish for wish in _parsed(whole[len(known) :])}
        self.entries, self.read = entries, whole
        return True


def _parsed(lines: bytes) -> Iterator[Suppression]:
    for line in lines.splitlines():
        try:
            address, reason, date, source = json.loads(line)
            if address and all(isinstance(text, str) for text in (address, reason, date, source)):
                yield Suppression(address, reason, date, source)
        except (ValueError, TypeError, RecursionError):
            continue  # empty, or cut short by a crash
