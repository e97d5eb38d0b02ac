"""The power goes again and again while mailings go out, on a disk that keeps only what it was told to sync.

    python benchmarks/delivery/power_cut.py --seeds 50

Each seed is a mailing in each mode: real senders, killed between two operations on the disk, or in one; then the
folder becomes what such a disk may have left (tests/support/power_cut.py), and the next sender, in another boot of
the machine, goes on. In the end the ledger is held against what the server accepted. Exit code 1 if anybody got it
twice or was forgotten, the ledger says anything that is not so, or more are uncertain than were claimed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.mailing_without_power import MODES, Found, mail_with_power_cuts, most_uncertain

COLUMNS = (
    "mode",
    "seeds",
    "cuts",
    "recipients",
    "uncertain",
    "at most",
    "undelivered",
    "twice",
    "lost",
    "wrong",
)


def row(mode: str, found: list[Found]) -> tuple[str, ...]:
    cuts = sum(each.cuts for each in found)
    compared = [each.compared for each in found]
    numbers = (
        len(found),
        cuts,
        sum(each.recipients for each in found),
        sum(len(each.uncertain) for each in compared),
        cuts * most_uncertain(mode),
        sum(len(each.undelivered) for each in compared),
        sum(len(each.twice) for each in compared),
        sum(len(each.lost) for each in compared),
        sum(len(each.compared.wrong) + len(each.trouble) for each in found),
    )
    return mode, *(f"{number:,}" for number in numbers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=2_000, help="recipients of a mailing")
    parser.add_argument("--cuts", type=int, default=3, help="how often the power goes in a mailing")
    parser.add_argument("--mode", choices=MODES, action="append", help="all, unless named")
    parser.add_argument("--compiler", default="cc")
    options = parser.parse_args()
    bad = False
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for mode in options.mode or MODES:
        results = []
        for seed in range(options.first, options.first + options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                found = mail_with_power_cuts(
                    Path(folder),
                    options.compiler,
                    seed,
                    recipients=options.count,
                    mode=mode,
                    cuts=options.cuts,
                )
            results.append(found)
            if not found.good or len(found.compared.uncertain) > found.cuts * most_uncertain(mode):
                bad = True
                print(f"{mode}, seed {seed}: {found}", file=sys.stderr)
        print(f"| {' | '.join(row(mode, results))} |", flush=True)
    return bad


if __name__ == "__main__":
    raise SystemExit(main())
