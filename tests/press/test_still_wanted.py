"""Whether somebody is still to be mailed, asked while a run goes on: suppressions only grow meanwhile."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.errors import ListError
from mailer.press import StillWanted, Suppressions

HEADER = "address,reason,date,source\n"
ANA, BO, CY = "ana@example.net", "bo@example.org", "cy@example.com"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "suppressed.csv"
    path.write_text(HEADER + "".join(f"{address},asked by phone,,\n" for address in (ANA, BO, CY)))
    return path


def test_why_not_and_for_whom(path: Path) -> None:
    wanted = StillWanted(path)
    assert wanted(ANA) == "asked by phone"
    assert wanted("dee@example.net") == ""
    Suppressions(path).add("dee@example.net", "unsubscribed")
    assert wanted("dee@example.net").startswith("unsubscribed 20")
    Suppressions(path).note([("eve@example.net", "one-click")])
    assert wanted("eve@example.net")


# ---- they only grow ------------------------------------------------------------------------------------


def test_whom_somebody_takes_off_meanwhile_stays_suppressed(path: Path) -> None:
    """Excel saves what it opened before the others asked; or staff think better of it while a run goes on."""
    wanted = StillWanted(path)
    for address in ("dee@example.net", "fay@example.net"):
        Suppressions(path).add(address, "unsubscribed")
        assert wanted(address)
    path.write_text(HEADER + f"{BO},,,\ngus@example.net,,,\n")
    for address in (ANA, BO, CY, "dee@example.net", "fay@example.net", "gus@example.net"):
        assert wanted(address), address
    assert wanted("hal@example.net") == ""
    assert StillWanted(path)(ANA) == "", "the next run takes the file as it finds it"


def test_nobody_has_to_be_asked_about_at_the_right_moment(path: Path) -> None:
    wanted = StillWanted(path)
    Suppressions(path).add("dee@example.net", "unsubscribed")
    wanted.look()
    path.write_text(HEADER + f"{ANA},,,\ngus@example.net,,,\n")
    assert wanted("dee@example.net")


def test_who_was_forgotten_stays_suppressed_by_hash(path: Path) -> None:
    Suppressions(path).forget("dee@example.net", "forgotten")
    wanted = StillWanted(path)
    path.write_text(HEADER + f"{ANA},,,\ngus@example.net,,,\n")
    assert wanted("dee@example.net")


def test_a_wish_stays_whatever_becomes_of_its_file(path: Path) -> None:
    wanted = StillWanted(path)
    Suppressions(path).note([("dee@example.net", "one-click")])
    assert wanted("dee@example.net")
    path.with_name(".suppressed.wishes").unlink()
    assert wanted("dee@example.net")


def test_another_process_looks_for_itself(path: Path) -> None:
    elsewhere = pickle.loads(pickle.dumps(StillWanted(path)))
    Suppressions(path).add("dee@example.net", "unsubscribed")
    assert elsewhere("dee@example.net")
    assert len(pickle.dumps(elsewhere)) < 1_000, "however long the file is"
    path.unlink()
    with pytest.raises(ListError, match="is missing"):
        pickle.loads(pickle.dumps(elsewhere))("hal@example.net")


# ---- a file that has lost something ----------------------------------------------------------------------


def cut(number: int) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(path.read_bytes()[:-number])


LOST: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "is missing"),
    "empty": (lambda path: path.write_bytes(b""), "it is empty"),
    "cut within a line": (cut(9), r"csv:4: it ends in the middle of this line, which it did not before: it is only half-written"),
    "cut within an address": (cut(len(",asked by phone,,\n") + 1), "csv:4: it ends in the middle of this line"),
    "a line more, cut": (
        lambda path: path.write_bytes(path.read_bytes() + b"dee@example.ne"),
        "csv:5: it ends in the middle of this line",
    ),
    "cut behind a line": (
        cut(len(f"{CY},asked by phone,,\n")),
        "1 person further down is missing: it now ends after line 3",
    ),
    "nothing but the header": (lambda path: path.write_text(HEADER), "3 people further down are missing"),
    "zeros at its end": (
        lambda path: path.write_bytes(path.read_bytes() + b"\0" * 400),
        "its last 400 bytes are zeros",
    ),
    "zeros in place of its end": (
        lambda path: path.write_bytes(path.read_bytes()[:-30] + b"\0" * 30),
        "its last 30 bytes are zeros",
    ),
    "a link to itself": (lambda path: (path.unlink(), path.symlink_to(path)), "can't be read: Too many levels"),
}  # fmt: skip


@pytest.mark.parametrize("what", LOST)
def test_what_has_lost_something_lets_nobody_be_mailed(what: str, path: Path) -> None:
    """It may just be saved, so it is waited for; then it is told, until it is in order again."""
    good = path.read_bytes()
    wanted = StillWanted(path)
    spoil, told = LOST[what]
    spoil(path)
    for address in ("hal@example.net", ANA):
        with pytest.raises(ListError, match=told):
            wanted(address)
    path.unlink(missing_ok=True)
    path.write_bytes(good)
    assert wanted("hal@example.net") == ""
    assert wanted(CY)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace(f"{BO},asked by phone,,\n", ""),
        lambda text: text + "dee@example.net,,,\n",
        lambda text: text.replace(f"{CY},asked by phone,,\n", "dee@example.net,,,\n"),
        lambda text: text.replace("asked by phone", ""),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n\n# checked by Bo\n",
    ],
    ids=["a line taken out", "a line more", "the last line another", "no reasons", "line ends", "a note"],
)
def test_what_staff_do_to_it_stops_nobody(edit: Callable[[str], str], path: Path) -> None:
    wanted = StillWanted(path)
    path.write_bytes(edit(path.read_text()).encode())
    assert wanted("hal@example.net") == ""
    assert all(map(wanted, (ANA, BO, CY)))


def test_a_file_that_never_ended_with_a_line_break_is_none_that_was_cut(path: Path) -> None:
    path.write_text(path.read_text().strip())
    wanted = StillWanted(path)
    path.write_text(path.read_text() + "\ndee@example.net,,,")
    assert wanted("dee@example.net")
    assert wanted("hal@example.net") == ""


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16", "utf-32"])
def test_a_line_break_of_two_bytes_or_four_is_no_loss(codec: str, path: Path) -> None:
    path.write_bytes(
        f"\ufeff{path.read_text()}".encode(codec) if codec == "utf-16-le" else path.read_text().encode(codec)
    )
    assert StillWanted(path)(ANA)
