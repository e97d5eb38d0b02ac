"""What one thing that goes wrong comes to: every stage, every kind of fault, every way of sending, and senders killed.

    python benchmarks/delivery/scenarios.py

Each scenario is a mailing to 40 people (tests/support/scenarios.py). Something goes wrong once; then the server is as
it should be, another sender goes on, and the ledger is held against what the server accepted. Exit code 1 if anybody
got it twice or was forgotten, the ledger says what is not so, or more are uncertain than were on the wire.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.scenarios import MODES, Came, play, scenarios

_NUMBERS = ("uncertain", "at most", "undelivered", "twice", "lost", "wrong")


def numbers(came: list[Came]) -> list[str]:
    each = [one.compared for one in came]
    columns = (
        sum(len(one.uncertain) for one in each),
        sum(one.scenario.at_most for one in came),
        sum(len(one.undelivered) for one in each),
        sum(len(one.twice) for one in each),
        sum(len(one.lost) for one in each),
        sum(len(one.wrong) for one in each),
    )
    return [str(number) for number in columns]


def show(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=MODES, help="all, unless named")
    parser.add_argument("--stage", help="all, unless named")
    options = parser.parse_args()
    results: list[Came] = []
    show("mode", "stage", "what", *_NUMBERS)
    print("|---|---|---" + "|---" * len(_NUMBERS) + "|")
    for scenario in scenarios():
        if options.mode in (None, scenario.mode) and options.stage in (None, scenario.stage):
            with tempfile.TemporaryDirectory() as folder:
                came = play(scenario, Path(folder) / "ledger.db")
            results.append(came)
            show(
                scenario.mode,
                scenario.stage,
                scenario.what,
                *numbers([came]),
                *([] if came.good else ["BAD"]),
            )
            if not came.good:
                print(came, file=sys.stderr)
    print()
    show("mode", "scenarios", *_NUMBERS)
    print("|---|---" + "|---" * len(_NUMBERS) + "|")
    for mode in MODES:
        if mine := [came for came in results if came.scenario.mode == mode]:
            show(mode, str(len(mine)), *numbers(mine))
    return any(not came.good for came in results)


if __name__ == "__main__":
    raise SystemExit(main())
