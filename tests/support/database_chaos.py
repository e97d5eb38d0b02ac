"""Workers on one mailing in PostgreSQL that are killed, stopped, cut off, and whose database crashes: who got what in the
end?"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from mailer.delivery import Ledger
from mailer.workspace.database_url import DatabaseUrl
from support.comparing import Compared, compare
from support.counting_sink import CountingSink
from support.database_workers import Job, Workers
from support.postgres import Postgres
from support.smtp_mailing import addresses, draft, entries
from support.unsteady_line import UnsteadyLines

WEIGHTS = {"kill": 7, "stop": 5, "drop": 3, "hang": 2, "late": 3}
_WAITING = "SELECT count(*) FROM mailer.deliveries WHERE mailing = {} AND state IN ('q', 's', '.', 'd')"
_PATIENCE = 60.0
"""Seconds in which everything comes to its end, once nothing happens any more."""


@dataclass(frozen=True)
class Trial:
    """
    Attributes:
        seed: what happens when; what comes of it is chance's all the same.
        troubles: how many things happen, unless the mailing ends before.
        crashes: of the database.
        lease: seconds.
    """

    seed: int
    recipients: int = 2_000
    workers: int = 3
    connections: int = 3
    troubles: int = 20
    crashes: int = 0
    lease: float = 1.5


@dataclass(frozen=True)
class Trouble:
    """What happens `after` so many seconds, to which worker, for how long."""

    after: float
    what: str
    whom: int
    seconds: float


def troubles(trial: Trial) -> Iterator[Trouble]:
    """What a seed stands for."""
    chance = random.Random(trial.seed)
    crashing = set(chance.sample(range(trial.troubles), trial.crashes))
    for number in range(trial.troubles):
        [what] = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        seconds = trial.lease * (
            chance.uniform(0.1, 0.9) if chance.random() < 0.3 else chance.uniform(1.1, 2.5)
        )
        after, whom = chance.uniform(0.02, 0.5), chance.randrange(trial.workers)
        yield Trouble(after, "crash" if number in crashing else what, whom, seconds)


@dataclass(frozen=True)
class Came:
    """What a trial came to.

    Attributes:
        happened: how often what did.
        most: how many may be uncertain: whoever was on a connection of one that was killed, stopped or cut off.
        stuck: workers that did not come to their end; broken: that ended with a traceback.
        waiting: recipients who are left in the queue.
    """

    trial: Trial
    compared: Compared
    happened: Mapping[str, int]
    most: int
    states: Mapping[str, int]
    stuck: int
    broken: int
    waiting: int
    seconds: float

    @property
    def good(self) -> bool:
        well = not (self.stuck or self.broken or self.waiting)
        return self.compared.good and well and len(self.compared.uncertain) <= self.most

    def __str__(self) -> str:
        c = self.compared
        happened = ", ".join(f"{number} {what}" for what, number in sorted(self.happened.items()))
        bad = "".join(
            f"; {name}: {', '.join(values[:5])}"
            for name, values in (("TWICE", c.twice), ("LOST", c.lost), ("WRONG", c.wrong)) if values
        )  # fmt: skip
        bad += f"; STUCK: {self.stuck}, BROKEN: {self.broken}, LEFT: {self.waiting}" * (
            bool(self.stuck or self.broken or self.waiting)
        )
        return (
            f"seed {self.trial.seed}: {'good' if self.good else 'BAD'}, {self.seconds:.0f} s: {happened}; uncertain"
            f" {len(c.uncertain)} of at most {self.most}, of whom {len(c.uncertain) - len(c.undelivered)} have it;"
            f" twice {len(c.twice)}, lost {len(c.lost)}, wrong {len(c.wrong)}{bad}"
        )


class Watch:
    """Looks at the ledger past the lines."""

    def __init__(self, place: DatabaseUrl) -> None:
        self._place = place

    def ask(self, query: str) -> list[Any]:
        import psycopg

        with closing(psycopg.connect(self._place.url, autocommit=True)) as db:
            return db.execute(query.encode()).fetchall()

    def waiting(self, mailing: int) -> int:
        return int(self.ask(_WAITING.format(mailing))[0][0])


def mail_with_trouble(
    trial: Trial, postgres: Postgres, place: DatabaseUrl, sink: CountingSink, log: Any = None
) -> Came:
    """One mailing, with all that happens meanwhile; then a calm worker for the rest."""
    started = time.monotonic()
    release = f"chaos-{trial.seed}"
    with Ledger(place) as ledger:
        mailing = ledger.queue(draft(release, paragraphs=5), entries(trial.recipients)).id
    sink.arrivals()
    watch = Watch(place)
    with UnsteadyLines(postgres.folder / ".s.PGSQL.5432", trial.workers) as lines:
        workers = Workers(
            [
                Job(through(place, port), release, sink.port, trial.connections, trial.lease, log=log)
                for port in lines.ports
            ]
        )
        happened = _be_troubled(trial, workers, lines, postgres, watch, mailing)
        stuck = _come_to_rest(workers, watch, mailing)
    calm = Workers([Job(place, release, sink.port, trial.connections, trial.lease, log=log)])
    calm.tend()
    stuck += len(list(calm.end(_PATIENCE)))
    with Ledger(place) as ledger:
        found = {line.address: line.state for line in ledger.recipients(release)}
    compared = compare(
        found, [(arrival.address, b"") for arrival in sink.arrivals()], addresses(trial.recipients)
    )
    return Came(
        trial, compared, happened, _most_uncertain(trial, happened), Counter(map(str, found.values())), stuck,
        workers.broken + calm.broken, watch.waiting(mailing), time.monotonic() - started,
    )  # fmt: skip


def through(place: DatabaseUrl, port: int) -> DatabaseUrl:
    """The same database, over a line."""
    name = place.url.partition("@/")[2].partition("?")[0]
    return DatabaseUrl(f"postgresql://owner@127.0.0.1:{port}/{name}?sslmode=disable&gssencmode=disable")


def _be_troubled(
    trial: Trial, workers: Workers, lines: UnsteadyLines, postgres: Postgres, watch: Watch, mailing: int
) -> Counter[str]:
    happened: Counter[str] = Counter()
    for trouble in troubles(trial):
        until = time.monotonic() + trouble.after
        while (left := until - time.monotonic()) > 0:
            workers.tend()
            time.sleep(min(left, 0.02))
        workers.tend()
        if not watch.waiting(mailing):
            break
        happened[trouble.what] += _happens(trouble, workers, lines, postgres)
    return happened


def _happens(trouble: Trouble, workers: Workers, lines: UnsteadyLines, postgres: Postgres) -> bool:
    if trouble.what == "kill":
        return workers.kill(trouble.whom)
    if trouble.what == "stop":
        return workers.stop(trouble.whom, trouble.seconds)
    if trouble.what == "crash":
        postgres.stop("immediate")
        workers.tend()
        time.sleep(trouble.seconds / 10)
        postgres.start()
        postgres.until_it_answers()
    elif trouble.what == "drop":
        lines.drop(trouble.whom)
    else:
        (lines.hang if trouble.what == "hang" else lines.late)(trouble.whom, trouble.seconds)
    return True


def _come_to_rest(workers: Workers, watch: Watch, mailing: int) -> int:
    """Nothing happens any more: they go on until nobody is left; how many hang, and one more if somebody is left."""
    until = time.monotonic() + _PATIENCE
    while watch.waiting(mailing) and time.monotonic() < until:
        workers.tend()
        time.sleep(0.1)
    return (time.monotonic() >= until) + len(list(workers.end(_PATIENCE)))


def _most_uncertain(trial: Trial, happened: Mapping[str, int]) -> int:
    one = sum(number for what, number in happened.items() if what != "crash")
    return trial.connections * (one + trial.workers * happened.get("crash", 0))
