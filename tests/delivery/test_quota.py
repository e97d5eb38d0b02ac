"""A quota that is used up: when there is room again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from support.places import Place
from support.smtp_mailing import queued

from mailer.delivery import Ledger
from mailer.delivery.quota import room_again

DAY = 86_400
LISBON = "Europe/Lisbon"
NOW = datetime(2026, 11, 24, 13, 0, tzinfo=ZoneInfo(LISBON)).timestamp()


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with Ledger(place) as ledger:
        queued(ledger, 3)
        yield ledger


def answered(ledger: Ledger, *hours_ago: float, code: int = 250) -> None:
    with ledger.writing() as db:
        for hours in hours_ago:
            db.execute(
                "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (1, ?, ?, '', '', '')",
                (NOW - hours * 3600, code),
            )


def test_the_oldest_message_makes_room_first(ledger: Ledger) -> None:
    answered(ledger, 22.9, 20, 1)
    assert room_again(ledger, DAY, LISBON, NOW) == (
        "The ledger shows 3 accepted since yesterday at 14:06: room again for the first of them today at 14:06 at the "
        "latest, for all tomorrow at 12:00 (Europe/Lisbon)."
    )


def test_only_what_servers_took_in_that_time_counts(ledger: Ledger) -> None:
    answered(ledger, 30)
    answered(ledger, 20, code=550)
    answered(ledger, 10)
    told = room_again(ledger, DAY, "", NOW)
    assert told.startswith("The ledger shows 1 accepted since today at 03:00: room again for the first")
    assert told.endswith("tomorrow at 03:00 at the latest (UTC).")


def test_where_others_used_it_up_the_whole_time_is_told(ledger: Ledger) -> None:
    assert room_again(ledger, DAY, LISBON, NOW) == (
        "The ledger knows of no message in that time: room again tomorrow at 13:00 at the latest (Europe/Lisbon)."
    )
