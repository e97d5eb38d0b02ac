"""The log keeps every line that it was given, whoever writes at once, and is read whatever stands in it."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.terminal import mailer, start

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


def test_half_a_line_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    """A full disk or a power cut leaves it."""
    workspace = workspace_in(tmp_path)
    log.write_log(workspace, "ana@desk", "approve")
    with log.log_of(workspace).open("ab") as file:
        file.write(b'{"at": "2026-11-30T09:00:00Z", "wh')
    log.write_log(workspace, "ana@desk", "send")
    assert [line.did for line in log.read_log(workspace)] == ["approve", "send"]


def test_who_is_forgotten_is_in_no_text_and_in_no_half_of_a_line(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    asked = "ANA@example.net phoned, she is ana@example.net; not joana@example.net, not ana@example.net.example.org."
    log.write_log(workspace, "ana@desk", "suppress", address="ana@example.net", reason=asked)
    with log.log_of(workspace).open("ab") as file:
        file.write(b'{"at": "2026-11-30T09:00:00Z", "address": "ana@example.net", \xff')
    log.forget_in_log(workspace, "ana@example.net")
    left = b"".join(path.read_bytes() for path in workspace.private.glob("log*")).decode("utf-8", "replace")
    assert left.count("ana@example.net") == 2  # others' addresses, of which it is a part
    assert "joana@example.net" in left
    assert "ana@example.net.example.org" in left
    assert left.count("[forgotten]") == 4


def test_two_are_forgotten_at_once(workspace: Workspace) -> None:
    """Each writes the log anew: the second one must not put back what the first one took out."""
    people = [f"p{n}@example.net" for n in range(4)]
    for _ in range(100):
        for person in people:
            log.write_log(workspace, "ana@desk", "suppress", address=person)
    forgetters = [start("forget", person, "--yes", cwd=workspace.root) for person in people]
    for process in forgetters:
        process.communicate(timeout=60)
    assert [process.returncode for process in forgetters] == [0] * 4
    left = b"".join(path.read_bytes() for path in workspace.private.glob("log*")).decode()
    assert not [person for person in people if person in left]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_that_no_clock_shows_is_passed_over(workspace: Workspace, at: str) -> None:
    log.write_log(workspace, "ana@desk", "send")
    with log.log_of(workspace).open("a") as file:
        file.write(json.dumps({"at": at, "who": "ana@desk", "did": "approve"}) + "\n")
    ran = mailer("log", cwd=workspace.root)
    assert ran.code == 0, ran.err
    assert "send" in ran.out
    assert "approve" not in ran.out
