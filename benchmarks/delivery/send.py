"""Sends the benchmark's mailing with mailer, once, and prints what it took as JSON.

    python benchmarks/delivery/send.py --port 2525 --count 10000 --connections 8

`seconds` is from the claim of the first recipient to the last answer; queueing comes before it, as does
starting Python. The ledger is real, with every promise kept.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import mailing

from mailer.delivery import Ledger, Progress, Signing, SmtpTransport, Stop, deliver
from mailer.settings import Settings


def main() -> None:
    options = _options()
    settings = Settings(
        smtp_host=options.host,
        smtp_port=options.port,
        smtp_security=options.security,
        smtp_ca_file=options.ca_file,
        smtp_connections=options.connections,
        smtp_window=options.window,
        dkim_domain="example.org" if options.dkim_key else "",
        dkim_selector="lamp" if options.dkim_key else "",
        dkim_key_file=options.dkim_key,
    )
    stop, first = Stop(), 0.0

    def watch(progress: Progress) -> None:
        nonlocal first
        if progress.accepted and not first:
            first = time.monotonic() - started
        if options.stop_after and progress.accepted >= options.stop_after:
            stop.press()

    with (
        tempfile.TemporaryDirectory(dir=options.folder) as folder,
        Ledger(Path(folder) / "ledger.db") as ledger,
    ):
        started = time.monotonic()
        queued = ledger.queue(mailing.draft(), mailing.entries(options.count))
        queueing = time.monotonic() - started
        signing = Signing(settings, Path()) if options.dkim_key else None
        transport = SmtpTransport(settings, processes=options.processes)
        report = deliver(queued, ledger, transport, signing=signing, stop=stop, on_progress=watch)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(
        json.dumps(
            {
                "accepted": report.accepted,
                "seconds": round(report.seconds, 3),
                "per_second": round(report.accepted / report.seconds),
                "queueing": round(queueing, 2),
                "first_accepted_after": round(first, 2),
                "memory_mb": round(own / 1024, 1),
                "largest_helper_mb": round(helpers / 1024, 1),
                "halted": report.halted,
            }
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("--processes", type=int)
    parser.add_argument("--security", default="none", choices=("none", "starttls", "tls"))
    parser.add_argument("--ca-file", default="")
    parser.add_argument("--dkim-key", default="")
    parser.add_argument("--folder", default="/dev/shm", help="where the ledger lies: tmpfs by default")
    parser.add_argument("--stop-after", type=int, default=0, help="stop when so many are accepted")
    return parser.parse_args()


if __name__ == "__main__":
    main()
