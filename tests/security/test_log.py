"""The log keeps every line that it was given, whoever writes at once, and is read whatever stands in it."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.workspace import Workspace, log


def workspace_in(folder: Path) -> Workspace:
    (folder / ".mailer").mkdir(exist_ok=True)
    return Workspace(folder)


def write_many(folder: Path, who: int, number: int) -> None:
    log.LARGEST = 2_000  # of some 50 lines
    log.MOST = 10_000
    for n in range(number):
        log.write_log(Workspace(folder), f"writer {who}", "test", number=n)


def test_four_who_write_at_once_lose_no_line_while_files_are_moved_aside(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    writers = [multiprocessing.Process(target=write_many, args=(tmp_path, n, 150)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = {(line.who, line.details["number"]) for line in log.read_log(workspace)}
    assert found == {(f"writer {who}", n) for who in range(4) for n in range(150)}
    assert len(list((tmp_path / ".mailer").glob("log.*"))) > 10


def test_the_oldest_are_removed_in_the_end(tmp_path: Path, monkeypatch) -> None:
    workspace = workspace_in(tmp_path)
    monkeypatch.setattr(log, "LARGEST", 200)
    for n in range(200):
        log.write_log(workspace, "ana@desk", "test", number=n)
    assert len(list((tmp_path / ".mailer").glob("log.*"))) == log.MOST
    numbers = [line.details["number"] for line in log.read_log(workspace)]
    assert numbers == list(range(numbers[0], 200))


@given(
    st.lists(
        st.binary(max_size=60)
        | st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(lambda value: json.dumps(value).encode()),
        max_size=8,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_it_the_rest_is_read(tmp_path: Path, lines: list[bytes]) -> None:
    workspace = workspace_in(tmp_path)
    log.log_of(workspace).write_bytes(b"\n".join(lines) + b"\n")
    log.write_log(workspace, "ana@desk", "send", "harbour-report", recipients=3)
    assert list(log.read_log(workspace))[-1].details == {"recipients": 3}
    log.forget_in_log(workspace, "ana@example.net")


def test_it_is_for_the_office_alone(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    log.write_log(workspace, "ana@desk", "send")
    assert log.log_of(workspace).stat().st_mode & 0o007 == 0
