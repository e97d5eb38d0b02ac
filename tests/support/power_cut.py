"""A folder on a disk that, when the power goes, keeps what was synced, and of the rest what it happens to have written.

The programs are real and run as ever; power_cut.c, loaded into them, writes down what they do to the folder. Once they
are killed, `Disk.cut` puts the folder into a state in which such a disk may have been. fsync(2) and fdatasync(2)
promise a file's content and size, and fsync of a folder the names in it. Whatever was done since, each sector of it
may be there or not, in any order, and so may the new size of a file and the last changes of a folder.
"""

from __future__ import annotations

import copy
import fcntl
import os
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

SECTOR = 512
"""Octets that a disk writes all or not at all."""

_SHIM = Path(__file__).with_name("power_cut.c")
_RECORD = struct.Struct("=QQQQ")
_CONTROL = struct.Struct("=QQQ")
_CUT_AT = struct.Struct("=Q")

_Version = TypeVar("_Version")


class Record(NamedTuple):
    """What a program did to the folder.

    Attributes:
        operation: W: wrote `data`; T: truncated to `offset`; S: synced a file; D: synced a folder; C: made a file;
            M: made a folder (`offset`: its mode); R, L: renamed or linked it; U: removed it; X: what power_cut.c
            can't follow.
        data: what was written; or the names that the operation was about, with a NUL between two.
    """

    operation: str
    inode: int
    offset: int
    data: bytes

    @property
    def names(self) -> list[Path]:
        return [Path(os.fsdecode(name)) for name in self.data.split(b"\0")]


class _Luck:
    """What the disk happened to have written of what nobody told it to sync: next to all, next to nothing, this
    sector and not that one; or all up to some moment and nothing from then on.

    Args:
        unsynced: indexes of the records that are to be judged.
    """

    def __init__(self, chance: random.Random, unsynced: Sequence[int]) -> None:
        self._chance = chance
        self._kept = chance.choice((0.0, 0.5, 0.9, 0.99, 1.0, None))
        self._until = chance.choice([-1, *unsynced])

    def pick(self, versions: Sequence[tuple[int, _Version]]) -> _Version:
        """One of the versions of something, oldest first, each with the index of the record that made it, or -1."""
        if self._kept is None:
            return [version for index, version in versions if index <= self._until or index < 0][-1]
        if len(versions) == 1 or self._chance.random() < self._kept:
            return versions[-1][1]
        return self._chance.choice(versions[:-1])[1]


