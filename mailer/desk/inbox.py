"""An inbox inside the process: a real SMTP server that keeps what it gets."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from mailer.desk.message_view import view_of
from mailer.workspace.private import private_folder


@dataclass(frozen=True, slots=True)
class Received:
    """A message that arrived, and where it lies."""

    to: str
    subject: str
    language: str
    path: Path


class Inbox:
    """An SMTP server on 127.0.0.1 that writes every message as `.eml` into a folder.

    Args:
        folder: made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        from aiosmtpd.controller import Controller

        self._folder = folder
        self._paths: list[Path] = []
        self.port = _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True)

    def __enter__(self) -> Inbox:
        private_folder(self._folder)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        path = self._folder / f"{len(self._paths) + 1:04}.eml"
        path.write_bytes(envelope.content)
        self._paths.append(path)
        return "250 2.0.0 kept"

    def received(self) -> list[Received]:
        """What arrived so far, in the order of arrival."""
        views = [(path, view_of(path.read_bytes())) for path in self._paths]
        return [Received(view.to, view.subject, view.language, path) for path, view in views]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
