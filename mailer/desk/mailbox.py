"""A mailbox inside the process: a real SMTP server that keeps what it gets, and a page that shows it."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from types import TracebackType
from typing import Any

from mailer.desk.rooms import Asked, Entry, Scene
from mailer.desk.view import CAREFUL, view_of
from mailer.workspace import is_plain_name, lies_in
from mailer.workspace.private import private_folder

SHOWN = 1000
"""Messages of a folder that the sidebar lists."""

HEAD = 64 << 10
"""Octets of a message that are read for the sidebar."""

LARGEST = 64 << 20
"""Octets of a message that is shown; no server takes one of half that size."""


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


@dataclass
class FolderRoom:
    """Messages as they came, or as a rehearsal wrote them: each `.eml` of a folder."""

    folder: Path
    title: str = "Mailbox"
    has_recipients: bool = False

    @property
    def place(self) -> str:
        return self.folder.name

    def entries(self) -> list[Entry]:
        """The first `SHOWN` of them, by name: in the order in which they were written."""
        paths = sorted(path for path in self.folder.glob("*.eml") if self._is_message(path))
        entries = [_entry(path) for path in paths[:SHOWN]]
        if len(paths) > SHOWN:
            entries.append(Entry("", f"and {len(paths) - SHOWN:,} more", f"in {self.folder}"))
        return entries

    def scene(self, asked: Asked) -> Scene:
        path = self.folder / f"{asked.key}.eml"
        if not is_plain_name(path.name) or path.parent != self.folder or not self._is_message(path):
            return Scene(faults=(("", "There is no such message.", ""),))
        if path.stat().st_size > LARGEST:
            return Scene(
                faults=(
                    ("", f"This message is larger than {LARGEST >> 20} MB.", "Open it in a mail program."),
                )
            )
        try:
            return Scene(view_of(path.read_bytes()))
        except RecursionError:
            fault = "The parts of this message are nested too deeply to be shown."
            return Scene(faults=(("", fault, "No mail program writes such messages: be careful with it."),))

    def _is_message(self, path: Path) -> bool:
        """A file of this folder: not a link, which would show a file from anywhere, and nothing that blocks."""
        return path.is_file() and lies_in(path, self.folder)

    def recipients(self, key: str, query: str) -> list[tuple[str, str]]:
        return []


def _entry(path: Path) -> Entry:
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=CAREFUL).parsebytes(file.read(HEAD))
    sent = getattr(head["Date"], "datetime", None)
    return Entry(
        path.stem,
        str(head["To"] or path.name),
        str(head["Subject"] or ""),
        f"{sent.astimezone():%d %b %Y, %H:%M:%S}".lstrip("0") if sent else "",
    )


def show(folder: Path, *, title: str = "Mailbox", **how: Any) -> None:
    """Open the messages of a folder in the browser, until Ctrl-C.

    Args:
        title: what they are.
        how: further arguments of `mailer.desk.serve.serve_room`.
    """
    from mailer.desk.serve import serve_room

    serve_room(FolderRoom(folder.resolve(), title), **how)
