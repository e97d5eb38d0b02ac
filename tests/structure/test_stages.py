"""Data flows one way: a stage imports from stages to its left, never to its right (docs/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import REPOSITORY

pytestmark = pytest.mark.xdist_group("structure")  # each file is parsed once, whatever is asked of it

PACKAGE = REPOSITORY / "mailer"

STAGES = (
    ("errors", "model", "visible", "photo_metadata", "env_file"),
    ("presets",),
    ("settings", "workspace"),
    ("authorization",),
    ("release",),
    ("importing",),
    ("press",),
    ("render",),
    ("checks",),
    ("message",),
    ("delivery",),
    ("bounces",),
    ("publish",),
    ("pipeline",),
    ("desk",),
    ("cli", "__main__"),
)
RANK = {stage: rank for rank, stages in enumerate(STAGES) for stage in stages}
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_FILE, LONGEST_FUNCTION = 300, 40
MOST_IN_A_FOLDER = 15
LONGEST_CHAIN = 9
"""Stages that stand on one another, from `__main__` down."""


def name_of(path: Path) -> str:
    """A module as others import it: "mailer.render.merge", and for an `__init__.py` its folder."""
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in MODULES}


def stage_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> tuple[tuple[str, int], ...]:
    """Every name that a module imports at run time, in whole, with the line; imports for type checkers don't count."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
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
            yield name, node.lineno


def imported_stages(path: Path) -> Iterator[tuple[str, int]]:
    for name, line in imports(path):
        package, _, rest = name.partition(".")
        if package == "mailer" and rest.split(".")[0] in RANK:
            yield rest.split(".")[0], line


def imported_files(path: Path) -> set[str]:
    """The modules that one imports; a name that is no module comes from the module before it."""
    names = (name if name in FILES else name.rpartition(".")[0] for name, _ in imports(path))
    return {name for name in names if name in FILES and FILES[name] != path}


