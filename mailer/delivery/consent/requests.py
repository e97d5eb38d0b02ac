"""Requests: what somebody asks of whoever sends a mailing, while it is being sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailer.delivery.ledger import Ledger

Kind = Literal["pause", "go on", "stop"]


_COLUMNS = "id, kind, at, giver, heard"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        at: in seconds since 1970.
        giver: a user and a machine.
        heard: the token of the mailing's holder (hold.py) that heeds it; "": nobody does, or does yet.
    """

    id: int
    kind: Kind
    at: float
    giver: str
    heard: str = ""


class Requests:
    """The requests of a ledger.

    Args:
        ledger: where they are kept.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def ask(self, mailing: int, kind: Kind, giver: str) -> None:
        """Writes one down; whoever sends reads it within a second."""
        with self._ledger.writing(durable=True) as db:
            db.execute(
                "INSERT INTO requests (mailing, kind, at, giver) VALUES (?, ?, ?, ?)",
                (mailing, kind, self._ledger.store.wall(), giver),
            )

    def newest(self, mailing: int, after: int = 0) -> Request | None:
        """The last one, if it came after that of this id: a sender heeds none from before its own time."""
        with self._ledger.reading() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM requests WHERE mailing = ? AND id > ? ORDER BY id DESC LIMIT 1",
                (mailing, after),
            ).fetchone()
        return Request(*row) if row else None

    def all(self, mailing: int) -> list[Request]:
        """All that was ever asked, oldest first."""
        with self._ledger.reading() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM requests WHERE mailing = ? ORDER BY id", (mailing,))
            return [Request(*row) for row in rows]

    def hear(self, request: Request, holder: str) -> None:
        """Writes down that a holder heeds it, for whoever asked."""
        with self._ledger.writing() as db:
            db.execute("UPDATE requests SET heard = ? WHERE id = ?", (holder, request.id))
