"""What the ledger knows of people: where each stands, and who gets what follows a release."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from mailer.delivery.ledger.queueing import superseded
from mailer.delivery.ledger.records import (
    LEFT_NOWHERE,
    LETTERS,
    MAY_HAVE_IT,
    REJECTED,
    UNKNOWN,
    EarlierRecipient,
    Standing,
    status_of,
)
from mailer.delivery.ledger.store import Connection, streamed
from mailer.model import Outcome, Status
from mailer.visible import visible


def standings(db: Connection, mailing: int, states: tuple[Status, ...]) -> Iterator[Standing]:
    """Where each recipient of a mailing stands who is in one of these states, in the order of queueing.

    Raises:
        LedgerError: somebody is in a state that nobody knows.
    """
    for address, state, tries, code, enhanced, text, at, host in streamed(
        db,
        "SELECT address, state, (SELECT count(*) FROM attempts WHERE delivery = d.id),"
        " code, enhanced, text, at, host FROM deliveries AS d LEFT JOIN attempts AS a"
        " ON a.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
        f" WHERE mailing = ? AND (instr(?, state) > 0 OR {UNKNOWN}) ORDER BY d.id",
        (mailing, "".join(LETTERS.get(state, "") for state in states)),
    ):
        status = status_of(state)
        reply = visible(
            str(Outcome(status, code or 0, enhanced or "", text or ""))
        )  # older ones were kept raw
        yield Standing(address, status, reply, at or 0.0, host or "", tries)


# ---- who gets what follows ---------------------------------------------------------------------------


def recipients_in(db: Connection, mailing: int, domain: str, states: str) -> Iterator[EarlierRecipient]:
    """Recipients of a mailing in these states. Who has nothing yet has no Message-ID to follow.

    Raises:
        LedgerError: somebody is in a state that nobody knows: they may be one of these.
    """
    for canonical, address, name, language, fields, token, parent, state in streamed(
        db,
        "SELECT canonical, address, name, language, fields, token, in_reply_to, state FROM deliveries"
        f" WHERE mailing = ? AND (instr(?, state) > 0 OR {UNKNOWN}) AND address <> '' ORDER BY id",
        (mailing, states),
    ):
        status_of(state)
        message_id = f"<{token}@{domain}>" if state in MAY_HAVE_IT else ""
        yield EarlierRecipient(canonical, address, name, language, json.loads(fields), message_id, parent)


def supersede(db: Connection, followed: str, by: str, row_lock: str = "") -> int:
    """What was still to be sent of the earlier release is never sent: nobody is to get a text known to be wrong.

    A process that is sending it right now finds them gone: not one more final dot leaves.

    Args:
        row_lock: see `Store`: between what is told of them and that they are taken off, none of their dots leaves.

    Returns:
        How many deliveries were taken off the queue.
    """
    theirs = (
        f"FROM deliveries WHERE instr('{LEFT_NOWHERE}', state) > 0"
        " AND mailing = (SELECT id FROM mailings WHERE release = ?)"
    )
    db.execute(f"SELECT count(*) FROM (SELECT id {theirs}{row_lock}) AS locked", (followed,))
    db.execute(
        "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
        f" SELECT id, ?, 0, '', ?, '' {theirs}",
        (time.time(), superseded(by), followed),
    )
    return db.execute(
        f"UPDATE deliveries SET state = '{REJECTED}' WHERE id IN (SELECT id {theirs})", (followed,)
    ).rowcount
