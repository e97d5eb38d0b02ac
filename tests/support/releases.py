"""Releases made for a test, read and rendered as the tool does it."""

from __future__ import annotations

import shutil
from pathlib import Path

from mailer.model import Edition, Rendered
from mailer.release import read_release
from mailer.render import render
from mailer.workspace import Workspace, built_in_templates

EXAMPLES = Path(__file__).resolve().parent.parent / "render" / "releases"
THEMES = tuple(sorted(folder.name for folder in built_in_templates().iterdir() if folder.is_dir()))
NAMES = tuple(sorted(path.stem for path in EXAMPLES.glob("*.md")))


def edition(workspace: Workspace, name: str) -> Edition:
    """One of the example releases beside the render tests, or one that stands in the workspace."""
    if name in NAMES:
        shutil.copyfile(EXAMPLES / f"{name}.md", workspace.releases / f"{name}.md")
    return read_release(workspace, name).original


def written(workspace: Workspace, body: str, fields: str = "Headline: One") -> Edition:
    """A release of this text."""
    (workspace.releases / "written.md").write_text(f"---\n{fields}\n---\n\n{body}\n", "utf-8")
    return read_release(workspace, "written").original


def rendered(workspace: Workspace, name: str, theme: str = "default") -> Rendered:
    return render(edition(workspace, name), workspace.theme(theme))
