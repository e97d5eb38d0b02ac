"""Pages and tests say the same: what a test quotes stands on its page; what the README is careful about is tested."""

from __future__ import annotations

import ast
import importlib.util
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from conftest import REPOSITORY
from support.promises import promises_of, section, sentences

MODULES = sorted(path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__))
CAREFUL = "What it is careful about"


PAGES = (
    "README.md",
    *sorted(str(p.relative_to(REPOSITORY)) for p in (REPOSITORY / "docs/guide").rglob("*.md")),
)
STRONG = re.compile(r"\b(?:never|nobody|nothing|always|twice)\b", re.IGNORECASE)
INDEX = "\n## Documentation\n"
"""Of the README: from there on it only leads to pages."""
FEWEST_WORDS = 3
"""A cell that says “nothing” promises nothing."""

KEPT = tomllib.loads(Path(__file__).with_name("kept_elsewhere.toml").read_text("utf-8"))
"""By page: sentences by the test that tries to break each, and those that only sound like a promise."""
NO_PROMISE = "nothing promised"


@cache
def quoted(module: Path) -> list[tuple[str, str]]:
    """The pages and sentences that a module's tests stand for."""
    spec = importlib.util.spec_from_file_location(f"quoted_{module.stem}", module)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return [
        found
        for name, test in vars(loaded).items()
        if name.startswith("test_")
        for found in promises_of(test)
    ]


def on_page(page: str) -> list[str]:
    return sentences((REPOSITORY / page).read_text("utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_quoted_sentence_stands_on_its_page(module: Path) -> None:
    found = quoted(module)
    assert found, "a module of promises without one"
    gone = [f"{page}: {sentence}" for page, sentence in found if sentence not in on_page(page)]
    assert not gone, (
        "the page says something else now: look whether the promise still holds, then quote it anew"
    )


def test_everything_the_readme_is_careful_about_has_a_test() -> None:
    tested = {sentence for module in MODULES for page, sentence in quoted(module) if page == "README.md"}
    promised = sentences(section((REPOSITORY / "README.md").read_text("utf-8"), CAREFUL))
    assert len(promised) >= 15
    assert [sentence for sentence in promised if sentence not in tested] == []


@cache
def names_in(file: str) -> frozenset[str]:
    return frozenset(
        each.name
        for each in ast.parse((REPOSITORY / file).read_text("utf-8")).body
        if isinstance(each, ast.FunctionDef)
    )


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_says_without_an_exception_has_a_test(page: str) -> None:
    """Whoever writes “never” or “nobody” on a page names the test that tries to break it: by quoting the sentence in a test
    of this folder, or in kept_elsewhere.toml; there, too, what only sounds like a promise is said to be none."""
    known = {sentence for module in MODULES for its, sentence in quoted(module) if its == page}
    known.update(*KEPT.get(page, {}).values())
    said = sentences((REPOSITORY / page).read_text("utf-8").partition(INDEX)[0])
    strong = [s for s in said if STRONG.search(s) and len(s.split()) >= FEWEST_WORDS]
    assert [sentence for sentence in strong if sentence not in known] == []


@pytest.mark.parametrize("page", KEPT)
def test_what_is_kept_elsewhere_stands_on_its_page_and_its_test_is_there(page: str) -> None:
    said = on_page(page)
    assert [each for its in KEPT[page].values() for each in its if each not in said] == [], "look anew"
    for named in KEPT[page].keys() - {NO_PROMISE}:
        file, _, test = named.partition("::")
        assert test in names_in(file), named


def test_a_page_is_read_sentence_by_sentence() -> None:
    page = """# Title
- **Nobody twice.** Kill it: it
  knows. ([How](how.md).) All *ten*.

| a | `x` goes. Never back | why? |
```
Not this.
```
Last line
goes on. And “this” too.
"""
    assert sentences(page) == [
        "Title", "Nobody twice.", "Kill it: it knows.", "(How.)", "All ten.", "a", "`x` goes.", "Never back", "why?",
        "Last line goes on.", "And “this” too.",
    ]  # fmt: skip
