"""Offers: what would leave, as it was shown to somebody, until they say yes; and what became of their word."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mailer.delivery.ledger import queueing
from mailer.delivery.ledger.ledger import Ledger
from mailer.delivery.ledger.store import Connection
from mailer.errors import LedgerError

State = Literal["offered", "given", "begun", "sending", "done", "failed", "withdrawn"]
"""`begun`: a sender has it in hand, and nothing may leave yet; `sending`: from here on somebody may have it."""

GOOD_FOR = 600.0
"""Seconds in which somebody may say yes to what they have been shown."""

_COLUMNS = "id, mailing, release, what, made, expires, state, given, giver, leaves, holder, said"
AT_WORK: tuple[State, ...] = ("given", "begun", "sending")
"""What has been said yes to, and has not come to its end."""
_OPEN = f"state IN ({', '.join(map(repr, AT_WORK))})"


@dataclass(frozen=True, slots=True)
class Offer:
    """What would leave, as a page has shown it.

    Attributes:
        mailing: its id; the mailing may not be ready.
        what: JSON values only: what `pipeline` holds against the moment at which somebody says yes.
        made, expires, given, leaves: seconds since 1970; 0: not yet. Nothing of it leaves before `leaves`.
        giver: who said yes, a user and a machine.
        holder: the token of the mailing's holder (hold.py) that has it in hand; "": nobody has, or had.
        said: how it ended, for people to read.
    """

    id: int
    mailing: int
    release: str
    what: Mapping[str, Any]
    made: float
    expires: float
    state: State
    given: float
    giver: str
    leaves: float
    holder: str
    said: str


class NonceUsed(LedgerError):
    """Somebody has said yes to this very offer before.

    Attributes:
        offer: that one.
    """

    def __init__(self, offer: Offer) -> None:
        super().__init__(f"“{offer.release}” was already told to leave.", "Look at what became of it.")
        self.offer = offer


class Busy(NonceUsed):
    """Somebody has said yes to another offer of the same release, and it has not come to its end."""


class Expired(LedgerError):
    """The offer is too old, or was never made."""

    def __init__(self) -> None:
        super().__init__("What you were shown is more than ten minutes old.", "Look at it again.")


class Offers:
    """The offers of a ledger.

    Args:
        ledger: where they are kept.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def make(self, release: str, what: Mapping[str, Any], *, now: float | None = None) -> tuple[Offer, str]:
        """Writes one down, and clears away those to which nobody has said yes in their time.

        Args:
            now: seconds since 1970; the wall clock by default.

        Returns:
            The offer, and its nonce, which is kept nowhere.
        """
        nonce, now = secrets.token_urlsafe(32), time.time() if now is None else now
        with self._ledger.writing(durable=True) as db:
            db.execute("DELETE FROM offers WHERE state = 'offered' AND expires < ?", (now,))
            mailing = queueing.reserve(db, release)
            number = db.execute(
                "INSERT INTO offers (mailing, release, nonce, what, made, expires) VALUES (?, ?, ?, ?, ?, ?)"
                " RETURNING id",
                (mailing, release, _digest(nonce), json.dumps(dict(what)), now, now + GOOD_FOR),
            ).fetchone()[0]
        return self.offer(number), nonce

    def give(self, nonce: str, giver: str, *, leaves: float, now: float | None = None) -> Offer:
        """Somebody says yes: once, in time, and to no second one of the same release.

        Args:
            leaves: nothing leaves before, in seconds since 1970.

        Raises:
            Expired: there is no such offer any more.
            NonceUsed: it was given before.
            Busy: another one of the release is given or begun; who knows that its sender is gone ends it first.
        """
        now = time.time() if now is None else now
        with self._ledger.writing(durable=True) as db:
            found = _one(db, "nonce = ?", _digest(nonce))
            if found is None:
                raise Expired
            if found.state != "offered":
                raise NonceUsed(found)
            if found.expires < now:
                raise Expired
            if other := _one(db, f"mailing = ? AND {_OPEN}", found.mailing):
                raise Busy(other)
            db.execute(
                "UPDATE offers SET state = 'given', given = ?, giver = ?, leaves = ? WHERE id = ?",
                (now, giver, leaves, found.id),
            )
        return self.offer(found.id)

    def begin(self, offer: int, holder: str) -> bool:
        """A sender takes it in hand, by its token. False: another one has, or it has ended."""
        with self._ledger.writing(durable=True) as db:
            changed = db.execute(
                "UPDATE offers SET state = 'begun', holder = ? WHERE id = ? AND state = 'given'",
                (holder, offer),
            ).rowcount
        return changed == 1

    def has_hold(self, offer: Offer) -> bool:
        """Whether the last who took hold of its mailing is the sender that has it in hand. That one may be gone."""
        with self._ledger.reading() as db:
            row = db.execute("SELECT holder FROM mailings WHERE id = ?", (offer.mailing,)).fetchone()
        return bool(offer.holder and row and row[0] == offer.holder)

    def leave(self, offer: int) -> None:
        """The countdown is over, and its people are queued: from here on somebody may have it."""
        with self._ledger.writing(durable=True) as db:
            db.execute("UPDATE offers SET state = 'sending' WHERE id = ? AND state = 'begun'", (offer,))

    def end(self, offer: int, state: Literal["done", "failed", "withdrawn"], said: str = "") -> None:
        """It has come to its end, unless it had before."""
        with self._ledger.writing(durable=True) as db:
            db.execute(
                f"UPDATE offers SET state = ?, said = ? WHERE id = ? AND {_OPEN}", (state, said, offer)
            )

    def offer(self, number: int) -> Offer:
        """
        Raises:
            LedgerError: there is none of that number.
        """
        with self._ledger.reading() as db:
            found = _one(db, "id = ?", number)
        if found is None:
            raise LedgerError(f"There is no order {number} in the ledger.", "Begin at the desk's page again.")
        return found

    def found(self, nonce: str) -> Offer | None:
        """By what a page posts; None: it is too old, or was never made."""
        with self._ledger.reading() as db:
            return _one(db, "nonce = ?", _digest(nonce))

    def newest(self, mailing: int) -> Offer | None:
        """The last one of a mailing to which somebody has said yes; None: nobody ever has."""
        with self._ledger.reading() as db:
            return _one(
                db, "mailing = ? AND state <> 'offered' ORDER BY given DESC, id DESC LIMIT 1", mailing
            )

    def mailing_of(self, release: str) -> int:
        """The id of a release's mailing, which may not be ready; 0: nothing of it was ever offered, or queued."""
        with self._ledger.reading() as db:
            row = db.execute("SELECT id FROM mailings WHERE release = ?", (release,)).fetchone()
        return int(row[0]) if row else 0


def _digest(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def _one(db: Connection, condition: str, *values: object) -> Offer | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM offers WHERE {condition}", values).fetchone()
    if row is None:
        return None
    number, mailing, release, what, *rest = row
    return Offer(number, mailing, release, json.loads(what), *rest)
