"""An exported file becomes a list of the office's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.lists.opened import list_options, reviewed
from mailer.cli.lists.printed import tell
from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import count, row, say
from mailer.errors import WorkspaceError

if TYPE_CHECKING:
    from mailer.press import Answers


@click.command(
    short_help="Import an exported file into lists/, cleaned up.",
    epilog="Example:  mailer lists add ~/Downloads/contacts.xlsx --as press",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "name", default="", metavar="NAME", help="The list's name; by default, the file's.")
@click.option("--replace", is_flag=True, help="Replace an existing list of that name.")
@list_options
def add(file: Path, name: str, replace: bool, answers: Answers) -> None:
    """Import an exported file into lists/, cleaned up: UTF-8, one address per row, nobody twice.

    Rows that can't be used are left out and named. Nobody who is suppressed comes back this way. What was said of
    its columns goes into a settings file beside the list.
    """
    from mailer.press import Suppressions, read_list, settings_of, write_list, write_settings

    workspace = workspace_here()
    target = workspace.lists / f"{name or file.stem}.csv"
    if workspace.is_suppressed(target):
        what = (
            f"A list can't be called “{name or file.stem}”: that name is for the people who are never mailed."
        )
        hint = "Choose another name with --as. To stop mailing somebody: mailer suppress ADDRESS…"
        raise WorkspaceError(what, hint)
    if name and Path(name).name != name:
        raise WorkspaceError(f"A list can't be called “{name}”.", "Choose a plain name with --as.")
    if target.exists() and not replace:
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
    people, problems = reviewed(press_list, None)
    write_settings(target, ())  # those of the list that is replaced are not this one's
    write_list(target, people, press_list.header.columns.keys)
    row(workspace.shown(target))
    if press_list.header.columns.answered:
        write_settings(target, press_list.header.columns.answered)
        row(workspace.shown(beside))
    tell(press_list, people, problems)
    known = sum(person.address in suppressions for person in people)
    if known:
        say(f"Suppressed, and still never mailed: {count(known, 'recipient')}.", err=True)
