"""A list of which a part can't be read: nobody is shown, imported or counted whose list may go on otherwise."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from support.terminal import environment, mailer

from mailer.cli.terminal.failures import as_told
from mailer.press.list_files.raw_rows import LONGEST_ROW
from mailer.workspace import Workspace

GOOD = 3_000
"""Rows before the one at which it ends: far more than what a list is judged by."""


@pytest.fixture
def broken(workspace: Workspace) -> Path:
    path = workspace.lists / "broken.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name\n")
        file.writelines(
            f"person.{n}@example.org,Person {n} of a list that is long enough\n" for n in range(GOOD)
        )
        file.write('odd@@example.org,Odd\nlast@example.org,"')
        file.write("never closed\n" * (LONGEST_ROW // 10))
    return path


WHERE = f"lists/broken.csv:{GOOD + 3}: a quotation mark opens a cell here and is never closed"


def test_show(broken: Path, workspace: Workspace) -> None:
    ran = mailer("lists", "show", "broken", cwd=workspace.root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"Error: {WHERE}")
    assert "odd@@example.org" not in ran.err


def test_show_as_json(broken: Path, workspace: Workspace) -> None:
    ran = mailer("lists", "show", "broken", "--json", cwd=workspace.root)
    shown = json.loads(ran.out)
    assert (ran.code, shown["recipients"]) == (2, [])
    assert [(problem["line"], problem["level"]) for problem in shown["problems"]] == [(GOOD + 3, "error")]


def test_check(broken: Path, workspace: Workspace) -> None:
    ran = mailer("lists", "check", "broken", "press", cwd=workspace.root)
    assert ran.code == 1
    assert "odd@@example.org" not in ran.out
    assert ran.out.startswith(WHERE)
    assert "lists/press.csv: 11 recipients" in ran.out
    ran = mailer("lists", "check", "broken", "press", "--json", cwd=workspace.root)
    assert {name: len(said) for name, said in json.loads(ran.out).items()} == {"broken": 1, "press": 1}


def test_add(broken: Path, workspace: Workspace) -> None:
    before = (workspace.lists / "press.csv").read_bytes()
    ran = mailer("lists", "add", str(broken), "--as", "press", "--replace", cwd=workspace.root)
    assert (ran.code, ran.out) == (2, "")
    assert (workspace.lists / "press.csv").read_bytes() == before
    assert {path.name for path in workspace.lists.iterdir()} <= {
        *("press.csv", "regional.csv", "suppressed.csv", "broken.csv", ".lock")
    }


def test_json_is_laid_out_as_data_of_one_piece_would_be(workspace: Workspace) -> None:
    (workspace.lists / "wild.csv").write_bytes(
        "email;tags\r\nana@example.net;a, b\r\njosé;ü\r\n".encode("cp1252")
    )
    (workspace.lists / "empty.csv").write_text("email,name\n", "utf-8")
    commands = (
        *(("lists", "show", name, "--json") for name in ("press", "wild", "empty")),
        ("lists", "check", "--json"),
        ("lists", "check", "empty", "no-such-list.csv", "--json"),
    )
    for command in commands[:4]:
        ran = mailer(*command, cwd=workspace.root)
        assert ran.out == json.dumps(json.loads(ran.out), indent=2, ensure_ascii=False) + "\n", command
    assert mailer(*commands[4], cwd=workspace.root).out == "", "nothing of a document that has no end"


# ---- the temporary folder, in which a list waits ------------------------------------------------------

SMALL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
from mailer.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_no_room_for_it_is_no_defect_of_ours(workspace: Workspace) -> None:
    pytest.importorskip("resource", reason="Windows has no such limit")
    with (workspace.lists / "long.csv").open("w", encoding="utf-8") as file:
        file.write("email\n")
        file.writelines(f"person.{n}@example.org\n" for n in range(10_000))
    ran = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, "lists", "show", "long", "--json"],
        cwd=workspace.root, env=environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(
        "Error: File too large.\n  The disk, or a limit of your account, allows no file"
    )


def test_nor_is_a_database_that_has_no_room() -> None:
    database = sqlite3.connect("")
    database.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as full:
        database.execute("CREATE TABLE people AS SELECT zeroblob(100000)")
    told = as_told(full.value)
    assert str(told).startswith("The temporary folder can't be used: database or disk is full.")
    assert "TMPDIR" in told.hint