class _File:
    """A file as programs see it, and all that the disk may hold of it."""

    def __init__(self, content: bytes, mode: int) -> None:
        self.mode = mode
        self._content = bytearray(content)
        self.sync()

    def sync(self) -> None:
        self._sizes: list[tuple[int, int]] = [(-1, len(self._content))]
        self._sectors: dict[int, list[tuple[int, bytes]]] = {}

    def unsynced(self) -> Iterator[int]:
        """Indexes of the records since the last sync."""
        for versions in (self._sizes, *self._sectors.values()):
            yield from (index for index, _ in versions if index >= 0)

    def write(self, index: int, offset: int, data: bytes) -> None:
        with self._changing(index, offset, offset + len(data)):
            self._content.extend(bytes(max(0, offset - len(self._content))))
            self._content[offset : offset + len(data)] = data

    def truncate(self, index: int, size: int) -> None:
        with self._changing(index, size, len(self._content)):
            self._content = self._content[:size].ljust(size, b"\0")

    @contextmanager
    def _changing(self, index: int, start: int, end: int) -> Iterator[None]:
        numbers = range(start // SECTOR, -(-end // SECTOR))
        before = [self._sector(number) for number in numbers]
        yield
        for number, old in zip(numbers, before, strict=True):
            self._sectors.setdefault(number, [(-1, old)]).append((index, self._sector(number)))
        if len(self._content) != self._sizes[-1][1]:
            self._sizes.append((index, len(self._content)))

    def _sector(self, number: int) -> bytes:
        return bytes(self._content[number * SECTOR : (number + 1) * SECTOR]).ljust(SECTOR, b"\0")

    def left(self, luck: _Luck) -> bytes:
        """What is found after the power was cut."""
        size = luck.pick(self._sizes)
        found = bytearray(self._content.ljust(-(-size // SECTOR) * SECTOR, b"\0"))
        for number, versions in self._sectors.items():
            found[number * SECTOR : (number + 1) * SECTOR] = luck.pick(versions)
        return bytes(found[:size].ljust(size, b"\0"))


class _Folder:
    """A folder and those in it, as they were before, and what was done to them since."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[Path, _File | None] = {}  # None: a folder
        self._files: dict[int, _File] = {}
        self._pending: list[tuple[int, Record, _File | None]] = []
        for path in sorted(root.rglob("*")):
            if not path.name.endswith("-shm"):
                found = path.stat()
                content = _File(path.read_bytes(), found.st_mode) if path.is_file() else None
                self._names[path] = content
                if content:
                    self._files[found.st_ino] = content

    def play(self, index: int, record: Record) -> None:
        """What a program did, in the order in which it was done."""
        match record.operation:
            case "W":
                self._files[record.inode].write(index, record.offset, record.data)
            case "T":
                self._files[record.inode].truncate(index, record.offset)
            case "S":
                self._files[record.inode].sync()
            case "D":
                self._sync_names(record.names[0])
            case "C":
                self._files[record.inode] = made = _File(b"", record.offset)
                self._pending.append((index, record, made))
            case "M" | "R" | "L" | "U":
                self._pending.append((index, record, None))
            case _:
                raise NotImplementedError(f"power_cut.c can't follow this: {record}")

    def _sync_names(self, folder: Path) -> None:
        for _, record, made in self._pending:
            if record.names[-1].parent == folder:
                self._do(record, made)
        self._pending = [entry for entry in self._pending if entry[1].names[-1].parent != folder]

    def _do(self, record: Record, made: _File | None) -> None:
        names = record.names
        if record.operation in "CM":
            self._names[names[0]] = made
        elif record.operation == "U":
            self._names.pop(names[0], None)
        elif names[0] in self._names:
            self._names[names[1]] = self._names[names[0]]
            for path in [path for path in self._names if names[0] in path.parents]:
                self._names[names[1] / path.relative_to(names[0])] = self._names.pop(path)
            if record.operation == "R":
                del self._names[names[0]]

    def left(self, chance: random.Random) -> dict[Path, tuple[bytes, int] | None]:
        """What is found after the power was cut: content and mode of each file; None: a folder."""
        unsynced = {index for index, _, _ in self._pending}
        unsynced.update(index for file in self._files.values() for index in file.unsynced())
        luck = _Luck(chance, sorted(unsynced))
        for folder in {record.names[-1].parent for _, record, _ in self._pending}:
            mine = [entry for entry in self._pending if entry[1].names[-1].parent == folder]
            kept = luck.pick([(-1, 0), *((entry[0], number) for number, entry in enumerate(mine, 1))])
            for _, record, made in mine[:kept]:
                self._do(record, made)
        there = {
            path: file
            for path, file in sorted(self._names.items())
            if all(up in self._names for up in path.parents if self._root in up.parents)
        }
        return {path: (file.left(luck), file.mode) if file else None for path, file in there.items()}


class Disk:
    """The folder, and a power switch.

    Args:
        folder: what is on the disk.
        beside: a folder elsewhere, for what is written down.
        compiler: of C.
    """

    def __init__(self, folder: Path, beside: Path, compiler: str) -> None:
        self.folder = folder.resolve()
        beside = beside.resolve()
        self._shim, self._log = beside / "power_cut.so", beside / "log"
        self._control, self._boot = beside / "control", beside / "boot_id"
        command = [
            compiler,
            "-O1",
            "-Wall",
            "-Werror",
            "-shared",
            "-fPIC",
            "-pthread",
            "-o",
            self._shim,
            _SHIM,
        ]
        subprocess.run(command, check=True)
        self._before = _Folder(self.folder)

    def start(self, command: Sequence[str], boot: str, **options: object) -> subprocess.Popen[str]:
        """A program, and whatever it starts, in a boot of the machine that is called so. What lies in the folder by
        now is on the disk."""
        self._log.write_bytes(b"")
        self._control.write_bytes(_CONTROL.pack(0, 0, 0))
        self._boot.write_text(f"{boot}\n")
        self._before = _Folder(self.folder)
        ours = {
            "LD_PRELOAD": str(self._shim),
            "POWER_CUT_FOLDER": str(self.folder),
            "POWER_CUT_LOG": str(self._log),
            "POWER_CUT_CONTROL": str(self._control),
            "POWER_CUT_BOOT_ID": str(self._boot),
            "POWER_CUT_PARENT": str(os.getpid()),
            "HOME": str(self.folder),  # what a program keeps for its user is on the same disk
            "XDG_STATE_HOME": str(self.folder / "state"),
        }
        return subprocess.Popen(
            command,
            env=os.environ | ours,
            start_new_session=True,
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )

    def cut_in(self, steps: int) -> None:
        """The power goes so many steps from now: an operation on the folder has two, its beginning and its end."""
        with self._control.open("r+b", buffering=0) as control:
            fcntl.flock(control, fcntl.LOCK_EX)
            now, *_ = _CONTROL.unpack(control.read(_CONTROL.size))
            os.pwrite(control.fileno(), _CUT_AT.pack(now + steps), _CUT_AT.size)

    @property
    def processes(self) -> int:
        """How many have done something to the folder since `start`."""
        return int(_CONTROL.unpack(self._control.read_bytes())[2])

    def records(self) -> Iterator[Record]:
        """What was done since `start`."""
        log = self._log.read_bytes()
        at = 0
        while at < len(log):
            operation, inode, offset, length = _RECORD.unpack_from(log, at)
            at += _RECORD.size
            yield Record(chr(operation), inode, offset, log[at : at + length])
            at += length

    def cut(self, chance: random.Random) -> None:
        """No program runs any more: the folder becomes what is found when the machine is on again. Called again, it
        becomes what might have been found instead."""
        played = copy.deepcopy(self._before)
        for index, record in enumerate(self.records()):
            played.play(index, record)
        left = played.left(chance)
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path, found in left.items():
            if found is None:
                path.mkdir()
            else:
                path.write_bytes(found[0])
                path.chmod(found[1] & 0o7777)
