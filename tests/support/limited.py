"""`mailer` as a process of its own that is stopped where it takes too much memory or time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.terminal import environment, forked_octets

MOST = 3 << 30
"""Octets: so that a bomb hits the test and not the computer."""

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
    ran = forked_octets(arguments, cwd, environment(), most_memory=MOST, timeout=KILLED_AFTER)
    out, err = (octets.decode("utf-8", "surrogateescape") for octets in (ran.out, ran.err))
    said, _, peak = err.rstrip("\n").rpartition("\n")
    assert peak.isdecimal(), err[-2000:]
    return Ran(ran.code, out, said, int(peak) // 1024)
