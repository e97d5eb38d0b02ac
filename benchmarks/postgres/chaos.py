"""Workers on one mailing in PostgreSQL are killed, stopped past their leases, cut off from the database, and the database
crashes: who got what in the end?

    python benchmarks/postgres/chaos.py --seeds 200
    python benchmarks/postgres/chaos.py --seed 17            # what happened in one of them, again

Each seed is a mailing and what happens to it (tests/support/database_chaos.py): SIGKILL, SIGSTOP for longer than a lease and
SIGCONT, a line to the database that breaks, falls silent, or delivers a statement seconds after its sender has given it
up; in every fourth, the server is stopped with `pg_ctl -m immediate`, in every twentieth five times. Leases are of
1.5 s instead of 60. The sink writes down who got what before it answers; nothing kills it. In the end a calm worker
sends the rest, and the ledger is held against the sink's list. Exit code 1 if anybody got it twice or was forgotten, the
ledger says anything that is not so, or more are uncertain than were on the wire when something happened.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.counting_sink import CountingSink
from support.database_chaos import Came, Trial, mail_with_trouble
from support.postgres import Postgres


def trial(seed: int, options: argparse.Namespace) -> Trial:
    crashes = 5 if seed % 20 == 0 else seed % 4 == 1
    return Trial(
        seed,
        options.recipients,
        options.workers,
        options.connections,
        options.troubles,
        crashes,
        options.lease,
    )


def told(found: list[Came]) -> str:
    """All seeds together."""
    happened: Counter[str] = Counter()
    for came in found:
        happened.update(came.happened)
    compared = [came.compared for came in found]
    uncertain = sum(len(each.uncertain) for each in compared)
    return (
        f"{len(found)} seeds, {sum(came.trial.recipients for came in found):,} recipients: "
        f"{', '.join(f'{number:,} {what}' for what, number in sorted(happened.items()))}\n"
        f"twice: {sum(len(each.twice) for each in compared)}; lost: {sum(len(each.lost) for each in compared)}; "
        f"wrong in the ledger: {sum(len(each.wrong) for each in compared)}; uncertain: {uncertain:,} of at most "
        f"{sum(came.most for came in found):,}, of whom "
        f"{uncertain - sum(len(each.undelivered) for each in compared):,} have it; "
        f"seeds that are not good: {sum(not came.good for came in found)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--recipients", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--connections", type=int, default=3, help="of each worker")
    parser.add_argument("--troubles", type=int, default=20, help="things that happen in a mailing")
    parser.add_argument("--lease", type=float, default=1.5, help="seconds")
    parser.add_argument("--per-second", type=float, default=60, help="messages on each connection")
    parser.add_argument("--log", type=Path, help="a file for what workers ended with")
    options = parser.parse_args()
    seeds = [options.seed] if options.seed else range(options.first, options.first + options.seeds)
    found: list[Came] = []
    with (
        TemporaryDirectory(),
        Postgres(safe=True) as postgres,
        CountingSink(per_second=options.per_second) as sink,
    ):
        place = postgres.database()
        for seed in seeds:
            found.append(mail_with_trouble(trial(seed, options), postgres, place, sink, options.log))
            print(found[-1], flush=True)
    print(told(found))
    return not all(came.good for came in found)


if __name__ == "__main__":
    raise SystemExit(main())
