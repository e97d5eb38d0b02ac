"""What the ledger knows of people: who has a release, whose mail came back, what is kept of them, how it is forgotten."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.delivery.ledger.database import Database
from mailer.delivery.ledger.migrations import index_for_bounces
from mailer.delivery.ledger.queueing import superseded
from mailer.delivery.ledger.records import (
    BOUNCED,
    LEFT_NOWHERE,
    LETTERS,
    MAY_HAVE_IT,
    READY,
    REJECTED,
    UNKNOWN,
    Answer,
    Attempt,
    Bounced,
    EarlierRecipient,
    LastMail,
    Mailing,
    PastMail,
    Standing,
    status_of,
)
from mailer.model import Outcome, Status
from mailer.visible import visible

SOFT_BOUNCES_COUNT_FOR = 180 * 86400
"""Seconds: a full mailbox of three years ago says nothing about today's."""

_ATTEMPTS = "SELECT at, code, enhanced, text, host FROM attempts WHERE delivery = ? ORDER BY id"
_ANSWERS = "SELECT at, automatic FROM answers WHERE delivery = ? ORDER BY at"
_COMPLAINT = "SELECT max(at) FROM complaints WHERE delivery = ?"


def standings(db: sqlite3.Connection, mailing: int, states: tuple[Status, ...]) -> Iterator[Standing]:
    """Where each recipient of a mailing stands who is in one of these states, in the order of queueing.

    Raises:
        LedgerError: somebody is in a state that nobody knows.
    """
    for address, state, tries, code, enhanced, text, at, host in db.execute(
        "SELECT address, state, (SELECT count(*) FROM attempts WHERE delivery = d.id),"
        " code, enhanced, text, at, host FROM deliveries AS d LEFT JOIN attempts AS a"
        " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
        f" WHERE mailing = ? AND (instr(?, state) OR {UNKNOWN}) ORDER BY d.id",
        (mailing, "".join(LETTERS.get(state, "") for state in states)),
    ):
        status = status_of(db, state)
        reply = visible(
            str(Outcome(status, code or 0, enhanced or "", text or ""))
        )  # older ones were kept raw
        yield Standing(address, status, reply, at or 0.0, host or "", tries)


# ---- who gets what follows ---------------------------------------------------------------------------


def recipients_in(
    db: sqlite3.Connection, mailing: int, domain: str, states: str
) -> Iterator[EarlierRecipient]:
    """Recipients of a mailing in these states. Who has nothing yet has no Message-ID to follow.

    Raises:
        LedgerError: somebody is in a state that nobody knows: they may be one of these.
    """
    for canonical, address, name, language, fields, token, state in db.execute(
        "SELECT canonical, address, name, language, fields, token, state FROM deliveries"
        f" WHERE mailing = ? AND (instr(?, state) OR {UNKNOWN}) AND address <> '' ORDER BY id",
        (mailing, states),
    ):
        status_of(db, state)
        message_id = f"<{token}@{domain}>" if state in MAY_HAVE_IT else ""
        yield EarlierRecipient(canonical, address, name, language, json.loads(fields), message_id)


def supersede(db: sqlite3.Connection, followed: str, by: str) -> int:
    """What was still to be sent of the earlier release is never sent: nobody is to get a text known to be wrong.

    A process that is sending it right now finds them gone: not one more final dot leaves.

    Returns:
        How many deliveries were taken off the queue.
    """
    waiting = (
        "SELECT d.id FROM deliveries AS d JOIN mailings AS m ON m.id = mailing"
        f" WHERE release = ? AND instr('{LEFT_NOWHERE}', state)"
    )
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
        f" SELECT id, ?, 0, '', ?, '' FROM ({waiting})",
        (time.time(), superseded(by), followed),
    )
    return db.execute(
        f"UPDATE deliveries SET state = '{REJECTED}' WHERE id IN ({waiting})", (followed,)
    ).rowcount


# ---- whose mail came back -----------------------------------------------------------------------------


