"""A ledger's file that others have open: who has to wait waits, and is not told that it was locked for long."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from mailer.delivery import Ledger


def at_once(tasks: Sequence[Callable[[], object]]) -> list[BaseException]:
    """What was raised by these, all begun at the same moment."""
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> None:
        barrier.wait()
        try:
            task()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def count(ledger: Ledger) -> None:
    with ledger.reading() as db:
        db.execute("SELECT count(*) FROM deliveries").fetchone()


OPENING = """
import sys, time
from pathlib import Path
from mailer.delivery import Ledger

print("ready", flush=True)
folder, begins = Path(sys.argv[1]), float(sys.stdin.readline())
for number in range(40):
    time.sleep(max(0, begins + number / 25 - time.time()))
    with Ledger(folder / f"{number}.db") as ledger, ledger.reading() as db:
        db.execute("SELECT count(*) FROM deliveries").fetchone()
"""


def test_a_new_ledger_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    """SQLite does not let whoever turns a file to WAL wait for another who does."""
    command = [sys.executable, "-c", OPENING, str(tmp_path)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    begins = time.time() + 0.1
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{begins}\n")
        process.stdin.flush()
    assert [process.communicate(timeout=120)[1] for process in processes] == [""] * 4


def test_what_a_killed_writer_left_is_mended_once_and_the_others_wait(tmp_path: Path) -> None:
    """A writer that is killed while it changes the -shm file leaves it torn. The next reader makes it anew from the
    -wal file, which takes as long as that file is big."""
    path = tmp_path / "ledger.db"
    with ExitStack() as stack:
        ledgers = [stack.enter_context(Ledger(path)) for _ in range(4)]
        for ledger in ledgers:
            count(ledger)
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("PRAGMA wal_autocheckpoint = 0")
            writer.execute("CREATE TABLE long (text)")
            writer.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                " INSERT INTO long SELECT randomblob(4000) FROM n"
            )
            for _ in range(5):
                with Path(f"{path}-shm").open("r+b") as torn:
                    torn.write(bytes(96))  # both copies of the header
                assert at_once([lambda ledger=ledger: count(ledger) for ledger in ledgers]) == []
