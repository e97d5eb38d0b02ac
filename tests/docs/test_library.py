"""The library: what `import mailer` offers is documented, and the example of its page runs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from conftest import REPOSITORY
from support.smtp_faulty import FaultyServer
from support.terminal import environment

import mailer
from mailer.delivery import Ledger
from mailer.model import Status
from mailer.workspace import Workspace

PAGE = (REPOSITORY / "docs" / "guide" / "library.md").read_text("utf-8")


def test_the_example_of_the_page_runs(workspace: Workspace, tmp_path: Path) -> None:
    with FaultyServer() as server:
        (workspace.root / ".env").write_text(
            f"SMTP_HOST=127.0.0.1\nSMTP_PORT={server.port}\nSMTP_SECURITY=none\n", "utf-8"
        )
        [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
        ran = subprocess.run(
            [sys.executable, "-c", example],
            cwd=workspace.root,
            env=environment(TMPDIR=str(tmp_path)),
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert ran.returncode == 0, ran.stderr
    with Ledger(workspace.ledger) as ledger:
        counts = ledger.counts("harbour-report")
    assert counts == {Status.ACCEPTED: len(server.accepted)}
    assert f"{len(server.accepted)} recipients of Press release" in ran.stdout
    assert f"{len(server.accepted)} accepted;" in ran.stdout


def test_each_name_is_there_and_on_the_page() -> None:
    for name in mailer.__all__:
        assert getattr(mailer, name).__doc__, name
        assert re.search(rf"`(?:[^`]*\W)?{name}\b", PAGE), f"docs/guide/library.md does not name {name}"


def test_a_type_checker_sees_the_same_names() -> None:
    tree = ast.parse((REPOSITORY / "mailer" / "__init__.py").read_text("utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        (alias.asname, node.module, alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    offered = {
        (name, module, own or name)
        for module, names in mailer._OFFERED.items()
        for name, _, own in (each.partition("=") for each in names)
    }
    assert seen == offered


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys, mailer; print([name for name in sys.modules if name.startswith('mailer.')])"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert ran.stdout.strip() == "[]", ran.stderr
