"""What comes back about mail that went out: that it bounced, that somebody reported it as spam."""

from __future__ import annotations

import time

from mailer.delivery.ledger.ledger import Ledger
from mailer.delivery.ledger.records import ACCEPTS, BOUNCED, Bounced, status_of
from mailer.delivery.ledger.store import Connection

SOFT_BOUNCES_COUNT_FOR = 180 * 86400
"""Seconds: a full mailbox of three years ago says nothing about today's."""


class Feedback:
    """What the ledger holds of it, over all releases.

    Args:
        ledger: where it is kept.

    Raises:
        LedgerError: from every method: it can't be read or written.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

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
        with self._ledger.writing() as db:
            self._ledger.store.index_for_bounces(db)
            return _bounced(db, token, soft, enhanced, text, time.time() if at is None else at)

    def complained(self, token: str, at: float) -> None:
        """Records that whom a mail of ours went to reported it as spam; a mail counts once, however often.

        Args:
            token: the delivery's, as in `bounced`.
            at: when, in seconds since 1970.
        """
        with self._ledger.writing() as db:
            self._ledger.store.index_for_bounces(db)
            db.execute(
                "INSERT INTO complaints (delivery, at) SELECT id, ? FROM deliveries WHERE token = ? AND address <> ''"
                " ON CONFLICT DO NOTHING",
                (at, token),
            )

    def complaints(self, since: float) -> tuple[int, int]:
        """How many people have reported a mail as spam since a moment (seconds since 1970), and how many mails a
        server has accepted since."""
        with self._ledger.reading() as db:
            people = db.execute(
                "SELECT count(DISTINCT canonical) FROM complaints AS c JOIN deliveries AS d ON d.id = delivery"
                " WHERE c.at >= ?",
                (since,),
            ).fetchone()
            accepted = db.execute(
                f"SELECT count(DISTINCT delivery) FROM attempts WHERE at >= ? AND {ACCEPTS}", (since,)
            ).fetchone()
        return int(people[0]), int(accepted[0])


def _bounced(db: Connection, token: str, soft: bool, enhanced: str, text: str, at: float) -> Bounced | None:
    row = db.execute(
        "SELECT d.id, release, canonical, address, state FROM deliveries AS d"
        " JOIN mailings ON mailings.id = mailing WHERE token = ?",
        (token,),
    ).fetchone()
    if row is None:
        return None
    delivery, release, canonical, address, state = row
    previous = status_of(state)
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, 0, ?, ?, 'bounce')",
        (delivery, at, enhanced, text),
    )
    db.execute("UPDATE deliveries SET state = ? WHERE id = ?", (BOUNCED, delivery))
    if soft:
        db.execute(
            "INSERT INTO soft_bounces (canonical, at, delivery, enhanced) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (canonical, at, delivery, enhanced),
        )
    count, first, last = db.execute(
        "SELECT count(DISTINCT delivery), min(at), max(at) FROM soft_bounces WHERE canonical = ? AND at >= ?",
        (canonical, at - SOFT_BOUNCES_COUNT_FOR),
    ).fetchone()
    days = (last - first) / 86400 if count else 0.0
    return Bounced(release, canonical, address, previous, count, days)
