"""How long it takes to move a ledger from a file into PostgreSQL and back: `python benchmarks/postgres/move.py`.

A million recipients of ten releases, each with its attempt. A server of its own is started on a socket, with what it commits
on the disk (fsync). Prints the seconds of each way, of which comparing both by digests is a part, and the most memory.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.postgres import Postgres
from support.smtp_mailing import draft, entries

from mailer.delivery import Ledger
from mailer.delivery.ledger.transfer import into_database, into_file

RELEASES = 10

_DELIVERIES = """
INSERT INTO deliveries (mailing, canonical, address, name, language, fields, token, in_reply_to, state)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
SELECT ?1, 'reporter' || i || '@example.net', 'reporter' || i || '@example.net', 'Reporter ' || i, 'en',
    '{"first_name":"Ana ' || i || '","outlet":"Gull & Sons"}', lower(hex(randomblob(12))), '', 'a' FROM n
"""
_ATTEMPTS = """
INSERT INTO attempts (delivery, at, code, enhanced, text, host)
SELECT id, 1.7e9 + id / 7.0, 250, '2.0.0', 'Ok: queued as ' || hex(randomblob(5)), 'mx.example.net' FROM deliveries
"""


def filled(path: Path, count: int) -> None:
    with Ledger(path) as ledger:
        for number in range(RELEASES):
            ledger.queue(draft(f"release-{number}"), entries(0))
    with closing(sqlite3.connect(path)) as db, db:
        for mailing in range(1, RELEASES + 1):
            db.execute(_DELIVERIES, (mailing, count // RELEASES))
        db.execute(_ATTEMPTS)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=1_000_000)
    count = arguments.parse_args().count
    with tempfile.TemporaryDirectory() as folder, Postgres(safe=True, shared_buffers="256MB") as server:
        path, url = Path(folder) / "ledger.db", server.database()
        filled(path, count)
        started = time.monotonic()
        there = into_database(path, url)
        went = time.monotonic()
        back = into_file(url, path)
        came = time.monotonic()
    assert there == back, "the same digests"
    recipients = sum(each.recipients for each in there.values())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{recipients:,} recipients with their attempts, {path.name} → PostgreSQL: {went - started:.0f} s")
    print(f"and back: {came - went:.0f} s; digests equal; {most} MB at most")


if __name__ == "__main__":
    main()
