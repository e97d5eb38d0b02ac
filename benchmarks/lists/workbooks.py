"""How fast, and in how much memory, workbooks are read: ours beside pandas, python-calamine and openpyxl.

    python benchmarks/lists/workbooks.py --rows 100000 --rounds 3

Each reading runs in a process of its own: its CPU seconds and its peak resident memory are taken. The lists are
invented and always the same: five columns as a press list has them, and twelve. Readers that are not installed are
left out.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

FIRST = ("Ana", "José", "Bo", "Jean-Luc", "Priya", "Omar", "Zoë")
DOMAINS = ("example.com", "example.net", "news.example.org", "paper.example")
LANGUAGES = ("es", "en", "fr", "pt-BR", None)
HEADERS = (
    "email",
    "name",
    "outlet",
    "language",
    "tags",
    "phone",
    "beat",
    "country",
    "city",
    "since",
    "circulation",
    "notes",
)


def people(number: int, columns: int) -> Iterator[list[object]]:
    """A header, and rows of which some cells are empty; names and addresses are all different."""
    rnd = random.Random(7)
    yield list(HEADERS[:columns])
    for who in range(number):
        yield [
            f"desk.{who}@{DOMAINS[who % 4]}", f"{rnd.choice(FIRST)} Ruiz {who}", f"Outlet {who % 997}",
            rnd.choice(LANGUAGES), "climate, coast" if who % 3 else "politics", f"+52 55 {rnd.randrange(10**8):08}",
            f"beat {who % 10}", "Mexico", f"City {who % 211}", 40_000 + who % 5_000, who % 90_000,
            None if who % 4 else f"met in {who % 31}",
        ][:columns]  # fmt: skip


def write_workbook(path: Path, number: int, columns: int) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Press")
    for row in people(number, columns):
        sheet.append(row)
    book.save(path)


def with_calamine(path: Path) -> int:
    """python-calamine alone: cells, in memory."""
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


def with_pandas_calamine(path: Path) -> int:
    """pandas.read_excel over python-calamine."""
    import pandas

    return len(pandas.read_excel(path, engine="calamine"))


def with_pandas_openpyxl(path: Path) -> int:
    """pandas.read_excel over openpyxl, which is its default."""
    import pandas

    return len(pandas.read_excel(path, engine="openpyxl"))


def with_openpyxl(path: Path) -> int:
    """openpyxl alone, in its quickest way."""
    from openpyxl import load_workbook

    return sum(1 for _ in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))


def ours_rows(path: Path) -> int:
    """Every row as texts, with what is hidden and struck out, and no address looked at."""
    from mailer.press import read_list

    return sum(1 for _ in read_list(path).raw_rows())


def ours_list(path: Path) -> int:
    """`read_list`: every row a recipient with a checked address, or a problem with row and reason."""
    from mailer.press import read_list

    return sum(1 for _ in read_list(path).rows())


READERS: dict[str, tuple[str, Callable[[Path], int]]] = {
    "python-calamine": ("python_calamine", with_calamine),
    "pandas, calamine": ("pandas", with_pandas_calamine),
    "pandas, openpyxl": ("pandas", with_pandas_openpyxl),
    "openpyxl, read-only": ("openpyxl", with_openpyxl),
    "mailer, rows": ("mailer", ours_rows),
    "mailer, read_list": ("mailer", ours_list),
}


def measure(reader: str, path: Path) -> tuple[float, float]:
    """CPU seconds and peak resident MB of one reading, in a fresh process."""
    command = [sys.executable, __file__, "--one", reader, str(path)]
    seconds, memory = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(memory)


def one(reader: str, path: Path) -> None:
    start = time.process_time()
    READERS[reader][1](path)
    print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def compare(path: Path, rows: int, columns: int, rounds: int) -> None:
    readers = [name for name, (module, _) in READERS.items() if find_spec(module)]
    size = path.stat().st_size / 1e6
    print(f"\n{rows:,} rows × {columns} columns ({size:.1f} MB)\n")
    print("| reader | CPU seconds | rows a CPU second | peak MB |")
    print("|---|---:|---:|---:|")
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name in readers:  # in turn, so that a busy moment of the machine falls on all
            results[name].append(measure(name, path))
    for name in readers:
        seconds = statistics.median(seconds for seconds, _ in results[name])
        memory = statistics.median(memory for _, memory in results[name])
        print(f"| {name} | {seconds:.1f} | {rows / seconds:,.0f} | {memory:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, nargs="*", default=[5, 12])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for columns in options.columns:
            path = Path(folder) / f"{columns}.xlsx"
            write_workbook(path, options.rows, columns)
            compare(path, options.rows, columns, options.rounds)


if __name__ == "__main__":
    main()
