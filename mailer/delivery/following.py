"""A correction, update or withdrawal and the release that it follows."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator

from mailer.delivery.orders import superseded
from mailer.delivery.records import UNKNOWN, Reached, status_of

REACHED, WAITING = ("a", "u", "."), ("q", "d", "s")
"""States of those who have the earlier release, or may have it; and of those who were still to get it."""


def people(db: sqlite3.Connection, mailing: int, domain: str, states: tuple[str, ...]) -> Iterator[Reached]:
    """Recipients of a mailing in these states. Who has nothing yet has no Message-ID to follow.

    Raises:
        LedgerError: somebody is in a state that nobody knows: they may be one of these.
    """
    for canonical, address, name, language, fields, token, state in db.execute(
        "SELECT canonical, address, name, language, fields, token, state FROM deliveries"  # noqa: S608
        f" WHERE mailing = ? AND (instr(?, state) OR {UNKNOWN}) AND address <> '' ORDER BY id",
        (mailing, "".join(states)),
    ):
        status_of(db, state)
        message_id = f"<{token}@{domain}>" if state in REACHED else ""
        yield Reached(canonical, address, name, language, json.loads(fields), message_id)


def supersede(db: sqlite3.Connection, followed: str, by: str) -> int:
    """What was still to be sent of the earlier release is never sent: nobody is to get a text known to be wrong.

    A process that is sending it right now finds them gone: not one more final dot leaves.

    Returns:
        How many deliveries were taken off the queue.
    """
    waiting = (
        "SELECT d.id FROM deliveries AS d JOIN mailings AS m ON m.id = mailing"
        " WHERE release = ? AND instr('qds', state)"
    )
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"  # noqa: S608 - a constant
        f" SELECT id, ?, 0, '', ?, '' FROM ({waiting})",
        (time.time(), superseded(by), followed),
    )
    return db.execute(f"UPDATE deliveries SET state = 'r' WHERE id IN ({waiting})", (followed,)).rowcount  # noqa: S608