def bounced(
    db: sqlite3.Connection, token: str, soft: bool, enhanced: str, text: str, at: float
) -> Bounced | None:
    """See `Ledger.bounced`."""
    index_for_bounces(db)
    row = db.execute(
        "SELECT d.id, release, canonical, address, state FROM deliveries AS d"
        " JOIN mailings ON mailings.id = mailing WHERE token = ?",
        (token,),
    ).fetchone()
    if row is None:
        return None
    delivery, release, canonical, address, state = row
    previous = status_of(db, state)
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, 0, ?, ?, 'bounce')",
        (delivery, at, enhanced, text),
    )
    db.execute("UPDATE deliveries SET state = ? WHERE id = ?", (BOUNCED, delivery))
    if soft:
        db.execute(
            "INSERT OR IGNORE INTO soft_bounces VALUES (?, ?, ?, ?)", (canonical, at, delivery, enhanced)
        )
    count, first, last = db.execute(
        "SELECT count(DISTINCT delivery), min(at), max(at) FROM soft_bounces WHERE canonical = ? AND at >= ?",
        (canonical, at - SOFT_BOUNCES_COUNT_FOR),
    ).fetchone()
    days = (last - first) / 86400 if count else 0.0
    return Bounced(release, canonical, address, previous, count, days)


def complained(db: sqlite3.Connection, token: str, at: float) -> None:
    """See `Ledger.complained`."""
    index_for_bounces(db)
    db.execute(
        "INSERT OR IGNORE INTO complaints SELECT id, ? FROM deliveries WHERE token = ? AND address <> ''",
        (at, token),
    )


def complaints(db: sqlite3.Connection, since: float) -> tuple[int, int]:
    """See `Ledger.complaints`."""
    people = db.execute(
        "SELECT count(DISTINCT canonical) FROM complaints AS c JOIN deliveries AS d ON d.id = delivery"
        " WHERE c.at >= ?",
        (since,),
    ).fetchone()
    accepted = db.execute(
        "SELECT count(DISTINCT delivery) FROM attempts WHERE at >= ?"
        " AND (code BETWEEN 200 AND 299 OR host = 'event')",  # an event of the provider's tells that it has it
        (since,),
    ).fetchone()
    return int(people[0]), int(accepted[0])


