"""The reference of themes is held to the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from conftest import REPOSITORY
from support.releases import THEMES, edition

from mailer.render.renderer import _Renderer
from mailer.render.theme_faults.names import NAMES
from mailer.workspace import Workspace, built_in_templates


def test_every_name_that_templates_may_use_is_documented(workspace: Workspace) -> None:
    page = (REPOSITORY / "docs" / "reference" / "themes.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([a-z_]+)[(`]", page, re.MULTILINE)) - {"release.html.j2"}
    names = set(_Renderer(edition(workspace, "full"), workspace.theme("default"))._names())
    assert names | {"blocks", "part", "slot", "merged"} == NAMES, "what a check of themes takes for known"
    assert told - {"layout", "clients", "theme"} == NAMES


def test_every_language_with_labels_is_named() -> None:
    page = (REPOSITORY / "docs" / "reference" / "themes.md").read_text("utf-8")
    named = re.search(r"built in for ([a-z, ]+)", page)
    assert named is not None
    labels = {path.name.split(".")[1] for path in (built_in_templates() / "default").glob("labels.*.toml")}
    assert set(named[1].strip().split(", ")) == labels
    asked = tomllib.loads((REPOSITORY / "mailer/desk/unsubscribe/labels.toml").read_text("utf-8"))
    assert set(asked) == labels, "whoever reads a mail in a language is asked in it too"
    assert [name for name, texts in asked.items() if set(texts) != set(asked["en"])] == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_that_ships_says_what_it_is_and_is_named_where_one_is_chosen(theme: str) -> None:
    assert (built_in_templates() / theme / "theme.txt").read_text("utf-8").strip()
    page = (REPOSITORY / "docs" / "reference" / "release-file.md").read_text("utf-8")
    [row] = re.findall(r"^\| `theme` \| tema \| (the look.*)$", page, re.MULTILINE)
    assert f"`{theme}`" in row


def test_every_block_of_the_page_is_documented() -> None:
    page = (REPOSITORY / "docs" / "reference" / "themes.md").read_text("utf-8")
    template = Path(built_in_templates() / "default" / "release.html.j2").read_text("utf-8")
    for name in re.findall(r"{% block (\w+) %}", template):
        assert f"`{name}`" in page, name
