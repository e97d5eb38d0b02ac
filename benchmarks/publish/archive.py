"""How long the archive of a large mailing takes, and how much memory: `python benchmarks/publish/archive.py --count 100000`."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from support.own_office import make_own_office
from support.smtp_mailing import draft

from mailer.delivery import Entry, Ledger
from mailer.publish import archive
from mailer.workspace import Workspace


def sent_to(workspace: Workspace, count: int) -> None:
    """A ledger in which everybody's server took the message."""
    workspace.private.mkdir()
    addresses = (f"reporter{number}@example.net" for number in range(count))
    with Ledger(workspace.ledger, witnessed=False) as ledger:
        ledger.queue(draft("large"), (Entry(each, each, "Ana Ruiz", "en", {}) for each in addresses))
        with ledger.writing() as db:
            db.execute(
                "INSERT INTO attempts (delivery, at, code, enhanced, text, host)"
                " SELECT id, 1700000000 + id / 100.0, 250, '2.0.0', 'Ok: queued', 'mx.example.net' FROM deliveries"
            )
            db.execute("UPDATE deliveries SET state = 'a'")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_own_office(Path(folder) / "office")
        sent_to(workspace, count)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        made = archive(workspace, "large")
        took = time.monotonic() - began
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        octets = sum(path.stat().st_size for path in made.folder.rglob("*") if path.is_file())
    print(
        f"{count:,} recipients: {took:.1f} s, {more / 1024:.1f} MB more of memory, {octets / 2**20:.1f} MB written"
    )


if __name__ == "__main__":
    main()
