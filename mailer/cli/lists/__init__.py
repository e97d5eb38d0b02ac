"""Press lists: which there are, what is in them, what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailer.cli.lists.bring_in import add
from mailer.cli.lists.clean import clean
from mailer.cli.lists.look import check, diff, export, show
from mailer.cli.lists.reviewed import Reviewed
from mailer.cli.options import suppressions_of, workspace_here
from mailer.cli.terminal.output import count, row
from mailer.errors import ListError

if TYPE_CHECKING:
    from pathlib import Path

    from mailer.press import Suppressions
    from mailer.workspace import Workspace


@click.group(
    short_help="Show, check, compare and import press lists.",
    invoke_without_command=True,
    epilog="Example:  mailer lists show press",
)
@click.pass_context
def lists(ctx: click.Context) -> None:
    """Show, check, compare and import press lists. Without a command: show which lists there are.

    A list is any .csv, .xlsx, .ods, .xls, .xlsm, .tsv, .txt or .vcf file in lists/, as other programs export it.
    """
    if ctx.invoked_subcommand is not None:
        return
    workspace = workspace_here()
    suppressions = suppressions_of(workspace)
    for path in workspace.press_lists():
        row(path.stem, *_in_short(workspace, path, suppressions))


def _in_short(workspace: Workspace, path: Path, suppressions: Suppressions | None) -> tuple[str, ...]:
    from mailer.press import read_list

    try:
        press_list = read_list(path, shown=workspace.shown(path))
        reviewed = Reviewed(press_list, suppressions)
        reviewed.to_the_end()
    except ListError as error:
        why = error.faults[0].message.removeprefix("can't be read: ")
        return (f"can't be read: {why}",)
    return (
        f"{count(reviewed.people, 'recipient')}, {count(reviewed.to_fix, 'row')} to fix",
        press_list.encoding,
    )


for command in (show, check, diff, add, clean, export):
    lists.add_command(command)
