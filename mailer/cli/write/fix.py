"""Tidying a release: shown first, asked, kept as it was."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import count, on_a_terminal, row, say
from mailer.cli.write.changed_words import print_changes
from mailer.errors import MailerError
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.importing.fixing import Proposed


@click.command(
    short_help="Tidy a release: quotation marks, dashes, typed notes.",
    epilog="Example:  mailer fix harbour-report",
)
@click.argument("release")
@click.option("--yes", is_flag=True, help="Don't ask.")
def fix(release: str, yes: bool) -> int:
    """Tidy a release's file in the style of the house and of its language: quotation marks, dashes, blanks, hidden
    characters; notes whose marks were typed; a dateline or a contact block that the header has as well; a
    telephone number that became a bullet.

    The changes are shown, and you are asked first; the file as it was is kept. What is doubtful is only told, and the
    exit code is 1 then.
    """
    from mailer.importing.fixing import propose, put_in_place

    workspace = workspace_here()
    path = workspace.release_path(release)
    shown = workspace.shown(path)
    proposed = propose(workspace, path)
    print_changes(shown, proposed.before, proposed.tidied.text)
    if proposed.tidied.changes and proposed.tidied.doubts:
        say("Left for you, with the line in the tidied text:", err=True)
    for doubt in sorted(proposed.tidied.doubts, key=lambda each: each.line):
        row(f"{shown}:{doubt.line}: {doubt.message}", err=True)
    left = UNFINISHED if proposed.tidied.doubts else DONE
    if not proposed.tidied.changes:
        say(f"{visible(shown)} is tidy: nothing to change.", err=True)
        return left
    say(f"{visible(shown)}: {_said(proposed)}.", err=True)
    if not yes:
        if not on_a_terminal():
            raise MailerError("There is no terminal to confirm on, so nothing was changed.", "Add --yes.")
        click.confirm("Make these changes?", abort=True, err=True)
    kept, followed = put_in_place(workspace, proposed, datetime.now().astimezone())
    say(f"Changed. The file as it was: {visible(workspace.shown(kept))}", err=True)
    for each in followed:
        say(
            f"{visible(workspace.shown(each))} follows the tidied text: its Original is up to date.", err=True
        )
    return left


def _said(proposed: Proposed) -> str:
    changes = proposed.tidied.changes
    return f"{count(sum(changes.values()), 'change')} ({', '.join(f'{what}: {n}' for what, n in changes.items())})"
