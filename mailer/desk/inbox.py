"""A mailbox on this computer: a real SMTP server that keeps what it gets, and can pass nothing on."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from mailer.desk.changes import Changes, watch
from mailer.desk.showing.message_view import view_of
from mailer.env_file import MAILBOX_ALONE
from mailer.workspace import Workspace
from mailer.workspace.ledger_place import stamp_of
from mailer.workspace.private import private_file, private_folder

MESSAGES = 20_000
"""Messages that a mailbox keeps; of more, the oldest go."""
OCTETS = 2 << 30
"""The same for their octets together."""

PAUSE = 0.5
"""Seconds between looks at a mailbox."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message that arrived, and where it lies."""

    to: str
    subject: str
    language: str
    path: Path


class Inbox:
    """An SMTP server on 127.0.0.1 that writes every message as `.eml` into a folder. What lies there stays.

    Args:
        folder: made if it is not there.
        messages, octets: what it keeps at most.
    """

    def __init__(self, folder: Path, *, messages: int = MESSAGES, octets: int = OCTETS) -> None:
        from aiosmtpd.controller import Controller

        self._folder = folder
        self._messages, self._octets = messages, octets
        self._kept: deque[tuple[Path, int]] = deque()
        self._paths: list[Path] = []
        self._number = self._held = 0
        self.port = _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True)

    def __enter__(self) -> Inbox:
        private_folder(self._folder)
        for path in sorted(self._folder.glob("*.eml")):
            self._keep(path, path.stat().st_size)
            self._number = max(self._number, int(path.stem) if path.stem.isdecimal() else 0)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self._number += 1
        path = self._folder / f"{self._number:06}.eml"
        part = path.with_suffix(".part")  # who looks into the folder meanwhile finds no half of a message
        part.write_bytes(envelope.content)
        part.replace(path)
        self._paths.append(path)
        self._keep(path, len(envelope.content))
        return "250 2.0.0 kept"

    def _keep(self, path: Path, octets: int) -> None:
        self._kept.append((path, octets))
        self._held += octets
        while len(self._kept) > 1 and (len(self._kept) > self._messages or self._held > self._octets):
            oldest, size = self._kept.popleft()
            oldest.unlink(missing_ok=True)
            self._held -= size

    def received(self) -> list[Received]:
        """What arrived since it was opened and is still there, in the order of arrival."""
        views = [(path, view_of(path.read_bytes())) for path in self._paths if path.exists()]
        return [Received(view.to, view.subject, view.language, path) for path, view in views]


def mailbox_of(workspace: Workspace) -> Path:
    """Where a workspace's local mailbox keeps its messages; the folder is there once it had one."""
    return workspace.private / "mailbox"


@contextmanager
def only_a_mailbox(workspace: Workspace) -> Iterator[Inbox]:
    """A mailbox, and as long as it runs no command of the workspace reaches anything else: not one that the desk
    starts, nor one that somebody types in a terminal where a server is set."""
    with Inbox(mailbox_of(workspace)) as inbox:
        told = workspace.root / MAILBOX_ALONE
        private_file(told)
        told.write_text(f"{inbox.port}\n", "ascii")
        try:
            yield inbox
        finally:
            told.unlink(missing_ok=True)


async def watch_mailbox(workspace: Workspace, changes: Changes) -> None:
    """Bumps "mailbox" for as long as it runs, whoever keeps the mailbox. It looks at the folder alone."""
    folder = mailbox_of(workspace)
    await watch(lambda: stamp_of((folder,)), lambda: changes.bump("mailbox"), PAUSE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