# ---- what is kept about somebody, and of a release ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recipient of a release, in full. `accepted` is when a server first took the message, `at` when the last
    thing was heard of it, in seconds since 1970, 0 = never. Of somebody who was forgotten only `language`, `state`,
    times and numbers are left."""

    address: str
    name: str
    language: str
    state: Status
    accepted: float
    at: float
    reply: str
    host: str
    attempts: int
    message_id: str


class History:
    """What the ledger holds about people, each over all releases.

    Args:
        ledger: where it is kept.
    """

    def __init__(self, ledger: Database) -> None:
        self._ledger = ledger

    def of(self, canonical: str) -> list[PastMail]:
        """All that is held about a person: what was taken back, then each release, by age."""
        with self._ledger.reading() as db:
            return [*_taken_back(db, canonical), *_past_mails(db, canonical)]

    def recorded(self, mailing: Mailing) -> Iterator[Recorded]:
        """Everybody to whom a release went or was to go, in the order of queueing, as a stream."""
        with self._ledger.reading() as db:
            for name, language, token, accepted, address, state, tries, *answer, at, host in db.execute(
                "SELECT name, language, d.token,"
                " (SELECT min(at) FROM attempts WHERE delivery = d.id AND code BETWEEN 200 AND 299), address, state,"
                " (SELECT count(*) FROM attempts WHERE delivery = d.id), code, enhanced, text, at, host"
                " FROM deliveries AS d LEFT JOIN attempts AS a"
                " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
                f" WHERE mailing = ? AND {READY} ORDER BY d.id",
                (mailing.id,),
            ):
                reply = str(Attempt(0.0, answer[0] or 0, answer[1] or "", answer[2] or "", ""))
                message_id = f"<{token}@{mailing.domain}>" if address else ""
                standing = (status_of(db, state), accepted or 0.0, at or 0.0, reply, host or "", tries)
                yield Recorded(address, name, language, *standing, message_id)

    def heard(self, mailing: Mailing) -> Iterator[tuple[str, Attempt]]:
        """Every answer about a release with the address that it is about, oldest first, as a stream. The address of
        somebody who was forgotten is ""."""
        with self._ledger.reading() as db:
            for address, *attempt in db.execute(
                "SELECT address, a.at, code, enhanced, text, host FROM attempts AS a JOIN deliveries AS d"
                f" ON d.id = delivery WHERE mailing = ? AND {READY} ORDER BY a.at, a.id",
                (mailing.id,),
            ):
                yield address, Attempt(*attempt)

    def last_mails(self, *states: Status) -> list[LastMail]:
        """The newest mail to each person whose newest one is in one of these states."""
        letters = "".join(LETTERS.get(state, "") for state in states)
        with self._ledger.reading() as db:
            rows = db.execute(
                "SELECT canonical, release, state, coalesce(text, ''), max(d.id)"
                " FROM deliveries AS d JOIN mailings AS m ON m.id = mailing LEFT JOIN attempts AS a"
                " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
                f" WHERE address <> '' AND {READY} GROUP BY canonical HAVING instr(?, state)",
                (letters,),
            )
            return [
                LastMail(canonical, release, status_of(db, state), visible(text))
                for canonical, release, state, text, _ in rows
            ]

    def last_mailed(self, without: str) -> dict[str, tuple[float, str]]:
        """When each person last had a mail, or may have had, in seconds since 1970; and which release that was.

        Args:
            without: a release that does not count.
        """
        with self._ledger.reading() as db:
            rows = db.execute(
                "SELECT canonical, max(a.at), release FROM deliveries AS d JOIN mailings AS m ON m.id = mailing"
                " JOIN attempts AS a ON a.delivery = d.id WHERE address <> '' AND instr(?, state) AND release <> ?"
                " GROUP BY canonical",
                (MAY_HAVE_IT, without),
            )
            return {canonical: (at, release) for canonical, at, release in rows}


def _past_mails(db: sqlite3.Connection, canonical: str) -> Iterator[PastMail]:
    rows = db.execute(
        "SELECT d.id, release, kind, subject, address, name, language, fields, state, token, domain"
        f" FROM deliveries AS d JOIN mailings AS m ON m.id = mailing WHERE canonical = ? AND {READY} ORDER BY m.id",
        (canonical,),
    ).fetchall()
    for delivery, release, kind, subject, address, name, language, fields, state, token, domain in rows:
        yield PastMail(
            *(release, kind, subject, address, name, language, json.loads(fields)),
            status_of(db, state),
            f"<{token}@{domain}>",
            tuple(Attempt(*row) for row in db.execute(_ATTEMPTS, (delivery,))),
            tuple(Answer(at, bool(automatic)) for at, automatic in db.execute(_ANSWERS, (delivery,))),
            complained=db.execute(_COMPLAINT, (delivery,)).fetchone()[0] or 0.0,
        )


def _taken_back(db: sqlite3.Connection, canonical: str) -> Iterator[PastMail]:
    for release, kind, subject, address, reply in db.execute(
        "SELECT release, kind, subject, address, reply FROM discarded JOIN mailings AS m ON m.id = mailing"
        " WHERE canonical = ? ORDER BY m.id",
        (canonical,),
    ):
        yield PastMail(release, kind, subject, address, "", "", {}, Status.DISCARDED, taken_back=reply)


def forget(db: sqlite3.Connection, canonical: str) -> int:
    """See `Ledger.forget`."""
    digest = f"forgotten:{hashlib.sha256(canonical.encode()).hexdigest()}"
    ids = db.execute("SELECT id FROM deliveries WHERE canonical = ?", (canonical,)).fetchall()
    for statement in (
        "DELETE FROM answers WHERE delivery = ?",
        "UPDATE attempts SET text = '' WHERE delivery = ?",
    ):
        db.executemany(statement, ids)
    db.executemany(
        "UPDATE deliveries SET canonical = ?, address = '', name = '', fields = '{}',"
        f" state = iif(instr('{LEFT_NOWHERE}', state), '{REJECTED}', state) WHERE id = ?",
        [(digest, *row) for row in ids],
    )
    db.execute("DELETE FROM soft_bounces WHERE canonical = ?", (canonical,))
    gone = db.execute("DELETE FROM discarded WHERE canonical = ? RETURNING mailing", (canonical,)).fetchall()
    return len(ids) + len(gone)
