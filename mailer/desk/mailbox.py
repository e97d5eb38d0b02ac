"""A mailbox inside the process: a real SMTP server that keeps what it gets, and a page that shows it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from mailer.desk.rooms import Entry, Scene
from mailer.desk.view import view_of


@dataclass(frozen=True, slots=True)
class Received:
    """A message that arrived, and where it lies."""

    to: str
    subject: str
    language: str
    path: Path


class Mailbox:
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

    def __enter__(self) -> Mailbox:
        self._folder.mkdir(parents=True, exist_ok=True)
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


@dataclass
class MailboxRoom:
    """What arrived, to be looked at: each entry is a message as it came."""

    received: Sequence[Received]
    title: str = "Mailbox"
    has_recipients: bool = False
    _paths: dict[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        self._paths = {mail.path.stem: mail.path for mail in self.received}

    def entries(self) -> list[Entry]:
        return [Entry(mail.path.stem, mail.to, mail.subject) for mail in self.received]

    def scene(self, key: str, edition: str, address: str) -> Scene:
        path = self._paths.get(key)
        if path is None:
            return Scene(faults=(("", "There is no such message.", ""),))
        return Scene(view_of(path.read_bytes()))

    def recipients(self, key: str, query: str) -> list[tuple[str, str]]:
        return []


def show(received: Sequence[Received], say: Any = lambda text: None) -> None:
    """Open what arrived in the browser, until Ctrl-C."""
    from mailer.desk.serve import serve_room

    serve_room(MailboxRoom(received), say=say)
