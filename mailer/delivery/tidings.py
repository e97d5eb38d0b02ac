"""What is known of a mailing at this moment, for whoever watches it: how many stand where, and who, a page at a time;
when servers accepted, whose they are, why they refused; what came back since."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailer.delivery.ledger import Ledger, queueing
from mailer.delivery.ledger.records import ACCEPTS, LETTERS, READY, Standing, status_of
from mailer.model import Outcome, Status
from mailer.visible import visible

_SINCE = re.compile(r"since (\S+ \S+)$")
"""Of what a holder is called (lock.py)."""

_LATELY = 5_000
"""Attempts, of all mailings, among which the last few of one are looked for."""

_PERSON = (
    "d.id, d.address, d.name, d.language, d.state, a.code, a.enhanced, a.text, a.at, a.host,"
    " (SELECT max(at) FROM answers WHERE delivery = d.id AND automatic = 0),"
    " (SELECT at FROM complaints WHERE delivery = d.id)"
)
_WITH_LAST_ATTEMPT = (
    " FROM deliveries AS d LEFT JOIN attempts AS a"
    " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """A mailing, which may not be ready: then only its release and `created` are known.

    Attributes:
        follows: the release that it follows, or "".
        created, planned, embargo, lost: as of `Mailing`.
        holder: the token of whoever took hold of it last (hold.py).
        since: when that was, in seconds since 1970, to the second; 0: nobody ever has.
    """

    id: int
    release: str
    kind: str
    subject: str
    follows: str
    created: float
    planned: float
    embargo: float
    zone: str
    lost: float
    ready: bool
    holder: str

    @property
    def since(self) -> float:
        found = _SINCE.search(self.holder)
        try:
            return datetime.fromisoformat(found[1]).timestamp() if found else 0.0
        except ValueError:
            return 0.0


@dataclass(frozen=True, slots=True)
class Person:
    """One recipient, as a table shows them. `at` is when the last thing was heard, `answered` when they answered last,
    `complained` when they reported it as spam, all in seconds since 1970; 0: never. `address` is "" of somebody who was
    forgotten."""

    id: int
    address: str
    name: str
    language: str
    state: Status
    reply: str
    at: float
    host: str
    answered: float
    complained: float


@dataclass(frozen=True, slots=True)
class Place:
    """A domain of recipients, and how many there are in which state."""

    domain: str
    counts: dict[Status, int]

    @property
    def number(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Why:
    """What so many people in one state have in common: code and enhanced code of the last answer, and its text, or that
    of one of them. `code` 0: no server said so."""

    state: Status
    code: int
    enhanced: str
    text: str
    number: int


class Tidings:
    """What a ledger knows of one mailing. Each question is one query, and none reads more people than it is asked for.

    Args:
        ledger: where it is kept.
        mailing: its id.
    """

    def __init__(self, ledger: Ledger, mailing: int) -> None:
        self._ledger, self._mailing = ledger, mailing

    def head(self) -> Head | None:
        """None: there is no such mailing."""
        with self._ledger.reading() as db:
            row = db.execute(
                "SELECT id, release, kind, subject, follows, created, planned, embargo, zone, lost, ready = 1, holder"
                " FROM mailings WHERE id = ?",
                (self._mailing,),
            ).fetchone()
        return Head(*row) if row else None

    def counts(self) -> dict[Status, int]:
        """How many are in which state, those who were taken back apart."""
        query = f"SELECT state, count(*) FROM deliveries WHERE mailing = ? AND {READY} GROUP BY state"
        with self._ledger.reading() as db:
            return {status_of(letter): number for letter, number in db.execute(query, (self._mailing,))}

    def places(self) -> list[Place]:
        """By domain, the largest first."""
        found: dict[str, dict[Status, int]] = {}
        with self._ledger.reading() as db:
            for domain, letter, number in db.execute(
                "SELECT lower(substr(address, instr(address, '@') + 1)) AS domain, state, count(*) FROM deliveries"
                f" WHERE mailing = ? AND {READY} GROUP BY domain, state",
                (self._mailing,),
            ):
                found.setdefault(domain, {})[status_of(letter)] = number
        places = [Place(visible(domain), counts) for domain, counts in found.items()]
        return sorted(places, key=lambda place: (-place.number, place.domain))

    def reasons(self) -> list[Why]:
        """Why some have nothing, or may have: the last word about each who was refused, put off, is in doubt or came
        back; the most frequent first. Where no server spoke, each text is a reason of its own."""
        states = "".join(LETTERS[each] for each in _WITH_REASON)
        with self._ledger.reading() as db:
            rows = db.execute(
                "SELECT state, coalesce(code, 0) AS code, coalesce(enhanced, '') AS enhanced, max(coalesce(text, '')),"
                f" count(*) AS number{_WITH_LAST_ATTEMPT} WHERE mailing = ? AND instr(?, state) > 0"
                " GROUP BY state, code, enhanced,"
                " CASE WHEN code <> 0 OR host = 'bounce' THEN '' ELSE text END ORDER BY number DESC, state",
                (self._mailing, states),
            )
            return [
                Why(status_of(letter), code, enhanced, visible(text), n)
                for letter, code, enhanced, text, n in rows
            ]

    def accepted(self) -> list[tuple[float, int]]:
        """When servers accepted: moments in seconds since 1970, and how many in the step that begins there; in order.
        The steps are as long as it takes for there to be some sixty of them, and at least a second."""
        of_it = (
            f"FROM attempts AS a JOIN deliveries AS d ON d.id = a.delivery WHERE d.mailing = ? AND {ACCEPTS}"
        )
        with self._ledger.reading() as db:
            rows = db.execute(
                f"SELECT CAST(a.at AS INTEGER), count(*) {of_it} GROUP BY 1 ORDER BY 1", (self._mailing,)
            ).fetchall()
        if not rows:
            return []
        step = max(1, -(-(rows[-1][0] - rows[0][0]) // _STEPS))
        found: dict[int, int] = {}
        for second, number in rows:
            moment = second - (second - rows[0][0]) % step
            found[moment] = found.get(moment, 0) + number
        return [(float(moment), number) for moment, number in found.items()]

    def last_accepted(self) -> float:
        """When a server last took a message, in seconds since 1970; 0: none has."""
        query = (
            "SELECT a.at FROM attempts AS a CROSS JOIN deliveries AS d WHERE d.id = a.delivery"
            f" AND d.mailing = ? AND {ACCEPTS} ORDER BY a.id DESC LIMIT 1"
        )
        with self._ledger.reading() as db:
            row = db.execute(query, (self._mailing,)).fetchone()
        return float(row[0]) if row else 0.0

    def accepted_lately(self, since: float) -> int:
        """How many were accepted after a moment, in seconds since 1970; not counted beyond some thousands."""
        query = (
            f"SELECT count(*) FROM (SELECT * FROM attempts ORDER BY id DESC LIMIT {_LATELY}) AS a"
            f" JOIN deliveries AS d ON d.id = a.delivery WHERE d.mailing = ? AND a.at > ? AND {ACCEPTS}"
        )
        with self._ledger.reading() as db:
            return int(db.execute(query, (self._mailing, since)).fetchone()[0])

    # ---- who ------------------------------------------------------------------------------------------

    def people(
        self,
        states: Collection[Status] = (),
        search: str = "",
        *,
        most: int,
        after: int = 0,
        before: int = 0,
    ) -> list[Person]:
        """Recipients in the order of queueing.

        Args:
            states: only those in these; empty: whatever theirs.
            search: only those whose address or name holds this, in whatever capitals.
            most: so many at most.
            after, before: only those behind, or the last ones in front of, this `Person.id`; 0: from the first one on.
        """
        wanted = [READY, "d.mailing = ?"]
        values: list[object] = [self._mailing]
        if states:
            wanted.append("instr(?, d.state) > 0")
            values.append("".join(LETTERS.get(state, "") for state in states))
        if search:
            wanted.append("(d.address LIKE ? ESCAPE '\\' OR d.name LIKE ? ESCAPE '\\')")
            values += [_like(search)] * 2
        if after or before:
            wanted.append("d.id < ?" if before else "d.id > ?")
            values.append(before or after)
        query = (
            f"SELECT {_PERSON}{_WITH_LAST_ATTEMPT} WHERE {' AND '.join(wanted)}"
            f" ORDER BY d.id {'DESC' if before else ''} LIMIT ?"
        )
        with self._ledger.reading() as db:
            found = [_person(row) for row in db.execute(query, (*values, most))]
        return found[::-1] if before else found

    def taken_back(self) -> Iterator[Standing]:
        """Whom somebody took off the queue, and nobody has queued again; as a stream."""
        with self._ledger.reading() as db:
            yield from queueing.discarded(db, self._mailing)

    def answers(self, most: int) -> list[tuple[Person, float]]:
        """Who has answered, the last one first, and when; no program in anybody's name."""
        return self._since("answers", "automatic = 0", most)

    def complaints(self, most: int) -> list[tuple[Person, float]]:
        """Who has reported it as spam, the last one first, and when."""
        return self._since("complaints", "1 = 1", most)

    def _since(self, table: str, condition: str, most: int) -> list[tuple[Person, float]]:
        query = (
            f"SELECT {_PERSON}, max(t.at) FROM {table} AS t JOIN deliveries AS d ON d.id = t.delivery"
            " LEFT JOIN attempts AS a ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
            f" WHERE d.mailing = ? AND {condition} GROUP BY d.id, a.id ORDER BY max(t.at) DESC LIMIT ?"
        )
        with self._ledger.reading() as db:
            return [(_person(row[:-1]), row[-1]) for row in db.execute(query, (self._mailing, most))]

    def automatic(self) -> int:
        """How many were answered by a program."""
        query = (
            "SELECT count(DISTINCT t.delivery) FROM answers AS t JOIN deliveries AS d ON d.id = t.delivery"
            " WHERE d.mailing = ? AND automatic <> 0"
        )
        with self._ledger.reading() as db:
            return int(db.execute(query, (self._mailing,)).fetchone()[0])

    def among(self, canonicals: Collection[str]) -> list[str]:
        """Those of these canonical addresses to which it went, or was to go."""
        query = f"SELECT 1 FROM deliveries WHERE mailing = ? AND canonical = ? AND {READY}"
        with self._ledger.reading() as db:
            return [each for each in canonicals if db.execute(query, (self._mailing, each)).fetchone()]


_WITH_REASON = (Status.REJECTED, Status.DEFERRED, Status.UNCERTAIN, Status.BOUNCED)
_STEPS = 60


def _like(text: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _person(row: tuple[object, ...]) -> Person:
    key, address, name, language, letter, code, enhanced, text, at, host, answered, complained = row
    status = status_of(str(letter))
    reply = visible(str(Outcome(status, code or 0, enhanced or "", text or "")))  # type: ignore[arg-type]
    return Person(
        key, visible(str(address)), visible(str(name)), language, status,  # type: ignore[arg-type]
        reply, at or 0.0, host or "", answered or 0.0, complained or 0.0,  # type: ignore[arg-type]
    )  # fmt: skip
