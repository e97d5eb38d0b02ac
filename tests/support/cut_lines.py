"""A mailing by senders on several computers, whose lines to the office are cut and joined: who got what in the end?"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailer.delivery import Ledger
from mailer.workspace.database_url import DatabaseUrl
from support.comparing import Compared, compare
from support.counting_sink import CountingSink
from support.database_chaos import Watch
from support.database_workers import Job, Workers
from support.namespaces import Computers
from support.postgres import Postgres
from support.smtp_mailing import addresses, draft, entries

LEASE = 1.0
_ANSWER = 2.0
"""Seconds in which the mail server must answer: by some cuts connections are lost, others they live to see mended."""
_PATIENCE = 90.0
"""Seconds in which everything comes to its end once all lines are joined: TCP waits longer after each loss."""


@dataclass(frozen=True)
class Office:
    """A database and a mail server that several computers reach."""

    computers: Computers
    postgres: Postgres
    sink: CountingSink

    def __post_init__(self) -> None:
        with (self.postgres.data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write(f"host all all {self.computers.net} trust\n")


@contextmanager
def office(ip: str, compiler: str, number: int, per_second: float) -> Iterator[Office]:
    """
    Args:
        number: of computers.
        per_second: messages on each connection.
    """
    with (
        Computers(ip, number) as computers,
        CountingSink(compiler, per_second, computers.host) as sink,
    ):
        made = Office(computers, Postgres(listen_addresses=computers.host), sink)
        with made.postgres:
            yield made


@dataclass(frozen=True)
class Came:
    """
    Attributes:
        cuts: how often a line was cut while somebody waited; killed: after how many the sender behind it was killed.
        most: how many may be uncertain: whoever was on a connection of a line that was cut.
        stuck: workers that did not come to their end; broken: that ended with a traceback.
    """

    seed: int
    compared: Compared
    cuts: int
    killed: int
    most: int
    waiting: int
    stuck: int
    broken: int

    @property
    def good(self) -> bool:
        well = not (self.stuck or self.broken or self.waiting)
        return self.compared.good and well and len(self.compared.uncertain) <= self.most

    def __str__(self) -> str:
        c = self.compared
        return (
            f"seed {self.seed}: {'good' if self.good else 'BAD'}: {self.cuts} cuts, {self.killed} killed; uncertain {len(c.uncertain)} of at most"
            f" {self.most}; twice {len(c.twice)}, lost {len(c.lost)}, wrong {len(c.wrong)}; left {self.waiting},"
            f" stuck {self.stuck}, broken {self.broken}"
        )


def mail_with_cut_lines(office: Office, seed: int, recipients: int, connections: int, cuts: int) -> Came:
    """Each cut is of one computer's line, for a while that is shorter or longer than a lease; after some of them nobody
    hears of its sender again, and another one is begun there. In the end a calm sender takes what came back late."""
    chance, release = random.Random(seed), f"cut-{seed}"
    place = office.postgres.ledger()
    name = place.url.partition("@/")[2].partition("?")[0]
    there = DatabaseUrl(
        f"postgresql://owner@{office.computers.host}/{name}?sslmode=disable&gssencmode=disable"
    )
    with Ledger(place) as ledger:
        mailing = ledger.queue(draft(release, paragraphs=5), entries(recipients)).id
    office.sink.arrivals()
    watch, host, port = Watch(place), office.sink.host, office.sink.port
    workers = Workers(
        [
            Job(there, release, port, connections, LEASE, host=host, patience=_ANSWER, namespace=namespace)
            for namespace in office.computers.namespaces
        ]
    )
    done = killed = 0
    for _ in range(cuts):
        _tend(workers, chance.uniform(0.1, 0.8))
        if not watch.waiting(mailing):
            break
        number = chance.randrange(len(office.computers.namespaces))
        office.computers.cut(number)
        done += 1
        if chance.random() < 0.4:
            killed += workers.kill(number)
        _tend(
            workers, LEASE * (chance.uniform(0.1, 0.9) if chance.random() < 0.3 else chance.uniform(1.5, 3))
        )
        office.computers.join(number)
    stuck = _come_to_rest(workers, watch, mailing)
    calm = Workers([Job(place, release, port, connections, LEASE, host=host)])
    calm.tend()
    stuck += len(list(calm.end(_PATIENCE)))
    with Ledger(place) as ledger:
        found = {line.address: line.state for line in ledger.recipients(release)}
    taken = [(arrival.address, b"") for arrival in office.sink.arrivals()]
    left = watch.waiting(mailing)
    office.postgres.drop(place)
    return Came(
        seed,
        compare(found, taken, addresses(recipients)),
        done,
        killed,
        done * connections,
        left,
        stuck,
        workers.broken + calm.broken,
    )


def _tend(workers: Workers, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        workers.tend()
        time.sleep(0.02)


def _come_to_rest(workers: Workers, watch: Watch, mailing: int) -> int:
    """How many hang."""
    until = time.monotonic() + _PATIENCE
    while watch.waiting(mailing) and time.monotonic() < until:
        _tend(workers, 0.1)
    return len(list(workers.end(_PATIENCE)))
