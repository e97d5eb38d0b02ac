"""How fast, and in how much memory, lists are read: ours beside Python's csv, email-validator and pandas.

    python benchmarks/lists/reading.py --rows 1000000 --rounds 3

Each reading runs in a process of its own, whose peak resident memory is taken. The list is invented and
always the same. pandas is measured where it is installed.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

FIRST = ("Ana", "José", "Bo", "Jean-Luc", "Priya", "Omar", "Zoë")
DOMAINS = ("example.com", "example.net", "news.example.org", "paper.example")
LANGUAGES = ("es", "en", "fr", "pt-BR", "")


def write_list(path: Path, rows: int) -> None:
    """A list with eight columns; one row in a hundred is a duplicate, one in a thousand has no usable address."""
    rnd = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["email", "first name", "last name", "outlet", "language", "tags", "beat", "country"])
        for number in range(rows):
            who = number - 50 if number % 100 == 99 else number
            address = f"desk.{who}@{DOMAINS[who % 4]}" if number % 1000 else f"desk.{who}@@example"
            tags = "climate, coast" if number % 3 else "politics"
            out.writerow(
                [address, rnd.choice(FIRST), f"Ruiz {number}", f"Outlet {number % 997}", rnd.choice(LANGUAGES), tags,
                 f"beat {number % 10}", "Mexico"]
            )  # fmt: skip


def with_csv(path: Path) -> int:
    """Python's csv alone: no address is looked at."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for row in csv.DictReader(file) if row["email"])


def with_validator(path: Path) -> int:
    """csv, and email-validator on every address, as its documentation shows."""
    from email_validator import EmailNotValidError, validate_email

    number = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                validate_email(row["email"], check_deliverability=False)
                number += 1
            except EmailNotValidError:
                pass
    return number


def with_pandas(path: Path) -> int:
    """pandas.read_csv: the whole list in memory, no address looked at."""
    import pandas

    return int(pandas.read_csv(path)["email"].count())


def ours_reading(path: Path) -> int:
    """`read_list`: every row a recipient with a checked address, or a problem with line and reason."""
    from mailer.press import read_list

    return sum(1 for _ in read_list(path).rows())


def ours_audience(path: Path) -> int:
    """`read_audience`: the same, everybody once, suppressions honoured, on disk and ready to be sent to."""
    from mailer.press import Choice, read_audience
    from mailer.workspace import Workspace

    audience = read_audience(Workspace(path.parent), Choice(lists=(str(path),)))
    return len(audience.recipients) + len(audience.left_out)


READERS: dict[str, Callable[[Path], int]] = {
    "csv.DictReader": with_csv,
    "csv + email-validator": with_validator,
    "pandas.read_csv": with_pandas,
    "mailer read_list": ours_reading,
    "mailer read_audience": ours_audience,
}


def measure(reader: str, path: Path) -> tuple[float, float]:
    """Seconds and peak resident MB of one reading, in a fresh process."""
    command = [sys.executable, __file__, "--one", reader, str(path)]
    seconds, memory = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(memory)


def one(reader: str, path: Path) -> None:
    start = time.perf_counter()
    READERS[reader](path)
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--small", type=int, default=20_000, help="rows of the short list, for the memory's growth"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]))
        return
    readers = [name for name in READERS if name != "pandas.read_csv" or find_spec("pandas")]
    with tempfile.TemporaryDirectory() as folder:
        long, short = Path(folder) / "long.csv", Path(folder) / "short.csv"
        (Path(folder) / "lists").mkdir()
        (Path(folder) / "lists" / "suppressed.csv").write_text(
            "address,reason,date,source\n"
        )  # or nobody is mailed
        write_list(long, options.rows)
        write_list(short, options.small)
        print(f"| reader | seconds | rows/s | peak MB at {options.small:,} | peak MB at {options.rows:,} |")
        print("|---|---:|---:|---:|---:|")
        results: dict[str, list[tuple[float, float]]] = {name: [] for name in readers}
        for _ in range(options.rounds):
            for name in readers:  # in turn, so that a busy moment of the machine falls on all
                results[name].append(measure(name, long))
        for name in readers:
            seconds = statistics.median(seconds for seconds, _ in results[name])
            memory = statistics.median(memory for _, memory in results[name])
            small = statistics.median(measure(name, short)[1] for _ in range(options.rounds))
            print(f"| {name} | {seconds:.1f} | {options.rows / seconds:,.0f} | {small:.0f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
