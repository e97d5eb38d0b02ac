"""Suppressions of an office of several computers: in the ledger's database stands what all of their
lists/suppressed.csv say, and a sender looks there in the step that would let a final dot leave (postgres/journal.py).

Each file is the truth for its own rows: what is added to it, or taken out of it by hand, is added or taken out there
when something is queued from that computer or sent by it, and at once where mailer does it. Whoever is in any of them
is not mailed by anybody.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime
from pathlib import Path

from mailer.delivery.ledger import Ledger
from mailer.delivery.ledger.machine import machine_id
from mailer.delivery.ledger.sqlite.lock import whoever_we_are
from mailer.delivery.ledger.store import Connection, filled, streamed
from mailer.errors import Fault, LedgerError, ListError
from mailer.press import Suppression, Suppressions, begin_suppressions, canonical
from mailer.press.suppressions.elsewhere import WHOSE, Elsewhere
from mailer.press.suppressions.suppressed_file import stamp_of
from mailer.press.suppressions.suppressed_rows import HASH
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl

_COLUMNS = ("canonical", "reason", "at", "giver", "kept_by")
_ADD = (
    "INSERT INTO suppressions (canonical, reason, at, giver, kept_by)"
    " VALUES (?, ?, extract(epoch FROM clock_timestamp()), ?, ?) ON CONFLICT DO NOTHING"
)
_OTHERS = (
    "SELECT canonical, min(reason), min(at), string_agg(DISTINCT giver, ', ') FROM suppressions WHERE kept_by <> ?"
    " GROUP BY canonical"
)
_COUNTS = (
    "SELECT count(*) FILTER (WHERE kept_by <> ?1), coalesce(max(at) FILTER (WHERE kept_by <> ?1), 0),"
    " count(*) FILTER (WHERE kept_by = ?1) FROM suppressions"
)


def suppressions_of(
    workspace: Workspace, *, to_add: bool = False, ledger: Ledger | None = None
) -> Suppressions:
    """Who is never mailed, for whoever adds to them or takes somebody back: other computers of the office hear of it at
    once.

    Args:
        to_add: see `Suppressions`.
        ledger: the workspace's, where it is open already.

    Raises:
        ListError: see `Suppressions`.
        SettingsError: it can't be told where the ledger is.
    """
    path = workspace.suppressed
    return Suppressions(path, to_add=to_add, shared=shared_by(workspace, ledger))


def shared_by(workspace: Workspace, ledger: Ledger | None = None) -> SharedSuppressions | None:
    """None: there are no other computers.

    Args:
        ledger: the workspace's, where it is open already.
    """
    place = ledger.place if ledger else workspace.ledger
    if not isinstance(place, DatabaseUrl):
        return None
    return SharedSuppressions(lambda: nullcontext(ledger) if ledger else Ledger(place), workspace.suppressed)


def begin(workspace: Workspace) -> int:
    """Makes suppressed.csv where there is none. Where several computers share the ledger, that knows whom a lost one
    has named: an empty one would take them all off, on every computer.

    Returns:
        How many it names.

    Raises:
        ListError: see `begin_suppressions`.
        LedgerError: the database can't be reached or read.
    """
    shared = shared_by(workspace)
    rows = shared.said_here() if shared else []
    begin_suppressions(workspace.suppressed, rows)
    return len(rows)


def agree(workspace: Workspace, ledger: Ledger | None = None) -> None:
    """What this computer's file says now is known to the others, and what theirs say to this one. Where nothing has
    changed since, this costs one question.

    Args:
        ledger: the workspace's, where it is open already; one that several computers share, or nothing is done.

    Raises:
        ListError: the file is missing, odd, or not alone: it is not taken for what holds.
        LedgerError: the database can't be reached, read or written.
    """
    if shared := shared_by(workspace, ledger):
        shared.agree()


def hear(workspace: Workspace, ledger: Ledger) -> None:
    """What other computers say now is known to this one; nothing is told to them, for whoever may only read.

    Raises:
        ListError, LedgerError: as for `agree`.
    """
    if shared := shared_by(workspace, ledger):
        shared.agree(telling=False)


class SharedSuppressions:
    """What this computer's file says, in the database; see `Shared`.

    Args:
        ledger: opens it for a moment.
        path: suppressed.csv.

    Raises:
        LedgerError: from every method: the database can't be reached, read or written.
    """

    def __init__(self, ledger: Callable[[], AbstractContextManager[Ledger]], path: Path) -> None:
        self._ledger, self._path = ledger, path

    @property
    def _kept_by(self) -> str:
        """Whose file it is: nobody else's, on any computer."""
        return hashlib.sha256(f"{machine_id()}\0{os.path.realpath(self._path)}".encode()).hexdigest()[:32]

    def said_here(self) -> list[Suppression]:
        """What this computer's file has said, as far as the others know."""
        query = "SELECT canonical, reason, at FROM suppressions WHERE kept_by = ? ORDER BY at, canonical"
        with self._ledger() as ledger, ledger.reading() as db:
            found = streamed(db, query, (self._kept_by,))
            return [
                Suppression(key, reason, _day(at), "put back from the ledger") for key, reason, at in found
            ]

    def added(self, rows: Sequence[Suppression]) -> None:
        try:
            with self._ledger() as ledger, ledger.writing() as db:
                self._add(db, rows)
        except LedgerError as error:
            raise LedgerError(
                f"{_named(rows)} will not be mailed from this computer, but the others could not be told:"
                f" {error.message}",
                "Once the database is there, do it again; or they are told when something is next sent from here.",
            ) from None

    def dropped(self, keys: Collection[str], *, everywhere: bool = False) -> None:
        with self._ledger() as ledger, ledger.writing() as db:
            self._drop(db, keys, everywhere=everywhere)

    def agree(self, *, telling: bool = True) -> None:
        """See `agree`, and `hear`."""
        elsewhere = Elsewhere(self._path)
        try:
            with suppress(ValueError):  # a part of one: it is written anew
                elsewhere.refresh()
            with self._ledger() as ledger:
                before = self._stamps()
                with ledger.reading() as db:
                    version = self._version(db, before)
                if version == elsewhere.version and None not in before[:1]:
                    return
                known = Suppressions(self._path)
                with ledger.writing() if telling else ledger.reading() as db:
                    others = self._put(db, {**known.named, **known.wishes}) if telling else []
                    others += others_in(db, self._kept_by)
                    version = self._version(db, before)
            elsewhere.write(others, version if telling else "")
        except OSError as error:
            message = f"what other computers say can't be kept beside it: {error.strerror or error}"
            raise ListError([Fault(str(self._path), 0, message)]) from None

    def _stamps(self) -> tuple[object, ...]:
        """By which a change of the file, or of the wishes on their way there, is noticed."""
        wishes = self._path.with_name(f".{self._path.stem}.wishes")
        return stamp_of(self._path), stamp_of(wishes)

    def _version(self, db: Connection, stamps: tuple[object, ...]) -> str:
        counts = db.execute(_COUNTS, (self._kept_by,)).fetchone()
        return json.dumps([self._kept_by, stamps, *counts])

    def _put(self, db: Connection, own: Mapping[str, Suppression]) -> list[Suppression]:
        """The rows of this file: as many as it names. What another computer has said stays, though it goes by the same
        id and path: a machine and its clone have two files.

        Returns:
            What that one has said, and this file does not.
        """
        here, there, said_by_a_clone = whoever_we_are().rpartition("@")[2], set(), []
        query = "SELECT canonical, reason, at, giver FROM suppressions WHERE kept_by = ?"
        for key, reason, at, giver in streamed(db, query, (self._kept_by,)):
            there.add(key)
            if key not in own and giver.rpartition("@")[2] != here:
                said_by_a_clone.append(Suppression(key, reason, _day(at), f"on the list of {giver}"))
        self._drop(db, there - own.keys() - {each.address for each in said_by_a_clone})
        [now] = db.execute(
            "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
        ).fetchone()
        giver, kept_by = whoever_we_are(), self._kept_by
        if new := own.keys() - there:
            rows = ((key, own[key].reason, now, giver, kept_by) for key in new)
            filled(db, "suppressions", _COLUMNS, rows)
        return said_by_a_clone

    def _add(self, db: Connection, rows: Iterable[Suppression]) -> None:
        giver, kept_by = whoever_we_are(), self._kept_by
        db.executemany(_ADD, [(_key(row), row.reason, giver, kept_by) for row in rows])

    def _drop(self, db: Connection, keys: Iterable[str], *, everywhere: bool = False) -> None:
        if everywhere:
            db.executemany("DELETE FROM suppressions WHERE canonical = ?", [(key,) for key in keys])
        else:
            own = [(key, self._kept_by) for key in keys]
            db.executemany("DELETE FROM suppressions WHERE canonical = ? AND kept_by = ?", own)


def others_in(db: Connection, kept_by: str = "") -> Iterator[Suppression]:
    """What stands in a database, in whichever files.

    Args:
        kept_by: whose is left out; "": what is left out is of nobody.
    """
    query = _OTHERS if kept_by else _OTHERS.replace("kept_by <> ?", "? = ''")
    for key, reason, at, givers in streamed(db, query, (kept_by,)):
        yield Suppression(key, reason, _day(at), f"{WHOSE}{givers}")


def _day(at: float) -> str:
    """Whoever can write into the database may have written anything: that a moment is none keeps nobody from sending to
    the others."""
    try:
        return datetime.fromtimestamp(at).astimezone().date().isoformat()
    except (OverflowError, ValueError, OSError):
        return ""


def _key(row: Suppression) -> str:
    return row.address if row.address.startswith(HASH) else canonical(row.address)


def _named(rows: Sequence[Suppression]) -> str:
    more = len(rows) - 3
    shown = (
        "somebody who was forgotten" if row.address.startswith(HASH) else row.address for row in rows[:3]
    )
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
