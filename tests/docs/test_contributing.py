"""CONTRIBUTING.md names nothing that is not there."""

from __future__ import annotations

import re

import pytest
from conftest import REPOSITORY

PAGE = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
CODE = re.findall(r"`([^`\n]+)`", re.sub(r"(?s)```.*?```", "", PAGE))
PATHS = sorted(
    {
        word
        for code in CODE
        for word in code.split()
        if re.fullmatch(r"\.?[\w-]+(/[\w.-]+)+/?|[\w.-]+\.(py|md|toml|yaml)", word)
    }
)
NAMES = sorted({code for code in CODE if re.fullmatch(r"_?[A-Z][A-Z_]{3,}|_[a-z]+|test_[a-z_]+", code)})
BY_SHORT_NAME = {"make.py": "docs/reference/make.py", "__init__.py": "mailer/__init__.py"}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_exists(path: str) -> None:
    if "LANG" not in path:
        assert (REPOSITORY / BY_SHORT_NAME.get(path, path)).exists()


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_found_in_the_code(name: str) -> None:
    """A table, a function or a test that is called otherwise by now."""
    of_code = (path for folder in ("mailer", "tests") for path in (REPOSITORY / folder).rglob("*.py"))
    assert any(
        re.search(rf"^\s*(?:def |class )?{name}\b\s*[:=(]", path.read_text("utf-8"), re.MULTILINE)
        for path in of_code
    )


def test_what_is_looked_for_is_found() -> None:
    assert len(PATHS) > 40
    known = {"GENERAL", "AT_LOGIN", "CHECKS", "TROUBLES", "FAMILIES", "MIGRATIONS", "NODE_TYPES", "_said"}
    assert known <= set(NAMES)
