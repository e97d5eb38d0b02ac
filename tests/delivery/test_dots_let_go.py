"""Final dots leave one connection after the other: whatever fails at one of them leaves nobody in doubt at the next."""

from __future__ import annotations

import selectors

import pytest
from support.places import Place
from support.smtp_mailing import addresses, queued, states

from mailer.delivery import Ledger, deliver, dots
from mailer.delivery.dots import Dots
from mailer.delivery.transport import Parcel, Work
from mailer.errors import LedgerError
from mailer.model import Status


class Connection:
    """With a message that is complete but for its end."""

    def __init__(self, work: Work) -> None:
        parcel = work.take()
        assert parcel
        self.ready: list[Parcel] = [parcel]


class FailsAfterTheFirst:
    """A transport of three connections: the dots of all may leave, one does, and then the ledger fails."""

    def carry(self, work: Work) -> None:
        with selectors.DefaultSelector() as selector:
            asking = Dots[Connection](work, selector)
            asking.ask([Connection(work) for _ in range(3)])
            try:
                for _ in asking.let_go():
                    raise LedgerError("The ledger is full.")
            finally:
                asking.drop()


def test_who_comes_after_a_failure_is_in_no_doubt(place: Place) -> None:
    with Ledger(place) as ledger:
        mailing = queued(ledger, 3)
        with pytest.raises(LedgerError, match="is full"):
            deliver(mailing, ledger, FailsAfterTheFirst())
    first, *others = addresses(3)
    assert states(place) == {first: Status.UNCERTAIN} | dict.fromkeys(others, Status.QUEUED)


class NeverFresh:
    """A transport of two connections, over a ledger that takes longer to permit than a permission holds."""

    def __init__(self) -> None:
        self.left = 0

    def carry(self, work: Work) -> None:
        with selectors.DefaultSelector() as selector:
            asking = Dots[Connection](work, selector)
            asking.ask([Connection(work) for _ in range(2)])
            try:
                for _ in asking.let_go():
                    self.left += 1
            finally:
                asking.drop()


def test_a_ledger_that_never_permits_in_time_ends_the_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No dot leaves by a permission that is too old, however often it was asked for; nor is it for ever."""
    monkeypatch.setattr(dots, "PERMITTED_FOR", 0.0)
    transport = NeverFresh()
    with Ledger(place) as ledger:
        mailing = queued(ledger, 2)
        with pytest.raises(LedgerError, match="too long"):
            deliver(mailing, ledger, transport)
    assert not transport.left
    assert set(states(place).values()) == {Status.QUEUED}
