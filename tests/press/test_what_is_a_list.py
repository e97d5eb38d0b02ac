"""What a list is, everywhere alike: a file of lists/ with one of four endings, but never the list of those who are never mailed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from conftest import REPOSITORY
from openpyxl import Workbook
from support.terminal import mailer

from mailer.errors import WorkspaceError
from mailer.press import Choice, forget, kept_about, read_audience
from mailer.workspace import Workspace
from mailer.workspace.endings import LIST_ENDINGS

PAGE = (REPOSITORY / "docs" / "reference" / "lists.md").read_text("utf-8")
FILES = PAGE.split("## Files\n", 1)[1].split("\n**Encoding.**", 1)[0]
DOCUMENTED = [
    ending
    for line in FILES.splitlines()
    if line.startswith("| `.") and "refused" not in line
    for ending in re.findall(r"`(\.\w+)`", line.split("|")[1])
]
COMMANDS = {
    "lists": ("lists",),
    "lists check": ("lists", "check", "--json"),
    "hint": ("lists", "show", "no-such-list"),
}


def a_list(path: Path, address: str = "bo@example.org") -> Path:
    if path.suffix.lower() == ".xlsx":
        book = Workbook()
        book.active.append(("email", "name"))
        book.active.append((address, "Bo"))
        book.save(path)
    else:
        path.write_text(f"email\tname\n{address}\tBo\n", "utf-8")
    return path


def offered(workspace: Workspace) -> dict[str, set[str]]:
    """The names of lists that each command shows which shows any."""
    ran = {name: mailer(*command, cwd=workspace.root) for name, command in COMMANDS.items()}
    there_are = re.search(r"There (?:is|are): (.*)\.$", ran["hint"].err, re.M)
    assert there_are
    return {
        "lists": {line.split("\t")[0] for line in ran["lists"].out.splitlines()},
        "lists check": {Path(name).stem for name in json.loads(ran["lists check"].out)},
        "hint": set(there_are[1].split(", ")),
    }


# ---- the endings --------------------------------------------------------------------------------------


def test_the_endings_are_the_documented_ones_in_their_order() -> None:
    assert sorted(DOCUMENTED) == sorted(LIST_ENDINGS)
    order = re.search(r"of several, (.*)\.", FILES.replace("\n", " "))
    assert order
    assert tuple(re.findall(r"`(\.\w+)`", order[1])) == LIST_ENDINGS


def test_each_documented_ending_is_a_list_everywhere(workspace: Workspace) -> None:
    endings = [*DOCUMENTED, *map(str.upper, DOCUMENTED)]
    lists = {f"coast{number:02}": f"coast{number:02}{ending}" for number, ending in enumerate(endings)}
    for file in lists.values():
        a_list(workspace.lists / file)
    assert list(map(sorted, offered(workspace).values())) == [[*lists, "press", "regional"]] * len(COMMANDS)
    for name in lists:
        [bo] = read_audience(workspace, Choice(lists=(name,))).recipients
        assert (bo.address, bo.lists) == ("bo@example.org", (name,))
        assert not read_audience(workspace, Choice(lists=(name,), except_lists=("coast00",))).recipients
    found = [row.path for row in kept_about(workspace, "bo@example.org")]
    assert found == [f"lists/{file}" for file in lists.values()]


def test_nothing_else_is(workspace: Workspace) -> None:
    for name in ("coast.numbers", "coast.csv.bak", "coast", ".coast.csv", "~$coast.xlsx"):
        (workspace.lists / name).write_text("email\nbo@example.org\n", "utf-8")
    assert list(offered(workspace).values()) == [{"press", "regional"}] * len(COMMANDS)


def test_of_several_the_first_ending_is_meant(workspace: Workspace) -> None:
    for number, ending in reversed([*enumerate(LIST_ENDINGS)]):
        a_list(workspace.lists / f"coast{ending}", f"{number}@example.org")
        [person] = read_audience(workspace, Choice(lists=("coast",))).recipients
        assert person.address == f"{number}@example.org"
    (workspace.lists / "coast.csv").rename(workspace.lists / "coast.CSV")
    [person] = read_audience(workspace, Choice(lists=("coast",))).recipients
    assert person.address == "0@example.org", "in whatever capitals"


# ---- those who are never mailed -----------------------------------------------------------------------


@pytest.fixture
def agency(workspace: Workspace) -> Path:
    """Another office's list of those."""
    path = workspace.root.parent / "suppressed-at-the-agency.csv"
    path.write_text("email,name\nana.ruiz@example.net,Ana\n", "utf-8")
    return path


@pytest.fixture
def disguised(workspace: Workspace, agency: Path) -> list[Path]:
    """Files that are called as any list, and hold those who are never mailed."""
    coast, shore, beach = paths = [workspace.lists / f"{name}.csv" for name in ("coast", "shore", "beach")]
    coast.symlink_to(workspace.suppressed)
    shore.symlink_to(agency)
    os.link(workspace.suppressed, beach)
    return paths


