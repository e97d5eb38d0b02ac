"""Memory, and how soon the first message goes, for 20,000 and for 1,000,000 recipients.

    python benchmarks/delivery/memory.py [--all]

Without --all the big mailing is stopped after 60,000 messages: by then it has claimed, filled, sent and written
for a while, and everybody is queued. `memory` is the largest resident set of the sending process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from servers import HERE, fast_sink


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="send to all of the million")
    parser.add_argument("--processes", default="1")
    options = parser.parse_args()
    print(
        "| recipients | queued in | first accepted after | memory | largest helper |\n|---|---|---|---|---|"
    )
    with fast_sink() as port:
        for count, enough in ((20_000, 0), (1_000_000, 0 if options.all else 60_000)):
            command = [sys.executable, str(HERE / "send.py"), "--port", str(port), "--count", str(count)]
            command += ["--stop-after", str(enough), "--processes", options.processes]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(
                f"| {count:,} | {found['queueing']} s | {found['first_accepted_after']} s "
                f"| {found['memory_mb']} MB | {found['largest_helper_mb']} MB |",
                flush=True,
            )


if __name__ == "__main__":
    main()
