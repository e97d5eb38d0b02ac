"""What the commands about lists share: a list by name or path, and how it is to be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli.options import workspace_here, workspace_if_any
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.press import Answers, PressList


def list_options(command: Callable[..., Any]) -> Any:
    """The options that say for once what a settings file beside a list says for good; given on as `answers`."""

    @wraps(command)
    def answered(
        *arguments: Any, column: str, encoding: str, meanings: tuple[str, ...], **others: Any
    ) -> Any:
        from mailer.press import said

        return command(*arguments, answers=said(column, encoding, meanings), **others)

    address = click.option(
        "--column", default="", metavar="HEADER", help="The column of addresses to use: header or number."
    )
    encoded = click.option(
        "--encoding", default="", metavar="NAME", help="The encoding, if the guess is wrong, e.g. cp1250."
    )
    meaning = click.option(
        "--is", "meanings", multiple=True, metavar="HEADER=MEANING",
        help='What a column is, e.g. "Status=not about mail"; repeatable.',
    )  # fmt: skip
    return address(encoded(meaning(answered)))


def open_list(name: str | Path, answers: Answers | None = None) -> PressList:
    """A list by name or path."""
    from mailer.press import read_list

    workspace, path = workspace_if_any(), Path(name)
    if isinstance(name, str):
        if workspace is None and not path.is_file():
            workspace = workspace_here()  # says what to do
        path = workspace.list_path(name) if workspace else path
    shown = workspace.shown(path) if workspace else visible(str(path))
    return read_list(path, shown=shown, answers=answers)
