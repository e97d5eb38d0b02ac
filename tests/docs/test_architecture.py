"""The house plan and the glossary name what there is: each step of a walk, each word's place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from conftest import REPOSITORY


def names_in(tree: ast.AST) -> Iterator[str]:
    """What a module defines: functions, classes, attributes, constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        yield part.id
                    elif isinstance(part, ast.Attribute):
                        yield part.attr


pytestmark = pytest.mark.xdist_group(
    "architecture"
)  # whoever collects tests need not parse all that there is

MAILER = REPOSITORY / "mailer"
SOURCES = {path: path.read_text("utf-8") for path in MAILER.rglob("*.py")}
ARCHITECTURE = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
GLOSSARY = (REPOSITORY / "docs" / "glossary.md").read_text("utf-8")

WALKS = ARCHITECTURE.partition("## Four walks")[2]
STEPS: list[str] = re.findall(r"(?ms)^ *\d\. .*?(?=^ *\d\. |^#|\Z)", WALKS)
WORDS = re.findall(r"(?m)^\| (.+?) \| .+ \| (.+?) \|$", GLOSSARY.replace("| word | means | where |", ""))


@cache
def defined() -> frozenset[str]:
    return frozenset(name for text in SOURCES.values() for name in names_in(ast.parse(text)))


def is_defined(name: str) -> bool:
    return name in defined()


def is_a_file(text: str) -> bool:
    return any(str(path).endswith(f"/{text.removeprefix('mailer/')}") for path in SOURCES)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.strip()[:50])
def test_each_name_of_a_walk_is_there(step: str) -> None:
    names = re.findall(r"`([\w.]+(?:/[\w.]+)*)`", step)
    assert names or "SMTP" in step
    for name in names:
        if name.endswith(".py"):
            assert is_a_file(name), name
        elif name != "dot":
            assert is_defined(name.rpartition(".")[2]), name


@pytest.mark.parametrize("word,where", WORDS, ids=lambda text: text[:40])
def test_each_word_of_the_glossary_is_where_it_says(word: str, where: str) -> None:
    for name in re.findall(r"`([^`]+)`", where):
        if name.startswith(("table ", "mailer ")):
            continue
        if name.endswith("/"):
            assert (MAILER / name).is_dir(), name
        elif "/" in name or name.endswith(".py"):
            path = MAILER / name.removeprefix("mailer/")
            assert path.exists() or is_a_file(name) or (REPOSITORY / name).exists(), name
        else:
            is_module = is_a_file(name.replace(".", "/") + ".py")
            assert is_module or is_defined(name.rpartition(".")[2]), name


def test_a_word_has_one_entry() -> None:
    words = [word for words, _ in WORDS for word in words.split(", ")]
    twice = {word for word in words if words.count(word) > 1}
    assert not twice


def test_the_plan_names_every_stage() -> None:
    stages = {
        path.name.removesuffix(".py") for path in MAILER.iterdir() if path.suffix == ".py" or path.is_dir()
    }
    chain = re.search(r"(?m)^`errors.*cli`$", ARCHITECTURE)
    assert chain is not None
    named = set(re.findall(r"\w+", chain[0]))
    assert stages - {"__init__", "__main__", "__pycache__"} == named


def test_every_page_of_the_house_is_reached_from_the_readme() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    for page in (REPOSITORY / "docs").rglob("*.md"):
        inside = str(page.relative_to(REPOSITORY))
        as_a_whole = ("docs/decisions/", "docs/reference/checks/")  # the latter from docs/reference/checks.md
        reached = inside in readme or inside.startswith(as_a_whole)
        assert reached, inside
