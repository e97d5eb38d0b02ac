"""A million recipients, queued in PostgreSQL and sent once by several workers to a fast sink: how long, with how much
memory, and whether claims are still quick when the tables have seen it all.

    python benchmarks/postgres/million.py
    python benchmarks/postgres/million.py --recipients 100000 --workers 2

The sink keeps a list of who got what. Each tenth is a row of the table: what the server says of the two statements that
are said most often (pg_stat_statements), how large the table and its indexes are, and how many of its rows are dead.
Exit code 1 if anybody got it twice, or not at all.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.counting_sink import CountingSink
from support.database_workers import Job, Workers
from support.postgres import Postgres
from support.smtp_mailing import RELEASE, addresses, draft, entries

from mailer.delivery import Ledger
from mailer.workspace.database_url import DatabaseUrl

_MEAN = (
    "SELECT coalesce(sum(total_exec_time) / nullif(sum(calls), 0), 0) FROM pg_stat_statements"
    " WHERE query LIKE '%{}%' AND query NOT LIKE '%pg_stat%'"
)
_STANDS = (
    "SELECT pg_table_size('mailer.deliveries') / 1e6, pg_indexes_size('mailer.deliveries') / 1e6, n_dead_tup"
    " FROM pg_stat_user_tables WHERE relname = 'deliveries'"
)


class Watch:
    """Prints a row for each tenth."""

    def __init__(self, server: Postgres, place: DatabaseUrl, recipients: int) -> None:
        self._server, self._name = server, place.url.partition("@/")[2].partition("?")[0]
        self._step, self._began, self._rows = recipients / 10, time.monotonic(), 0
        self._since, self._before = self._began, 0
        self.memory = 0.0
        self._ask("CREATE EXTENSION pg_stat_statements")
        print(
            "| sent | messages/s | claim, ms | step, ms | table, MB | indexes, MB | dead rows | a worker, MB |"
        )
        print("|---|---|---|---|---|---|---|---|")

    def _ask(self, statement: str) -> list[float]:
        rows = self._server.say(statement, self._name)
        return [float(value) for value in rows[0] if value != ""] if rows else []

    def look(self, taken: int, memory: float) -> None:
        self.memory = max(self.memory, memory)
        if taken < self._step * (self._rows + 1):
            return
        self._rows = int(taken / self._step)
        now = time.monotonic()
        rate = (taken - self._before) / (now - self._since)
        [claim], [step] = self._ask(_MEAN.format("WITH mine%LIMIT")), self._ask(_MEAN.format("WITH heard"))
        table, indexes, dead = self._ask(_STANDS)
        print(
            f"| {taken:,} | {rate:,.0f} | {claim:.2f} | {step:.2f} | {table:,.0f} | {indexes:,.0f} | {dead:,.0f}"
            f" | {self.memory:.0f} |",
            flush=True,
        )
        self._since, self._before = now, taken
        self._ask("SELECT pg_stat_statements_reset()")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4, help="of each worker")
    parser.add_argument("--folder", default="/tmp", help="where the database lies")
    parser.add_argument("--paragraphs", type=int, default=5, help="of the message")
    parser.add_argument("--minutes", type=float, default=60, help="after which it is given up")
    parser.add_argument("--safe", action="store_true", help="the server waits for the disk")
    options = parser.parse_args()
    with (
        Postgres(
            safe=options.safe, parent=options.folder, shared_preload_libraries="pg_stat_statements"
        ) as server,
        CountingSink() as sink,
    ):
        place, began = server.database(), time.monotonic()
        with Ledger(place) as ledger:
            ledger.queue(draft(paragraphs=options.paragraphs), entries(options.recipients))
        queued = time.monotonic() - began
        print(f"{options.recipients:,} recipients queued in {queued:.0f} s\n", flush=True)
        watch, began = Watch(server, place, options.recipients), time.monotonic()
        workers = Workers([Job(place, RELEASE, sink.port, options.connections)] * options.workers)
        workers.tend()
        while workers.at_work and time.monotonic() - began < options.minutes * 60:
            time.sleep(1)
            workers.tend(begin=False)
            watch.look(sink.taken(), workers.memory())
        left = list(workers.end(1))
        seconds = time.monotonic() - began
        times = Counter(arrival.address for arrival in sink.arrivals())
        twice = sum(number > 1 for number in times.values())
        lost = options.recipients - len(times.keys() & set(addresses(options.recipients)))
        with Ledger(place) as ledger:
            counts = {str(state): number for state, number in ledger.counts(RELEASE).items()}
    print(
        f"\nsent in {seconds:,.0f} s by {options.workers} workers, {len(times) / seconds:,.0f}/s, the largest of"
        f" {watch.memory:.0f} MB; twice: {twice}; lost: {lost}; the ledger: {counts}; hung: {len(left)}"
    )
    return bool(twice or lost or left)


if __name__ == "__main__":
    raise SystemExit(main())
