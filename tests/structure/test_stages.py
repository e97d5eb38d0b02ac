"""Data flows one way: a stage imports from stages to its left, never to its right (docs/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY

PACKAGE = REPOSITORY / "mailer"

STAGES = (
    ("errors", "model", "visible"),
    ("endings", "settings", "workspace", "enclosures", "private", "durable"),
    ("release",),
    ("press",),
    ("render",),
    ("checks",),
    ("message",),
    ("delivery",),
    ("bounces",),
    ("pipeline",),
    ("desk",),
    ("cli", "__main__"),
)
RANK = {stage: rank for rank, stages in enumerate(STAGES) for stage in stages}
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def stage_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_stages(path: Path) -> Iterator[tuple[str, int]]:
    """Every stage that a module imports at run time, with the line; imports for type checkers don't count."""
    tree = ast.parse(path.read_text("utf-8"))
    only_for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in only_for_types:
            continue
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides its stage"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "mailer" and rest.split(".")[0] in RANK:
                yield rest.split(".")[0], node.lineno


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_stage_imports_only_from_its_left(path: Path) -> None:
    own = stage_of(path)
    if own == "__init__":
        return
    assert own in RANK, f"{own} is no stage of docs/architecture.md"
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line} imports {stage}"
        for stage, line in imported_stages(path)
        if RANK[stage] > RANK[own] or (RANK[stage] == RANK[own] and own in ("errors",))
    ]
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_and_its_functions_stay_short_enough_to_be_read(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = (
                node.end_lineno - node.body[bool(ast.get_docstring(node)) and len(node.body) > 1].lineno + 1
            )
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_help_imports_nothing_heavy() -> None:
    """`mailer --help` must feel instant: what takes long to import is imported where it is used."""
    import subprocess
    import sys

    heavy = (
        "lxml",
        "markdown_it",
        "premailer",
        "jinja2",
        "babel",
        "starlette",
        "PIL",
        "phonenumbers",
        "rich",
        "sqlite3",
    )
    code = (
        "import sys; from mailer.cli import main; main(['--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[]"
    assert "send" in run.stdout
