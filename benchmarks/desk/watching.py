"""How long the watch page takes with many recipients: `python benchmarks/desk/watching.py [--people 100000]`.

The pages are asked for as a browser does, of a desk in a process of its own; the ledger is as after a mailing in which some
were refused, put off, left in doubt and left over. Before each question somebody writes into the ledger, so that nothing that
was counted before holds; `again` is the same question of a ledger that nobody has written to since.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import httpx
from support.browser import entered, serving
from support.own_office import make_own_office
from support.smtp_mailing import draft

from mailer.delivery import Entry, Ledger, Order, Requests

LARGE = ("gmail.com", "outlook.com", "post.example", "gazette.example")
PAGES = {
    "the page": "/m/1",
    "where it stands": "/m/1/now",
    "pictures, and what came back": "/m/1/report",
    "the last page of people": "/m/1/people?before=1000000000",
    "people by name": "/m/1/people?q=reporter.9999",
    "nobody of a name": "/m/1/people?q=zebra",
    "people in doubt": "/m/1/people?state=uncertain",
}


def entries(number: int, chance: random.Random) -> Iterator[Entry]:
    for n in range(number):
        domain = chance.choice(LARGE) if chance.random() < 0.5 else f"paper{chance.randrange(2000)}.example"
        address = f"reporter.{n}@{domain}"
        yield Entry(address, address, f"Reporter {n}", "en", {"first_name": "Ana", "outlet": "The Gull"})


def fill(path: Path, number: int) -> None:
    chance = random.Random("a mailing is watched")
    with Ledger(path) as ledger:
        ledger.queue(
            draft("harbour-report"), entries(number, chance), Order("send", number, "", giver="ana@harbour")
        )
        begun, states, attempts = time.time() - 7200, [], []
        ways = {
            "a": (250, "2.0.0", "queued as"),
            "r": (550, "5.1.1", "no such user"),
            "d": (450, "4.7.1", "try later"),
            "u": (0, "", "the connection broke"),
        }
        with ledger.writing() as db:
            for n, (key,) in enumerate(db.execute("SELECT id FROM deliveries").fetchall()):
                state = chance.choices("ardu", (97, 1.5, 0.5, 0.1))[0] if chance.random() < 0.99 else "q"
                states.append((state, key))
                if state != "q":
                    code, enhanced, text = ways[state]
                    attempts.append((key, begun + n * 0.05, code, enhanced, f"{text} {n}", "mx.example"))
            db.executemany("UPDATE deliveries SET state = ? WHERE id = ?", states)
            db.executemany(
                "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, ?, ?, ?, ?)",
                attempts,
            )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=9)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_own_office(Path(folder) / "office")
        fill(workspace.ledger, given.people)
        with serving("desk", "--no-browser", cwd=workspace.root) as url, entered(url) as client:
            for name, path in PAGES.items():
                anew = [asked(client, path, workspace.ledger) for _ in range(given.rounds)]
                time.sleep(1.2)
                asked(client, path)
                again = [asked(client, path) for _ in range(given.rounds)]
                print(f"{name:>30}: {milliseconds(anew)}; again {milliseconds(again)}")


def asked(client: httpx.Client, path: str, written: Path | None = None) -> float:
    if written:
        with Ledger(written) as ledger:
            Requests(ledger).ask(1, "go on", "ana@harbour")
    begun = time.perf_counter()
    answer = client.get(path, headers={"HX-Request": "true"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return time.perf_counter() - begun


def milliseconds(took: list[float]) -> str:
    return f"{statistics.median(took) * 1000:4.0f} ms (best {min(took) * 1000:4.0f})"


if __name__ == "__main__":
    main()
