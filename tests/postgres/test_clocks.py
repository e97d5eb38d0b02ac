"""Only the database's clock counts: a computer whose own is wrong sends neither sooner nor later."""

from __future__ import annotations

import time

import pytest
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, queued, settings

from mailer.delivery import Ledger, Order, SmtpTransport, deliver

HOUR = 3600.0


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
def test_the_planned_time_is_the_database_s(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    mailing, right = queued(ledger, 2), time.time
    planned = ledger.clock()() + 2
    ledger.order(mailing, Order("send", 2, "", planned=planned))
    monkeypatch.setattr(time, "time", lambda: right() + ahead)
    arrived: list[float] = []
    with FaultyServer(
        hook=lambda stage, when: arrived.append(right()) if stage == "MAIL" else None
    ) as server:
        transport = SmtpTransport(settings(server.port), QUICK)
        assert deliver(mailing, ledger, transport, schedule=QUICK).finished
    assert min(arrived) >= planned


def test_a_planned_time_that_somebody_puts_off_holds_for_who_has_begun(
    ledger: Ledger, another: Ledger
) -> None:
    mailing = queued(ledger, 2)
    with ledger.claims(mailing) as claims:
        assert claims.begin()
        another.order(mailing, Order("move", 2, "", planned=another.clock()() + HOUR))
        assert claims.claim_queued() == []
    with ledger.claims(mailing) as claims:
        assert not claims.begin(), "whatever this computer's clock says"
        assert claims.planned > another.clock()()
