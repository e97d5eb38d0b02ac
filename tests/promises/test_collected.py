"""Pages and tests say the same: what a test quotes stands on its page; what the README is careful about is tested."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from conftest import REPOSITORY
from support.promises import promises_of, section, sentences

MODULES = sorted(path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__))
CAREFUL = "What it is careful about"


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
