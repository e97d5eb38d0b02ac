"""On Windows a file can't be replaced while it is open. Nobody may stay unsuppressed because of that.

Linux replaces open files without a word, so here the program runs in a process that refuses as Windows does
(`support/as_on_windows.py`): whoever is suppressed, put back or forgotten there is so in fact.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook
from support import as_on_windows
from support.bounce_corpus import ANA, bounces
from support.returned import ENVELOPE_FROM
from support.sent_mail import returned, send_to
from support.terminal import Ran, environment

from mailer.press import Suppressions, read_list
from mailer.workspace import Workspace

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="only Linux lists a process's open files"
)
BO = "bo.lindqvist@example.org"


def on_windows(*arguments: str, cwd: Path, held: str = "", **settings: str) -> Ran:
    """A command to its end. `held`: a file that Excel has open."""
    ran = subprocess.run(
        [sys.executable, as_on_windows.__file__, *(("--held", held) if held else ()), *arguments],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture(params=["as the tool makes it", "as Excel saves it", "of one line"])
def office(request: pytest.FixtureRequest, workspace: Workspace) -> Workspace:
    """A workspace with suppressed.csv in several forms: how it is written depends on that."""
    contents = {
        "as Excel saves it": "address;reason\r\ngone.away@example.com;Zoë rang\r\n".encode("cp1252"),
        "of one line": b"address,reason,date,source",
    }
    if request.param in contents:
        workspace.suppressed.write_bytes(contents[request.param])
    return workspace


def test_suppress_unsuppress_and_forget(office: Workspace) -> None:
    for command in (("suppress", ANA, BO), ("unsuppress", BO), ("suppress", BO), ("forget", ANA, "--yes")):
        ran = on_windows(*command, cwd=office.root)
        assert ran.code == 0, ran.err
    suppressions = Suppressions(office.suppressed)
    assert ANA in suppressions
    assert BO in suppressions
    assert ANA not in office.suppressed.read_text("utf-8", "replace"), "forgotten: a hash stands for them"
    assert all(ANA not in path.read_text("utf-8", "replace") for path in office.lists.glob("*.csv"))


def test_forget_reads_lists_that_it_then_changes(workspace: Workspace) -> None:
    """Lists in every form that is read: with a header that we know, without, as a workbook."""
    (workspace.lists / "odd.csv").write_text(f"a,b\nc,d\n\nx,{ANA}\ny,{ANA}\n", "utf-8")
    (workspace.lists / "two.csv").write_text(f"email\n{ANA}\n{BO}\n{ANA}\n", "utf-8")
    book = Workbook()
    book.active.append(["email"])
    book.active.append([ANA])
    book.save(workspace.lists / "book.xlsx")
    ran = on_windows("forget", ANA, "--yes", cwd=workspace.root)
    assert "something went wrong" not in ran.err, ran.err
    assert (workspace.lists / "two.csv").read_text("utf-8") == f"email\n{BO}\n"


def test_a_list_replaced_by_itself(workspace: Workspace) -> None:
    path = workspace.lists / "press.csv"
    before = [person.address for person in read_list(path)]
    ran = on_windows("lists", "add", str(path), "--as", "press", "--replace", cwd=workspace.root)
    assert ran.code == 0, ran.err
    assert [person.address for person in read_list(path)] == before


def test_a_bounce_suppresses(workspace: Workspace, tmp_path: Path) -> None:
    hard = next(sample.content for sample in bounces() if sample.name == "qmail, unknown")
    box = tmp_path / "box"
    box.write_bytes(
        b"From x Tue Mar  3 09:00:05 2026\n" + returned(hard, send_to(workspace, ANA)[ANA]) + b"\n\n"
    )
    ran = on_windows("bounces", "--mbox", str(box), cwd=workspace.root, ENVELOPE_FROM=ENVELOPE_FROM)
    assert ran.code == 0, ran.err
    assert ANA in Suppressions(workspace.suppressed)


@pytest.mark.parametrize("command", [("suppress", ANA), ("unsuppress", "gone.away@example.com"),
                                     ("forget", ANA, "--yes")], ids=" ".join)  # fmt: skip
def test_a_file_that_excel_has_open_is_left_as_it_is_and_staff_are_told(
    workspace: Workspace, command: tuple[str, ...]
) -> None:
    before = {path: path.read_bytes() for path in workspace.lists.iterdir()}
    ran = on_windows(*command, cwd=workspace.root, held="suppressed.csv")
    assert ran.code == 2
    assert "suppressed.csv: can't be written" in ran.err
    assert "Excel" in ran.err, "what to do"
    assert "Traceback" not in ran.err
    after = {path: path.read_bytes() for path in workspace.lists.iterdir() if path.name != ".lock"}
    assert after == before, "nothing is lost, and no temporary file stays"


def test_a_new_file_is_for_its_owner_alone_and_an_old_one_stays_as_it_is(workspace: Workspace) -> None:
    """Lists hold people's addresses. What staff share with colleagues they have said with chmod."""
    workspace.suppressed.chmod(0o664)
    shared = on_windows("suppress", ANA, cwd=workspace.root)
    again = on_windows("unsuppress", ANA, cwd=workspace.root)
    assert (shared.code, again.code, workspace.suppressed.stat().st_mode & 0o777) == (0, 0, 0o664)
    workspace.suppressed.unlink()
    old = os.umask(0o022)
    try:
        on_windows("suppress", "--begin", ANA, cwd=workspace.root)
        on_windows("lists", "add", str(workspace.lists / "press.csv"), "--as", "new", cwd=workspace.root)
    finally:
        os.umask(old)
    assert workspace.suppressed.stat().st_mode & 0o777 == 0o600
    assert (workspace.lists / "new.csv").stat().st_mode & 0o777 == 0o600
