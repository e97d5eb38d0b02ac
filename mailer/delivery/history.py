"""What the ledger holds about somebody, and of a release, in full; and how somebody is forgotten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.delivery.ledger.ledger import Ledger
from mailer.delivery.ledger.records import (
    ACCEPTS,
    LEFT_NOWHERE,
    LETTERS,
    MAY_HAVE_IT,
    READY,
    REJECTED,
    Answer,
    Attempt,
    LastMail,
    Mailing,
    PastMail,
    status_of,
)
from mailer.delivery.ledger.store import Connection, streamed
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

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(self, canonical: str) -> list[PastMail]:
        """All that is held about a person: what was taken back, then each release, by age."""
        with self._ledger.reading() as db:
            return [*_taken_back(db, canonical), *_past_mails(db, canonical)]

    def forget(self, canonical: str) -> int:
        """Removes a person's data. What stays is the state, for the counts, under a hash of the address.
        What was still queued for them is not sent.

        Returns:
            In how many mailings they were.
        """
        with self._ledger.writing(durable=True) as db:
            self._ledger.store.overwriting(db)
            return _forget(db, canonical)

    def recorded(self, mailing: Mailing) -> Iterator[Recorded]:
        """Everybody to whom a release went or was to go, in the order of queueing, as a stream."""
        with self._ledger.reading() as db:
            for name, language, token, accepted, address, state, tries, *answer, at, host in streamed(
                db,
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
                standing = (status_of(state), accepted or 0.0, at or 0.0, reply, host or "", tries)
                yield Recorded(address, name, language, *standing, message_id)

    def heard(self, mailing: Mailing) -> Iterator[tuple[str, Attempt]]:
        """Every answer about a release with the address that it is about, oldest first, as a stream. The address of
        somebody who was forgotten is ""."""
        with self._ledger.reading() as db:
            for address, *attempt in streamed(
                db,
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
                "SELECT canonical, release, state, coalesce(text, '')"
                " FROM deliveries AS d JOIN mailings AS m ON m.id = mailing LEFT JOIN attempts AS a"
                " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id) WHERE instr(?, state) > 0 AND d.id IN"
                f" (SELECT max(id) FROM deliveries WHERE address <> '' AND {READY} GROUP BY canonical)"
                " ORDER BY canonical",
                (letters,),
            )
            return [
                LastMail(canonical, release, status_of(state), visible(text))
                for canonical, release, state, text in rows
            ]

    def newest(self) -> int:
        """The number of the newest delivery; they only grow. 0: there is none."""
        with self._ledger.reading() as db:
            return int(db.execute("SELECT coalesce(max(id), 0) FROM deliveries").fetchone()[0])

    def people_since(self, delivery: int) -> Iterator[tuple[str, str, str, str, int]]:
        """Everybody who was queued after a delivery, once, as their newest mail has them: canonical address, address,
        name, outlet and the number of that delivery, in the order of these, as a stream."""
        with self._ledger.reading() as db:
            yield from streamed(
                db,
                "SELECT canonical, address, name,"
                " coalesce(CASE WHEN json_valid(fields) THEN json_extract(fields, '$.outlet') ELSE '' END, ''), id"
                " FROM deliveries WHERE id IN"
                f" (SELECT max(id) FROM deliveries WHERE id > ? AND address <> '' AND {READY} GROUP BY canonical)"
                " ORDER BY id",
                (delivery,),
            )

    def had(self, release: str) -> dict[str, Status]:
        """By canonical address, what became of a release for each of its people who is not forgotten."""
        with self._ledger.reading() as db:
            rows = db.execute(
                "SELECT canonical, state FROM deliveries AS d JOIN mailings AS m ON m.id = mailing"
                f" WHERE release = ? AND address <> '' AND {READY}",
                (release,),
            )
            return {canonical: status_of(state) for canonical, state in rows}

    def last_mailed(self, without: str) -> dict[str, tuple[float, str]]:
        """When each person last had a mail, or may have had, in seconds since 1970; and which release that was.

        Args:
            without: a release that does not count.
        """
        with self._ledger.reading() as db:
            # Of whom nobody heard an answer, it left after the last order; an event says when it was written itself.
            rows = db.execute(
                "SELECT canonical, max(coalesce(CASE WHEN a.host = 'event' THEN NULL ELSE a.at END,"
                " (SELECT max(given) FROM orders AS o WHERE o.mailing = m.id), created)) AS last, release"
                " FROM deliveries AS d JOIN mailings AS m ON m.id = d.mailing"
                " LEFT JOIN attempts AS a ON a.delivery = d.id"
                " WHERE address <> '' AND instr(?, state) > 0 AND release <> ? GROUP BY canonical, m.id ORDER BY last",
                (MAY_HAVE_IT, without),
            )
            return {canonical: (at, release) for canonical, at, release in rows}


def _past_mails(db: Connection, canonical: str) -> Iterator[PastMail]:
    rows = db.execute(
        "SELECT d.id, release, kind, subject, address, name, language, fields, state, token, domain"
        # In this order, each mailing's own index of people is asked: there is none over all of them.
        " FROM mailings AS m CROSS JOIN deliveries AS d WHERE d.mailing = m.id AND d.canonical = ?"
        f" AND {READY} ORDER BY m.id",
        (canonical,),
    ).fetchall()
    for delivery, release, kind, subject, address, name, language, fields, state, token, domain in rows:
        yield PastMail(
            *(release, kind, subject, address, name, language, json.loads(fields)),
            status_of(state),
            f"<{token}@{domain}>",
            tuple(Attempt(*row) for row in db.execute(_ATTEMPTS, (delivery,))),
            tuple(Answer(at, bool(automatic)) for at, automatic in db.execute(_ANSWERS, (delivery,))),
            complained=db.execute(_COMPLAINT, (delivery,)).fetchone()[0] or 0.0,
        )


def _taken_back(db: Connection, canonical: str) -> Iterator[PastMail]:
    for release, kind, subject, address, reply in db.execute(
        "SELECT release, kind, subject, address, reply FROM discarded JOIN mailings AS m ON m.id = mailing"
        " WHERE canonical = ? ORDER BY m.id",
        (canonical,),
    ):
        yield PastMail(release, kind, subject, address, "", "", {}, Status.DISCARDED, taken_back=reply)


def _forget(db: Connection, canonical: str) -> int:
    digest = f"forgotten:{hashlib.sha256(canonical.encode()).hexdigest()}"
    ids = db.execute("SELECT id FROM deliveries WHERE canonical = ?", (canonical,)).fetchall()
    for statement in (
        "DELETE FROM answers WHERE delivery = ?",
        "UPDATE attempts SET text = '' WHERE delivery = ?",
    ):
        db.executemany(statement, ids)
    db.executemany(
        "UPDATE deliveries SET canonical = ?, address = '', name = '', fields = '{}',"
        f" state = CASE WHEN instr('{LEFT_NOWHERE}', state) > 0 THEN '{REJECTED}' ELSE state END WHERE id = ?",
        [(digest, *row) for row in ids],
    )
    db.execute("DELETE FROM soft_bounces WHERE canonical = ?", (canonical,))
    gone = db.execute("DELETE FROM discarded WHERE canonical = ? RETURNING mailing", (canonical,)).fetchall()
    return len(ids) + len(gone)
