"""What another process does to suppressed.csv; here, where a process that was spawned can import it."""

from __future__ import annotations

from multiprocessing.synchronize import Event
from pathlib import Path

from mailer.press import Suppressions


def add_some(path: Path, name: str) -> None:
    found = Suppressions(path)
    for number in range(15):
        found.add(f"{name}{number}@example.net", "unsubscribed")


def note_and_look(path: Path, name: str) -> None:
    """Notes sixty people, one after the other; each must be found at once, and stay so."""
    mine, reader = Suppressions(path), Suppressions(path)
    told: list[str] = []
    for number in range(60):
        address = f"{name}{number}@example.net"
        mine.note([(address, "one-click")])
        told.append(address)
        reader.refresh()
        fresh = Suppressions(path)
        for person in told:
            assert person in reader, f"{person}: not found by who began before"
            assert person in fresh, f"{person}: not found by who begins now"


def fold_again_and_again(path: Path, over: Event) -> None:
    """And takes somebody on and off the list all the time."""
    found = Suppressions(path)
    while not over.is_set():
        found.fold()
        found.add("guest@example.org", "unsubscribed")
        found.remove("guest@example.org")
    found.remove("guest@example.org")
