"""What had been sent of a release, written down outside the ledger: so that a ledger that was lost, or an older copy of
it, is not taken for “never sent”.

A witness is a file a release, in a folder beside the ledger (it moves along with the workspace) and in the user's own
folder of this machine (it stays when the workspace's is put back to yesterday's). Each sending writes one when it has
claimed its first recipients, marks in it how far it has come before each final dot leaves, and closes it at its end:

    {"release": …, "created": …, "sequence": 7, "accepted": 0, "clean": false, "boot": …, "at": …}
    12 9 140          a mark: sequence, last durable sequence, how many were accepted; one for each process

`sequence` is the mailing's, and grows with every step. A mark is written *after* the ledger's commit, so a sender that
is killed in between leaves a ledger that is ahead, which is well; and *before* the dots leave, so whatever has left
is in a ledger that has come as far as its marks. Marks are not forced to the disk, and after a power cut the ledger's
own tail may be lost: then it has to have come as far as the last durable step, in which all were claimed who may have
been sent something (docs/decisions/ledger.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import IO

from mailer.delivery.ledger.testimony import Testimony
from mailer.errors import LedgerError
from mailer.workspace.durable import in_place_of
from mailer.workspace.private import private_folder

_HEAD = 2048
_MARK = 64
"""Octets of what stands at the top, and of each mark below it. A release's name has 255 at most (a file's name)."""

_MOST = _HEAD + 10_000 * _MARK
_A_MARK = re.compile(rb"([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18}) *\n")
_LATEST = 1e11
"""Seconds since 1970, as a moment that can be shown."""
_KINDS = {
    "release": str, "created": float, "sequence": int, "accepted": int, "clean": bool, "boot": str, "at": float
}  # fmt: skip


class Witness:
    """What is told of one release, in all places.

    Args:
        ledger: the ledger's file.
        release: its name.
    """

    def __init__(self, ledger: Path, release: str) -> None:
        self._inside, *self._outside = (folder / _name(release) for folder in folders_for(ledger))

    def read(self) -> list[Testimony]:
        """What each place says.

        Raises:
            LedgerError: there is something, and nothing of it can be read.
        """
        found, spoilt = [], ""
        for path in (self._inside, *self._outside):
            try:
                found.append(_read(path))
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                spoilt = f"{path} can't be read: {error}."
        if spoilt and not found:
            raise LedgerError(spoilt, _SPOILT)
        return found

    def write(self, testimony: Testimony) -> None:
        """Puts it in the place of what stood there, on the disk before this returns. The user's own folder may be
        read-only: the one beside the ledger counts.

        Raises:
            LedgerError: it can't be written, so nothing may leave.
        """
        told = asdict(testimony)
        del told["durable"]
        content = json.dumps(told).encode("ascii").ljust(_HEAD - 1) + b"\n"
        try:
            _put(self._inside, content)
        except OSError as error:
            raise LedgerError(
                f"{self._inside} can't be written: {error.strerror}.", "Nothing is sent without it."
            ) from None
        for path in self._outside:
            with suppress(OSError):
                _put(path, content)

    def marks(self) -> Marks:
        """For one process to mark how far it has come."""
        return Marks((self._inside, *self._outside))


class Marks:
    """The marks of one process, in all places. They are overwritten again and again.

    Raises:
        LedgerError: the one beside the ledger can't be written.
    """

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._places: list[tuple[IO[bytes], int]] = []
        for path in paths:
            try:
                self._places.append(_new_mark(path))
            except OSError as error:
                if path is paths[0]:
                    raise LedgerError(f"{path} can't be written: {error.strerror}.") from None

    def set(self, sequence: int, durable: int, accepted: int) -> None:
        """
        Raises:
            LedgerError: the one beside the ledger can't be written, so no dot may leave.
        """
        mark = b"%d %d %d" % (sequence, durable, accepted)
        mark = mark.ljust(_MARK - 1) + b"\n"
        for number, (file, position) in enumerate(self._places):
            try:
                if hasattr(os, "pwrite"):
                    os.pwrite(file.fileno(), mark, position)
                else:
                    file.seek(position)
                    file.write(mark)
            except OSError as error:
                if number == 0:
                    raise LedgerError(f"{file.name} can't be written: {error.strerror}.") from None

    def close(self) -> None:
        for file, _ in self._places:
            file.close()


def folders_for(ledger: Path) -> tuple[Path, ...]:
    """Where a ledger's witnesses are: beside it, and in the user's own folder, where the system knows one."""
    from platformdirs import user_state_path

    place = hashlib.sha256(os.fsencode(ledger.resolve())).hexdigest()[:32]
    own = user_state_path("mailer") / "witness" / place
    return (ledger.with_name(f"{ledger.name}.witness"), *((own,) if own.is_absolute() else ()))


def all_of(ledger: Path) -> Iterator[Testimony]:
    """What is told of any release, wherever it can be read."""
    for folder in folders_for(ledger):
        for path in sorted(folder.glob("*.json")):
            with suppress(OSError, ValueError):
                yield _read(path)


def forget_place(ledger: Path) -> None:
    """A new workspace is made where another one was: what the machine knows of that one does not concern it."""
    for outside in folders_for(ledger)[1:]:
        for path in outside.glob("*.json"):
            with suppress(OSError):
                path.unlink()


def _name(release: str) -> str:
    return hashlib.sha256(release.encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".json"


def _read(path: Path) -> Testimony:
    """
    Raises:
        FileNotFoundError: there is none.
        OSError, ValueError: it can't be read, or is none.
    """
    if path.exists() and not path.is_file():  # a pipe would keep us waiting
        raise ValueError("it is not a file")
    with path.open("rb") as file:
        content = file.read(_MOST)
    try:
        told = json.loads(content[:_HEAD])
        testimony = Testimony(
            **{field.name: told[field.name] for field in fields(Testimony) if field.name in told}
        )
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    kinds = all(type(getattr(testimony, name)) is kind for name, kind in _KINDS.items())
    if not (kinds and 0 <= testimony.at < _LATEST):
        raise ValueError("mailer did not write it like this")
    sequence = durable = testimony.sequence
    accepted = testimony.accepted
    for start in range(_HEAD, len(content), _MARK):
        mark = _A_MARK.fullmatch(content[start : start + _MARK])
        if mark:
            sequence, durable = max(sequence, int(mark[1])), max(durable, int(mark[2]))
            accepted += int(mark[3])
    return replace(testimony, sequence=sequence, durable=durable, accepted=accepted)


def _put(path: Path, content: bytes) -> None:
    private_folder(path.parent)
    with in_place_of(path) as file:
        file.write(content)


def _new_mark(path: Path) -> tuple[IO[bytes], int]:
    """A place at the end that no other process has: an append is never divided."""
    with path.open("ab", buffering=0) as end:
        end.write(b"\n".rjust(_MARK))
        position = end.tell() - _MARK
    return path.open("rb+", buffering=0), position


_SPOILT = (
    "It records what was sent, independently of the ledger. Put it back from a backup, or remove it: then only the "
    "ledger is relied on."
)
