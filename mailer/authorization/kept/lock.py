"""One process at a time asks for new tokens."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from mailer.errors import AuthorizationError
from mailer.workspace.durable import HELD, lock
from mailer.workspace.private import private_file

_PATIENCE = 120.0
"""Seconds: longer than whoever holds it can take to be answered, or not."""
_STEP = 0.05


class Lock:
    """A lock on a file, which the system lets go of when its process ends, however it ends.

    Args:
        path: the lock's file; made, never deleted (deleting it would let two in).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """
        Raises:
            AuthorizationError: somebody else does not let go of it, or the drive can't lock files.
        """
        until = time.monotonic() + _PATIENCE
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            private_file(self._path)
            self._file = self._path.open("rb+", buffering=0)
            while not self._taken():
                if time.monotonic() > until:
                    raise AuthorizationError(
                        "Another mailer has been asking for an access token for two minutes.",
                        "Is one hanging? Stop it, and try again.",
                    )
                time.sleep(_STEP)
        except OSError as error:
            self._let_go()
            raise AuthorizationError(f"{self._path} can't be locked: {error.strerror}.") from None
        except BaseException:
            self._let_go()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def _taken(self) -> bool:
        assert self._file is not None
        try:
            lock(self._file)
        except OSError as error:
            if error.errno not in HELD:
                raise
            return False
        return True

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
