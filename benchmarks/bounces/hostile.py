"""What mails of up to 2 MB cost that were made to keep a reader busy: seconds of the processor, the worst first.

python benchmarks/bounces/hostile.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.hostile_mail import hostile_mails
from support.returned import ENVELOPE_FROM

from mailer.bounces import OurAddresses, read_report

MOST = 1.0
"""Seconds of the processor for one mail."""
OURS = OurAddresses(ENVELOPE_FROM, "unsubscribe@example.org", ("mx.example.org",))


def main() -> int:
    read_report(b"Subject: loads what is loaded at first use\n\n", OURS)
    rows = []
    for name, content in hostile_mails():
        begun = time.process_time()
        read_report(content, OURS)
        rows.append((time.process_time() - begun, name))
    rows.sort(reverse=True)
    slow = [row for row in rows if row[0] > MOST]
    print(f"{len(rows)} mails, {len(slow)} over {MOST:.0f} s of the processor")
    print(*(f"{seconds:6.2f} s  {name}" for seconds, name in rows[:12]), sep="\n")
    return int(bool(slow))


if __name__ == "__main__":
    raise SystemExit(main())
