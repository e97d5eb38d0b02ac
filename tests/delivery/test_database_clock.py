"""A worker's clock is an hour wrong, either way: nothing changes. Only the database's counts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.counting_sink import CountingSink, most_within
from support.postgres import Postgres
from support.smtp_mailing import RELEASE, addresses, queued

from mailer.delivery import Ledger
from mailer.model import Status

TESTS = Path(__file__).resolve().parent.parent
WORKER = """
import sys, time
from mailer.settings import Rate
from mailer.workspace.database_url import DatabaseUrl
from support.database_workers import Job, work
print(time.time(), flush=True)
place, release, port, lease = sys.argv[1:]
work(Job(DatabaseUrl(place), release, int(port), 2, float(lease), (Rate(20, 2),)))
"""


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    return postgres


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_an_hour_wrong(
    server: Postgres, program: Callable[[str], str], hours: int
) -> None:
    """Leases, the rate and what is deferred go by the database's clock, so neither of them takes the other's away, sends
    too much, or waits."""
    place = server.database()
    with Ledger(place) as ledger:
        queued(ledger, 80)
    wrong = [program("faketime"), "-f", f"{hours:+d}h"]
    with CountingSink(program("cc")) as sink:
        command = [sys.executable, "-c", WORKER, place.url, RELEASE, str(sink.port), "5"]
        environment = os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"}
        workers = [
            subprocess.Popen([*clock, *command], stdout=subprocess.PIPE, text=True, env=environment)
            for clock in ([], wrong)
        ]
        began = time.time()
        said = [worker.communicate(timeout=120)[0] for worker in workers]
        arrivals = sink.arrivals()
    assert [worker.returncode for worker in workers] == [0, 0]
    assert abs(float(said[1]) - began - hours * 3600) < 60, "its clock was wrong"
    assert sorted(arrival.address for arrival in arrivals) == sorted(addresses(80))
    assert most_within(2, arrivals) <= 20
    assert arrivals[-1].at - arrivals[0].at < 60, "nobody waited for an hour"
    with Ledger(place) as ledger, ledger.reading() as db:
        assert ledger.counts(RELEASE) == {Status.ACCEPTED: 80}
        assert db.execute("SELECT count(*) FROM workers WHERE reaped").fetchone() == (0,)
        [earliest, latest] = db.execute("SELECT min(at), max(at) FROM attempts").fetchone()
    assert abs(earliest - began) < 120
    assert abs(latest - began) < 120
