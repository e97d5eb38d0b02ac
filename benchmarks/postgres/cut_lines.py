"""Senders on several computers, of which one's line to the database and the mail server is cut and joined: who got what in
the end?

    python benchmarks/postgres/cut_lines.py --seeds 20           # as root: it makes network namespaces
    python benchmarks/postgres/cut_lines.py --seed 7             # one of them, again

A computer is a network namespace, with a line (veth) to a bridge at which PostgreSQL and the sink listen. A cut takes the
line down for longer than a lease of 1 s, or for less: what is on it is lost, nobody is told, and TCP tries again once it
is joined. Exit code 1 if anybody got it twice or was forgotten, the ledger says anything that is not so, or more are
uncertain than were on the wire when a line was cut.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.cut_lines import Came, mail_with_cut_lines, office


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--recipients", type=int, default=2_000)
    parser.add_argument("--computers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=3, help="of each")
    parser.add_argument("--cuts", type=int, default=12, help="in a mailing")
    parser.add_argument("--per-second", type=float, default=30, help="messages on each connection")
    options = parser.parse_args()
    ip, seeds = shutil.which("ip"), [options.seed] if options.seed else range(1, options.seeds + 1)
    if ip is None:
        raise SystemExit("It needs iproute2's ip.")
    found: list[Came] = []
    with office(ip, "cc", options.computers, options.per_second) as its:
        for seed in seeds:
            found.append(
                mail_with_cut_lines(its, seed, options.recipients, options.connections, options.cuts)
            )
            print(found[-1], flush=True)
    compared = [came.compared for came in found]
    print(
        f"{len(found)} seeds, {len(found) * options.recipients:,} recipients, {sum(came.cuts for came in found):,} cuts: "
        f"twice {sum(len(c.twice) for c in compared)}, lost {sum(len(c.lost) for c in compared)}, "
        f"wrong {sum(len(c.wrong) for c in compared)}, uncertain {sum(len(c.uncertain) for c in compared)} of at most "
        f"{sum(came.most for came in found):,}; seeds that are not good: {sum(not came.good for came in found)}"
    )
    return not all(came.good for came in found)


if __name__ == "__main__":
    raise SystemExit(main())
