"""`.mailer/log`: who did what when, a line of JSON each. The ledger says what became of whom, this what people did.

A line is written in one go and is safe on the disk (durable.py). A file that has grown is moved aside under a name of
its own, so that two who find it grown at once lose nothing; the oldest of those are removed in the end.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailer.workspace.durable import append, in_place_of, patiently
from mailer.workspace.folder import Workspace
from mailer.workspace.private import private_folder

LARGEST, MOST = 1_000_000, 20
"""Octets of a file before it is moved aside; so many of those are kept."""

FORGOTTEN = "[forgotten]"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody did.

    Attributes:
        at: when, aware.
        who: a user and a machine.
        did: a command's name.
        release: which release it was about, or "".
        details: what else is worth knowing: numbers, a reason, an address.
    """

    at: datetime
    who: str
    did: str
    release: str
    details: dict[str, Any]


def log_of(workspace: Workspace) -> Path:
    return workspace.private / "log"


def write_log(workspace: Workspace, who: str, did: str, release: str = "", **details: Any) -> None:
    """Adds a line.

    Raises:
        OSError: it can't be written.
    """
    path = log_of(workspace)
    private_folder(path.parent)
    said = {"at": _now(), "who": who, "did": did} | ({"release": release} if release else {}) | details
    line = json.dumps(said, ensure_ascii=True, default=str).encode() + b"\n"
    if _ends_in_half_a_line(path):
        line = b"\n" + line
    while not append(
        path, line
    ):  # it was moved aside meanwhile, perhaps to be written anew without this line
        pass
    with suppress(FileNotFoundError):  # somebody else has just moved it aside
        if path.stat().st_size > LARGEST:
            _move_aside(path)


def _ends_in_half_a_line(path: Path) -> bool:
    """A full disk or a power cut has left it, and it must not swallow the next one."""
    try:
        with path.open("rb") as file:
            return file.seek(0, os.SEEK_END) > 0 and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
    except FileNotFoundError:
        return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _move_aside(path: Path) -> None:
    """Each under a name of its own, so that whoever comes second moves a new file, and not over the first one's."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    with suppress(OSError):  # somebody was quicker, or it is tried again with the next line
        patiently(lambda: path.rename(path.with_name(f"{path.name}.{stamp}.{time.time_ns() % 10**9:09}")))
    for old in _aside(path)[:-MOST]:
        old.unlink(missing_ok=True)


def _aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.*"))


def read_log(workspace: Workspace) -> Iterator[Line]:
    """What was done, oldest first. What is no line of ours (a power cut may leave half a one) is passed over.

    Raises:
        OSError: it can't be read.
    """
    path = log_of(workspace)
    for file in (*_aside(path), path):
        if not file.is_file():
            continue
        with file.open("rb") as lines:
            yield from filter(None, map(_line, lines))


def last_lines(workspace: Workspace, octets: int = 200_000) -> list[Line]:
    """The end of it, oldest first: as much as stands in so many octets of the newest file.

    Raises:
        OSError: it can't be read.
    """
    path = log_of(workspace)
    if not path.is_file():
        return []
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - octets))
        return list(filter(None, map(_line, file)))  # the first may be half a line, which is none


def _line(octets: bytes) -> Line | None:
    try:
        said = json.loads(octets)
        at = datetime.fromisoformat(said.pop("at"))
        at.astimezone(UTC).astimezone()  # a moment before the first one or after the last one is none
        return Line(at, str(said.pop("who")), str(said.pop("did")), str(said.pop("release", "")), said)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError, OverflowError):
        return None


def forget_in_log(workspace: Workspace, *addresses: str) -> int:
    """Takes a person's address out of the log, in whatever capitals, and in the midst of a text; that something was
    done stays. One at a time: of two, the second would put back what the first one took out.

    Returns:
        From how many lines.

    Raises:
        OSError: it can't be written.
    """
    path, changed = log_of(workspace), 0
    if path.is_file():
        _move_aside(path)  # who writes a line meanwhile writes it into a new file
    for file in _aside(path):
        lines = file.read_bytes().splitlines(keepends=True)
        kept = [_without(line, addresses) for line in lines]
        differ = sum(old != new for old, new in zip(lines, kept, strict=True))
        if differ:
            with in_place_of(file) as new:
                new.write(b"".join(kept))
        changed += differ
    return changed


def _without(line: bytes, addresses: tuple[str, ...]) -> bytes:
    found = re.compile(
        r"(?<![\w.+-])(?:" + "|".join(map(re.escape, dict.fromkeys(addresses))) + r")(?!-?\w|\.\w)",
        re.IGNORECASE,
    )
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):  # half a line
        text = line.decode("utf-8", "surrogateescape")
        return found.sub(FORGOTTEN, text).encode("utf-8", "surrogateescape")
    kept = _replaced(said, found)
    return line if kept == said else json.dumps(kept).encode() + b"\n"


def _replaced(value: Any, found: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, found) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, found) for inner in value]
    return found.sub(FORGOTTEN, value) if isinstance(value, str) else value
