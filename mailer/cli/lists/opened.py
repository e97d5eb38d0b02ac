"""What the commands about lists share: a list by name or path, and how it is to be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli.options import workspace_here, workspace_if_any
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.press import PressList


def list_options(command: Any) -> Any:
    column = click.option(
        "--column", default="", metavar="HEADER", help="The column of addresses to use: header or number."
    )
    encoding = click.option(
        "--encoding", default="", metavar="NAME", help="The encoding, if the guess is wrong, e.g. cp1250."
    )
    return column(encoding(command))


def open_list(name: str | Path, column: str = "", encoding: str = "") -> PressList:
    """A list by name or path."""
    from mailer.press import read_list

    workspace, path = workspace_if_any(), Path(name)
    if isinstance(name, str):
        if workspace is None and not path.is_file():
            workspace = workspace_here()  # says what to do
        path = workspace.list_path(name) if workspace else path
    shown = workspace.shown(path) if workspace else visible(str(path))
    return read_list(path, shown=shown, column=column, encoding=encoding)
