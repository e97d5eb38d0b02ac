"""Several workers on one mailing in PostgreSQL under one SMTP_RATE: how many arrive in any window, as the sink sees it.

    python benchmarks/postgres/pace.py                                    # 600/minute, three workers, 1,500 recipients
    python benchmarks/postgres/pace.py --rate 14/second --recipients 300

Exit code 1 if more arrived in any window than the rate allows.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.counting_sink import CountingSink, most_within
from support.database_workers import Job, Workers
from support.postgres import Postgres
from support.smtp_mailing import RELEASE, draft, entries

from mailer.delivery import Ledger
from mailer.settings import parse_rates


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", default="600/minute")
    parser.add_argument("--recipients", type=int, default=1_500)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--connections", type=int, default=2, help="of each worker")
    options = parser.parse_args()
    rates = parse_rates(options.rate)
    with Postgres() as server, CountingSink() as sink:
        place = server.database()
        with Ledger(place) as ledger:
            ledger.queue(draft(), entries(options.recipients))
        workers = Workers(
            [Job(place, RELEASE, sink.port, options.connections, rates=rates)] * options.workers
        )
        workers.tend()
        hung = list(workers.end(7200))
        arrivals = sink.arrivals()
    seconds = arrivals[-1].at - arrivals[0].at
    print(
        f"{len(arrivals):,} messages by {options.workers} workers in {seconds:.0f} s, "
        f"{len({arrival.address for arrival in arrivals}):,} people; hung: {len(hung)}"
    )
    most = {rate: most_within(rate.seconds, arrivals) for rate in rates}
    for rate, number in most.items():
        print(f"at most {number} in any {rate.seconds} s, of {rate.messages} allowed")
    return any(number > rate.messages for rate, number in most.items())


if __name__ == "__main__":
    raise SystemExit(main())
