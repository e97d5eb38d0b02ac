"""What a wish costs: alone, with a long suppressed.csv, and with very many others.

    python benchmarks/unsubscribe/measure.py --rounds 1000

`mailer unsubscribe-server` runs twice, in a workspace where suppressed.csv has ten lines and in one where it has
100,000, and gets a wish of somebody new in turn, each on a connection of its own. Then 2,000 come at once while
500 connections have begun a request and don't go on; and the process is killed with SIGKILL in the middle of 2,000 more.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.unsubscribing import all_at_once, exchange, off, request, serving, slow_connections, status

from mailer.press import Suppressions
from mailer.workspace import Workspace, make_workspace

SHORT, LONG = 10, 100_000


def office(folder: Path, lines: int) -> Workspace:
    workspace = make_workspace(folder / f"with-{lines}")
    rows = (f"left{n}@example{n % 7}.net,unsubscribed,2026-01-02,one-click\n" for n in range(lines))
    workspace.suppressed.write_text("address,reason,date,source\n" + "".join(rows), encoding="utf-8")
    return workspace


def wish(port: int, address: str) -> float:
    """Seconds from connecting to the end of the answer."""
    asked = request(address)
    begun = time.perf_counter()
    answer = exchange(port, asked)
    took = time.perf_counter() - begun
    assert status(answer) == 200, answer[:100]
    return took


def latency(folder: Path, rounds: int) -> None:
    with serving(office(folder, SHORT)) as short, serving(office(folder, LONG)) as long:
        for n in range(20):
            wish(short.port, f"warm{n}@example.org"), wish(long.port, f"warm{n}@example.org")
        pairs = [
            (wish(short.port, f"reader{n}@example.org"), wish(long.port, f"reader{n}@example.org"))
            for n in range(rounds)
        ]
    sides = [sorted(column) for column in zip(*pairs, strict=True)]
    medians = [statistics.median(side) * 1000 for side in sides]
    p99 = [side[int(len(side) * 0.99)] * 1000 for side in sides]
    print("lines of suppressed.csv, median ms, 99th percentile ms")
    for number, lines in enumerate((SHORT, LONG)):
        print(f"{lines:,}, {medians[number]:.1f}, {p99[number]:.1f}")
    print(f"ratio {medians[1] / medians[0]:.2f}, {p99[1] / p99[0]:.2f}")


def flood(folder: Path, number: int, slow: int) -> None:
    workspace = office(folder / "flood", LONG)
    everybody = [f"reader{n}@example.org" for n in range(number)]
    with serving(workspace) as server, slow_connections(server.port, slow):
        begun = time.perf_counter()
        answers = all_at_once(server.port, everybody)
        took = time.perf_counter() - begun
        kept = sum(code == 200 for code in answers.values())
        there = len(set(everybody) & off(workspace))
    print(
        f"{number:,} at once beside {slow} slow ones: {kept:,} answered 200 within {took:.1f} s, {there:,} off at once"
    )


def killed(folder: Path, number: int) -> None:
    workspace = office(folder / "killed", SHORT)
    everybody = [f"reader{n}@example.org" for n in range(number)]
    answers: dict[str, int] = {}
    with serving(workspace) as server:
        posting = threading.Thread(target=lambda: answers.update(all_at_once(server.port, everybody)))
        posting.start()
        while len(Suppressions(workspace.suppressed)) < SHORT + number // 4:
            time.sleep(0.02)
        server.kill()
        posting.join()
    told = {address for address, code in answers.items() if code == 200}
    lost = told - off(workspace)
    print(f"killed among {number:,}: {len(told):,} had been answered 200, {len(lost)} of them lost")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    arguments.add_argument("--rounds", type=int, default=1000)
    arguments.add_argument("--at-once", type=int, default=2000)
    arguments.add_argument("--slow", type=int, default=500)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="mailer-wishes-", dir=Path.cwd()) as name:
        folder = Path(name)  # not in /tmp, which may be memory: the disk is what a wish waits for
        for part in ("flood", "killed"):
            (folder / part).mkdir()
        latency(folder, given.rounds)
        flood(folder, given.at_once, given.slow)
        killed(folder, given.at_once)


if __name__ == "__main__":
    main()
