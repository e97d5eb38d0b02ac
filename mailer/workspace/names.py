"""Names of files and folders that somebody else may have chosen, and whether a path stays where it should."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

_LONGEST_NAME = 200
"""Octets, so that an ending still fits into what file systems allow: 255."""


def is_plain_name(name: str) -> bool:
    """Whether this can be nothing but the name of a file or folder, on any system: no path, not hidden."""
    return bool(
        name
        and name == PurePosixPath(name).name == PureWindowsPath(name).name
        and not name.startswith(".")
        and name.isprintable()
        and len(name.encode()) <= _LONGEST_NAME
    )


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a path, with every link followed, ends inside a folder (or is it)."""
    return path.resolve().is_relative_to(folder.resolve())
