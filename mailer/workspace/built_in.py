"""What travels with the tool: its themes, and the sample that a new workspace begins with."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def built_in() -> Path:
    """The folder of what travels with the tool: `templates/` and `sample/`.

    In a wheel that is `mailer/built_in/`; in a checkout the repository root is itself the sample workspace.
    """
    inside = Path(str(files("mailer"))) / "built_in"
    return inside if inside.is_dir() else inside.parent.parent


def built_in_templates() -> Path:
    return built_in() / "templates"


def sample() -> Path:
    """The workspace of an invented organisation that `init` and `demo` copy."""
    root = built_in()
    return root / "sample" if (root / "sample").is_dir() else root
