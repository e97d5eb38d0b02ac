"""An exported file becomes a list of the office's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.lists.opened import list_options
from mailer.cli.lists.printed import ProblemLines
from mailer.cli.lists.reviewed import Reviewed
from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import count, row, say
from mailer.errors import WorkspaceError

if TYPE_CHECKING:
    from mailer.model import Recipient
    from mailer.press import Answers


@click.command(
    short_help="Import an exported file into lists/, cleaned up.",
    epilog="Example:  mailer lists add ~/Downloads/contacts.xlsx --as press",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "name", metavar="NAME", help="The list's name; by default, the file's.")
@click.option("--replace", is_flag=True, help="Replace an existing list of that name.")
@list_options
def add(file: Path, name: str | None, replace: bool, answers: Answers) -> None:
    """Import an exported file into lists/, cleaned up: UTF-8, one address per row, nobody twice.

    Rows that can't be used are left out and named. Nobody who is suppressed comes back this way. What was said of
    its columns goes into a settings file beside the list.
    """
    from mailer.press import Suppressions, read_list, settings_of, write_list, write_settings
    from mailer.workspace import list_called

    workspace = workspace_here()
    called = list_called(file.stem if name is None else name)
    target = workspace.lists / f"{called}.csv"
    if workspace.is_suppressed(target):
        what = f"A list can't be called “{called}”: that name is for the people who are never mailed."
        hint = "Choose another name with --as. To stop mailing somebody: mailer suppress ADDRESS…"
        raise WorkspaceError(what, hint)
    if os.path.lexists(target) and not replace:
        raise WorkspaceError(
            f"{workspace.shown(target)} already exists.", "Add --replace, or choose another name with --as."
        )
    beside = settings_of(target)
    if beside.exists() and not replace:
        hint = (
            "It says how another list of that name is read. Add --replace, or choose another name with --as."
        )
        raise WorkspaceError(f"{workspace.shown(beside)} already exists.", hint)
    press_list = read_list(file, shown=str(file), answers=answers)
    suppressions = Suppressions(workspace.suppressed)
    problems = ProblemLines(press_list)
    reviewed = Reviewed(press_list, None, problems.add)
    known = 0

    def people() -> Iterator[Recipient]:
        nonlocal known
        for person in reviewed:
            known += person.address in suppressions
            yield person

    write_list(target, people(), press_list.header.columns.keys)
    row(workspace.shown(target))
    write_settings(target, press_list.header.columns.answered)
    if press_list.header.columns.answered:
        row(workspace.shown(beside))
    problems.say(reviewed)
    if known:
        say(f"Suppressed, and still never mailed: {count(known, 'recipient')}.", err=True)
