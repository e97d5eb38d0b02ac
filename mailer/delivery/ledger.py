"""The ledger: what was sent to whom, frozen before the first connection, and what became of it.

How a pipeline uses it::

    with Ledger(workspace.ledger) as ledger:
        mailing = ledger.queue(draft, entries)         # LedgerError if the release changed since it was sent
        report = deliver(mailing, ledger, transport)   # takes the lock; see sender.py
        for line in ledger.recipients(release): ...    # address, state, reply

SQLite in WAL mode. Who is claimed is written with synchronous=FULL; everything else with NORMAL, which
survives a killed process, though not the machine's power (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from mailer.delivery import privacy, returns
from mailer.delivery.following import REACHED, WAITING, people, supersede
from mailer.delivery.lock import Lock
from mailer.delivery.queueing import add_deliveries, freeze
from mailer.delivery.records import LETTERS, STATES, Bounced, Draft, Entry, Line, Mailing, Reached
from mailer.errors import LedgerError
from mailer.model import Status
from mailer.private import private_file, private_folder
from mailer.visible import visible

_PAGE_CACHE_KIB = 2_000
_PATIENCE = 30.0
_PAUSE = 0.00001
"""Seconds: how long to wait for other writers, and how long between looks."""

_MAILINGS = "SELECT id, release, kind, subject, mail_from, domain, follows, created FROM mailings"


class Ledger:
    """The ledger in a file, which is made if it is not there.

    Args:
        path: the database; its folder is made too. The locks lie beside it.

    Raises:
        LedgerError: here and from every method: the file can't be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            private_folder(path.parent)
            private_file(path)  # SQLite gives its -wal and -shm the mode of the file itself
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise self._failed(error) from None
        with self.reading() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute(f"PRAGMA cache_size=-{_PAGE_CACHE_KIB}")
            # macOS: fsync reaches the drive, only F_FULLFSYNC the disk. Elsewhere these do nothing.
            db.execute("PRAGMA fullfsync=ON")
            db.execute("PRAGMA checkpoint_fullfsync=ON")
            version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            schema = files("mailer.delivery").joinpath("schema.sql").read_text("utf-8")
            with self.reading() as db:
                db.executescript(f"BEGIN IMMEDIATE;\n{schema}\nCOMMIT;")
        elif version != 1:
            self._db.close()
            raise LedgerError(f"{path} was made by a newer mailer.", "Update mailer.")
        with self.reading() as db:
            db.execute("PRAGMA busy_timeout = 0")  # from here on `_begin` waits

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def _failed(self, error: Exception) -> LedgerError:
        return LedgerError(
            f"The ledger {self.path} can't be used: {error}.",
            "Nothing is sent without it. Free some space or mend its permissions, then `mailer resume`.",
        )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, with its errors told as ours."""
        try:
            yield self._db
        except sqlite3.Error as error:
            raise self._failed(error) from None

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction. `durable`: on the disk before this returns (synchronous=FULL)."""
        db = self._db
        try:
            if durable:
                db.execute("PRAGMA synchronous=FULL")
            self._begin()
            yield db
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._failed(error) from None
        finally:
            if db.in_transaction:
                db.rollback()
            if durable:
                db.execute("PRAGMA synchronous=NORMAL")

    def _begin(self) -> None:
        """Waits for other processes that write. SQLite's own way of waiting sleeps for milliseconds, and a
        commit takes a twentieth of one."""
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)

    def lock(self, mailing: Mailing) -> Lock:
        """What whoever sends this mailing has to hold; not yet taken."""
        return Lock(self.path.with_name(f"{self.path.name}.{mailing.id}.lock"), f"“{mailing.release}”")

    def queue(self, draft: Draft, entries: Iterable[Entry]) -> Mailing:
        """Freezes a release and whom it goes to; a second call adds newcomers only. What was still to be sent of
        a release that it follows is taken off the queue.

        Args:
            draft: the release as it goes out.
            entries: who gets it, canonical addresses unique. Read once, as a stream; if it raises,
                nothing is queued.

        Raises:
            LedgerError: this release was sent before with another content, or is being sent right now.
        """
        known = self._find(draft.release)
        lock = self.lock(known) if known else None
        if lock:
            lock.take()
        try:
            with self.writing(durable=True) as db:
                mailing = freeze(db, draft)
                added, already = add_deliveries(db, mailing, entries)
                if draft.follows:
                    supersede(db, draft.follows, draft.release)
        finally:
            if lock:
                lock.release()
        return replace(self.mailing(draft.release), added=added, already_sent=already)

    def mailing(self, release: str) -> Mailing:
        """
        Raises:
            LedgerError: no such release in the ledger; the hint names those there are.
        """
        found = self._find(release)
        if found is None:
            known = ", ".join(mailing.release for mailing in self.mailings())
            raise LedgerError(
                f"“{release}” was never sent from here.",
                f"The ledger knows: {known}." if known else "The ledger is empty.",
            )
        return found

    def _find(self, release: str) -> Mailing | None:
        with self.reading() as db:
            row = db.execute(f"{_MAILINGS} WHERE release = ?", (release,)).fetchone()
        return Mailing(*row) if row else None

    def mailings(self) -> list[Mailing]:
        """All of them, oldest first."""
        with self.reading() as db:
            return [Mailing(*row) for row in db.execute(f"{_MAILINGS} ORDER BY id")]

    def editions(self, mailing: Mailing) -> dict[str, bytes]:
        """The frozen message of each language: `Composition.thaw` reads it."""
        with self.reading() as db:
            return dict(
                db.execute(
                    "SELECT language, frozen FROM editions WHERE mailing = ?", (mailing.id,)
                ).fetchall()
            )

    def counts(self, release: str) -> dict[Status, int]:
        """How many recipients are in which state; states without any are left out."""
        with self.reading() as db:
            rows = db.execute(
                "SELECT state, count(*) FROM deliveries WHERE mailing = ? GROUP BY state",
                (self.mailing(release).id,),
            ).fetchall()
        return {STATES[letter]: number for letter, number in rows}

    def state_of(self, release: str, canonical: str) -> Status | None:
        """One recipient's state; None for a newcomer."""
        with self.reading() as db:
            row = db.execute(
                "SELECT state FROM deliveries JOIN mailings ON mailings.id = mailing"
                " WHERE release = ? AND canonical = ?",
                (release, canonical),
            ).fetchone()
        return STATES[row[0]] if row else None

    def recipients(self, release: str, *states: Status) -> Iterator[Line]:
        """Each recipient, in the order of queueing, as a stream; those in some states only, if named."""
        wanted = "".join(LETTERS[state] for state in states or STATES.values())
        with self.reading() as db:
            for address, state, tries, code, enhanced, text, at, host in db.execute(
                "SELECT address, state, (SELECT count(*) FROM attempts WHERE delivery = d.id),"
                " code, enhanced, text, at, host FROM deliveries AS d LEFT JOIN attempts AS a"
                " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
                " WHERE mailing = ? AND instr(?, state) ORDER BY d.id",
                (self.mailing(release).id, wanted),
            ):
                reply = visible(
                    " ".join(filter(None, (str(code or ""), enhanced, text)))
                )  # older ones were kept raw
                yield Line(address, STATES[state], reply, at or 0.0, host or "", tries)

    def reached(self, release: str) -> Iterator[Reached]:
        """Those who have a release, or may have it: accepted or uncertain. As a stream."""
        mailing = self.mailing(release)
        with self.reading() as db:
            yield from people(db, mailing.id, mailing.domain, REACHED)

    def waiting(self, release: str) -> Iterator[Reached]:
        """Those who were still to get a release: queued or deferred. As a stream."""
        mailing = self.mailing(release)
        with self.reading() as db:
            yield from people(db, mailing.id, mailing.domain, WAITING)

    def bounced(
        self, reference: str, *, soft: bool, enhanced: str = "", text: str = "", at: float | None = None
    ) -> Bounced | None:
        """Records a bounce: the mail did not arrive, so the delivery becomes `bounced`.

        Args:
            reference: the token of a VERP address, or our Message-ID, with or without angle brackets.
            soft: the next mail may arrive; it is counted, for the third one to be told from the first.
            enhanced: RFC 3463 code, or "".
            text: the reason given, one line.
            at: when, in seconds since 1970; now by default.

        Returns:
            What it belongs to, or None: nothing of ours.
        """
        token = reference.strip().strip("<>").partition("@")[0]
        with self.writing() as db:
            return returns.bounced(db, token, soft, enhanced, text, time.time() if at is None else at)

    def held(self, canonical: str) -> list[dict[str, Any]]:
        """What the ledger holds about a person, ready for JSON: an entry for each release."""
        with self.reading() as db:
            return privacy.held(db, canonical)

    def forget(self, canonical: str) -> int:
        """Removes a person's data. What stays is the state, for the counts, under a hash of the address.
        What was still queued for them is not sent.

        Returns:
            In how many mailings they were.
        """
        with self.reading() as db:
            db.execute("PRAGMA secure_delete = ON")  # overwrites what it frees
        with self.writing(durable=True) as db:
            return privacy.forget(db, canonical)
