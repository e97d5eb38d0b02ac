"""What every transport keeps: each parcel that it took is settled or given back, and the sending comes to an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from support.places import Place
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, settings

import mailer.delivery
from mailer.delivery import Ledger, RehearsalTransport, SmtpTransport, Transport, deliver
from mailer.model import Status


@contextmanager
def rehearsing(folder: Path) -> Iterator[Transport]:
    yield RehearsalTransport(folder / "rehearsal")


@contextmanager
def over_smtp(folder: Path) -> Iterator[Transport]:
    with FaultyServer() as server:
        yield SmtpTransport(settings(server.port), QUICK)


TRANSPORTS = {RehearsalTransport: rehearsing, SmtpTransport: over_smtp}


def test_every_transport_is_here() -> None:
    offered = {getattr(mailer.delivery, name) for name in mailer.delivery.__all__} - {Transport}
    assert {each for each in offered if hasattr(each, "carry")} == set(TRANSPORTS)


@pytest.mark.parametrize("made", TRANSPORTS.values(), ids=[each.__name__ for each in TRANSPORTS])
def test_everybody_is_settled_and_nobody_twice(
    made: Callable[[Path], AbstractContextManager[Transport]], place: Place, tmp_path: Path
) -> None:
    with made(tmp_path) as transport, Ledger(place) as ledger:
        mailing = queued(ledger, 30)
        assert deliver(mailing, ledger, transport, schedule=QUICK, max_wait=0).finished
        assert ledger.counts(RELEASE) == {Status.ACCEPTED: 30}
        again = deliver(mailing, ledger, transport, schedule=QUICK, max_wait=0)
        assert again.finished
        assert ledger.counts(RELEASE) == {Status.ACCEPTED: 30}
