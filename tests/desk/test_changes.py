"""No change is missed by whoever listens: not one that comes while the last is told, nor one in the same tick of the
clock."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from mailer.desk.changes import Changes, watch
from mailer.workspace.ledger_place import stamp_of


def test_what_changes_while_something_is_told_is_told_next() -> None:
    """A browser that is slow to take what it is told keeps the stream waiting."""

    async def listen() -> list[int]:
        changes = Changes()
        stream = changes.stream()
        told = [await anext(stream)]
        changes.bump("ledger")  # the first is still on its way
        told.append(await asyncio.wait_for(anext(stream), 10))
        await stream.aclose()
        return [json.loads(each.removeprefix("data: "))["ledger"] for each in told]

    assert asyncio.run(listen()) == [0, 1]


def written_at(path: Path, content: bytes, moment: int) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(moment, moment))


def test_a_change_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    long_ago = time.time_ns() - 10**12
    written_at(path, b"one", long_ago)
    seen: list[int] = []

    async def look_and_write() -> None:
        watching = asyncio.create_task(watch(lambda: stamp_of((path,)), lambda: seen.append(1), 0.01))
        await asyncio.sleep(0.1)
        assert not seen
        written_at(path, b"two", long_ago + 1)
        await asyncio.sleep(0.3)
        watching.cancel()

    asyncio.run(look_and_write())
    assert seen == [1]


@pytest.mark.parametrize("files", [1, 2])
def test_a_second_write_in_the_same_tick_is_seen(tmp_path: Path, files: int) -> None:
    """A write-ahead log that begins anew is written over: its size stays, and so does its time, if it was quick."""
    paths = [tmp_path / f"{n}.db" for n in range(files)]
    for path in paths:
        written_at(path, b"one", time.time_ns() - 10**12)
    seen: list[int] = []

    async def look_and_write() -> None:
        watching = asyncio.create_task(watch(lambda: stamp_of(paths), lambda: seen.append(1), 0.01))
        await asyncio.sleep(0.05)
        now = time.time_ns()
        written_at(paths[-1], b"two", now)
        while not seen:
            await asyncio.sleep(0)
        written_at(paths[-1], b"TWO", now)
        first = len(seen)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if len(seen) > first:
                break
        watching.cancel()

    asyncio.run(look_and_write())
    assert len(seen) > 1
