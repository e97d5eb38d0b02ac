"""What the ledger holds about somebody, and of a release, in full."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.delivery.ledger.database import Database
from mailer.delivery.ledger.records import (
    ACCEPTS,
    LETTERS,
    MAY_HAVE_IT,
    READY,
    Answer,
    Attempt,
    LastMail,
    Mailing,
    PastMail,
    status_of,
)
from mailer.model import Status
from mailer.visible import visible

_ATTEMPTS = "SELECT at, code, enhanced, text, host FROM attempts WHERE delivery = ? ORDER BY id"
_ANSWERS = "SELECT at, automatic FROM answers WHERE delivery = ? ORDER BY at"
_COMPLAINT = "SELECT max(at) FROM complaints WHERE delivery = ?"


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
                f" (SELECT min(at) FROM attempts WHERE delivery = d.id AND {ACCEPTS}), address, state,"
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
            # Of whom nobody heard an answer, it left after the last order; an event says when it was written itself.
            rows = db.execute(
                "SELECT canonical, max(coalesce(iif(a.host = 'event', NULL, a.at),"
                " (SELECT max(given) FROM orders AS o WHERE o.mailing = m.id), created)), release"
                " FROM deliveries AS d JOIN mailings AS m ON m.id = d.mailing"
                " LEFT JOIN attempts AS a ON a.delivery = d.id"
                " WHERE address <> '' AND instr(?, state) AND release <> ? GROUP BY canonical",
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
