"""The benchmarks over PostgreSQL, in short: each comes to its end, and finds nobody mailed twice or forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import postgres

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "command",
    [
        "chaos.py --seeds 1 --recipients 200 --workers 2 --troubles 5 --lease 1",
        "scaling.py --workers 1 2 --count 100 --rounds 1 --folder /tmp",
        "scaling.py --stores --count 200 --rounds 1 --folder /tmp",
        "pace.py --rate 30/second --recipients 60",
        "million.py --recipients 300 --workers 2",
    ],
)
def test_in_short(program: Callable[[str], str], command: str) -> None:
    postgres.must_be_there()
    assert program("cc")
    name, *options = command.split()
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks/postgres" / name), *options],
        capture_output=True, text=True, timeout=200, check=False, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
