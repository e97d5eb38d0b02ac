"""The power goes while a mailing goes out, and the disk has lost whatever it was not told to keep: nobody gets it
twice, nobody is forgotten, and a person is asked about no more than were claimed.

Only a part of what a disk may do is tried here; benchmarks/delivery/power_cut.py tries more.
"""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.mailing_without_power import mail_with_power_cuts, most_uncertain
from support.power_cut import Disk

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="power_cut.c makes Linux's system calls"),
    pytest.mark.own_ledger,
]


@pytest.mark.parametrize(
    ("mode", "seed", "cuts"),
    [
        ("pipelining", 1, 1),
        ("pipelining", 2, 2),
        ("chunking", 4, 1),
        ("chunking", 6, 2),
        ("processes", 7, 1),
        ("processes", 10, 2),
    ],
)
def test_nobody_twice_and_nobody_forgotten(
    tmp_path: Path, program: Callable[[str], str], mode: str, seed: int, cuts: int
) -> None:
    found = mail_with_power_cuts(tmp_path, program("cc"), seed, recipients=600 * cuts, mode=mode, cuts=cuts)
    assert found.cuts == cuts, "the power went in the middle"
    assert found.good, found
    assert len(found.compared.uncertain) <= cuts * most_uncertain(mode)


WRITER = """
import os, signal, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
kept = os.open("kept", os.O_CREAT | os.O_WRONLY, dir_fd=folder)
os.write(kept, b"synced" * 1000)
os.fsync(kept)
os.rename("old", "new", src_dir_fd=folder, dst_dir_fd=folder)
os.fsync(folder)
os.write(kept, b"perhaps" * 1000)
os.pwrite(kept, b"CHANGED", 0)
os.close(os.open("made", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
with open("/proc/sys/kernel/random/boot_id") as boot:
    print(boot.read().strip(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_disk_keeps_what_was_synced_and_perhaps_the_rest(
    tmp_path: Path, program: Callable[[str], str]
) -> None:
    """What the test above stands on: what a program synced is always there, and of the rest now this, now that."""
    folder, beside = tmp_path / "disk", tmp_path / "beside"
    folder.mkdir()
    beside.mkdir()
    (folder / "old").write_bytes(b"as it was")
    disk = Disk(folder, beside, program("cc"))
    writer = disk.start([sys.executable, "-c", WRITER, str(folder)], "another boot")
    said, _ = writer.communicate(timeout=30)
    assert (writer.returncode, said) == (-signal.SIGKILL, "another boot\n")
    seen = set()
    for seed in range(200):
        disk.cut(random.Random(seed))
        names = {path.name for path in folder.iterdir()}
        content = (folder / "kept").read_bytes()
        assert {"kept", "new"} <= names <= {"kept", "new", "made"}
        assert (folder / "new").read_bytes() == b"as it was"
        assert content[512:6000] == (b"synced" * 1000)[512:]
        rest = content[6000:]
        torn = bool(rest) and rest != (b"perhaps" * 1000)[: len(rest)]
        seen.add((content[:7] == b"CHANGED", len(rest), torn, "made" in names))
    assert {changed for changed, *_ in seen} == {False, True}
    assert {length for _, length, *_ in seen} == {0, 7000}
    assert {torn for *_, torn, _ in seen} == {False, True}
    assert {made for *_, made in seen} == {False, True}
