"""How long `mailer --help` takes beside `python -c "import click"`, in turn: `python benchmarks/startup/measure.py`."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

OURS = (sys.executable, "-m", "mailer", "--help")
PEER = (sys.executable, "-c", "import click")


def seconds(command: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=15)
    rounds = arguments.parse_args().rounds
    seconds(OURS), seconds(PEER)  # the first run fills the file system's cache
    pairs = [(seconds(OURS), seconds(PEER)) for _ in range(rounds)]
    ours, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(
        f"mailer --help {ours * 1000:.0f} ms, import click {peer * 1000:.0f} ms, ratio {ratio:.2f} (medians of {rounds})"
    )


if __name__ == "__main__":
    main()
