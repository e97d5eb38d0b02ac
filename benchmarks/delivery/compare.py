"""Messages a second of mailer, of Postfix's smtp-source, and of the tools that people use for this.

    python benchmarks/delivery/compare.py                  # sinks, encryption, signing, a ledger on disk
    python benchmarks/delivery/compare.py --peers          # and nodemailer, mailmerge, yagmail, redmail, Django
    python benchmarks/delivery/compare.py --rounds 5 --count 20000

Every round runs all of them, one after the other, into the same server; the table has medians, and each one's
ratio to smtp-source's median. Peers are installed into a temporary folder from their registries.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import mailing
import peers
from servers import HERE, fast_sink, program, smtp_sink

Contender = Callable[[int], float]


def smtp_source(count: int, size: int) -> Contender:
    def run(port: int) -> float:
        command = [
            program("smtp-source"),
            "-d",
            "-s",
            "8",
            "-m",
            str(count),
            "-l",
            str(size),
            f"127.0.0.1:{port}",
        ]
        started = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return count / (time.monotonic() - started)

    return run


def with_mailer(count: int, *more: str) -> Contender:
    def run(port: int) -> float:
        command = [sys.executable, str(HERE / "send.py"), "--port", str(port), "--count", str(count), *more]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert result["accepted"] == count and not result["halted"], result
        return float(result["per_second"])

    return run


def contenders(options: argparse.Namespace, folder: Path) -> dict[str, Contender]:
    size, count = mailing.octets(), options.count
    key = folder / "dkim.pem"
    subprocess.run([program("openssl"), "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    found = {
        "smtp-source -d -s 8": smtp_source(count, size),
        "mailer, DATA": with_mailer(count),
        "mailer, DATA, one process": with_mailer(count, "--processes", "1"),
        "mailer, SMTP_WINDOW=8 (BDAT)": with_mailer(count, "--window", "8"),
        "mailer, DATA, ledger on disk": with_mailer(count, "--folder", options.disk),
        "mailer, DATA, DKIM (RSA 2048)": with_mailer(count, "--dkim-key", str(key)),
    }
    if options.peers:
        found |= peers.install(folder, options.peer_count)
    return found


def table(server: Callable[[], AbstractContextManager[int]], found: dict[str, Contender], rounds: int) -> str:
    speeds: dict[str, list[float]] = {name: [] for name in found}
    with server() as port:
        for number in range(rounds):
            for name, run in found.items():
                speeds[name].append(run(port))
                print(f"  round {number + 1}: {name}: {speeds[name][-1]:.0f}/s", file=sys.stderr)
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    yardstick = next(iter(medians.values()))
    lines = ["| | messages/s | ratio |", "|---|---|---|"]
    lines += [f"| {name} | {median:,.0f} | {median / yardstick:.3f} |" for name, median in medians.items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--peer-count", type=int, default=300, help="messages for each of the slower tools")
    parser.add_argument("--disk", default=".", help="a folder on a disk, for the ledger")
    parser.add_argument("--sink", choices=("smtp-sink", "fast", "both"), default="both")
    options = parser.parse_args()
    print(f"One message has {mailing.octets():,} octets.\n")
    with tempfile.TemporaryDirectory() as folder:
        found = contenders(options, Path(folder))
        for name, server in {"smtp-sink": smtp_sink, "fast": fast_sink}.items():
            if options.sink in (name, "both"):
                print(f"Into {name}, {options.count:,} messages, medians of {options.rounds}:\n")
                print(table(server, found, options.rounds), "\n", flush=True)


if __name__ == "__main__":
    main()
