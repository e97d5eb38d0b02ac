"""A mailing during which the power goes, once or more often: who got it, who got it twice, what does the ledger say?"""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from mailer.delivery import Ledger
from mailer.delivery.ledger.claim import GROUP
from support.comparing import Compared, compare
from support.power_cut import Disk
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import addresses, draft, entries, states

SENDER = Path(__file__).with_name("smtp_sender.py")
MODES = {
    "pipelining": (("PIPELINING",), 1, 2, 2),
    "chunking": (("PIPELINING", "CHUNKING"), 1, 2 * 4, 0),
    "processes": (("PIPELINING",), 2, 4, 4),
}
"""What the server offers to smtp_sender.py in each of its modes; how many processes send, how many messages may be on the
wire at once, and how many may be taken up before the one in front of them is (`Session._content`)."""

_MOST_STEPS = 80
"""On the disk, between a message's end and the cut: some five transactions, or a part of a checkpoint."""

_PATIENCE = 20.0
"""Seconds in which a helper has surely begun."""

_GROUPS_OF_A_HELPER = 3
"""It asks for more while it has half a group left, and may ask twice before it is heard."""


def most_uncertain(mode: str) -> int:
    """How many one power cut may leave in doubt: whom each process has claimed; and of those claimed before, who was on
    the wire or next to be there, and as many whose answers were heard but not written yet."""
    _, processes, flying, taken_up = MODES[mode]
    return GROUP * (1 + _GROUPS_OF_A_HELPER * (processes - 1)) + 2 * flying + taken_up


@dataclass(frozen=True)
class Found:
    """What a mailing came to.

    Attributes:
        recipients: how many there were.
        cuts: how often the power went while they were mailed.
        compared: the ledger, in the end, and what the server accepted.
        trouble: what a sender said that ended before its time, and what SQLite found wrong in the ledger.
    """

    recipients: int
    cuts: int
    compared: Compared
    trouble: tuple[str, ...]

    @property
    def good(self) -> bool:
        return self.compared.good and not self.trouble


def mail_with_power_cuts(
    folder: Path, compiler: str, seed: int, *, recipients: int, mode: str, cuts: int = 1
) -> Found:
    """Queues a mailing, and sends it: each sender but the last ends with a power cut, at some moment that the seed
    names, and each goes on where the disk says that the one before it was.

    Args:
        folder: an empty one.
        compiler: of C.
        mode: one of `MODES`.
    """
    chance = random.Random(seed)
    for name in ("disk", "beside"):
        (folder / name).mkdir()
    path = folder / "disk" / "ledger.db"
    with Ledger(path) as ledger:
        ledger.queue(draft(paragraphs=5), entries(recipients))
    disk = Disk(folder / "disk", folder / "beside", compiler)
    command = [sys.executable, str(SENDER), str(path)]
    latest = max(1, recipients // cuts - most_uncertain(mode))  # so that there is somebody left to be mailed
    trouble: list[str] = []
    happened = 0
    with FaultyServer(extensions=MODES[mode][0]) as server:
        for number in range(cuts):
            server.hook = _cut(
                disk, MODES[mode][1], chance.randint(1, latest), chance.randint(1, _MOST_STEPS)
            )
            said, killed = _run(disk, [*command, str(server.port), mode], f"boot {number}", server)
            happened += killed
            disk.cut(chance)
            trouble += said + _unsound(path, folder / "beside" / f"after-{number}")
        server.heal()
        trouble += _run(disk, [*command, str(server.port), mode], "the last boot", server)[0]
        compared = compare(states(path), server.accepted, addresses(recipients))
    return Found(recipients, happened, compared, tuple(trouble))


def _run(disk: Disk, command: list[str], boot: str, server: FaultyServer) -> tuple[list[str], bool]:
    """What kept a sender from its end, other than the power; whether that was cut."""
    sender = disk.start(command, boot)
    said, _ = sender.communicate(timeout=120)
    server.wait_until_idle()
    killed = sender.returncode == -signal.SIGKILL
    good = killed or (sender.returncode == 0 and "done: " in said)
    return ([] if good else [f"in {boot} the sender ended with {sender.returncode}: {said}"]), killed


def _cut(disk: Disk, processes: int, message: int, steps: int) -> Callable[[str, str], None]:
    """The power goes so many steps on the disk after the server has taken so many messages; it takes the first one
    when so many processes are there to send."""
    arrivals = count(1)

    def hook(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before"):
            until = time.monotonic() + _PATIENCE
            while disk.processes < processes and time.monotonic() < until:
                time.sleep(0.005)
            if next(arrivals) == message:
                disk.cut_in(steps)

    return hook


def _unsound(path: Path, copies: Path) -> list[str]:
    """What SQLite finds wrong in a copy of the ledger; empty: nothing."""
    copies.mkdir()
    for name in (path.name, f"{path.name}-wal"):
        if path.with_name(name).exists():
            shutil.copyfile(path.with_name(name), copies / name)
    try:
        with closing(sqlite3.connect(copies / path.name)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check")]
    except sqlite3.Error as error:
        found = [str(error)]
    return [] if found == ["ok"] else [f"the ledger after the cut: {line}" for line in found]