def longest_chain(graph: Mapping[str, set[str]], start: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The longest way down from a node. Fails where one leads back to itself."""
    assert start not in above, f"a circle of imports: {' → '.join((*above[above.index(start) :], start))}"
    chains = (longest_chain(graph, other, (*above, start)) for other in sorted(graph[start]))
    return (start, *max(chains, key=len, default=()))


@pytest.mark.parametrize("own", sorted({stage_of(path) for path in MODULES} - {"__init__"}))
def test_a_stage_imports_only_from_its_left(own: str) -> None:
    assert own in RANK, f"{own} is no stage of docs/architecture.md"
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line} imports {stage}"
        for path in MODULES
        if stage_of(path) == own
        for stage, line in imported_stages(path)
        if RANK[stage] > RANK[own] or (RANK[stage] == RANK[own] and own in ("errors",))
    ]
    assert not wrong


def test_no_two_files_import_each_other() -> None:
    """Nor do three in a circle: whoever wants to understand one of them would have to read them all at once."""
    TopologicalSorter(
        {name: imported_files(path) for name, path in FILES.items()}
    ).prepare()  # CycleError names it


def test_the_stages_stand_on_few_floors() -> None:
    graph: dict[str, set[str]] = {stage: set() for stage in RANK}
    for path in MODULES:
        if stage_of(path) in RANK:
            graph[stage_of(path)] |= {stage for stage, _ in imported_stages(path)} - {stage_of(path)}
    chain = longest_chain(graph, "__main__")
    assert len(chain) <= LONGEST_CHAIN, " → ".join(chain)


def test_a_file_and_its_functions_stay_short_enough_to_be_read() -> None:
    assert [fault for path in MODULES for fault in too_long(path)] == []


def too_long(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    if len(text.splitlines()) > LONGEST_FILE:
        yield f"{path.relative_to(REPOSITORY)} has {len(text.splitlines())} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            begins = node.body[bool(ast.get_docstring(node)) and len(node.body) > 1].lineno
            if node.end_lineno - begins + 1 > LONGEST_FUNCTION:
                yield f"{path.relative_to(REPOSITORY)}:{node.lineno} {node.name} is too long"


def test_a_folder_can_be_taken_in_at_a_glance() -> None:
    """Files of any kind count: stylesheets, tables and pages are read too."""
    folders = [folder for folder in (PACKAGE, *PACKAGE.rglob("*/")) if "__pycache__" not in folder.parts]
    numbers = {folder: sum(path.is_file() for path in folder.iterdir()) for folder in folders}
    assert {folder: number for folder, number in numbers.items() if number > MOST_IN_A_FOLDER} == {}


def importers(of: str) -> dict[str, set[str]]:
    """Who imports a stage, and which of its names: module → names, those of the stage's own modules aside."""
    found: dict[str, set[str]] = {}
    for module, path in FILES.items():
        names = {name for name, _ in imports(path) if f"{name}.".startswith(f"mailer.{of}.")}
        if names and stage_of(path) != of:
            found[module] = names
    return found


def test_only_the_command_line_asks_what_came_back() -> None:
    """Whatever comes back is dealt with when a person says so; nothing that sends may read it on its own. The door to the
    net puts what providers post into the spool, and no more."""
    reading = "mailer.bounces.reading."  # from bytes alone, and what an answer means
    keeping = ("mailer.bounces.events.spool.", "mailer.bounces.events.values.")
    asking = {
        module
        for module, names in importers("bounces").items()
        if not all(name.startswith((reading, *keeping)) for name in names)
    }
    assert asking, "nobody imports bounces: is the test looking for the right name?"
    assert {module.split(".")[1] for module in asking} == {"cli"}


PRIVATE_FILES = ("mailer.workspace.durable.", "mailer.workspace.private.")
ITS_OWN_PLACE = ("mailer.workspace.database_url.", "mailer.workspace.whereabouts.")


def test_delivery_knows_no_lists_and_no_folder_of_staff() -> None:
    """It has messages and addresses, and a protocol by which it asks whether somebody is still wanted. Of the workspace it
    takes how a private file is made and kept and where a ledger may be, and nothing of where staff keep what."""
    assert not [module for module in importers("press") if module.startswith("mailer.delivery")]
    taken = {
        name
        for module, names in importers("workspace").items()
        if module.startswith("mailer.delivery")
        for name in names
    }
    assert taken
    assert not [name for name in taken if not name.startswith((*PRIVATE_FILES, *ITS_OWN_PLACE))]


def test_help_imports_nothing_heavy() -> None:
    """`mailer --help` must feel instant: what takes long to import is imported where it is used."""
    import subprocess
    import sys

    heavy = (
        "lxml",
        "mammoth",
        "markdown_it",
        "premailer",
        "jinja2",
        "babel",
        "starlette",
        "PIL",
        "phonenumbers",
        "rich",
        "sqlite3",
        "oauthlib",
        "keyring",
        "cryptography",
    )
    code = (
        "import sys; from mailer.cli import main; main(['--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[]"
    assert "send" in run.stdout


def test_no_test_waits_by_a_program_that_the_pages_policy_refuses() -> None:
    """What Playwright's `wait_for_function` asks for again it has the page evaluate, and the desk's pages allow no eval: a
    test that has to wait fails, and only then. `until` in support/desk.py asks from outside."""
    asked = "wait_for_" + "function("
    assert [
        path.name for path in (REPOSITORY / "tests").rglob("*.py") if asked in path.read_text("utf-8")
    ] == []


def test_whatever_forks_in_a_test_ends_there() -> None:
    """A fork in which something raises is a second pytest, which goes on with the tests that come next."""
    support = REPOSITORY / "tests" / "support"
    may = {support / f"{name}.py" for name in ("forking", "database_workers", "fork_server")}
    asked = "os." + "fork("
    assert [
        path.name
        for path in (REPOSITORY / "tests").rglob("*.py")
        if path not in may and asked in path.read_text("utf-8")
    ] == []
