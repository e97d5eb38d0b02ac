"""What another process does to suppressed.csv; here, where a process that was spawned can import it."""

from __future__ import annotations

from pathlib import Path

from mailer.press import Suppressions


def add_some(path: Path, name: str) -> None:
    found = Suppressions(path)
    for number in range(15):
        found.add(f"{name}{number}@example.net", "unsubscribed")
