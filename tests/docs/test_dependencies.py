"""The page on dependencies is held to pyproject.toml, and to what an installation really brings along."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "decisions" / "dependencies.md").read_text("utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    assert match
    return normal(match[0])


def everything(requirement: str, found: set[str]) -> set[str]:
    """A package, and all that it brings along."""
    name = named(requirement)
    if name in found:
        return found
    try:
        further = requires(name) or []
    except PackageNotFoundError:  # for another system or another Python
        return found
    found.add(name)
    for each in further:
        if "extra ==" not in each:
            everything(each, found)
    return found


def test_every_dependency_is_there_for_a_reason() -> None:
    reasons, _, _ = PAGE.partition("## The oldest versions")
    for requirement in (
        *PROJECT["dependencies"],
        *(r for extra in PROJECT["optional-dependencies"].values() for r in extra),
    ):
        assert named(requirement) in normal(reasons), requirement


NEVER_IMPORTED = {"h11", "python-multipart", "tzdata"}
"""Used by others (h11 by uvicorn, python-multipart by Starlette's forms), or found by the standard library; the page says by whom."""


BROUGHT_BY = {
    "markupsafe": "jinja2",
    "cssutils": "premailer",
    "dnspython": "email-validator",
    "idna": "email-validator",
}
"""What is imported beside the one that brings it, whose own terms it is."""


def test_what_is_brought_along_is_brought_by_whom_we_say() -> None:
    for name, owner in BROUGHT_BY.items():
        assert name in {named(requirement) for requirement in requires(owner) or []}, owner


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    brought_by = packages_distributions()
    imported = (
        {
            name.partition(".")[0]
            for path in (REPOSITORY / "mailer").rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            )
        }
        - sys.stdlib_module_names
        - {"mailer"}
    )
    used = {normal(brought_by[name][0]) for name in imported}
    extras = [r for name, extra in PROJECT["optional-dependencies"].items() if name != "test" for r in extra]
    declared = {named(r) for r in (*PROJECT["dependencies"], *extras)}
    assert used - declared == set(BROUGHT_BY), "anything else must stand in pyproject.toml"
    assert declared - used == NEVER_IMPORTED


def test_the_floors_are_those_of_the_installation() -> None:
    requirements = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dkim"]]
    floors = {named(r): r.partition(">=")[2] for r in requirements}
    _, _, rest = PAGE.partition("## The oldest versions")
    rows = re.findall(r"^\| ([\w.-]+) \| ([\d.]+) \|", rest.partition("## Licences")[0], re.MULTILINE)
    assert len(rows) > 5
    for name, floor in rows:
        assert floors[normal(name)] == floor, name


def test_the_licence_of_everything_that_is_brought_along_is_listed() -> None:
    _, _, licences = PAGE.partition("## Licences")
    listed = {normal(word) for word in re.findall(r"[\w.-]+", licences)}
    brought: set[str] = set()
    for requirement in PROJECT["dependencies"]:
        everything(requirement, brought)
    assert len(brought) > 30
    assert brought - listed == set()
