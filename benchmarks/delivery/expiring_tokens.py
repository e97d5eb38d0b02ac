"""A mailing that takes longer than access tokens live: who got it, and what the tokens cost.

    python benchmarks/delivery/expiring_tokens.py

2,000 messages across six lifetimes of 3 seconds: one process, three of them, BDAT, and the sender killed half way
(tests/support/expiring.py). Exit code 1 if anybody got it twice or was forgotten, or the ledger says what is not so.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.expiring import Plan, play

from mailer.model import Status

WAYS = {
    "one process": Plan(),
    "three processes": Plan(processes=3),
    "two processes, BDAT": Plan(processes=2, window=8),
    "two processes, killed": Plan(processes=2, killed=True),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--lifetime", type=float, default=3.0, help="of a token, in seconds")
    parser.add_argument("--expiries", type=int, default=6)
    options = parser.parse_args()
    print("| how | accepted | uncertain | others | tokens | shown | refreshes | outlived | seconds |")
    print("|---|---|---|---|---|---|---|---|---|")
    good = True
    for name, plan in WAYS.items():
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_DATA_HOME"] = folder  # where sign-ins are kept
            sized = replace(plan, count=options.count, lifetime=options.lifetime, expiries=options.expiries)
            came = play(Path(folder), sized)
        accepted, uncertain = came.states.get(Status.ACCEPTED, 0), came.states.get(Status.UNCERTAIN, 0)
        others = options.count - accepted - uncertain
        good = good and others == 0 and (plan.killed or uncertain == 0)
        cells = (accepted, uncertain, others, came.good, came.shown, came.refreshes, came.outlived)
        print(f"| {name} | {' | '.join(map(str, cells))} | {came.report.seconds:.0f} |", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
