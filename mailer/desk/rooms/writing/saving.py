"""The text of a release's file, read for the page and written for it. The file is the truth, and other programs write
it too: an editor in a terminal, a colleague on the share, the same page in another tab.

What the page sends names the text that it was made of. Where the file still says that, it is written; where it says
something else, both sides' changes are put together (`merging`), and where they can't be, nothing is written.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from threading import Lock

from mailer.desk.rooms.writing.files import content_of, is_left, is_old, time_of
from mailer.desk.rooms.writing.merging import Conflict, Piece, merge, opcodes, settled
from mailer.errors import WorkspaceError
from mailer.release.source import read_source
from mailer.workspace import Workspace, lies_in
from mailer.workspace.durable import in_place_of, target_of
from mailer.workspace.private import private_folder

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile("\r\n|\r|\n")
_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PAUSE, _PAUSES = 0.05, 20
"""Seconds between two looks at a file that somebody is writing, and how many there are at most."""
_REMEMBERED = 10_000
"""So many texts of a file are known again: a save a second for hours."""
_A_MOMENT = 2_000_000_000
"""Nanoseconds within which a program that reads a file, and writes it, has surely begun."""


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file says.

    Attributes:
        text: without byte order mark, its lines ended by "\\n".
        content: its bytes as they are.
    """

    content: bytes
    text: str = field(init=False)

    def __post_init__(self) -> None:
        text = self.content.decode("utf-8").removeprefix("\ufeff")
        object.__setattr__(self, "text", _LINE_END.sub("\n", text))

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes: by this a page says what its text was made of."""
        return hashlib.sha256(self.content).hexdigest()

    def saying(self, text: str) -> bytes:
        """The bytes of another text in the same manner: byte order mark, and the ends of lines as they are; a new
        line ends as most do."""
        bom = _BOM if self.content.startswith(_BOM) else b""
        lines = _LINE.findall(self.content.removeprefix(_BOM).decode("utf-8"))
        ends = [line[len(line.rstrip("\r\n")) :] for line in lines]
        kinds = sorted({end for end in ends if end}, key=ends.count)
        if len(kinds) > 1:
            text = "".join(_as_they_ended(lines, ends, text, kinds[-1]))
        elif kinds:
            text = text.replace("\n", kinds[0])
        return bom + text.encode("utf-8")


def _as_they_ended(lines: list[str], ends: list[str], text: str, usual: str) -> Iterator[str]:
    """A text whose unchanged lines end as they did: a file that was put together may have several kinds."""
    new = _LINE.findall(text)
    old = [line.rstrip("\r\n") for line in lines]
    bare = [line.removesuffix("\n") for line in new]
    for _, i1, i2, j1, j2 in opcodes(old, bare):
        kept = ends[i1:i2] if i2 - i1 == j2 - j1 else [usual] * (j2 - j1)
        for line, words, end in zip(new[j1:j2], bare[j1:j2], kept, strict=True):
            yield words + ((end or usual) if line.endswith("\n") else "")


@dataclass(frozen=True, slots=True)
class Saved:
    """The file says it. `merged`: it says more than was sent, as somebody else had changed it."""

    file: FileText
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nothing was written: somebody else changed the same places of the file, which is given as it is."""

    file: FileText
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    """What was last written for the page: what stood there before, what stands there since, and when, in nanoseconds
    since 1970."""

    before: FileText
    after: FileText
    at: int


class _ChangedAtLast(Exception):
    """The file is not any more what was just read."""


