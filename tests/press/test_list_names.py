"""What a list may be called: `lists add` makes no file that nobody would find again, here or on a colleague's computer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.terminal import mailer

from mailer.errors import WorkspaceError
from mailer.workspace import Workspace, list_called

NOBODY_WOULD_FIND = {
    "a folder": ("..", "That means a folder"),
    "this folder": (".", "That means a folder"),
    "nothing": ("", "needs a name"),
    "spaces": ("  ", "needs a name"),
    "a path": ("a/b", "can't be part of a file's name"),
    "a path of Windows": ("a\\b", "can't be part of a file's name"),
    "a stream of Windows": ("press:old", "can't be part of a file's name"),
    "a device": ("CON", "Windows has a device"),
    "a device, whatever its ending": ("nul.2026", "Windows has a device"),
    "a port": ("com1.csv", "Windows has a device"),
    "a full stop that Windows drops": ("press.", "end with a full stop"),
    "a space that Windows drops": ("press ", "end with a space"),
    "a space before": (" press", "can't begin or end with a space"),
    "hidden": (".hidden", "is hidden"),
    "Excel's own": ("~$press", "is hidden"),
    "a tab": ("a\tb", "can't be seen"),
    "a line break": ("a\nb", "can't be seen"),
    "turned around": ("a\u202eb", "can't be seen"),
    "a workbook": ("press.xlsx", "another kind of file"),
    "longer than a file's name": ("x" * 300, "can't be that long"),
    "longer, in octets": ("é" * 130, "can't be that long"),
}


@pytest.fixture
def export(workspace: Workspace) -> Path:
    path = workspace.root / "export.csv"
    path.write_text("email,name\nana@example.org,Ana\n", "utf-8")
    return path


def files(workspace: Workspace) -> set[str]:
    return {path.name for path in workspace.lists.iterdir() if path.name != ".lock"}


@pytest.mark.parametrize(("name", "why"), NOBODY_WOULD_FIND.values(), ids=NOBODY_WOULD_FIND)
def test_a_name_under_which_nobody_would_find_it(
    name: str, why: str, export: Path, workspace: Workspace
) -> None:
    before = files(workspace)
    ran = mailer("lists", "add", str(export), "--as", name, "--replace", cwd=workspace.root)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert "Choose a plain name: --as press" in ran.err
    assert len(ran.err) < 300
    assert files(workspace) == before


@pytest.mark.parametrize("file", ["..csv", "CON.csv", "press..csv", ".csv", "press.xlsx.csv", "a\tb.csv"])
def test_nor_is_a_files_own_name_taken_where_it_is_none(
    file: str, export: Path, workspace: Workspace
) -> None:
    before = files(workspace)
    named = export.rename(export.with_name(file))
    ran = mailer("lists", "add", str(named), cwd=workspace.root)
    assert (ran.code, ran.out) == (2, "")
    assert "--as press" in ran.err
    assert files(workspace) == before
    assert mailer("lists", "add", str(named), "--as", "coast", cwd=workspace.root).code == 0


@pytest.mark.parametrize("name", ["coast", "coast.csv", "coast.CSV"])
def test_a_name_with_the_ending_means_the_list(name: str, export: Path, workspace: Workspace) -> None:
    """There was a list coast.csv.csv."""
    ran = mailer("lists", "add", str(export), "--as", name, cwd=workspace.root)
    assert (ran.code, ran.out) == (0, "lists/coast.csv\n")
    assert "ana@example.org" in mailer("lists", "show", "coast", cwd=workspace.root).out


@pytest.mark.parametrize("name", ["Küste 2026", "press-2026.07", "console", "auxiliary", "comma", "記者"])
def test_any_other_name_will_do(name: str, export: Path, workspace: Workspace) -> None:
    assert mailer("lists", "add", str(export), "--as", name, cwd=workspace.root).code == 0
    assert mailer("lists", "show", name, cwd=workspace.root).out.startswith("ana@example.org\t")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=12) | st.text("./\\ ~$conul1:", max_size=6))
def test_whatever_is_allowed_is_a_list(tmp_path: Path, name: str) -> None:
    try:
        called = list_called(name)
    except WorkspaceError as refused:
        assert refused.hint
        return
    workspace = Workspace(tmp_path)
    workspace.lists.mkdir(exist_ok=True)
    path = workspace.lists / f"{called}.csv"
    path.touch()
    assert path in workspace.list_files()
    path.unlink()


def test_a_link_to_nowhere_is_not_written_through_unasked(export: Path, workspace: Workspace) -> None:
    """It made the file at the link's other end, anywhere."""
    elsewhere = workspace.root / "elsewhere.csv"
    (workspace.lists / "coast.csv").symlink_to(elsewhere)
    ran = mailer("lists", "add", str(export), "--as", "coast", cwd=workspace.root)
    assert (ran.code, "lists/coast.csv already exists" in ran.err) == (2, True)
    assert not elsewhere.exists()
