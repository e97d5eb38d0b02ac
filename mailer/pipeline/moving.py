"""The ledger is moved to another place, and `.env` says from then on where it is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailer.delivery import Ledger
from mailer.delivery.ledger.sqlite.moving import move_file
from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.sums import Sum
from mailer.errors import LedgerError, SettingsError
from mailer.pipeline.several.suppressions import agree, others_in
from mailer.press import Suppressions
from mailer.press.suppressions.elsewhere import Elsewhere
from mailer.settings import read_settings
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl
from mailer.workspace.durable import in_place_of
from mailer.workspace.ledger_place import KEYS, file_of, in_use, is_database, is_there, place_set


@dataclass(frozen=True, slots=True)
class Moved:
    """
    Attributes:
        source, destination: from where, and where it is now.
        sums: what was moved, by release.
        to_say: what `.env` or the environment has to say, and could not be made to; "": it is done.
    """

    source: Path | DatabaseUrl
    destination: Path | DatabaseUrl
    sums: Mapping[str, Sum]
    to_say: str = ""


def move(workspace: Workspace, to: str) -> Moved:
    """Moves the ledger of a workspace.

    Args:
        to: a path, absolute or relative to where one is, or `postgresql://…`.

    Raises:
        LedgerError: it can't be moved there; then all is as it was.
        SettingsError: LEDGER_PATH or LEDGER_URL can't be used.
    """
    source, destination = _source(workspace, to), destination_of(to)
    if source == destination:
        raise LedgerError(f"The ledger is there already: {source}.", "Nothing was moved.")
    if not is_there(source):
        raise LedgerError(
            f"There is no ledger yet: {source}.",
            "Nothing was sent from here, so there is nothing to move: set LEDGER_PATH in .env.",
        )
    if isinstance(destination, DatabaseUrl):
        return _to_database(workspace, source, destination)
    sums = (
        _back(workspace, source, destination)
        if isinstance(source, DatabaseUrl)
        else move_file(source, destination)
    )
    path = "" if destination == own_ledger(workspace) else str(destination)
    return Moved(
        source, destination, sums, _said_in_env(workspace.root, {"LEDGER_PATH": path, "LEDGER_URL": ""})
    )


def _to_database(workspace: Workspace, source: Path | DatabaseUrl, destination: DatabaseUrl) -> Moved:
    from mailer.delivery.ledger.transfer import into_database

    if isinstance(source, DatabaseUrl):
        raise LedgerError(
            "A ledger can't be moved from one database into another one.",
            "Nothing was moved. PostgreSQL's own means do that: pg_dump --schema=mailer, then pg_restore.",
        )
    Suppressions(workspace.suppressed)  # what is wrong with it is told before anything is moved
    sums = into_database(source, destination)
    to_say = _said_in_env(
        workspace.root, {"LEDGER_PATH": "", "LEDGER_URL": destination.url}, str(destination)
    )
    with suppress(LedgerError), Ledger(destination) as ledger:  # else it is done with the next sending
        agree(workspace, ledger)
    return Moved(source, destination, sums, to_say)


def _back(workspace: Workspace, source: DatabaseUrl, destination: Path) -> dict[str, Sum]:
    """From a database into a file. Whom other computers suppress stands in this one's file from then on."""
    from mailer.delivery.ledger.transfer import into_file

    def take_in(db: Connection) -> None:
        Suppressions(workspace.suppressed).take_in(list(others_in(db)))

    sums = into_file(source, destination, take_in)
    with suppress(OSError):
        Elsewhere(workspace.suppressed).end()
    return sums


def destination_of(to: str) -> Path | DatabaseUrl:
    """
    Raises:
        SettingsError: it is neither a file's path nor a database's address.
    """
    if "://" in to:
        if not is_database(to):
            raise SettingsError("A database's address begins with postgresql://.", "Nothing was moved.")
        return DatabaseUrl(to)
    return Path(os.path.abspath(file_of(Path.cwd(), to)))  # noqa: PTH100 - a link goes by its own name


def own_ledger(workspace: Workspace) -> Path:
    """The file that it is without a setting."""
    return workspace.private / "ledger.db"


def _source(workspace: Workspace, to: str) -> Path | DatabaseUrl:
    """The ledger; where LEDGER_PATH or LEDGER_URL was set before anything was moved there, what was not moved, or not
    to the end."""
    own = own_ledger(workspace)
    place = place_set(workspace.root, own)
    if place != own and (in_use(own) or (place == destination_of(to) and own.is_file())):
        return own
    return place


def _said_in_env(folder: Path, values: Mapping[str, str], shown: str = "") -> str:
    """Writes settings into `.env`; an empty one where there is a line of it.

    Args:
        shown: what stands for a value that holds a secret.

    Returns:
        What a person has to do instead; "": it is done.
    """
    said = (
        " and ".join(f"{key}={shown or value}" for key, value in values.items() if value) or "no LEDGER_PATH"
    )
    set_there = [key for key in KEYS if os.environ.get(key) and os.environ[key] != values.get(key)]
    if set_there:
        return f"{' and '.join(set_there)} is set in the environment: it has to say {said} there."
    env = folder / ".env"
    try:
        before = env.read_bytes().decode() if env.exists() else ""
        with in_place_of(env) as file:
            file.write(_with(before, values).encode())
    except (OSError, UnicodeError):
        return f"{env} could not be written: it has to say {said}."
    read = read_settings(folder, {}, "LEDGER_")
    if {"LEDGER_PATH": read.ledger_path, "LEDGER_URL": read.ledger_url} != dict(values):
        return f"{env} has to say {said}."
    return ""


def _with(text: str, values: Mapping[str, str]) -> str:
    """A text of settings, with the last line of each key changed, the one that counts; or with one more at its end."""
    lines = text.splitlines(keepends=True)
    for key, value in values.items():
        places = [n for n, line in enumerate(lines) if re.match(rf"\s*(?:export\s+)?{key}\s*=", line)]
        if places:
            lines[places[-1]] = f"{key}={_quoted(value)}\n"
        elif value:
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            lines.append(f"{key}={_quoted(value)}\n")
    return "".join(lines)


def _quoted(value: str) -> str:
    """As dotenv reads it."""
    if re.fullmatch(r"[\w./:\\~@+,=-]*", value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
