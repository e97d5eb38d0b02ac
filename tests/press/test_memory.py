"""Memory doesn't grow with the list: what 1,000 rows need, 20,000 need too."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

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
