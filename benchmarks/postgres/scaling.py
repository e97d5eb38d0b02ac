"""What a second, and a third and fourth, worker on one mailing in PostgreSQL is good for; and what PostgreSQL costs one.

    python benchmarks/postgres/scaling.py                    # 1, 2 and 4 workers, one connection each, 300/s a connection
    python benchmarks/postgres/scaling.py --stores           # one worker, on PostgreSQL and on a file, into a sink without limit

Rounds alternate between what is compared; the tables have medians. A rate is what the sink took between its first message
and its last one; of runs of ten seconds or more the first and the last two are left out, in which not all are at work. CPU is of whoever took it, in seconds a second: where they add up to the cores there are, the machine
is the limit, and not the protocol.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.counting_sink import CountingSink
from support.database_workers import Job, Workers
from support.postgres import Postgres
from support.smtp_mailing import draft, entries

from mailer.delivery import Ledger
from mailer.workspace.database_url import DatabaseUrl

_NUMBERS = count(1)


class Speed(NamedTuple):
    """Messages a second; seconds of CPU a second of the workers, the database, the sink, and the whole machine."""

    rate: float
    workers: float
    database: float
    sink: float
    machine: float


def machine() -> float:
    """Seconds of CPU that were not idle, of all cores together."""
    fields = list(map(int, Path("/proc/stat").read_text("ascii").split("\n")[0].split()[1:9]))
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def measure(
    place: DatabaseUrl | Path,
    recipients: int,
    workers: int,
    connections: int,
    sink: CountingSink,
    server: Postgres,
) -> Speed:
    """One mailing."""
    release = f"scaling-{next(_NUMBERS)}"
    with Ledger(place) as ledger:
        ledger.queue(draft(release), entries(recipients))
    if isinstance(place, DatabaseUrl):  # as after autovacuum, which may or may not have come by
        server.say("VACUUM ANALYZE", place.url.partition("@/")[2].partition("?")[0])
    sink.arrivals()
    team = Workers([Job(place, release, sink.port, connections)] * workers)
    before, began = (server.seconds_of_cpu(), sink.seconds_of_cpu(), machine()), time.monotonic()
    team.tend()
    own, taken = 0.0, 0
    while taken < recipients:
        time.sleep(0.2)
        own = max(own, team.seconds_of_cpu())
        team.tend(begin=False)
        taken = sink.taken()
        if not team.at_work:
            break
    left = list(team.end(30))
    passed = time.monotonic() - began
    after = (server.seconds_of_cpu(), sink.seconds_of_cpu(), machine())
    arrivals = sink.arrivals()
    assert not left and len(arrivals) == recipients == len({arrival.address for arrival in arrivals})
    rate = rate_of([arrival.at for arrival in arrivals])
    return Speed(
        rate, own / passed, *((now - then) / passed for now, then in zip(after, before, strict=True))
    )


def rate_of(moments: list[float]) -> float:
    edge = 2.0 if moments[-1] - moments[0] >= 10 else 0.0
    middle = [at for at in moments if moments[0] + edge <= at <= moments[-1] - edge]
    return (len(middle) - 1) / (middle[-1] - middle[0])


def medians(found: list[Speed]) -> Speed:
    return Speed(*(statistics.median(column) for column in zip(*found, strict=True)))


def table(what: str, found: dict[str, list[Speed]]) -> str:
    first = medians(next(iter(found.values()))).rate
    lines = [
        f"| {what} | messages/s | ratio | of each round | CPU: workers | database | sink | machine |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, speeds in found.items():
        m = medians(speeds)
        each = ", ".join(
            f"{speed.rate / base.rate:.2f}"
            for speed, base in zip(speeds, next(iter(found.values())), strict=True)
        )
        lines.append(
            f"| {name} | {m.rate:,.0f} | {m.rate / first:.2f} | {each} "
            f"| {m.workers:.2f} | {m.database:.2f} | {m.sink:.2f} | {m.machine:.2f} |"
        )
    return "\n".join(lines)


def scale(options: argparse.Namespace) -> str:
    """Weak scaling: each worker has as many recipients as one would have alone."""
    found: dict[str, list[Speed]] = {
        f"{workers} worker{'s' * (workers > 1)}": [] for workers in options.workers
    }
    with (
        Postgres(safe=options.safe, parent=options.folder) as server,
        CountingSink(per_second=options.per_second) as sink,
    ):
        for _ in range(options.rounds):
            for workers, speeds in zip(options.workers, found.values(), strict=True):
                place = server.database()
                speeds.append(measure(place, options.count * workers, workers, 1, sink, server))
                print(f"  {workers}: {speeds[-1]}", file=sys.stderr, flush=True)
    return table(f"{options.per_second:.0f}/s a connection", found)


def stores(options: argparse.Namespace) -> str:
    found: dict[str, list[Speed]] = {"a file (SQLite)": [], "PostgreSQL": []}
    with (
        Postgres(safe=options.safe, parent=options.folder) as server,
        CountingSink() as sink,
        TemporaryDirectory(dir=options.folder) as folder,
    ):
        for number in range(options.rounds):
            places = (Path(folder) / str(number) / "ledger.db", server.database())
            for place, (name, speeds) in zip(places, found.items(), strict=True):
                if isinstance(place, Path):
                    place.parent.mkdir()
                speeds.append(measure(place, options.count, 1, options.connections, sink, server))
                print(f"  {name}: {speeds[-1]}", file=sys.stderr, flush=True)
    return table(f"one worker, {options.connections} connections", found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stores", action="store_true", help="PostgreSQL beside a file")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--count", type=int, default=3_000, help="recipients for each worker")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--per-second", type=float, default=300, help="messages on each connection")
    parser.add_argument("--connections", type=int, default=8, help="with --stores")
    parser.add_argument("--folder", default="/dev/shm", help="where the ledgers lie: tmpfs by default")
    parser.add_argument("--safe", action="store_true", help="the server waits for the disk")
    options = parser.parse_args()
    print((stores if options.stores else scale)(options))


if __name__ == "__main__":
    main()
