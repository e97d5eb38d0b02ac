"""Press lists made for a test."""

from __future__ import annotations

from pathlib import Path

from mailer.workspace import Workspace

NAMES = (
    "Ana Ruiz",
    "Jean-Luc Morel",
    "Søren Kjær",
    "李娜",
    "O’Neill, Siobhán",
    "María José García",
    "عمر حداد",
)


def make_list(workspace: Workspace, name: str, number: int, *, domain: str = "example.net") -> list[str]:
    """Write `lists/NAME.csv` with so many recipients, and return their addresses."""
    addresses = [f"reporter{n:04}@{domain}" for n in range(1, number + 1)]
    rows = [f'{address},"{NAMES[n % len(NAMES)]}",Outlet {n},en,' for n, address in enumerate(addresses)]
    path: Path = workspace.lists / f"{name}.csv"
    path.write_text("\n".join(("email,name,outlet,language,tags", *rows)) + "\n", encoding="utf-8")
    return addresses
