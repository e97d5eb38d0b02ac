"""Where a workspace's ledger is: in its `.mailer/`, unless LEDGER_PATH or LEDGER_URL says otherwise."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from mailer.env_file import env_of, first_said, mailbox_alone
from mailer.errors import SettingsError
from mailer.workspace.database_url import DatabaseUrl

KEYS = ("LEDGER_PATH", "LEDGER_URL")


def ledger_of(root: Path, own: Path) -> Path | DatabaseUrl:
    """
    Args:
        root: the workspace's folder.
        own: the file that it is without a setting. Where one practises, it is that one, whatever is set.

    Raises:
        SettingsError: LEDGER_PATH or LEDGER_URL can't be used; or `own` holds a ledger that was not moved there, or was
            moved and is not there, as on another computer: nobody would know any more who has got what.
    """
    place = place_set(root, own)
    left = "" if place == own else left_behind(own)
    if left == _IN_USE:
        raise SettingsError(
            f"The ledger is to be {place}, but {own} holds one that was not moved there: everybody would count as new.",
            f"Run `mailer ledger move {_movable(place)}`. If that is another office's ledger, put it away first.",
        )
    if left and not is_there(place):
        raise SettingsError(
            f"The ledger is to be {place}, and is not there: it was moved to {left}, maybe on another computer."
            " With an empty one, everybody would count as new.",
            f"Send from the computer that has it; or copy it to {place}, and run `mailer ledger adopt`. If it is lost,"
            " put the newest backup of it there.",
        )
    return place


def place_set(root: Path, own: Path) -> Path | DatabaseUrl:
    """The same, whatever `own` holds."""
    if mailbox_alone(root):
        return own
    path, url = _set(root)
    if path and url:
        raise SettingsError(
            "LEDGER_PATH and LEDGER_URL are both set, and there is one ledger.", "Leave one of them empty."
        )
    if url and not is_database(url):  # it may hold a password, so it is never repeated
        raise SettingsError(
            "LEDGER_URL must begin with postgresql://", "Fix it in .env or in the environment."
        )
    return DatabaseUrl(url) if url else file_of(root, path) if path else own


def is_database(place: str) -> bool:
    """Whether it is the address of one that can be used."""
    return place.startswith(("postgresql://", "postgres://"))


def _set(root: Path) -> tuple[str, str]:
    """LEDGER_PATH and LEDGER_URL. Whatever is wrong with other settings: whoever looks something up needs no server.

    Raises:
        SettingsError: `.env` can't be read, or has a key that was meant to be one of these.
    """
    try:
        from_file = env_of(root)
    except ValueError as error:
        raise SettingsError(*error.args) from None
    for key in from_file:
        if key.startswith("LEDGER_") and key not in KEYS:
            raise SettingsError(
                f"{key} is not a setting that mailer knows.", f"There are {' and '.join(KEYS)}."
            )
    path, url = ((first_said((key,), os.environ, from_file) or "").strip() for key in KEYS)
    return path, url


def is_there(place: Path | DatabaseUrl) -> bool:
    """Whether a ledger was made there: then looking into it makes none. A database is there or can't be reached."""
    return isinstance(place, DatabaseUrl) or place.is_file()


def files_of(place: Path | DatabaseUrl) -> tuple[Path, ...]:
    """The files that are written with every transaction: SQLite's, and its write-ahead log. None of a database."""
    return () if isinstance(place, DatabaseUrl) else (place, place.with_name(f"{place.name}-wal"))


Stamp = tuple[tuple[int, int], ...]
"""Of each of some files: when it was last written, in nanoseconds since 1970, and its size in octets."""


def stamp_of(files: Iterable[Path]) -> Stamp:
    """What changes with every transaction. An empty file is as good as none: whoever reads the ledger, as the desk's
    pages do, makes a write-ahead log and takes it away."""
    found = []
    for path in files:
        try:
            state = os.stat(path)  # noqa: PTH116 - as cheap as it gets
        except OSError:
            found.append((0, 0))
        else:
            found.append((state.st_mtime_ns, state.st_size) if state.st_size else (0, 0))
    return tuple(found)


_TICK = 50_000_000
"""Nanoseconds within which two writes may have one time: systems keep that by their clock's ticks."""


def is_fresh(stamp: Stamp) -> bool:
    """Whether somebody could write once more without its showing: what is written over in a write-ahead log leaves its
    size as it was."""
    return any(0 <= time.time_ns() - at < _TICK for at, _ in stamp)


def _movable(place: Path | DatabaseUrl) -> str:
    """As it is typed; a password is not repeated."""
    return "postgresql://…" if isinstance(place, DatabaseUrl) else str(place)


def file_of(root: Path, said: str) -> Path:
    """A path as LEDGER_PATH may say it.

    Raises:
        SettingsError: it is a folder, or in the folder of nobody; or an address, which may hold a password.
    """
    if "://" in said:
        raise SettingsError(
            "LEDGER_PATH is not the path of a file, but an address.",
            "A database's address is LEDGER_URL. As a file, this would be a ledger in which nobody has got anything.",
        )
    try:
        path = root / Path(said).expanduser()
        folder = path.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise SettingsError(f"LEDGER_PATH can't be used: {error}.", "Give it the path of a file.") from None
    if folder:
        raise SettingsError(f"LEDGER_PATH is a folder: {path}.", f"Name a file in it: {path / 'ledger.db'}")
    return path


_IN_USE = "in use"


def in_use(path: Path) -> bool:
    """Whether a file is a ledger in which something was written, and that was not moved."""
    return left_behind(path) == _IN_USE


def left_behind(path: Path) -> str:
    """What is in a file that is not the ledger: `_IN_USE`, a ledger in which something was written; where it was moved
    to; "": nothing. It is looked at as it lies there, without a lock and without its log: it may be on a drive that
    can't lock, and nothing is to be made there."""
    if not path.is_file() or not path.stat().st_size:
        return ""
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "moved" in tables and (moved := db.execute("SELECT destination FROM moved").fetchone()):
                return str(moved[0])
            if "mailings" in tables and db.execute("SELECT 1 FROM mailings").fetchone():
                return _IN_USE
    except sqlite3.Error:  # somebody writes to it just now, or it is damaged: who knows
        return _IN_USE
    log = path.with_name(f"{path.name}-wal")
    return _IN_USE if log.is_file() and log.stat().st_size else ""
