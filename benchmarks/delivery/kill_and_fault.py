"""A whole mailing through a server that misbehaves, by senders that are killed: who got what in the end?

    python benchmarks/delivery/kill_and_fault.py --count 20000
    python benchmarks/delivery/kill_and_fault.py --count 6000 --mode chunking

Each sender is killed (SIGKILL) after a second or so, and another goes on. The server drops, resets and
refuses at random, at every stage, after acceptance too. In the end the ledger is held against what the server accepted.
Exit code 1 if anybody got it twice or was forgotten, the ledger says anything that is not so, or more are uncertain
than were on the wire when a sender was killed or a line broke.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.comparing import compare
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import RELEASE, addresses, draft, entries, states

from mailer.delivery import Ledger
from mailer.model import Status

SENDER = Path(__file__).resolve().parent.parent.parent / "tests/support/smtp_sender.py"
MODES = {"pipelining": (2, 1), "processes": (4, 1), "chunking": (2, 4), "window 8": (2, 8)}
"""Connections and SMTP_WINDOW of smtp_sender.py; from 4 on it is BDAT."""

_ANY = ("drop", "reset", "421", "4xx", "garbage")
KINDS = {
    "MAIL": _ANY,
    "RCPT": _ANY,
    "DATA": ("drop", "reset", "4xx"),
    "body": ("drop", "reset"),
    "dot": (*_ANY, "accepted-then-dropped"),
}
KINDS_OF_BDAT = dict.fromkeys(("RSET", "MAIL", "RCPT", "body"), _ANY) | {"dot": KINDS["dot"]}
_CHANCE = 0.003
_ANSWERS = ("421", "4xx")
"""After these the sender knows what became of whom. A server that refuses RSET leaves that open, too."""


def faults(count: int, kinds: dict[str, tuple[str, ...]], chance: random.Random) -> list[Fault]:
    return [
        Fault(stage, chance.choice(each), number)
        for stage, each in kinds.items()
        for number in range(1, count * 2)
        if chance.random() < _CHANCE
    ]


def most_uncertain(mode: str, killed: int, happened: Iterable[tuple[str, str]]) -> int:
    """A window for each connection of whoever was killed, and one for each line that broke when a message may have been
    complete on it: with DATA from its body on, with BDAT at any stage, as all of a window leaves at once."""
    connections, window = MODES[mode]
    may_be_complete = ("body", "dot") if window == 1 else tuple(KINDS_OF_BDAT)
    broke = sum(
        stage in may_be_complete and (kind not in _ANSWERS or stage == "RSET") for stage, kind in happened
    )
    return window * (connections * killed + broke)


def run(
    path: Path, server: FaultyServer, mode: str, chance: random.Random, seconds: float
) -> tuple[int, int]:
    """Sends until nobody is left to be mailed; how many senders there were, and how many of them were killed."""
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
    parser.add_argument("--mode", default="processes", choices=MODES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0, help="that a sender lives, at most")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    by_bdat = MODES[options.mode][1] > 1
    extensions = ("PIPELINING", *(["CHUNKING"] if by_bdat else []))
    with tempfile.TemporaryDirectory() as folder, FaultyServer(extensions=extensions) as server:
        path = Path(folder) / "ledger.db"
        server.faults.extend(faults(options.count, KINDS_OF_BDAT if by_bdat else KINDS, chance))
        with Ledger(path) as ledger:
            ledger.queue(draft(paragraphs=5), entries(options.count))
        started, killed = run(path, server, options.mode, chance, options.seconds)
        server.wait_until_idle()
        found = states(path)
    compared = compare(found, server.accepted, addresses(options.count))
    bound = most_uncertain(options.mode, killed, server.happened)
    verbs = Counter(line.partition(" ")[0].upper() for line in server.commands)
    print(f"{options.count:,} recipients, {started} senders, {killed} of them killed, over {verbs}")
    print(f"faults: {len(server.happened)}, {dict(Counter(stage for stage, _ in server.happened))}")
    print(f"states: { {state.value: number for state, number in Counter(found.values()).items()} }")
    print(
        f"uncertain: {len(compared.uncertain)} of at most {bound}, of whom "
        f"{len(compared.uncertain) - len(compared.undelivered)} have it"
    )
    print(
        f"twice: {len(compared.twice)}; lost: {len(compared.lost)}; wrong in the ledger: {len(compared.wrong)}"
    )
    print(*compared.twice[:10], *compared.lost[:10], *compared.wrong[:10], sep="\n")
    return not compared.good or len(compared.uncertain) > bound


if __name__ == "__main__":
    raise SystemExit(main())
