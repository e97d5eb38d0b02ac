"""A ledger of an office that has been at work for a while: something in every table, somebody in every state."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailer.bounces.register import MailRegister
from mailer.delivery import (
    Entry,
    Feedback,
    FrozenEdition,
    History,
    Ledger,
    Order,
    SmtpTransport,
    Snapshot,
    Snapshots,
    deliver,
)
from mailer.delivery.consent import Offers, Requests
from mailer.delivery.ledger.store import Connection
from mailer.delivery.ledger.tables import TABLES
from mailer.settings import Rate
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, draft, entries, settings

REFUSED, PUT_OFF, FORGOTTEN = "reporter3@example.net", "reporter4@example.net", "reporter5@example.net"
ODD = "josé.niño@example.net"


def make(path: Path) -> None:
    """Makes it in a file."""
    with Ledger(path) as ledger:
        _sent(ledger)
        _came_back(ledger)
        _correction(ledger)
        _asked_and_given(ledger)
        History(ledger).forget(FORGOTTEN)


def _sent(ledger: Ledger) -> None:
    refuse = {REFUSED: "550 5.1.1 no such user", PUT_OFF: "450 4.2.1 mailbox busy, later"}
    with FaultyServer(refuse=refuse) as server:
        everybody = [
            *entries(9),
            Entry(ODD, "José.Niño@example.net", "José “Pepe” Niño\u2028", "es", {"outlet": "¿Qué?"}),
        ]
        mailing = ledger.queue(
            draft(), everybody, Order("send", 10, "ab" * 32, giver="ana@here", planned=0.0)
        )
        deliver(mailing, ledger, SmtpTransport(settings(server.port), QUICK), schedule=QUICK, max_wait=0,
                rates=(Rate(6000, 60),))  # fmt: skip


def _came_back(ledger: Ledger) -> None:
    register = MailRegister(ledger)
    tokens, feedback = _tokens(ledger), Feedback(ledger)
    feedback.bounced(
        tokens["reporter6@example.net"], soft=False, enhanced="5.1.1", text="no such user", at=1e9 + 1 / 3
    )
    feedback.bounced(tokens["reporter7@example.net"], soft=True, enhanced="4.2.2", text="full", at=1e9 + 0.1)
    feedback.complained(tokens["reporter8@example.net"], 1e9 + 0.2)
    answered = register.by_token(tokens["reporter9@example.net"])
    assert answered is not None
    register.answered(answered, datetime(2026, 3, 3, 9, 0, 5, 123456, UTC), automatic=True)
    register.remember(b"a mail that came back")
    register.has_read("INBOX", 1_234_567_890_123, 77)


def _tokens(ledger: Ledger) -> dict[str, str]:
    with ledger.reading() as db:
        return dict(db.execute("SELECT canonical, token FROM deliveries").fetchall())


def _correction(ledger: Ledger) -> None:
    told = replace(draft("correction"), follows=RELEASE, supersedes=True, kind="correction", zone="Europe/Madrid",
                   day="2026-03-03", embargo=2e9)  # fmt: skip
    spanish = FrozenEdition("corregido", b'{"frozen": "\xc3\xb1"}', words="cd" * 32)
    told = replace(told, editions={**told.editions, "es": spanish})
    ledger.queue(told, entries(6), Order("send", 6, "ef" * 32, planned=4e9, giver="ana@here"))
    third = ledger.queue(draft("third"), entries(4))
    ledger.discard(third, Order("discard", 4, "01" * 32, giver="benito@here"))
    ledger.queue(draft("fourth"), entries(5))


def _asked_and_given(ledger: Ledger) -> None:
    offers, mailing = Offers(ledger), ledger.mailing("fourth")
    _, nonce = offers.make("fourth", {"number": 5})
    offers.give(nonce, "ana@here", leaves=time.time() + 1e6)
    offers.make("not-yet-queued", {"number": 1})
    Requests(ledger).ask(mailing.id, "pause", "benito@here")
    editions = {"en": b"\x00\xff{}", "es": b"{}"}
    Snapshots(ledger).keep(Snapshot("fourth", 1e9 + 0.7, "ana@here", editions, "Ana", b"\x00" * 64, "signed"))


def rows_of(db: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All that a ledger holds, table by table; every table has something."""
    return dict(_all(db))


def _all(db: Connection) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    for table in TABLES:
        columns = [column for column in table.columns if column != "sequence"]
        rows = sorted(db.execute(f"SELECT {', '.join(columns)} FROM {table.name}").fetchall(), key=repr)
        assert rows, f"the example has something in {table.name}"
        yield table.name, rows
