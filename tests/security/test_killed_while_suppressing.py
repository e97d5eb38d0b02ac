"""suppressed.csv and the wishes beside it, when the process is killed, the power fails, or several write at once.

Killed at each line of the code that writes, one after the other: whoever was told "you are off" is off, and nobody else's line is touched.
"""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from support.forking import in_a_fork
from support.suppressing import fold_again_and_again, note_and_look

from mailer.errors import ListError
from mailer.press import AddressError, Suppressions, begin_suppressions
from mailer.press.list_files import write
from mailer.press.suppressions import suppressed_file, suppressions, wishes
from mailer.workspace import durable

HEADER = "address,reason,date,source\n"
OLD = HEADER + "".join(f"old{n}@example.net,bounced,2026-01-0{n},\n" for n in range(1, 4))
EXCEL = OLD.replace("bounced", "Zoë").replace(",", ";").replace("\n", "\r\n").encode("cp1252")
EVERY = 1 if os.environ.get("MAILER_SEARCH") == "wide" else 4
"""Which lines somebody dies at: each, or each fourth."""

WISHES = [(f"new{n}@example.net", "one-click") for n in range(3)]
CODE = {module.__file__ for module in (durable, write, suppressions, suppressed_file, wishes)}
"""Where files are written; what only reads may die anywhere."""


Line = tuple[str, int]


