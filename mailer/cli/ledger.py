"""The ledger itself: going on with one that does not know everything."""

from __future__ import annotations

import click

from mailer.cli import COULD_NOT_START, DONE
from mailer.cli.options import workspace_here
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, on_a_terminal, row, say


@click.group(short_help="Carry on after the record of who got what was lost.")
def ledger() -> None:
    """Repair the ledger, the record of who got what."""


@ledger.command(
    short_help="Carry on after the ledger was lost or replaced by an older copy.",
    epilog="Example:  mailer ledger adopt harbour-report",
)
@click.argument("release", required=False)
@click.option("--yes", is_flag=True, help="Don't ask. For scripts.")
def adopt(release: str | None, yes: bool) -> int:
    """Carry on after the ledger was lost, or replaced by an older copy. First try to find the newest one.

    More was sent than the ledger knows. So everybody not recorded as having the release becomes uncertain, and so
    does anyone added later: they get it only by name (`mailer resume RELEASE --uncertain ADDRESS`).
    """
    from mailer.cli.asking import typed
    from mailer.delivery import Ledger, doubts

    workspace = workspace_here()
    with Ledger(workspace.ledger) as book:
        found = doubts(book)
        if release:
            name = workspace.release_called(release)
            found = [doubt for doubt in found if doubt.testimony.release == name]
        if not found:
            say("As far as mailer can tell, the ledger is complete: there is nothing to adopt.", err=True)
            return DONE
        for doubt in found:
            row(doubt.testimony.release, str(doubt))
        if not yes and not on_a_terminal():
            say(
                "There is no terminal to confirm on, so nothing was changed. In a script, use --yes.",
                err=True,
            )
            return COULD_NOT_START
        say(
            "Anyone not known to have it becomes uncertain. If there is a newer ledger.db, in a backup or where "
            "the folder is synchronised, put that back instead.",
            err=True,
        )
        question = "Type adopt to carry on with this ledger"
        if not yes and not typed(question, "adopt", otherwise="Nothing was changed."):
            return COULD_NOT_START
        for doubt in found:
            name = doubt.testimony.release
            number = book.adopt(name)
            logged(workspace, "ledger adopt", name, uncertain=number)
            say(f"“{name}”: {count(number, 'recipient is', 'recipients are')} uncertain now, and so is anyone "
                f"it is sent to later. `mailer status {name} --recipients` names them.", err=True)  # fmt: skip
    return DONE
