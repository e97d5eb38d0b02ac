"""The messages of a folder, each seen as it came: those of an inbox, those that a rehearsal wrote."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from mailer.desk.showing.message_view import CAREFUL, view_of
from mailer.desk.showing.shelf import Entry, Scene
from mailer.workspace import is_plain_name, lies_in

SHOWN = 1000
"""Messages of a folder that the sidebar lists."""

HEAD = 64 << 10
"""Octets of a message that are read for the sidebar."""

LARGEST = 64 << 20
"""Octets of a message that is shown; no server takes one of half that size."""


@dataclass
class FolderShelf:
    """Messages as they came, or as a rehearsal wrote them: each `.eml` of a folder."""

    folder: Path
    title: str = "Messages"

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

    def scene(self, key: str) -> Scene:
        """A message of the folder, by its name without `.eml`."""
        path = self.folder / f"{key}.eml"
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
            return Scene(
                faults=(
                    ("", fault, "No ordinary mail program writes messages like this: be careful with it."),
                )
            )

    def _is_message(self, path: Path) -> bool:
        """A file of this folder: not a link, which would show a file from anywhere, and nothing that blocks."""
        return path.is_file() and lies_in(path, self.folder)


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