def traced(act: Callable[[], None], reached: Callable[[Line], None]) -> None:
    """Does it, and tells of each line that writes before it runs."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in CODE:
            return None
        if event == "line":
            reached((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(None)


def killed_at(line: Line, act: Callable[[], None]) -> bool:
    """Does it in a process of its own, killed before it first runs that line; whether it came to it."""

    def reach(reached: Line) -> None:
        if reached == line:
            os.kill(os.getpid(), signal.SIGKILL)

    code = in_a_fork(lambda: traced(act, reach))
    assert code <= 0, "it raised"
    return code < 0


def every_death(
    folder: Path, content: bytes | str, act: Callable[[Path], None], check: Callable[[Path], None]
) -> None:
    """Does it again and again from the same beginning, killed at another line each time; checks what is left. At each
    line with MAILER_SEARCH=wide, which takes minutes."""

    def beginning(name: str) -> Path:
        path = folder / name / "suppressed.csv"
        path.parent.mkdir()
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    lines: dict[Line, None] = {}
    whole = beginning("whole")
    traced(lambda: act(whole), lambda line: lines.update({line: None}))
    check(whole)
    killed = 0
    for number, line in list(enumerate(lines))[::EVERY]:
        path = beginning(str(number))
        killed += killed_at(line, lambda path=path: act(path))
        check(path)
    assert killed > 60 // EVERY  # not all: what is done depends on the time that has passed


def addresses(path: Path) -> list[str]:
    """Of the file itself, as staff see it."""
    return [line.replace(";", ",").partition(",")[0] for line in path.read_text("cp1252").splitlines()[1:]]


OLD_ONES = ["old1@example.net", "old2@example.net", "old3@example.net"]


@pytest.mark.parametrize("content", [OLD, EXCEL], ids=["appended to", "of Excel"])
def test_killed_while_adding(tmp_path: Path, content: bytes | str) -> None:
    def add(path: Path) -> None:
        Suppressions(path).add("new@example.net", "unsubscribed", on=date(2026, 1, 2))

    def check(path: Path) -> None:
        left = Suppressions(path)
        assert set(OLD_ONES) <= {entry.address for entry in left}
        assert addresses(path)[:3] == OLD_ONES
        left.add("later@example.net", "unsubscribed")
        assert addresses(path) in (
            [*OLD_ONES, "later@example.net"],
            [*OLD_ONES, "new@example.net", "later@example.net"],
        )

    every_death(tmp_path, content, add, check)


@pytest.mark.parametrize("content", [OLD, EXCEL], ids=["appended to", "of Excel"])
def test_killed_while_folding(tmp_path: Path, content: bytes | str) -> None:
    def fold(path: Path) -> None:
        found = Suppressions(path)
        found.note(WISHES)
        path.with_name("noted").touch()  # they are told
        found.fold()

    def check(path: Path) -> None:
        told = path.with_name("noted").exists()
        left = Suppressions(path)
        assert all(address in left for address in OLD_ONES)
        if told:
            assert all(address in left for address, _ in WISHES)
        left.fold()
        assert addresses(path)[:3] == OLD_ONES
        assert len(addresses(path)) == len(set(addresses(path))), "nobody twice"
        if told:
            assert addresses(path)[3:] == [address for address, _ in WISHES]
        assert {file.name for file in path.parent.iterdir()} <= {path.name, ".lock", "noted"}

    every_death(tmp_path, content, fold, check)


def test_killed_while_putting_back_and_forgetting(tmp_path: Path) -> None:
    def forget(path: Path) -> None:
        Suppressions(path).note([("old1@example.net", "page"), *WISHES])
        Suppressions(path).forget("old1@example.net", "forgotten")

    def check(path: Path) -> None:
        left = Suppressions(path)
        assert all(address in left for address in OLD_ONES), "at no moment may they be mailed"
        left.forget("old1@example.net", "forgotten")
        assert "old1" not in "".join(
            file.read_text() for file in path.parent.iterdir() if file.name != ".lock"
        )
        assert "old1@example.net" in left

    every_death(tmp_path, OLD, forget, check)


@pytest.mark.parametrize("known", [True, False], ids=["", "on a file system that does not know it"])
def test_on_macos_a_wish_goes_through_the_drive_s_own_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """There fsync is not enough after a power cut (its manual page says so); the system is faked at its edge."""
    forced: list[str] = []

    def full(handle: int, command: int) -> int:
        forced.append(f"full {command}")
        if not known:
            raise OSError(errno.ENOTSUP, "Operation not supported")
        return 0

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", full)
    monkeypatch.setattr(os, "fsync", lambda handle: forced.append("fsync"))
    Suppressions(tmp_path / "suppressed.csv", to_add=True).note(WISHES)
    assert forced == (["full 51", "fsync"] if known else ["full 51", "fsync", "fsync"]), (
        "the last is the folder"
    )


def test_half_a_wish_is_nobody_s(tmp_path: Path) -> None:
    """Cut at each byte: whoever stands before is off; a stranger whose address is a part of hers is not."""
    path = tmp_path / "suppressed.csv"
    begin_suppressions(path)
    Suppressions(path).note(WISHES)
    [wishes_file] = [file for file in tmp_path.iterdir() if file.name.endswith(".wishes")]
    whole = wishes_file.read_bytes()
    before = whole.rindex(b"\n[")
    for cut in range(before, len(whole) - 1):
        for rest in (b"", b"\0" * 40):  # a power cut may leave zeros instead
            wishes_file.write_bytes(whole[:cut] + rest)
            found = Suppressions(path)
            assert {entry.address for entry in found} == {"new0@example.net", "new1@example.net"}
            found.note([("next@example.net", "page")])
            assert "next@example.net" in Suppressions(path)


@pytest.mark.parametrize("reason", ["unsubscribed", 'said "no", firmly'])
def test_half_a_line_of_the_file_swallows_nothing(tmp_path: Path, reason: str) -> None:
    """Cut at each byte, also within a quoted cell: those before and those who come later are read.

    Where no address is left of it nobody can tell whom it names. It is told with its line, and nothing is sent.
    """
    path = tmp_path / "suppressed.csv"
    path.write_text(OLD)
    Suppressions(path).add("new@example.net", reason, "mail")
    whole = path.read_bytes()
    for cut in range(len(OLD), len(whole)):
        for rest in (b"", b"\0" * 40):
            path.write_bytes(whole[:cut] + rest)
            if len(OLD) < cut < len(OLD) + len("new@example.n"):
                with pytest.raises(ListError, match=r"suppressed\.csv:5: “n.*” suppresses nobody"):
                    Suppressions(path)
                continue
            found = Suppressions(path)
            assert all(address in found for address in OLD_ONES)
            for n in range(3):
                found.add(f"later{n}@example.net", "unsubscribed")
            later = Suppressions(path)
            assert all(
                address in later for address in (*OLD_ONES, *(f"later{n}@example.net" for n in range(3)))
            )
            assert path.read_bytes().startswith(whole[: len(OLD)])


def test_an_open_quote_is_closed_before_the_next_line(tmp_path: Path) -> None:
    """Else the file could not be read any more once a thousand more had come, and nothing be sent."""
    path = tmp_path / "suppressed.csv"
    path.write_text(OLD + 'new@example.net,"said ""no"", fir')
    Suppressions(path).note([(f"later{n}@example.net", "page") for n in range(3000)])
    Suppressions(path).fold()
    assert path.stat().st_size > 131_072
    assert {entry.address for entry in Suppressions(path)} > {
        *OLD_ONES,
        "new@example.net",
        "later2999@example.net",
    }


def in_the_middle(
    folder: Path, act: Callable[[Suppressions], None], check: Callable[[Path, Suppressions], None]
) -> None:
    """Does it while somebody else folds: before its first line, before its second, and so on."""
    number = passed = 0
    while passed >= number:
        path = folder / str(number) / "suppressed.csv"
        path.parent.mkdir()
        path.write_text(OLD)
        found, other = Suppressions(path), Suppressions(path)
        other.note(WISHES)
        passed, number = 0, number + 1

        def before(_: Line, other: Suppressions = other, wanted: int = number) -> None:
            nonlocal passed
            passed += 1
            if passed == wanted:
                trace = sys.gettrace()
                sys.settrace(None)
                other.fold()
                sys.settrace(trace)

        traced(lambda found=found: act(found), before)
        check(path, found)
    assert number > 30


def test_folded_while_somebody_reads(tmp_path: Path) -> None:
    """At whatever moment a wish moves on, a reader meets it."""

    def check(_: Path, reader: Suppressions) -> None:
        assert all(address in reader for address, _ in WISHES)

    in_the_middle(tmp_path, Suppressions.refresh, check)


def test_folded_while_somebody_notes(tmp_path: Path) -> None:
    """The file may be moved away under a writer: what they were told is true all the same."""

    def check(path: Path, _: Suppressions) -> None:
        left = Suppressions(path)
        assert "ana@example.net" in left
        left.fold()
        assert sorted(addresses(path)) == sorted([*OLD_ONES, "ana@example.net", *(who for who, _ in WISHES)])

    in_the_middle(tmp_path, lambda found: found.note([("ana@example.net", "page")]) and None, check)


def test_a_line_is_added_without_writing_the_others_anew(tmp_path: Path) -> None:
    """Else each costs as much as the file is long: 400 took six seconds."""
    path = tmp_path / "suppressed.csv"
    path.write_text(OLD)
    number, found = path.stat().st_ino, Suppressions(path)
    for n in range(50):
        assert found.add(f"new{n}@example.net", "unsubscribed")
        assert not found.add(f"NEW{n}@example.net", "unsubscribed")
    assert path.stat().st_ino == number, "the same file still"
    assert [entry.address for entry in Suppressions(path)] == [entry.address for entry in found]
    assert [entry.line for entry in found] == list(range(2, 55))


@pytest.mark.parametrize(
    "change",
    ["in place", "of the same length", "replaced", "cut", "appended in Latin", "appended, open quote"],
)
def test_what_staff_change_meanwhile_is_read_whole(tmp_path: Path, change: str) -> None:
    """What was appended is read on its own only where nothing before it has changed."""
    path = tmp_path / "suppressed.csv"
    path.write_text(OLD)
    found = Suppressions(path)
    found.add("new@example.net", "unsubscribed")
    text = path.read_text()
    if change == "replaced":
        path.unlink()
    contents = {
        "in place": text.replace("old1", "bob") + "zoe@example.net,,,\n",
        "of the same length": text.replace("old1", "bob1") + "zoe@example.net,,,\n",
        "replaced": text.replace("old1", "bob1") + "zoe@example.net,,,\n",
        "cut": HEADER + "zoe@example.net,,,\n",
        "appended in Latin": text.encode() + "zoe@example.net,Zoë,,\n".encode("cp1252"),
        "appended, open quote": text + 'zoe@example.net,"never closed,,\nbo@example.net,,,\n',
    }
    content = contents[change]
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
        file.truncate()
    found.refresh()
    assert {e.address for e in found} == {e.address for e in Suppressions(path)}
    assert "zoe@example.net" in found
    found.add("later@example.net", "unsubscribed")
    assert {e.address for e in found} == {e.address for e in Suppressions(path)}
    assert "later@example.net" in found


def test_noted_by_several_while_others_fold_and_put_back(tmp_path: Path) -> None:
    """At no moment after it was noted is somebody not found, by whoever looks: who began before, or begins now."""
    path = tmp_path / "suppressed.csv"
    path.write_text(OLD)
    context = multiprocessing.get_context("spawn")
    over = context.Event()
    folding = [context.Process(target=fold_again_and_again, args=(path, over)) for _ in range(2)]
    noting = [context.Process(target=note_and_look, args=(path, name)) for name in "ab"]
    for process in (*folding, *noting):
        process.start()
    for process in noting:
        process.join(120)
    over.set()
    for process in folding:
        process.join(60)
    assert [process.exitcode for process in (*folding, *noting)] == [0, 0, 0, 0]
    found = Suppressions(path)
    found.fold()
    written = addresses(path)
    assert len(written) == len(set(written)) == 3 + 2 * 60
    assert not [file.name for file in tmp_path.iterdir() if file.name not in (path.name, ".lock")]


def test_a_wish_counts_again_after_the_person_was_put_back(tmp_path: Path) -> None:
    path = tmp_path / "suppressed.csv"
    begin_suppressions(path)
    server, staff = Suppressions(path), Suppressions(path)
    assert server.note([("ana@example.net", "page")]) == [True]
    assert server.note([("ANA@example.net", "page")]) == [False]
    assert staff.remove("ana@example.net") == 1
    assert "ana@example.net" not in Suppressions(path)
    assert server.note([("ana@example.net", "page"), ("ana@example.net", "page")]) == [True, False]
    server.fold()
    assert staff.remove("ana@example.net") == 1
    assert server.note([("ana@example.net", "page")]) == [True]


def test_a_forgotten_person_s_wish_leaves_no_address_behind(tmp_path: Path) -> None:
    path = tmp_path / "suppressed.csv"
    begin_suppressions(path)
    found = Suppressions(path)
    found.note([("ana@example.net", "page")])
    Suppressions(path).forget("ana@example.net", "forgotten")
    assert not any(b"ana" in file.read_bytes() for file in tmp_path.iterdir() if file.name != ".lock")
    found.note([("ana@example.net", "page")])
    found.fold()
    assert "ana" not in path.read_text()
    assert "ana@example.net" in found


def test_what_is_no_address_is_not_noted_and_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "suppressed.csv"
    begin_suppressions(path)
    found = Suppressions(path)
    with pytest.raises(AddressError):
        found.note([("ana@example.net", "page"), ("nonsense", "page")])
    assert "ana@example.net" not in Suppressions(path)
    (tmp_path / ".suppressed.wishes").write_text(
        '["nonsense", "", "", ""]\n["ana@example.net", "unsubscribed", "", "page"]\n[1, 2, 3, 4]\n"x"\n[[[[\n{"a": 1}\n'
    )
    assert Suppressions(path).fold() == 1
    assert path.read_text() == HEADER + "ana@example.net,unsubscribed,,page\n"


def test_the_wishes_of_a_list_behind_a_link_are_the_list_s(tmp_path: Path) -> None:
    """Offices share one suppressed.csv by a link. What is written goes there, and the link stays one."""
    shared, office = tmp_path / "shared", tmp_path / "office"
    shared.mkdir()
    office.mkdir()
    (shared / "suppressed.csv").write_text(OLD)
    link = office / "suppressed.csv"
    link.symlink_to(shared / "suppressed.csv")
    Suppressions(link).note(WISHES)
    assert "new1@example.net" in Suppressions(shared / "suppressed.csv")
    Suppressions(link).remove("old1@example.net")
    assert link.is_symlink()
    assert "new1@example.net" in (shared / "suppressed.csv").read_text()


def test_who_may_read_the_wishes_is_who_may_read_the_list(tmp_path: Path) -> None:
    path = tmp_path / "suppressed.csv"
    Suppressions(path, to_add=True).note(WISHES)
    assert (tmp_path / ".suppressed.wishes").stat().st_mode & 0o777 == 0o600
    begin_suppressions(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Suppressions(path).fold() == len(WISHES)
    path.chmod(0o640)
    Suppressions(path).note([("ana@example.net", "page")])
    assert (tmp_path / ".suppressed.wishes").stat().st_mode & 0o777 == 0o640
