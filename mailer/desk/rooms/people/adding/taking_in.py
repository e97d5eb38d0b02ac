"""A file becomes a list of the office's, cleaned up, as `mailer lists add` makes it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from mailer.model import Recipient
from mailer.press import read_list, review, settings_of, write_list, write_settings
from mailer.workspace import Workspace
from mailer.workspace.private import private_file, private_folder


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: how many people are on the list, and how many rows are not."""

    people: int
    left_out: int


def take_in(path: Path, shown: str, target: Path) -> Taken:
    """Writes a list: UTF-8, an address a row, nobody twice. Whoever is suppressed stays so, on a list or not.

    Args:
        path: the file; what was said about it lies beside it.
        shown: what its person calls it.
        target: the list's file.

    Raises:
        ListError: only staff can know what a column means, or the file can't be read; or the list can't be written,
            and is as it was.
    """
    press_list = read_list(path, shown=shown)
    left_out = 0

    def people() -> Iterator[Recipient]:
        nonlocal left_out
        for row in review(press_list):
            if isinstance(row, Recipient):
                yield row
            else:
                left_out += row.reason is not None

    written = write_list(target, people(), press_list.header.columns.keys)
    write_settings(target, press_list.header.columns.answered)
    return Taken(written, left_out)


def kept_before(workspace: Workspace, path: Path, now: datetime) -> Path:
    """A copy of a list that is about to be replaced, with what is said about it, where `mailer lists clean` keeps its.

    Raises:
        OSError: it can't be written.
    """
    folder = workspace.private / "lists-before"
    for each in (workspace.private, folder):
        private_folder(each)
    stem = f"{path.stem}-{now:%Y%m%d-%H%M%S}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    kept = next(made for name in names if not os.path.lexists(made := folder / f"{name}{path.suffix}"))
    for file, copy in ((path, kept), (settings_of(path), settings_of(kept))):
        if file.is_file():
            private_file(copy)
            shutil.copyfile(file, copy)
    return kept
