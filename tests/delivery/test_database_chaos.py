"""Workers on one mailing in PostgreSQL are killed, stopped past their leases and cut off, and the database crashes: nobody
gets it twice, nobody is forgotten. benchmarks/postgres/chaos.py does it at length."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support import postgres
from support.counting_sink import CountingSink, most_within
from support.database_chaos import Trial, mail_with_trouble
from support.database_workers import Job, Workers
from support.postgres import Postgres
from support.smtp_mailing import RELEASE, addresses, queued

from mailer.delivery import Ledger
from mailer.model import Status
from mailer.settings import Rate


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    postgres.must_be_there()
    with Postgres(safe=True) as running:
        yield running


@pytest.fixture
def sink(program: Callable[[str], str]) -> Iterator[CountingSink]:
    with CountingSink(program("cc"), per_second=30) as running:
        yield running


@pytest.mark.parametrize(("seed", "crashes"), [(1, 0), (2, 1), (3, 2)])
def test_nobody_twice_and_nobody_forgotten(
    server: Postgres, sink: CountingSink, seed: int, crashes: int
) -> None:
    trial = Trial(seed, recipients=400, workers=2, connections=2, troubles=10, crashes=crashes, lease=1.0)
    came = mail_with_trouble(trial, server, server.database(), sink)
    assert came.good, came
    assert sum(came.happened.values()) > 3, "it was troubled"


def test_three_workers_keep_one_rate(server: Postgres, program: Callable[[str], str]) -> None:
    """Each has connections for more; what the sink saw is what counts."""
    place, rate = server.database(), Rate(40, 2)
    with Ledger(place) as ledger:
        queued(ledger, 150)
    with CountingSink(program("cc")) as sink:
        workers = Workers([Job(place, RELEASE, sink.port, 2, rates=(rate,))] * 3)
        workers.tend()
        assert list(workers.end(100)) == []
        arrivals = sink.arrivals()
    assert sorted(arrival.address for arrival in arrivals) == sorted(addresses(150))
    assert most_within(rate.seconds, arrivals) <= rate.messages
    with Ledger(place) as ledger:
        assert ledger.counts(RELEASE) == {Status.ACCEPTED: 150}
