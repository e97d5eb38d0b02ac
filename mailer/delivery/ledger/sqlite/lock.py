"""One process holds a mailing, and whoever comes second learns who that is."""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import IO

from mailer.errors import BeingSent, LedgerError
from mailer.workspace.durable import HELD, lock
from mailer.workspace.private import private_file

_TEXT = 512
"""The lock's byte lies behind the holder's name: Windows forbids others to read a locked byte."""

_NAMED = "process {pid} of {user} on {host}, since {since}"

_SIGNING = 0.1
"""Seconds in which a new holder has surely written its name."""

_PATIENCE, _AGAIN = 0.5, 0.02
"""Seconds for which it is tried to take it, and between two tries: somebody may just be asking whether it is held."""


def this_process() -> str:
    """Who we are, for whoever finds us in the way."""
    return _NAMED.format(**_holder())


def _holder() -> dict[str, str | int]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "user": _user(),
        "since": datetime.now().astimezone().isoformat(" ", "seconds"),
    }


def whoever_we_are() -> str:
    """A user and a machine, for people to read: who gave an order."""
    return f"{_user()}@{socket.gethostname()}"


def _user() -> str:
    """The name that this process runs under; where the system has none for it (in a container), its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # OSError from Python 3.13 on, ImportError on Windows
        return f"user {os.getuid()}" if sys.platform != "win32" else "an unknown user"


class Lock:
    """An advisory lock on a file, which the system lets go of when the last process that has it open ends,
    however it ends. Helper processes inherit the open file, so they hold it too.

    Args:
        path: the lock's file; made, never deleted (deleting it would let two in).
        what: what is locked, for the message.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """
        Raises:
            LedgerError: someone else has it; the message names them. Or the drive can't lock files.
        """
        try:
            private_file(self._path)
            self._file = self._path.open("rb+", buffering=0)
        except OSError as error:
            raise LedgerError(f"{self._path} can't be written: {error.strerror}.") from None
        try:
            self._lock(time.monotonic() + _PATIENCE)
        except OSError as error:
            raise self._refused(error) from None
        try:
            self._file.seek(0)
            self._file.write(json.dumps(_holder()).encode().ljust(_TEXT))
        except OSError as error:
            self.release()
            raise LedgerError(f"{self._path} can't be written: {error.strerror}.") from None

    def held(self) -> bool:
        """Whether anybody has it at this moment, this process too. It is there for whoever asks to look, and is taken
        from nobody: who begins to take it meanwhile gets it a moment later.

        Raises:
            LedgerError: the drive can't lock files.
        """
        if self._file is not None:
            return True
        try:
            with self._path.open("rb+", buffering=0) as file:
                lock(file, _TEXT)
        except FileNotFoundError:
            return False
        except OSError as error:
            if error.errno in HELD:
                return True
            raise LedgerError(f"{self._path} can't be locked: {error.strerror}.") from None
        return False

    def _lock(self, until: float) -> None:
        """
        Raises:
            OSError: somebody else keeps it, or the drive can't lock.
        """
        assert self._file is not None
        while True:
            try:
                lock(self._file, _TEXT)
                return
            except OSError as error:
                if error.errno not in HELD or time.monotonic() > until:
                    raise
            time.sleep(_AGAIN)

    def _refused(self, error: OSError) -> LedgerError:
        """Why it was not to be had."""
        if error.errno not in HELD:
            self.release()
            return LedgerError(
                f"{self._path} can't be locked: {error.strerror}. Nothing was sent.",
                "Like many network shares, this drive can't lock files, so two senders might run at once. Put the "
                "workspace on one of this computer's own drives.",
            )
        holder = self._read()
        self.release()
        return BeingSent(
            f"{self._what} is already being sent by {holder}.",
            "Wait until it is done, or stop it with Ctrl-C there.",
        )

    def _read(self) -> str:
        assert self._file is not None
        time.sleep(_SIGNING)
        try:
            self._file.seek(0)
            holder = json.loads(self._file.read(_TEXT))
            return _NAMED.format(**holder)
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def fileno(self) -> int:
        """For helper processes to inherit."""
        assert self._file is not None
        return self._file.fileno()

    def release(self) -> None:
        """Lets go of it."""
        if self._file is not None:
            self._file.close()
            self._file = None


def lock_of(ledger: Path, mailing: int, release: str = "") -> Lock:
    """A mailing's lock: a file beside the ledger's.

    Args:
        mailing: its id; the mailing may not be ready.
        release: its name, for whoever finds the lock taken.
    """
    return Lock(ledger.with_name(f"{ledger.name}.{mailing}.lock"), f"“{release}”")
