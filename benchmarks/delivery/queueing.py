"""How long queueing a large list keeps others from the ledger: `python benchmarks/delivery/queueing.py [--count 250000]`.

One process queues; another writes to the same ledger all the while, as a second mailing does before each of its dots.
Prints how long the queueing took, how many writes the other one did meanwhile, and the longest that one of them waited,
also as a ratio to the longest before.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.smtp_mailing import draft, rendered

from mailer.delivery import Entry, Ledger
from mailer.message import Addressee, Head, compile_message
from mailer.model import Mailbox


def entries(count: int) -> Iterator[Entry]:
    """Everybody, each message composed once, as `mailer send` does."""
    composition = compile_message(rendered(), Head(Mailbox("press@example.org", "Lantern Coast Foundation")))
    for number in range(count):
        address, values = f"reporter{number}@example.net", {"first_name": "Ana", "outlet": "Gull & Sons"}
        composition.fill(Addressee(address, "Ana Ruiz", values, "<rehearsal@example.org>"))
        yield Entry(address, address, "Ana Ruiz", "en", values)


def queue(path: Path, count: int, begun: multiprocessing.Event, took: multiprocessing.Value) -> None:
    with Ledger(path) as ledger:
        begun.set()
        started = time.monotonic()
        ledger.queue(draft("large"), entries(count))
        took.value = time.monotonic() - started


def longest_write(path: Path, going_on: object) -> tuple[int, float]:
    writes, longest = 0, 0.0
    with Ledger(path) as ledger:
        while going_on():
            started = time.monotonic()
            with ledger.writing() as db:
                db.execute("UPDATE mailings SET subject = subject WHERE release = 'small'")
            longest = max(longest, time.monotonic() - started)
            writes += 1
            time.sleep(0.001)
    return writes, longest


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=250_000)
    count = arguments.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger(path) as ledger:
            ledger.queue(draft("small"), [Entry("a@example.net", "a@example.net", "", "en", {})])
        until = time.monotonic() + 2
        _, alone = longest_write(path, lambda: time.monotonic() < until)
        begun, took = multiprocessing.Event(), multiprocessing.Value("d", 0.0)
        process = multiprocessing.Process(target=queue, args=(path, count, begun, took))
        process.start()
        begun.wait()
        writes, longest = longest_write(path, process.is_alive)
        process.join()
        print(
            f"{count:,} queued in {took.value:.1f} s; {writes:,} writes by somebody else meanwhile, the longest {longest:.2f} s"
        )
        print(f"({longest / alone:.0f} times the longest with nobody queueing)")


if __name__ == "__main__":
    main()
