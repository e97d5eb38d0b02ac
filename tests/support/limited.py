"""`mailer` as a process of its own that is stopped where it takes too much memory or time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.terminal import environment

PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))  # so that a bomb hits the test and not the computer
from mailer.cli import main
code = main(sys.argv[1:])
sys.stdout.flush()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.stderr)
sys.exit(code)
"""

KILLED_AFTER = 100
"""Seconds. No measure of speed: what is tested here took minutes, or for ever."""


@dataclass(frozen=True)
class Ran:
    """What a command left: `peak` is the most memory it ever held, in MB."""

    code: int
    out: str
    err: str
    peak: int


def mailer_within(*arguments: str, cwd: Path) -> Ran:
    """Run a command to its end, and see how much memory it took."""
    if not sys.platform.startswith("linux"):
        pytest.skip("a process's peak of memory is read from Linux's /proc")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=KILLED_AFTER,
    )
    said, _, peak = ran.stderr.rstrip("\n").rpartition("\n")
    assert peak.isdecimal(), ran.stderr[-2000:]
    return Ran(ran.returncode, ran.stdout, said, int(peak) // 1024)
