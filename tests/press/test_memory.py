"""Memory doesn't grow with the list: what 1,000 rows need, 20,000 need too."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from support.breadth import some
from support.limited import mailer_within

from mailer.press import Choice, read_audience, read_list
from mailer.workspace import Workspace

ALLOWED = 1_000_000
"""Bytes by which the peak may differ: caches of words and domains, blocks of files."""


def a_list(workspace: Workspace, rows: int) -> Path:
    path = workspace.lists / f"of{rows}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,outlet,tags,notes\n")
        for n in range(rows):
            wrong = (
                ",no address,,," if n % 10 == 0 else f"p{n}@gmial.com,José {n},Outlet {n % 7},a;b,{'x' * 40}"
            )
            file.write(wrong + "\n")
    return path


def test_reading_a_list_and_its_problems(workspace: Workspace) -> None:
    def read(rows: int) -> int:
        path = a_list(workspace, rows)
        read_list(path)
        tracemalloc.start()
        number = sum(1 for _ in read_list(path).rows())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert number == rows + rows - rows // 10, "a remark on each address, and each row"
        return peak

    read(1_000)
    assert read(20_000) < read(1_000) + ALLOWED


def test_gathering_and_walking_an_audience(workspace: Workspace) -> None:
    def gather(rows: int) -> int:
        path = a_list(workspace, rows)
        tracemalloc.start()
        audience = read_audience(workspace, Choice(lists=(path.stem,), where='"a" in tags', limit=rows // 2))
        assert sum(1 for _ in audience.recipients) == len(audience.recipients) == rows // 2
        assert sum(1 for _ in audience.left_out) == len(audience.left_out) == rows - rows // 2
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    gather(1_000)
    assert gather(20_000) < gather(1_000) + ALLOWED


# ---- through the command line -------------------------------------------------------------------------

FEW, MORE, MANY = 5_000, 30_000, 60_000
"""Whoever held a row for each of MORE would need 25 MB more than for FEW; suppressions are small, and need MANY."""

GROWTH = 6
"""MB by which the peak of a command may differ between them: SQLite's cache, pieces of files. Holding the people
took a kilobyte for each, and their JSON four."""

ROWS: dict[str, Callable[[int], str]] = {
    "people": lambda n: f"person.{n}@example.org,José {n},Outlet {n % 7},a;b,{'x' * 40}",
    "duplicates": lambda n: f"ana@example.org,Ana {n},Outlet {n % 7},a;b,{'x' * 40}",
    "to be mended": lambda n: f"person.{n}@@example.org,José {n},Outlet {n % 7},a;b,{'x' * 40}",
}
COMMANDS = {
    "lists": ("lists",),
    "show": ("lists", "show", "long"),
    "show --json": ("lists", "show", "long", "--json"),
    "check": ("lists", "check"),
    "check --json": ("lists", "check", "long", "--json"),
    "diff": ("lists", "diff", "long", "other"),
    "add": ("lists", "add", "lists/long.csv", "--as", "added"),
    "check of a release": ("check", "harbour-report", "--list", "long", "--json"),
}


def long_lists(workspace: Workspace, rows: int, row: Callable[[int], str]) -> None:
    for name, first in (("long", 0), ("other", rows // 2)):
        with (workspace.lists / f"{name}.csv").open("w", encoding="utf-8") as file:
            file.write("email,name,outlet,tags,notes\n")
            file.writelines(f"{row(n)}\n" for n in range(first, first + rows))


def growth(workspace: Workspace, command: tuple[str, ...], row: Callable[[int], str]) -> int:
    peaks = []
    for rows in (FEW, MORE):
        long_lists(workspace, rows, row)
        ran = mailer_within(*command, cwd=workspace.root)
        assert ran.code in (0, 1), ran.err
        peaks.append(ran.peak)
        (workspace.lists / "added.csv").unlink(missing_ok=True)
    return peaks[1] - peaks[0]


@pytest.mark.parametrize("command", some(COMMANDS.values(), 4), ids=some(COMMANDS, 4))
def test_a_command_needs_no_more_for_a_long_list(workspace: Workspace, command: tuple[str, ...]) -> None:
    assert growth(workspace, command, ROWS["people"]) < GROWTH


@pytest.mark.parametrize("rows", ["duplicates", "to be mended"])
def test_nor_where_every_row_is_left_out(workspace: Workspace, rows: str) -> None:
    assert growth(workspace, COMMANDS["show --json"], ROWS[rows]) < GROWTH


def test_nor_for_ever_where_everybody_is_suppressed(workspace: Workspace) -> None:
    """For each of them all suppressions were counted: a thousand took no time, and a million would have taken weeks."""
    long_lists(workspace, MANY, ROWS["people"])
    with workspace.suppressed.open("a", encoding="utf-8") as file:
        file.writelines(f"person.{n}@example.org,unsubscribed,2026-01-02,link\n" for n in range(MANY))
    ran = mailer_within("lists", "show", "long", cwd=workspace.root)
    assert (ran.code, ran.out) == (0, "")
    assert f"0 recipients, {MANY:,} left out" in ran.err


def test_a_million_suppressions_take_little_more_than_their_addresses(workspace: Workspace) -> None:
    """Each line had its own “unsubscribed”, its own day and its own source in memory."""
    peaks = []
    for rows in (FEW, MANY):
        workspace.suppressed.write_text(
            "address,reason,date,source\n"
            + "".join(f"person.{n}@example.org,unsubscribed,2026-01-02,link\n" for n in range(rows))
        )
        peaks.append(mailer_within("lists", "check", "press", cwd=workspace.root).peak)
    assert peaks[1] - peaks[0] < (MANY - FEW) * 350 / 1e6
