"""What the workspace holds about people, and its passwords, are for the office's own eyes.

A press list, the ledger and what was rehearsed name journalists; `.env` holds a password. On a computer with
several accounts such files must not be readable by all, which is what most systems make of a new file. Windows
keeps a person's folders to that person by itself; there, nothing is changed here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path

from mailer.errors import SettingsError
from mailer.model import Finding, Where
from mailer.workspace.folder import Workspace
from mailer.workspace.ledger_place import files_of

_GROUP, _GROUP_WRITES, _OTHERS = 0o070, 0o020, 0o007


def keep_to_the_office(workspace: Workspace) -> None:
    """From here on, every file that this process makes is its owner's alone, and what lies in `.mailer` is shut
    where an older mailer or another program left it open."""
    os.umask(_OTHERS if _shared(workspace.root) else _OTHERS | _GROUP)
    for path in (workspace.private, *workspace.private.glob("ledger.db*"), *_ledger_elsewhere(workspace)):
        _shut(path)


def _ledger_elsewhere(workspace: Workspace) -> Iterator[Path]:
    """Its files, where LEDGER_PATH names one. What is wrong with a setting is told by whoever needs it."""
    with suppress(SettingsError, OSError):
        ledger = workspace.ledger
        if isinstance(ledger, Path) and ledger.parent != workspace.private:
            yield from ledger.parent.glob(f"{escape(ledger.name)}*")


def private_folder(folder: Path) -> None:
    """Makes a folder that others can't look into, and the folders above it. One that is there stays as it is.

    Raises:
        OSError: it can't be made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o770 if _shared(folder.parent) else 0o700, exist_ok=True)


def private_file(path: Path) -> None:
    """Makes an empty file that others can't read. One that is there stays as it is, its time too: by that of the ledger
    the desk sees that somebody has written to it.

    Raises:
        OSError: it can't be made.
    """
    if not path.exists():
        path.touch(mode=0o660 if _shared(path.parent) else 0o600)


def no_links_in(folder: Path) -> None:
    """Takes away the links of a folder that is ours alone, of the folders in it, and the folder itself if it is one.

    mailer makes no links. A workspace that came from elsewhere may bring one along, and whatever is written under its
    name would be written over a file of this computer.

    Raises:
        OSError: one can't be removed.
    """
    for path in (folder, *folder.glob("*"), *folder.glob("*/*")):
        if path.is_symlink():
            path.unlink()


def _shared(folder: Path) -> bool:
    """Whether a group of accounts works in this folder: then what is made in it is theirs together."""
    return bool(folder.stat().st_mode & _GROUP_WRITES)


def _shut(path: Path) -> None:
    """Takes a file's or folder's permissions from everybody else; a group that may write keeps its own. Whoever
    may not change them leaves them: `mailer doctor` tells."""
    if os.name != "nt" and path.exists():
        mode = path.stat().st_mode & 0o7777
        wanted = mode & ~_OTHERS if mode & _GROUP_WRITES else mode & ~(_OTHERS | _GROUP)
        if wanted != mode:
            with suppress(OSError):
                path.chmod(wanted)


def exposed(workspace: Workspace, *keys: Path) -> Iterator[Finding]:
    """What other accounts of this computer can read and should not.

    Args:
        keys: files of private keys.

    Yields:
        Findings called private-files, a warning each; none where all is well, or on Windows.
    """
    if os.name == "nt":
        return
    lists = sorted(path for path in workspace.lists.glob("*") if path.is_file())
    for path in (workspace.root / ".env", *keys, workspace.private, *files_of(workspace.ledger), *lists):
        if path.exists() and _others_read(path):
            plain = workspace.shown(path)
            yield Finding(
                "private-files",
                "warning",
                f"Other accounts on this computer can read {plain}.",
                f"Run: chmod {'700' if path.is_dir() else '600'} {plain}",
                Where(plain),
            )


def _others_read(path: Path) -> bool:
    """Whether other accounts may read it and get to it, or a group that has no business to write here."""
    mode = path.stat().st_mode
    ways = [folder.stat().st_mode for folder in path.resolve().parents]
    others = mode & 0o004 and all(way & 0o001 for way in ways)
    group = mode & 0o040 and not mode & _GROUP_WRITES and all(way & 0o010 for way in ways)
    return bool(others or group)
