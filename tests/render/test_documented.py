"""The reference of themes is held to the code."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import REPOSITORY
from support.releases import edition

from mailer.render.renderer import _Renderer
from mailer.workspace import Workspace, built_in_templates


def test_every_name_that_templates_may_use_is_documented(workspace: Workspace) -> None:
    page = (REPOSITORY / "docs" / "reference" / "themes.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([a-z_]+)[(`]", page, re.MULTILINE)) - {"release.html.j2"}
    names = set(_Renderer(edition(workspace, "full"), workspace.theme("default"))._names())
    assert names | {"blocks", "part", "slot", "merged"} == told - {"layout", "clients", "theme", "labels"} | {
        "labels"
    }


def test_every_block_of_the_page_is_documented() -> None:
    page = (REPOSITORY / "docs" / "reference" / "themes.md").read_text("utf-8")
    template = Path(built_in_templates() / "default" / "release.html.j2").read_text("utf-8")
    for name in re.findall(r"{% block (\w+) %}", template):
        assert f"`{name}`" in page, name
