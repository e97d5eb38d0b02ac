"""A whole mailing through a server that misbehaves, by senders that are killed: who got what in the end?

    python benchmarks/delivery/kill_and_fault.py --count 20000

Each sender is killed (SIGKILL) after a second or so, and another goes on. The server drops, resets and
refuses at random, after acceptance too. In the end the ledger is held against what the server accepted.
Exit code 1 if anybody got it twice, or the ledger says anything that is not so.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import RELEASE, draft, entries

from mailer.delivery import Ledger
from mailer.model import Status

SENDER = Path(__file__).resolve().parent.parent.parent / "tests/support/smtp_sender.py"
KINDS = {
    "MAIL": ("drop", "reset", "421", "4xx", "garbage"),
    "RCPT": ("drop", "reset", "421", "4xx", "garbage"),
    "DATA": ("drop", "reset", "4xx"),
    "body": ("drop", "reset"),
    "dot": ("drop", "reset", "421", "4xx", "garbage", "accepted-then-dropped"),
}


def faults(count: int, chance: random.Random) -> list[Fault]:
    return [
        Fault(stage, chance.choice(kinds), number)
        for stage, kinds in KINDS.items()
        for number in range(1, count * 2)
        if chance.random() < 0.003
    ]


def run(
    path: Path, server: FaultyServer, mode: str, chance: random.Random, seconds: float
) -> tuple[int, int]:
    killed = started = 0
    while True:
        with Ledger(path) as ledger:
            counts = ledger.counts(RELEASE)
        if not any(
            counts.get(state) for state in (Status.QUEUED, Status.DEFERRED, Status.SENDING, Status.DOT)
        ):
            return started, killed
        sender = subprocess.Popen([sys.executable, str(SENDER), str(path), str(server.port), mode])
        started += 1
        try:
            sender.wait(0.5 + chance.random() * seconds)
        except subprocess.TimeoutExpired:
            sender.kill()
            sender.wait()
            killed += 1
        time.sleep(0.1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--mode", default="processes", choices=("pipelining", "chunking", "processes"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0, help="that a sender lives, at most")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    extensions = ("PIPELINING", *(["CHUNKING"] if options.mode == "chunking" else []))
    with tempfile.TemporaryDirectory() as folder, FaultyServer(extensions=extensions) as server:
        path = Path(folder) / "ledger.db"
        server.faults.extend(faults(options.count, chance))
        with Ledger(path) as ledger:
            ledger.queue(draft(paragraphs=5), entries(options.count))
        started, killed = run(path, server, options.mode, chance, options.seconds)
        time.sleep(0.5)
        with Ledger(path) as ledger:
            found = {line.address: line.state for line in ledger.recipients(RELEASE)}
    times = Counter(address for address, _ in server.accepted)
    wrong = [
        f"{address}: {state}, but the server took {times[address]}"
        for address, state in found.items()
        if times[address] > 1
        or (state is Status.ACCEPTED and times[address] != 1)
        or (state not in (Status.ACCEPTED, Status.UNCERTAIN) and times[address])
    ]
    uncertain = [address for address, state in found.items() if state is Status.UNCERTAIN]
    print(
        f"{options.count:,} recipients, {started} senders, {killed} of them killed, {len(server.faults)} faults"
    )
    print(f"states: { {state.value: number for state, number in Counter(found.values()).items()} }")
    print(f"uncertain: {len(uncertain)}, of whom {sum(times[a] for a in uncertain)} have it")
    print(f"twice: {sum(number > 1 for number in times.values())}; wrong in the ledger: {len(wrong)}")
    print(*wrong[:20], sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