class Manuscripts:
    """The files of the releases, as the page reads and writes them; one writer at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._mark = token_hex(4)  # another desk of this workspace keeps what it replaced too
        self._begun = False
        self._replaced: dict[Path, tuple[Path, bytes]] = {}
        self._written: dict[Path, _Written] = {}
        self._known: dict[Path, dict[str, None]] = {}

    def read(self, path: Path, known: str = "") -> FileText:
        """
        Args:
            known: digest of what it is thought to say.

        Raises:
            ReleaseError: it is no text, or can't be read.
            WorkspaceError: it is not there.
        """
        with self._lock:
            self._take_in_what_came_late(path)
            return self._as_it_is(path, known)

    def save(self, path: Path, text: str, base: str, was: str) -> Saved | Undecided:
        """Writes a text.

        Args:
            base: digest of the file that the text was made of.
            was: what that file said.

        Raises:
            ReleaseError: the file has become something that is no text.
            WorkspaceError: it is not there any more.
            OSError: it can't be written.
        """
        with self._lock:
            self._take_in_what_came_late(path)
            while True:
                file = self._as_it_is(path, base)
                said = text if file.digest == base else ""
                if file.digest != base:
                    pieces = merge(was, text, file.text)
                    whole = settled(pieces)
                    if whole is None:
                        return Undecided(file, pieces)
                    said = whole
                with suppress(_ChangedAtLast):
                    return Saved(self._write(path, file, said), said != text)

    def save_changed(self, path: Path, text: str, was: str) -> None:
        """Writes a text that was made of another one: what others changed meanwhile stays.

        Raises:
            WorkspaceError: it is not there, or somebody else changed the same places. Then nothing is written.
        """
        file = self.read(path)
        if isinstance(self.save(path, text, file.digest if file.text == was else "", was), Undecided):
            shown = self._workspace.shown(path)
            raise WorkspaceError(f"{shown} has changed meanwhile: nothing was written.", "Look at it again.")

    def make(self, path: Path, text: str) -> FileText:
        """Writes a file that is gone anew.

        Raises:
            WorkspaceError: it is there.
            OSError: it can't be written.
        """
        with self._lock:
            try:
                with path.open("xb") as file:
                    file.write(text.encode("utf-8"))
            except FileExistsError:
                shown = self._workspace.shown(path)
                raise WorkspaceError(f"{shown} is there again.", "Save once more.") from None
            return FileText(path.read_bytes())

    def _read(self, path: Path, base: str = "") -> FileText:
        """A file as it is once nobody is writing it: some programs empty it first, or move it away for a moment."""
        shown = self._workspace.shown(path)
        before = content = None
        for _ in range(_PAUSES):
            content = content_of(path)
            if content is not None and (
                content == before != b"" or hashlib.sha256(content).hexdigest() == base or is_old(path)
            ):
                break
            before = content
            time.sleep(_PAUSE)
        if content is None:
            raise WorkspaceError(f"{shown} is no longer there.", "It was moved or deleted.")
        read_source(path, shown)  # which says what is no text, and why
        return FileText(content)

    def _write(self, path: Path, file: FileText, text: str) -> FileText:
        content = file.saying(text)
        if content == file.content:
            return file
        aside = self._aside(path)

        def last_look() -> None:
            """The file is kept at hand under another name: whoever has it open may write into it after us."""
            if aside:
                with suppress(OSError):
                    os.link(target_of(path), aside)
                    self._replaced[path] = aside, file.content
            if content_of(path) != file.content:
                raise _ChangedAtLast

        with in_place_of(path, last_look) as beside:
            beside.write(content)
        written = FileText(content)
        self._written[path] = _Written(file, written, time_of(path))
        self._remember(path, file.digest, written.digest)
        return self._take_in_what_came_late(path) or written

    def _as_it_is(self, path: Path, base: str) -> FileText:
        """A file, with what the page has written. A program that had read it before that, and wrote it a moment after,
        knew nothing of it: our words are put into its text. What the file has said before, as a whole, somebody has
        put back."""
        known = self._known.setdefault(path, {})
        while True:
            file, ours, whole = self._read(path, base), self._written.get(path), None
            if ours and file.digest not in known and abs(time_of(path) - ours.at) <= _A_MOMENT:
                whole = settled(merge(ours.before.text, ours.after.text, file.text))
            if whole is None or whole == file.text:
                self._remember(path, file.digest)
                return file
            with suppress(_ChangedAtLast):
                return self._write(path, file, whole)

    def _remember(self, path: Path, *digests: str) -> None:
        known = self._known.setdefault(path, {})
        known |= dict.fromkeys(digests)
        while len(known) > _REMEMBERED:
            del known[next(iter(known))]

    def _aside(self, path: Path) -> Path | None:
        """Where the file that is replaced is kept at hand; None where that would lead out of the workspace."""
        self._replaced.pop(path, None)
        folder = self._workspace.private / "desk" / "replaced"
        aside = folder / f"{hashlib.sha256(path.name.encode()).hexdigest()[:16]}-{self._mark}"
        with suppress(OSError):
            private_folder(folder)
            if lies_in(folder, self._workspace.root):
                for kept in (aside,) if self._begun else (aside, *filter(is_left, folder.iterdir())):
                    kept.unlink(missing_ok=True)
                self._begun = True
                return aside
        return None

    def _take_in_what_came_late(self, path: Path) -> FileText | None:
        """Words that another program wrote into the file that ours has replaced: they are put into ours. Where both
        changed one place, both stand there: nobody is there to be asked. None: there are no such words."""
        aside, known = self._replaced.get(path, (path, b""))
        content = content_of(aside) if aside != path else None
        if not content or content == known:  # emptied: whoever has it open is about to write it
            return None
        late = self._read(aside)
        self._replaced.pop(path)
        while True:
            now = self._read(path)
            pieces = merge(FileText(known).text, now.text, late.text)
            said = "".join(piece.both if isinstance(piece, Conflict) else piece for piece in pieces)
            try:
                return self._write(path, now, said)
            except _ChangedAtLast:
                continue
