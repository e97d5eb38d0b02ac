"""The rolls of an office: a list is read when somebody first looks, and again when its file has changed."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from pathlib import Path
from threading import Lock, Thread

from mailer.desk.office import Office
from mailer.desk.rooms.people.reading.roll import Roll
from mailer.errors import Fault, ListError, WorkspaceError
from mailer.press import Suppressions, read_list, settings_of
from mailer.visible import visible
from mailer.workspace.endings import LIST_ENDINGS

MOST_KEPT = 60
"""Rolls at once; whoever was not looked at for longest goes."""
_ELSEWHERE = "it is a link that leads out of lists/", "put the file itself into lists/"
PATIENCE = 0.12
"""Seconds that a page waits for a list which is being read, before it shows what there is so far."""
LONG = 200_000
"""Octets of a file that is not read within that time. A page shows its first people as soon as they are there."""

Lists = list[tuple[Path, Roll | ListError]]
Stamp = tuple[tuple[int, int, int], ...]


class Never:
    """Who is never mailed, as it is known now.

    Attributes:
        faults: why it can't be told; nobody is mailed then.
        version: another one whenever somebody has come or gone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._known: Suppressions | None = None
        self.faults: tuple[Fault, ...] = ()
        self.version = 0

    def current(self) -> Suppressions | None:
        """None: it can't be told, `faults` says why."""
        with self._lock:
            try:
                if self._known is None:
                    self._known = Suppressions(self._path)
                    self.version += 1
                elif self._known.refresh():
                    self.version += 1
                self.faults = ()
            except ListError as error:
                self.version += self._known is not None
                self._known, self.faults = None, tuple(error.faults)
            return self._known


class Rolls:
    """The lists of an office, read."""

    def __init__(self, office: Office) -> None:
        self.workspace = office.workspace
        self.never = Never(office.workspace.suppressed)
        self._kept: OrderedDict[Path, tuple[Stamp, Roll]] = OrderedDict()
        self._lock = Lock()

    def path_of(self, name: str) -> Path:
        """The file of a list of lists/, and of no other folder: what a page asks for may be anybody's question.

        Args:
            name: the list's, or its file's where two differ in nothing but their ending.

        Raises:
            WorkspaceError: there is none.
        """
        paths = self.workspace.own_lists()
        named = [path for path in paths if name in (path.name, path.stem)]
        order = {ending: number for number, ending in enumerate(LIST_ENDINGS)}
        for path in sorted(named, key=lambda path: (path.name != name, order[path.suffix.lower()])):
            return path
        raise WorkspaceError(f"There is no list “{visible(name)}” in lists/.", "Choose one from Lists.")

    def all(self, patience: float = PATIENCE) -> Lists:
        """Every list of the office; those that can't be read, with why."""
        until = time.monotonic() + patience
        found: Lists = []
        own = set(self.workspace.own_lists())
        for path in self.workspace.press_lists():
            if path not in own:
                found.append((path, ListError([Fault(self.workspace.shown(path), 0, *_ELSEWHERE)])))
                continue
            try:
                found.append((path, self.of(path, patience=0)))
            except ListError as error:
                found.append((path, error))
        for _, roll in found:
            if isinstance(roll, Roll):
                self._judged(roll, max(0.0, until - time.monotonic()))
        return found

    def of(self, path: Path, *, shown: str = "", patience: float = PATIENCE) -> Roll:
        """A list's roll; perhaps it is still being read.

        Args:
            shown: the path, as staff would name it.

        Raises:
            ListError: the file can't be read at all.
        """
        stamp = _stamp(path)
        with self._lock:
            kept = self._kept.get(path)
            if kept is None or kept[0] != stamp:
                if kept is not None:
                    kept[1].give_up()
                    del self._kept[path]
                roll = self._begun(path, shown or self.workspace.shown(path))
                self._kept[path] = (stamp, roll)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)[1][1].give_up()
            else:
                roll = kept[1]
                self._kept.move_to_end(path)
        return self._judged(roll, patience)

    def whole_of(self, path: Path, patience: float = 30.0) -> Roll:
        """A list's roll, for which somebody waits until all of it was read; at most so many seconds.

        Raises:
            ListError: the file can't be read at all.
        """
        roll = self.of(path, patience=0)
        roll.ready.wait(patience)
        return self._judged(roll, 0)

    def _judged(self, roll: Roll, patience: float) -> Roll:
        roll.wait(patience)
        if not roll.ready.is_set():
            roll.let_pass()
        never = self.never.current()
        roll.judge(never, self.never.version)
        return roll

    def _begun(self, path: Path, shown: str) -> Roll:
        questions: tuple[Fault, ...] = ()
        try:
            press_list = read_list(path, shown=shown)
        except ListError as error:
            press_list = read_list(path, shown=shown, asking=False)
            questions = tuple(error.faults)
        roll = Roll(press_list, questions, long=_stamp(path)[0][1] > LONG)
        Thread(target=roll.read, name=f"reads {path.name}", daemon=True).start()
        return roll


def _stamp(path: Path) -> Stamp:
    """What changes when a list or what is said about it is saved."""
    found = []
    for file in (path, settings_of(path)):
        try:
            state = os.stat(file)  # noqa: PTH116 - as cheap as it gets
        except OSError:
            found.append((0, 0, 0))
        else:
            found.append((state.st_mtime_ns, state.st_size, state.st_ino))
    return tuple(found)
