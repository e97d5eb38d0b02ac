"""A folder that appears whole or not at all, for the office's own eyes, with the sums of all that is in it."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from mailer.errors import WorkspaceError
from mailer.workspace.durable import sync_folder, to_disk
from mailer.workspace.private import private_file, private_folder

SUMS = "SHA256SUMS"


class Folder:
    """A folder that is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.sums: dict[str, str] = {}

    @contextmanager
    def file(self, name: str) -> Iterator[io.TextIOWrapper]:
        """A text file to write, in UTF-8, its line ends as they are given.

        Args:
            name: relative to the folder, with `/`.
        """
        with self._opened(name) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
            yield text
            text.flush()
            text.detach()

    def write(self, name: str, content: bytes) -> None:
        with self._opened(name) as file:
            file.write(content)

    @contextmanager
    def _opened(self, name: str) -> Iterator[io.BufferedRandom]:
        path = self._path / name
        private_folder(path.parent)
        private_file(path)
        with path.open("w+b") as file:
            yield file
            file.flush()
            to_disk(file.fileno())
            file.seek(0)
            self.sums[name] = hashlib.file_digest(file, "sha256").hexdigest()
        sync_folder(path.parent)

    def write_sums(self) -> None:
        """As `sha256sum -c SHA256SUMS` reads them."""
        lines = "".join(f"{self.sums[name]}  {name}\n" for name in sorted(self.sums))
        self.write(SUMS, lines.encode())


@contextmanager
def new_folder(parent: Path, name: str, day: date) -> Iterator[tuple[Folder, list[Path]]]:
    """A folder `NAME-DATE` beside earlier ones. It stands in its place when the block ends, and not before.

    Args:
        day: that it is named by.

    Yields:
        The folder to write, and a list that its path is in afterwards.

    Raises:
        WorkspaceError: it can't be written.
    """
    made: list[Path] = []
    unfinished = None
    try:
        private_folder(parent)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{name}-", suffix=".unfinished", dir=parent))
        folder = Folder(unfinished)
        yield folder, made
        folder.write_sums()
        made.append(_moved(unfinished, parent, f"{name}-{day.isoformat()}"))
        sync_folder(parent)
    except OSError as error:
        raise WorkspaceError(
            f"{error.filename or parent} can't be written: {error.strerror}.",
            "Choose another folder with --out.",
        ) from None
    finally:
        if unfinished:
            shutil.rmtree(unfinished, ignore_errors=True)


def _moved(folder: Path, parent: Path, name: str) -> Path:
    """The first name that nobody has: an earlier archive stays as it is."""
    number = 1
    while True:
        target = parent / (name if number == 1 else f"{name}-{number}")
        number += 1
        try:
            target.mkdir(mode=0o700)
        except FileExistsError:
            continue
        target.rmdir()  # Windows moves a folder to no name that is taken
        folder.rename(target)
        return target