def test_they_are_no_list_under_any_name(disguised: list[Path], workspace: Workspace) -> None:
    assert list(offered(workspace).values()) == [{"press", "regional"}] * len(COMMANDS)
    for path in disguised:
        for name in (path.stem, path.name, str(path)):
            with pytest.raises(WorkspaceError, match="is the list of people who are never mailed"):
                read_audience(workspace, Choice(lists=(name,)))


def test_nobody_is_led_to_them_by_a_hint(disguised: list[Path], workspace: Workspace) -> None:
    """“There is Coast.csv: capitals matter, so write Coast.”"""
    for path in disguised:
        path.rename(path.with_name(path.name.capitalize()))
        with pytest.raises(WorkspaceError) as told:
            read_audience(workspace, Choice(lists=(path.stem,)))
        assert told.value.hint == "There are: press, regional."


def test_no_list_takes_their_place(disguised: list[Path], workspace: Workspace) -> None:
    """It followed the link, and there was a press list where those stood who are never mailed."""
    export = a_list(workspace.root / "export.tsv")
    for path in disguised:
        before = path.read_bytes()
        ran = mailer("lists", "add", str(export), "--as", path.stem, "--replace", cwd=workspace.root)
        assert (ran.code, "are never mailed" in ran.err) == (2, True)
        assert path.read_bytes() == before


def test_what_they_hold_about_a_person_is_found_and_forgotten(agency: Path, workspace: Workspace) -> None:
    link = workspace.lists / "shore.csv"
    link.symlink_to(agency)
    found = [(row.path, row.cells["name"]) for row in kept_about(workspace, "ana.ruiz@example.net")]
    assert (workspace.shown(link), "Ana") in found
    forget(workspace, "ana.ruiz@example.net")
    assert agency.read_text("utf-8") == "email,name\n"


# ---- what is called like a list and can't be read -----------------------------------------------------


@pytest.fixture
def odd(workspace: Workspace) -> dict[str, str]:
    """Each with what is to be said about it."""
    lists = workspace.lists
    (lists / "loop.csv").symlink_to("loop.csv")
    (lists / "ring.csv").symlink_to("gnir.csv")
    (lists / "gnir.csv").symlink_to("ring.csv")
    (lists / "nowhere.csv").symlink_to("gone/away.csv")
    (lists / "folder.csv").mkdir()
    (lists / "linked.xlsx").symlink_to(workspace.releases)
    os.mkfifo(lists / "pipe.txt")
    (lists / "no-list.csv").write_text("x,y\n1,2\n", "utf-8")
    (lists / "bomb.xlsx").write_bytes(b"PK\x03\x04 and nothing more")
    looped = "can't be read: Too many levels of symbolic links"
    return {
        "loop": looped,
        "ring": looped,
        "gnir": looped,
        "nowhere": "can't be read: No such file or directory",
        "folder": "this is a folder",
        "linked": "this is a folder",
        "pipe": "this is a device or a pipe",
        "no-list": "",
        "bomb": "",
    }


def test_a_list_that_cant_be_read_is_a_line_and_the_rest_is_shown(
    odd: dict[str, str], workspace: Workspace
) -> None:
    ran = mailer("lists", cwd=workspace.root)
    assert (ran.code, ran.err) == (0, "")
    lines = dict(line.split("\t", 1) for line in ran.out.splitlines())
    assert lines.keys() == {*odd, "press", "regional"}
    assert lines["press"].startswith("11 recipients")
    for name, why in odd.items():
        assert lines[name].startswith("can't be read: " + why.removeprefix("can't be read: ")), name


def test_each_is_named_where_all_lists_are_checked(odd: dict[str, str], workspace: Workspace) -> None:
    ran = mailer("lists", "check", cwd=workspace.root)
    assert (ran.code, ran.err) == (1, "")
    assert "lists/press.csv: 11 recipients" in ran.out
    for name, why in odd.items():
        [file] = [path.name for path in workspace.lists.iterdir() if path.stem == name]
        [said] = [line for line in ran.out.splitlines() if line.startswith(f"lists/{file}:")]
        assert why in said


def test_nor_is_it_in_the_way_of_other_lists(odd: dict[str, str], workspace: Workspace) -> None:
    ran = mailer("check", "harbour-report", "--list", "press", cwd=workspace.root)
    assert (ran.code, "11 recipients" in ran.err) == (0, True)
    for name in odd:
        assert mailer("lists", "add", "lists/press.csv", "--as", name, cwd=workspace.root).code in (0, 2)


def test_who_asks_for_it_is_told_what_it_is(odd: dict[str, str], workspace: Workspace) -> None:
    """“No list “loop”. There are: loop, press.”"""
    for name, why in odd.items():
        for command in (("lists", "show", name), ("check", "harbour-report", "--list", name)):
            ran = mailer(*command, cwd=workspace.root)
            assert (ran.code, ran.out) == (2, "")
            assert f"lists/{name}." in ran.err
            assert why in ran.err
