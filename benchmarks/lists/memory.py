"""How much memory each command that looks at lists needs, and how long it takes, whatever the list is like.

    python benchmarks/lists/memory.py --rows 1000000

Each command runs in a process of its own, whose peak resident memory the system tells (not on Windows). The lists are
invented: people as in reading.py; one person in all rows; rows of which none can be used; people who are all suppressed,
by as many lines of suppressed.csv; and a short list beside that.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reading import write_list

from mailer.workspace import make_workspace

COMMANDS = {
    "lists": ("lists",),
    "lists show": ("lists", "show", "long"),
    "lists show --json": ("lists", "show", "long", "--json"),
    "lists check": ("lists", "check", "long"),
    "lists check --json": ("lists", "check", "long", "--json"),
    "lists diff": ("lists", "diff", "long", "../other.csv"),
    "lists add": ("lists", "add", "../other.csv", "--as", "added", "--replace"),
    "check RELEASE": ("check", "harbour-report", "--list", "long"),
    "check RELEASE --json": ("check", "harbour-report", "--list", "long", "--json"),
}
SHAPES = ("people", "duplicates", "to be mended", "suppressed", "short, many suppressed")
_SPAWN = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024), os.waitstatus_to_exitcode(status))
"""
"""By a small process of its own: a child begins with what its parent has."""


def prepare(root: Path, shape: str, rows: int) -> None:
    """The lists of a shape, in a new workspace."""
    lists = make_workspace(root).lists
    write_list(root.parent / "other.csv", rows)
    number = 20 if shape.startswith("short") else rows
    if shape == "people":
        write_list(lists / "long.csv", rows)
    else:
        at = "@@" if shape == "to be mended" else "@"
        with (lists / "long.csv").open("w", encoding="utf-8") as file:
            file.write("email,name,outlet,language,tags\n")
            file.writelines(
                f'desk.{0 if shape == "duplicates" else n}{at}example.net,José {n},Outlet {n % 997},es,"a, b"\n'
                for n in range(number)
            )
    if "suppressed" in shape:
        with (lists / "suppressed.csv").open("a", encoding="utf-8") as file:
            file.writelines(
                f"desk.{n}@example.net,unsubscribed,2026-01-{n % 28 + 1:02},link\n" for n in range(rows)
            )


def measure(command: tuple[str, ...], root: Path) -> tuple[float, float]:
    """Peak MB, and seconds."""
    with (root / ".said").open("wb") as said:
        spawn = [sys.executable, "-I", "-S", "-c", _SPAWN, "/bin/sh", "-c", 'exec "$0" "$@" >.said 2>&1']
        start = time.perf_counter()
        ran = subprocess.run(
            [*spawn, sys.executable, "-m", "mailer", *command],
            cwd=root, stdout=subprocess.PIPE, stderr=said, check=True, text=True,
        )  # fmt: skip
    memory, code = ran.stdout.split()
    if code not in "01":
        raise SystemExit((root / ".said").read_text("utf-8", "replace"))
    return float(memory), time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--command", action="append", choices=COMMANDS, help="only this one; repeatable")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="only this one; repeatable")
    options = parser.parse_args()
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    print(f"| {options.rows:,} rows | command | peak MB | seconds |\n|---|---|---:|---:|")
    for shape in options.shape or SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "office"
            prepare(root, shape, options.rows)
            for name in options.command or COMMANDS:
                memory, seconds = measure(COMMANDS[name], root)
                print(f"| {shape} | `{name}` | {memory:.0f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
