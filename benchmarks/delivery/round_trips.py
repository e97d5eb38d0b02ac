"""Round trips a message, on one connection over a line of 80 ms.

    python benchmarks/delivery/round_trips.py [--server postfix-port]

The proxy delays every byte by 40 ms each way. What a message costs is the time between a short and a long
mailing, divided by the messages between them and by 80 ms; so connecting and ending do not count.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import mailing
import peers
from servers import HERE, far_away, fast_sink, program

MILLISECONDS = 80.0


def cost(run: Callable[[int], float], few: int, many: int) -> float:
    """Round trips a message."""
    return (run(many) - run(few)) / (many - few) / (MILLISECONDS / 1000)


def smtp_source(port: int) -> Callable[[int], float]:
    def run(count: int) -> float:
        command = [program("smtp-source"), "-d", "-s", "1", "-m", str(count), "-l", str(mailing.octets())]
        started = time.monotonic()
        subprocess.run([*command, f"127.0.0.1:{port}"], check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - started

    return run


def with_mailer(port: int, window: int) -> Callable[[int], float]:
    def run(count: int) -> float:
        command = [sys.executable, str(HERE / "send.py"), "--port", str(port), "--count", str(count)]
        command += ["--connections", "1", "--window", str(window)]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert result["accepted"] == count, result
        return float(result["seconds"])

    return run


def nodemailer(folder: Path, port: int) -> Callable[[int], float]:
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), "nodemailer"], check=True)
    (folder / "send.js").write_text(peers.NODEMAILER)

    def run(count: int) -> float:
        mailing.write_for_peers(folder, count)
        environment = os.environ | {"CONNECTIONS": "1"}
        command = ["node", "send.js", str(port), str(count)]
        said = subprocess.run(
            command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        return float(said.split()[-1])

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--port", type=int, help="of a server that is running already; fast_sink.c by default"
    )
    options = parser.parse_args()
    with (
        fast_sink() as sink,
        far_away(options.port or sink, MILLISECONDS) as port,
        tempfile.TemporaryDirectory() as folder,
    ):
        rows = {
            "smtp-source": cost(smtp_source(port), 5, 25),
            "nodemailer, one connection": cost(nodemailer(Path(folder), port), 5, 25),
            "mailer, SMTP_WINDOW=1 (DATA)": cost(with_mailer(port, 1), 10, 60),
            "mailer, SMTP_WINDOW=8 (BDAT)": cost(with_mailer(port, 8), 40, 200),
        }
    print("| | round trips a message |\n|---|---|")
    for name, trips in rows.items():
        print(f"| {name} | {trips:.2f} |")


if __name__ == "__main__":
    main()
