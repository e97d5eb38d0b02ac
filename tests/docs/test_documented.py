"""What users are told is true: each command, setting and link of the documentation exists, and the README's commands run."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from conftest import REPOSITORY
from support.terminal import environment

from mailer.cli import FAMILIES, cli
from mailer.settings import KEYS, Settings, read_settings
from mailer.workspace import Workspace

DOCS = sorted(
    [
        REPOSITORY / "README.md",
        REPOSITORY / "CHANGELOG.md",
        REPOSITORY / "CONTRIBUTING.md",
        *(REPOSITORY / "docs").rglob("*.md"),
        *(REPOSITORY / "benchmarks").rglob("*.md"),
    ]
)


@pytest.mark.parametrize("group", [(), ("lists",), ("ledger",), ("theme",)])
def test_every_command_is_said_in_a_line_that_does_not_trail_off(group: tuple[str, ...]) -> None:
    said = CliRunner().invoke(cli, [*group, "--help"], terminal_width=80).output.partition("--help ")[2]
    lines = [line for line in said.splitlines() if line.startswith("  ") and "Example" not in line]
    assert lines
    for line in lines:
        assert not line.endswith(("...", "…")), line


def test_every_command_has_an_example() -> None:
    page = (REPOSITORY / "docs" / "reference" / "commands.md").read_text("utf-8")
    for section in page.split("\n## ")[1:]:
        if "Commands:" not in section:
            assert "Example:" in section, section.splitlines()[0]


def test_every_setting_is_on_its_page_and_in_the_example() -> None:
    page = (REPOSITORY / "docs" / "reference" / "settings.md").read_text("utf-8")
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    assert re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE) == list(KEYS)
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == set(KEYS)


def test_every_setting_is_used() -> None:
    source = "".join(path.read_text("utf-8") for path in (REPOSITORY / "mailer").rglob("*.py"))
    for setting in fields(Settings):
        assert re.search(rf"\w\.{setting.name}\b", source), f"{setting.name} has no effect"


def test_every_command_that_is_written_can_be_given() -> None:
    """A command of a family's module that FAMILIES does not name would be found by nobody."""
    given = [cli.get_command(click.Context(cli), name) for _, names in FAMILIES for name in names]
    given += [inner for group in given if isinstance(group, click.Group) for inner in group.commands.values()]
    for path in (REPOSITORY / "mailer" / "cli").glob("*.py"):
        module = import_module(f"mailer.cli.{path.stem}".removesuffix(".__init__"))
        for name, written in vars(module).items():
            assert not isinstance(written, click.Command) or written in (cli, *given), f"{path.name}: {name}"


def test_the_example_as_it_stands_is_the_default(workspace: Workspace) -> None:
    (workspace.root / ".env").write_text((REPOSITORY / ".env.example").read_text("utf-8"), "utf-8")
    assert read_settings(workspace.root, {}) == Settings()


@pytest.mark.parametrize("page", DOCS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    text = re.sub(r"(?s)```.*?```|`[^`]*`", "", page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http", "#", "mailto:")):
            assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("page", DOCS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = {name for _, names in FAMILIES for name in names}
    text = page.read_text("utf-8")
    code = re.findall(r"(?s)```.*?```", text) + re.findall(r"`[^`\n]+`", text)
    for name in re.findall(r"(?m)(?:^|[`\s])mailer ([a-z][a-z-]+)\b", "\n".join(code)):
        assert name in known, name


def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    """All of "Your own release" but the desk, which is tested in a browser; and the demo without one."""
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    block = next(b for b in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "mailer init" in b)
    lines = [line for line in block.splitlines() if line != "mailer desk"]
    script = "\n".join(
        ("set -e", f'mailer() {{ "{sys.executable}" -m mailer "$@"; }}', "mailer demo --no-browser", *lines)
    )
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert "11 messages arrived" in ran.stdout
    assert block.endswith("cd press-office\nmailer desk\n")
    assert (tmp_path / "press-office" / "newsroom.md").is_file()
